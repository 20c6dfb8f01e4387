//! PUT /Users/{id}

use provisioning::{Operation, Outcome};
use serde_json::json;

use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, okta_user, user};

on_both_databases! {
    async fn our_own_answer_put_back_changes_nothing(server) {
        let application = server.application("acme", &[]).await;
        let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        body[ENTERPRISE_USER] = json!({ "department": "Engines", "manager": { "value": "42" } });
        let id = application.post("/Users", &body).await.expect(201).id();
        let group = application.add_group("Engines", &[&id]).await;
        server.clock.step(60_000);
        for below in [format!("/Users/{id}"), format!("/Groups/{group}")] {
            let read = application.get(&below).await.expect(200);
            let put = application.put(&below, &read.json()).await.expect(200);
            assert_eq!(put.body, read.body);
            assert_eq!(put.header("etag"), Some("W/\"1\""));
            let event = server.last_event(&application.scope).await;
            assert_eq!(event.row.outcome, Outcome::Unchanged);
            assert!(event.row.summary.ends_with("was already as sent"), "{}", event.row.summary);
            assert!(event.changes.is_empty());
        }
    }

    async fn what_a_put_changes(server) {
        let application = server.application("acme", &[]).await;
        let mut first = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        first["title"] = json!("Countess");
        first["active"] = json!(false);
        let id = application.post("/Users", &first).await.expect(201).id();
        server.clock.step(60_000);
        // Without title and locale, which are cleared; without active and externalId, which are kept.
        let second = json!({
            "schemas": first["schemas"], "userName": "Ada.King@corp.test", "displayName": "Ada Lovelace",
            "name": { "givenName": "Ada", "familyName": "King" },
            "emails": [{ "primary": true, "value": "ada.king@corp.test", "type": "work" }],
        });
        let put = application.put(&format!("/Users/{id}"), &second).await.expect(200);
        let answer = put.json();
        assert_eq!(put.header("etag"), Some("W/\"2\""));
        assert_eq!(answer["meta"]["created"], "2026-11-24T09:00:00.000Z");
        assert_eq!(answer["meta"]["lastModified"], "2026-11-24T09:01:00.000Z");
        assert_eq!((&answer["id"], &answer["active"], &answer["externalId"]), (&json!(id), &json!(false), &json!("00u1")));
        assert_eq!((answer.get("title"), answer.get("locale")), (None, None));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserUpdate, Outcome::Succeeded));
        assert_eq!(event.row.summary, "Renamed user ada@corp.test to Ada.King@corp.test");
        let changes: Vec<_> = event.changes.iter().map(|change| {
            format!("{}: {} -> {}", change.field, change.old.as_deref().unwrap_or("-"), change.new.as_deref().unwrap_or("-"))
        }).collect();
        assert_eq!(changes, [
            "userName: ada@corp.test -> Ada.King@corp.test",
            "name.familyName: Lovelace -> King",
            "title: Countess -> -",
            "locale: en-US -> -",
            r#"emails: [{"primary":true,"value":"ada@corp.test","type":"work"}] -> [{"primary":true,"value":"ada.king@corp.test","type":"work"}]"#,
            "directory email: ada@corp.test -> ada.king@corp.test",
            "directory familyName: Lovelace -> King",
            "directory locale: en-US -> -",
            "directory title: Countess -> -",
            "directory userName: ada@corp.test -> Ada.King@corp.test",
        ]);
        // The old name is free, the new one taken.
        application.post("/Users", &user("ada.king@CORP.test")).await.scim_error(409, Some("uniqueness"));
        application.post("/Users", &user("ada@corp.test")).await.expect(201);
    }

    async fn a_taken_name_stays_its_owners(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let bob = application.add_user("bob@corp.test").await;
        let before = application.get(&format!("/Users/{bob}")).await.body;
        let answer = application.put(&format!("/Users/{bob}"), &user("ADA@corp.test")).await;
        assert!(answer.scim_error(409, Some("uniqueness")).contains("another resource of this application"));
        let event = server.last_event(&application.scope).await;
        assert_eq!(event.row.summary, "Update user ADA@corp.test: name already taken in this application");
        assert_eq!(application.get(&format!("/Users/{bob}")).await.body, before);
        // Another spelling of one's own name is no conflict.
        assert_eq!(application.put(&format!("/Users/{bob}"), &user("BOB@corp.test")).await.expect(200).json()["userName"], "BOB@corp.test");
    }

    async fn preconditions(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let group = application.add_group("Engines", &[]).await;
        let patch = crate::support::patch(json!([{ "op": "replace", "path": "displayName", "value": "New" }])).to_string();
        for (method, below, body) in [
            ("PUT", format!("/Users/{id}"), user("eve@corp.test").to_string()),
            ("PATCH", format!("/Users/{id}"), patch.clone()),
            ("DELETE", format!("/Users/{id}"), String::new()),
            ("PATCH", format!("/Groups/{group}"), patch.clone()),
            ("DELETE", format!("/Groups/{group}"), String::new()),
        ] {
            for tag in ["W/\"2\"", "\"abc\"", "", "W/\"0\", W/\"9\""] {
                let answer = application.send_with(method, &below, &[("If-Match", tag)], body.as_bytes()).await;
                let detail = answer.scim_error(412, None);
                assert!(detail.contains("W/\"1\""), "{method} {tag}: {detail}");
            }
        }
        application.send_with("PUT", &format!("/Users/{id}"), &[("If-Match", "W/\"1\"")], user("eve@corp.test").to_string().as_bytes()).await.expect(200);
        application.send_with("PATCH", &format!("/Users/{id}"), &[("If-Match", "W/\"1\", W/\"2\"")], patch.as_bytes()).await.expect(200);
        application.send_with("DELETE", &format!("/Users/{id}"), &[("If-Match", "*")], b"").await.expect(204);
        application.send_with("DELETE", &format!("/Users/{id}"), &[("If-Match", "*")], b"").await.scim_error(404, None);
    }
}
