//! PATCH /Users/{id}, in the dialects of real clients

use provisioning::{Operation, Outcome, UserStatus};
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, okta_user, patch, user};

on_both_databases! {
    async fn dialects(server) {
        let application = server.application("acme", &[]).await;
        let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        body["emails"] = json!([{ "value": "home@corp.test", "type": "home" }, { "value": "ada@corp.test", "type": "work", "primary": true }]);
        let id = application.post("/Users", &body).await.expect(201).id();
        let below = format!("/Users/{id}");
        for (client, operations, pointer, expected) in [
            ("Okta, deactivate", json!([{ "op": "replace", "value": { "active": false } }]), "/active", json!(false)),
            ("Okta, reactivate", json!([{ "op": "replace", "value": { "active": true } }]), "/active", json!(true)),
            ("Entra, text boolean", json!([{ "op": "Replace", "path": "active", "value": "False" }]), "/active", json!(false)),
            ("Entra, add", json!([{ "op": "Add", "path": "active", "value": "True" }]), "/active", json!(true)),
            ("Entra, value path", json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "b@corp.test" }]), "/emails",
                json!([{ "value": "home@corp.test", "type": "home" }, { "value": "b@corp.test", "type": "work", "primary": true }])),
            ("Entra, value path without a match", json!([
                { "op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Redmond" },
                { "op": "Add", "path": "addresses[type eq \"work\"].country", "value": "US" },
            ]), "/addresses", json!([{ "type": "work", "locality": "Redmond", "country": "US" }])),
            ("Entra, manager as text", json!([{ "op": "Add", "path": format!("{ENTERPRISE_USER}:manager"), "value": "42" }]),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager", json!({ "value": "42" })),
            ("Entra, manager cleared", json!([{ "op": "Replace", "path": format!("{ENTERPRISE_USER}:manager"), "value": { "value": "" } }]),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", json!(null)),
            ("Entra with its flag", json!([{ "op": "replace", "value": { "displayName": "Bob", "name.givenName": "Robert", (format!("{ENTERPRISE_USER}:department")): "Sales" } }]),
                "/name", json!({ "givenName": "Robert", "familyName": "Lovelace" })),
            ("the same request's extension", json!([{ "op": "add", "path": "nickName", "value": "B" }]),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", json!({ "department": "Sales" })),
            ("JumpCloud", json!([{ "op": "replace", "path": "name.givenName", "value": "Roberta" }]), "/name/givenName", json!("Roberta")),
            ("core URN", json!([{ "op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "X" }]), "/title", json!("X")),
            ("null clears", json!([{ "op": "replace", "path": "title", "value": null }]), "/title", json!(null)),
            ("remove", json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]), "/emails", json!([{ "value": "b@corp.test", "type": "work", "primary": true }])),
            ("remove without a match", json!([{ "op": "remove", "path": "emails[type eq \"other\"]" }]), "/emails", json!([{ "value": "b@corp.test", "type": "work", "primary": true }])),
            ("Okta, id along", json!([{ "op": "replace", "value": { "id": id, "nickName": "C" } }]), "/nickName", json!("C")),
        ] {
            let answer = application.patch(&below, &patch(operations)).await;
            assert_eq!(answer.status, 200, "{client}: {}", answer.body);
            let answer = answer.json();
            assert_eq!(answer.pointer(pointer).unwrap_or(&json!(null)), &expected, "{client}: {answer}");
            assert_eq!(application.get(&below).await.json(), answer, "{client}");
        }
        let operations: Vec<_> = server.events(&application.scope).await.into_iter().map(|row| row.operation).filter(|operation| *operation != Operation::UserRead).collect();
        assert_eq!(operations[operations.len() - 5..], [Operation::UserReactivate, Operation::UserDeactivate, Operation::UserReactivate, Operation::UserDeactivate, Operation::UserCreate]);
    }

    /// Who is switched off stays so when `active` is taken away, and on when not.
    async fn active_is_removed_but_not_the_status(server) {
        let application = server.application("acme", &[(Feature::DeleteDeactivatedUsers, false)]).await;
        let id = application.add_user("ada@corp.test").await;
        let below = format!("/Users/{id}");
        let status = async || server.person(&application.scope, "ada@corp.test").await.unwrap().row.status;
        for (active, expected) in [(true, UserStatus::Active), (false, UserStatus::Disabled)] {
            let set = patch(json!([{ "op": "replace", "path": "active", "value": active }]));
            application.patch(&below, &set).await.expect(200);
            let removed = application.patch(&below, &patch(json!([{ "op": "remove", "path": "active" }]))).await.expect(200).json();
            assert_eq!(removed.get("active"), None, "{removed}");
            assert_eq!(application.get(&below).await.json(), removed);
            assert_eq!(status().await, expected);
            // Nor does a later change of something else, by PATCH or PUT, say that it is active again.
            application.patch(&below, &patch(json!([{ "op": "replace", "path": "title", "value": format!("{active}") }]))).await.expect(200);
            let mut put = user("ada@corp.test");
            put["nickName"] = json!(format!("{active}"));
            let put = application.put(&below, &put).await.expect(200).json();
            assert_eq!(put.get("active"), None, "{put}");
            assert_eq!(status().await, expected);
            assert_eq!(application.find("/Users", "active pr").await.json()["totalResults"], 0);
        }
        application.patch(&below, &patch(json!([{ "op": "add", "path": "active", "value": true }]))).await.expect(200);
        assert_eq!(status().await, UserStatus::Active);
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::UserReactivate);
    }

    async fn all_or_nothing(server) {
        let application = server.application("acme", &[]).await;
        let other = application.add_user("bob@corp.test").await;
        let id = application.add_user("ada@corp.test").await;
        let below = format!("/Users/{id}");
        let before = application.get(&below).await.body;
        for operations in [
            json!([{ "op": "replace", "path": "title", "value": "X" }, { "op": "replace", "path": "userName", "value": "Bob@corp.test" }]),
            json!([{ "op": "replace", "path": "title", "value": "X" }, { "op": "replace", "path": "emails[value co \"nobody\"].type", "value": "work" }]),
        ] {
            let answer = application.patch(&below, &patch(operations)).await;
            assert!(matches!(answer.status, 400 | 409), "{}", answer.body);
            assert_eq!(application.get(&below).await.body, before);
        }
        application.get(&format!("/Users/{other}")).await.expect(200);
    }

    async fn a_repetition_changes_nothing(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let below = format!("/Users/{id}");
        let operations = patch(json!([{ "op": "add", "value": { "title": "Countess", "emails": [{ "value": "ada@corp.test", "type": "work" }] } }]));
        let first = application.patch(&below, &operations).await.expect(200);
        server.clock.step(1_000);
        let second = application.patch(&below, &operations).await.expect(200);
        assert_eq!((first.body, second.header("etag")), (second.body.clone(), Some("W/\"2\"")));
        assert_eq!(server.last_event(&application.scope).await.row.outcome, Outcome::Unchanged);
    }
}
