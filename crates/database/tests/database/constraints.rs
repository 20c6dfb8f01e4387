use database::Error;
use database::schema::{directory_user, resource, tenant};
use database::testing::Scratch;
use diesel::prelude::*;

use super::support::{insert_application, insert_tenant};

fn insert_user(connection: &mut database::Connection, id: &str, user_name: &str) -> Result<(), Error> {
    diesel::insert_into(resource::table)
        .values((
            resource::tenant_id.eq("t"),
            resource::application_id.eq("app"),
            resource::id.eq(id),
            resource::resource_type.eq("User"),
            resource::user_name_folded.eq(user_name),
            resource::active.eq(true),
            resource::document.eq("{}"),
            resource::version.eq(1_i64),
            resource::created_at.eq(0_i64),
            resource::last_modified_at.eq(0_i64),
        ))
        .execute(connection)?;
    Ok(())
}

#[tokio::test]
async fn a_unique_violation_has_the_same_name_on_both() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let prepared = database.write(|tx| {
            insert_tenant(tx.connection()?, "t")?;
            insert_application(tx.connection()?, "app", "Okta")?;
            insert_user(tx.connection()?, "u", "ada")
        });
        prepared.await.unwrap();
        let rename = |connection: &mut database::Connection| {
            diesel::update(tenant::table.filter(tenant::id.eq("t2"))).set(tenant::slug.eq("t")).execute(connection)
        };
        type Statement = Box<dyn Fn(&mut database::Connection) -> Result<(), Error> + Send>;
        let cases: [(&str, Statement); 4] = [
            ("tenant_slug_key", Box::new(move |c| insert_tenant(c, "t2").and_then(|()| Ok(rename(c).map(|_| ())?)))),
            ("application_tenant_id_name_folded_key", Box::new(|c| insert_application(c, "app2", "Okta"))),
            ("resource_pkey", Box::new(|c| insert_user(c, "u", "grace"))),
            ("resource_user_name", Box::new(|c| insert_user(c, "u2", "ada"))),
        ];
        for (constraint, statement) in cases {
            let error = database.write(move |tx| statement(tx.connection()?)).await.unwrap_err();
            assert!(error.violates(constraint), "{name}: {constraint} but {error:?}");
        }
    }
}

#[tokio::test]
async fn a_foreign_key_is_enforced_on_both() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let outcome = database.write(|tx| insert_application(tx.connection()?, "app", "Okta")).await;
        assert!(matches!(outcome, Err(Error::ForeignKey { .. })), "{name} {outcome:?}");
    }
}

#[tokio::test]
async fn a_check_is_enforced_on_both_and_its_message_stays_inside() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let outcome = database.write(|tx| {
            insert_tenant(tx.connection()?, "t")?;
            diesel::insert_into(directory_user::table)
                .values((
                    directory_user::tenant_id.eq("t"),
                    directory_user::id.eq("u"),
                    directory_user::user_name.eq("ada"),
                    directory_user::user_name_folded.eq("ada"),
                    directory_user::status.eq("on holiday"),
                    directory_user::profile.eq("{}"),
                    directory_user::created_at.eq(0_i64),
                    directory_user::updated_at.eq(0_i64),
                ))
                .execute(tx.connection()?)?;
            Ok::<_, Error>(())
        });
        let error = outcome.await.unwrap_err();
        assert_eq!(error.to_string(), "the database refused a statement", "{name}");
    }
}
