//! A row in every table, with whatever is hard to carry.

use database::schema::{application, credential, tenant};
use database::{Connection, Error};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// Text with everything that some format or database gives a meaning to. No NUL, which PostgreSQL has no text for.
pub const HARD: &str = "a'b\"c\\d\\n\\u0000 \u{1}\u{8}\t\r\n\u{c}\u{1f}\u{7f}\u{85}\u{2028}\u{feff}\u{ffff} ß İ 𝄞 👩‍👩‍👧 \u{301} [1,2] {\"x\":null} %s $1 ?";

/// Fills an empty database, every table of it.
pub fn fill(connection: &mut Connection) -> Result<(), Error> {
    diesel::insert_into(tenant::table)
        .values((
            tenant::id.eq("t1"),
            tenant::slug.eq("acme"),
            tenant::name.eq(HARD),
            tenant::reveal_allowed.eq(false),
            tenant::created_at.eq(i64::MIN),
        ))
        .execute(connection)?;
    diesel::insert_into(application::table)
        .values((
            application::tenant_id.eq("t1"),
            application::id.eq("a1"),
            application::kind.eq("scim-client"),
            application::name.eq(""),
            application::name_folded.eq(""),
            application::settings_revision.eq(i64::MAX),
            application::paused.eq(true),
            application::last_request_at.eq(None::<i64>),
            application::created_at.eq(9_007_199_254_740_993_i64),
            application::created_by.eq("null"),
        ))
        .execute(connection)?;
    for (id, secret) in [("c1", (0..=255).collect::<Vec<u8>>()), ("c2", Vec::new())] {
        diesel::insert_into(credential::table)
            .values((
                credential::tenant_id.eq("t1"),
                credential::application_id.eq("a1"),
                credential::id.eq(id),
                credential::kind.eq("bearer"),
                credential::name.eq("1e400"),
                credential::secret_hash.eq(id),
                credential::secret_encrypted.eq(secret),
                credential::secret_prefix.eq("rctAb"),
                credential::secret_last_four.eq("0000"),
                credential::created_at.eq(0_i64),
                credential::created_by.eq("x"),
                credential::revoked_at.eq(Some(-1_i64)),
            ))
            .execute(connection)?;
    }
    Ok(connection.batch_execute(
        r#"
        INSERT INTO administrator VALUES ('p1', 'Ada@corp.test', 'ada@corp.test', '$argon2id$v=19$', 1);
        INSERT INTO administrator_role VALUES ('t1', 'p1', 'owner');
        INSERT INTO session VALUES ('00ff', 'p1', 1, 2, 3);
        INSERT INTO application_settings VALUES ('t1', 'a1', 1, '{"features":{"push-groups":true}}', 1, 'x');
        INSERT INTO audit_event VALUES ('t1', 'e1', 1, 'Ada', 'tenant.add', NULL, 'Acme', 'Made it');
        INSERT INTO directory_user VALUES ('t1', 'd1', 'Ada', 'ada', NULL, NULL, 'active', '{}', NULL, 1, 2);
        INSERT INTO directory_user_key VALUES ('t1', 'ada', 'user_name', 'd1');
        INSERT INTO resource VALUES
            ('t1', 'a1', 'r1', 'User', 'x-1', 'Ada', 'ada', NULL, NULL, TRUE, '{"userName":"Ada","big":1e400}', 3, 'd1', 1, 2, NULL),
            ('t1', 'a1', 'r2', 'Group', NULL, NULL, NULL, 'Staff', 'staff', FALSE, '{"displayName":"Staff"}', 1, NULL, 1, 2, NULL),
            ('t1', 'a1', 'r3', 'User', NULL, 'Ada', 'ada', NULL, NULL, FALSE, '{}', 1, 'd1', 1, 2, 3);
        INSERT INTO resource_key VALUES ('t1', 'a1', 'Group/displayName', 'staff', 'r2', TRUE);
        INSERT INTO resource_count VALUES ('t1', 'a1', 'User', 1), ('t1', 'a1', 'Group', 1);
        INSERT INTO resource_range VALUES ('t1', 'a1', 'User', 'r9', 1);
        INSERT INTO group_member VALUES ('t1', 'a1', 'r2', 'r1');
        INSERT INTO provisioning_event VALUES
            ('t1', 'v1', 1, 'a1', 'Okta', 'create', 'succeeded', 'r1', 'Ada', 'User', 'r1', 'd1', 'Created user Ada', '[]', 201, NULL, 17, 'q', 'c1');
        INSERT INTO provisioning_event_detail VALUES
            ('t1', 'v1', 'POST', '/Users', NULL, NULL, NULL, NULL, NULL, '{}', '[]', '[]');
        INSERT INTO event_identifier VALUES ('t1', 'ada', 'r1');
        INSERT INTO event_count VALUES ('t1', 60000, 0, 'a1', 'create', 'succeeded', '', 1);
        INSERT INTO event_counted VALUES ('t1', 60000, 1);
        "#,
    )?)
}
