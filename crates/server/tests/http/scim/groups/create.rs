//! POST /Groups, DELETE /Groups/{id}

use provisioning::{Operation, Outcome};
use serde_json::json;

use crate::on_both_databases;
use crate::support::group;

on_both_databases! {
    async fn what_is_created_is_read_back(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada@corp.test").await;
        let inner = application.add_group("Inner", &[]).await;
        let mut body = group("Engines", &[&ada, &inner, &ada]);
        body["externalId"] = json!("8aa1");
        let created = application.post("/Groups", &body).await.expect(201);
        let (id, base) = (created.id(), format!("https://rollcall.test{}", application.path));
        assert_eq!(created.header("location"), Some(format!("{base}/Groups/{id}").as_str()));
        assert_eq!(created.json(), json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "id": id,
            "externalId": "8aa1",
            "displayName": "Engines",
            "meta": {
                "resourceType": "Group", "created": "2026-11-24T09:00:00.000Z", "lastModified": "2026-11-24T09:00:00.000Z",
                "version": "W/\"1\"", "location": format!("{base}/Groups/{id}")
            },
            "members": [
                { "value": ada, "$ref": format!("{base}/Users/{ada}"), "display": "ada@corp.test", "type": "User" },
                { "value": inner, "$ref": format!("{base}/Groups/{inner}"), "display": "Inner", "type": "Group" },
            ]
        }));
        assert_eq!(application.get(&format!("/Groups/{id}")).await.expect(200).body, created.body);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::GroupCreate, "Created group Engines with 1 member and group Inner"));

        application.delete(&format!("/Groups/{id}")).await.expect(204);
        application.get(&format!("/Groups/{id}")).await.scim_error(404, None);
        application.delete(&format!("/Groups/{id}")).await.scim_error(404, None);
        application.get(&format!("/Users/{ada}")).await.expect(200);
        application.add_group("Engines", &[]).await;
    }

    async fn a_name_is_one_groups(server) {
        let application = server.application("acme", &[]).await;
        application.add_group("Engines", &[]).await;
        let other = application.add_group("Other", &[]).await;
        assert!(application.post("/Groups", &group("ENGINES", &[])).await.scim_error(409, Some("uniqueness")).contains("displayName"));
        application.put(&format!("/Groups/{other}"), &group("engines", &[])).await.scim_error(409, Some("uniqueness"));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("uniqueness")));
        // Two applications may each push a group of that name.
        server.application("acme", &[]).await.add_group("Engines", &[]).await;
    }

    async fn members_must_be_known(server) {
        let application = server.application("acme", &[]).await;
        let neighbour = server.application("acme", &[]).await;
        let (ada, stranger) = (application.add_user("ada@corp.test").await, neighbour.add_user("eve@corp.test").await);
        let gone = application.add_user("gone@corp.test").await;
        application.delete(&format!("/Users/{gone}")).await.expect(204);
        for unknown in [stranger.as_str(), gone.as_str(), "nobody"] {
            let detail = application.post("/Groups", &group("Engines", &[&ada, unknown])).await.scim_error(400, Some("invalidValue"));
            assert_eq!(
                detail,
                format!("members: 1 id is not known in this application: \"{unknown}\". Assign and provision these users first, then push the group again.")
            );
        }
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("unknownMembers")));
        assert_eq!(application.get("/Groups").await.json()["totalResults"], 0);
    }
}
