//! Rows that contradict each other are found, each kind of contradiction. That there are none is held at the end of every
//! test here (`TestServer::stop`).

use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{TestServer, patch, sql, user};

/// What is broken past the server, and what is told about it.
const DAMAGE: [(&str, &[&str]); 16] = [
    (
        "UPDATE resource_count SET total = total + 1 WHERE resource_type = 'User'",
        &["the counter of User says 4, and there are 3"],
    ),
    (
        "UPDATE resource_range SET total = total - 1 WHERE resource_type = 'User'",
        &["the range of User up to", "the range of User up to"],
    ),
    ("DELETE FROM resource_count WHERE resource_type = 'Group'", &["the type Group and no counter of them"]),
    (
        "DELETE FROM resource_key WHERE path = 'emails.value' AND folded = 'ada@corp.test'",
        &["cannot be found by a value of its document"],
    ),
    (
        "UPDATE resource_key SET folded = 'other' WHERE path = 'Group/displayName'",
        &["can be found by a value that its document does not have"],
    ),
    (
        "UPDATE resource SET user_name_folded = 'eve' WHERE user_name_folded = 'ada@corp.test'",
        &["is looked up by a name that its document does not have"],
    ),
    (
        "UPDATE resource SET version = version + 1 WHERE user_name_folded = 'ada@corp.test'",
        &["has another version in its document"],
    ),
    (
        "UPDATE resource SET last_modified_at = 1 WHERE resource_type = 'Group'",
        &["has another time of change in its document"],
    ),
    (
        "UPDATE resource SET active = false WHERE user_name_folded = 'ada@corp.test'",
        &["has another active in its document"],
    ),
    (
        "UPDATE resource SET document = 'x' WHERE user_name_folded = 'ada@corp.test'",
        &["has a document that cannot be read"],
    ),
    (
        "UPDATE resource SET directory_user_id = NULL WHERE user_name_folded = 'ada@corp.test'",
        &["belongs to nobody in the directory", "comes from no resource"],
    ),
    (
        "INSERT INTO group_member (tenant_id, application_id, group_id, member_id)
      SELECT g.tenant_id, g.application_id, g.id, u.id FROM resource g, resource u
      WHERE g.resource_type = 'Group' AND u.deleted_at IS NOT NULL",
        &["is set aside and still in a group"],
    ),
    (
        "DELETE FROM provisioning_event WHERE operation = 'group.create'",
        &["no row in the report that tells of its creation"],
    ),
    (
        "DELETE FROM provisioning_event_detail WHERE event_id IN (SELECT id FROM provisioning_event WHERE operation = 'group.create')",
        &["has no detail"],
    ),
    (
        "DELETE FROM directory_user_key WHERE folded = 'ada@corp.test'",
        &["is found by other names than those of the profile"],
    ),
    (
        "UPDATE directory_user SET status = 'disabled' WHERE user_name_folded = 'ada@corp.test'",
        &["has another status in the profile"],
    ),
];

/// Users, one of them inactive and one set aside, and a group that keeps its name apart.
async fn fill(server: &TestServer, tenant: &str) {
    let application = server.application(tenant, &[(Feature::UniqueGroupNames, true)]).await;
    let mut with_address = user("ada@corp.test");
    with_address["emails"] = json!([{ "value": "ada@corp.test", "type": "work" }]);
    let ada = application.post("/Users", &with_address).await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let bob = application.add_user("bob@corp.test").await;
    let eve = application.add_user("eve@corp.test").await;
    application.add_user("zoe@corp.test").await;
    application.add_group("Engines", &[&ada, &eve]).await;
    let inactive = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    application.patch(&format!("/Users/{bob}"), &inactive).await.expect(200);
    application.delete(&format!("/Users/{eve}")).await.expect(204);
    server.clock.step(120_000);
    while server.provisioning.lay_ranges(&application.scope, 1).await.unwrap() {}
}

on_both_databases! {
    async fn each_kind_of_contradiction_is_told(server) {
        fill(server, "whole").await;
        assert_eq!(server.contradictions().await, Vec::<String>::new());
        for (number, (damage, told)) in DAMAGE.iter().enumerate() {
            // Each in a tenant of its own: the others stay whole.
            let tenant = format!("tenant-{number}");
            fill(server, &tenant).await;
            let scope = server.tenant(&tenant).await;
            let of_tenant = format!("tenant_id = '{}'", scope.tenant_id());
            let damage = match damage.rsplit_once("WHERE ") {
                Some((before, condition)) if damage.contains("FROM resource g") => {
                    format!("{before}WHERE g.{of_tenant} AND u.{of_tenant} AND {condition}")
                }
                Some((before, condition)) => format!("{before}WHERE {of_tenant} AND {condition}"),
                None => panic!("{damage} names no rows"),
            };
            sql(server, &damage);
            let found = server.provisioning.consistency(&scope).await.unwrap();
            assert_eq!(found.problems.len(), told.len(), "{damage}: {:?}", found.problems);
            for words in *told {
                assert!(found.problems.iter().any(|problem| problem.contains(words)), "{damage}: {:?}", found.problems);
            }
            assert!(!format!("{found:?}").contains("corp.test"), "{found:?}");
        }
        let whole = server.provisioning.consistency(&server.tenant("whole").await).await.unwrap();
        assert_eq!((whole.resources, whole.people, whole.problems, whole.more), (5, 4, vec![], 0));
    }
}
