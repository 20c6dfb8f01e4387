//! *Delete the Deactivated users*, off and on, by every way that a client has to say that somebody left.

use provisioning::{Operation, UserStatus};
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{TestApplication, okta_user, patch};

/// Somebody leaves, in the words of one client.
async fn leave(application: &TestApplication, id: &str, way: &str) {
    let below = format!("/Users/{id}");
    let answer = match way {
        "PUT" => {
            let mut body = application.get(&below).await.expect(200).json();
            body["active"] = json!(false);
            application.put(&below, &body).await.expect(200)
        }
        "PATCH" => application
            .patch(&below, &patch(json!([{ "op": "replace", "value": { "active": false } }])))
            .await
            .expect(200),
        "PATCH as text" => application
            .patch(&below, &patch(json!([{ "op": "Replace", "path": "active", "value": "False" }])))
            .await
            .expect(200),
        _ => application.delete(&below).await.expect(204),
    };
    if way != "DELETE" {
        let answer = answer.json();
        assert_eq!((&answer["active"], &answer["id"]), (&json!(false), &json!(id)), "{way}");
    }
}

const WAYS: [&str; 4] = ["PUT", "PATCH", "PATCH as text", "DELETE"];

on_both_databases! {
    async fn off_the_person_is_disabled_and_comes_back(server) {
        let application = server.application("acme", &[]).await;
        for (number, way) in WAYS.into_iter().enumerate() {
            let name = format!("user{number}@corp.test");
            let body = okta_user(&format!("00u{number}"), &name, "A", "B");
            let id = application.post("/Users", &body).await.expect(201).id();
            let group = application.add_group(&format!("group {number}"), &[&id]).await;
            let before = server.person(&application.scope, &name).await.unwrap();
            leave(&application, &id, way).await;
            let after = server.person(&application.scope, &name).await.unwrap();
            assert_eq!((after.row.id.as_str(), after.row.status), (before.row.id.as_str(), UserStatus::Disabled), "{way}");
            assert_eq!(after.profile.iter().find(|(name, _)| name == "active").unwrap().1, "false", "{way}");
            if way == "DELETE" {
                application.get(&format!("/Users/{id}")).await.scim_error(404, None);
                assert!(application.members(&group).await.is_empty());
                assert!(after.sources[0].removed);
                assert!(after.groups.is_empty());
                // Brought back by the next create, under the same id.
                server.clock.step(60_000);
                let answer = application.post("/Users", &body).await.expect(201);
                assert_eq!(answer.id(), id);
                assert_eq!(answer.json()["active"], true);
                // To the client it is a new resource: unchanged since it was created (RFC 7643 §3.1).
                let meta = &answer.json()["meta"];
                assert_eq!(meta["created"], meta["lastModified"]);
                let event = server.last_event(&application.scope).await;
                assert_eq!((event.row.operation, event.row.summary), (Operation::UserRestore, format!("Restored user {name} under the former id")));
            } else {
                assert_eq!(application.get(&format!("/Users/{id}")).await.expect(200).json()["active"], false);
                assert_eq!(application.find("/Users", &format!("userName eq \"{name}\"")).await.json()["totalResults"], 1);
                assert_eq!(application.members(&group).await, std::slice::from_ref(&id));
                let event = server.report(&application.scope, |search| search.operation = Some(Operation::UserDeactivate)).await;
                assert_eq!(event.page.rows[0].summary, format!("Disabled user {name}"));
                assert!(event.page.rows[0].changed.contains(&"active".to_owned()));
                application.patch(&format!("/Users/{id}"), &patch(json!([{ "op": "replace", "value": { "active": true } }]))).await.expect(200);
                let event = server.last_event(&application.scope).await;
                assert_eq!((event.row.operation, event.row.summary), (Operation::UserReactivate, format!("Enabled user {name} again")));
            }
            let again = server.person(&application.scope, &name).await.unwrap();
            assert_eq!((again.row.id, again.row.status), (before.row.id, UserStatus::Active), "{way}");
        }
    }

    async fn on_the_person_is_gone(server) {
        let application = server.application("acme", &[(Feature::DeleteDeactivatedUsers, true)]).await;
        for (number, way) in WAYS.into_iter().enumerate() {
            let name = format!("user{number}@corp.test");
            let body = okta_user(&format!("00u{number}"), &name, "A", "B");
            let id = application.post("/Users", &body).await.expect(201).id();
            let group = application.add_group(&format!("group {number}"), &[&id]).await;
            leave(&application, &id, way).await;
            assert!(server.people(&application.scope).await.is_empty(), "{way}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.subject.as_str()), (Operation::UserDelete, name.as_str()), "{way}");
            assert!(event.row.summary.starts_with("Deleted user"), "{way}: {}", event.row.summary);
            application.get(&format!("/Users/{id}")).await.scim_error(404, None);
            assert_eq!(application.find("/Users", &format!("userName eq \"{name}\"")).await.json()["totalResults"], 0, "{way}");
            assert!(application.members(&group).await.is_empty(), "{way}");
            assert_eq!(application.get("/Users").await.json()["totalResults"], 0, "{way}");
            // The name is free, and whoever takes it is somebody new.
            let again = application.post("/Users", &body).await.expect(201).id();
            assert_ne!(again, id, "{way}");
            application.delete(&format!("/Users/{again}")).await.expect(204);
        }
    }

    async fn who_comes_back_is_known_by_external_id_or_name(server) {
        let application = server.application("acme", &[]).await;
        let body = |external_id: &str, name: &str| okta_user(external_id, name, "Ada", "Lovelace");
        let id = application.post("/Users", &body("00u1", "ada@corp.test")).await.expect(201).id();
        let below = format!("/Users/{id}");
        for (external_id, name) in [
            // Married meanwhile: the same externalId, another name.
            ("00u1", "ada.king@corp.test"),
            // A new account at the source: the same name in another spelling.
            ("00u9", "Ada.King@corp.test"),
        ] {
            application.delete(&below).await.expect(204);
            assert_eq!(application.post("/Users", &body(external_id, name)).await.expect(201).id(), id);
            assert_eq!(application.find("/Users", &format!("userName eq \"{name}\"")).await.json()["totalResults"], 1);
            assert_eq!(application.find("/Users", &format!("emails.value eq \"{name}\"")).await.json()["totalResults"], 1);
            let people = server.people(&application.scope).await;
            assert_eq!((people.len(), people[0].user_name.as_str(), people[0].status), (1, name, UserStatus::Active));
        }
        // Somebody else is somebody new.
        application.delete(&below).await.expect(204);
        assert_ne!(application.post("/Users", &body("00u5", "bob@corp.test")).await.expect(201).id(), id);
        assert_eq!(application.get("/Users").await.json()["totalResults"], 1);
    }

    async fn a_name_that_somebody_else_took_meanwhile(server) {
        let application = server.application("acme", &[]).await;
        let id = application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "L")).await.expect(201).id();
        let bob = application.post("/Users", &okta_user("00u2", "bob@corp.test", "Bob", "B")).await.expect(201).id();
        application.delete(&format!("/Users/{id}")).await.expect(204);
        // Back under a name that is taken: refused, and still away.
        application.post("/Users", &okta_user("00u1", "BOB@corp.test", "Ada", "L")).await.scim_error(409, Some("uniqueness"));
        application.get(&format!("/Users/{id}")).await.scim_error(404, None);
        assert_eq!(application.get("/Users").await.json()["totalResults"], 1);
        application.get(&format!("/Users/{bob}")).await.expect(200);
        assert_eq!(application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "L")).await.expect(201).id(), id);
    }

    async fn the_switch_counts_at_the_moment_of_leaving(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        leave(&application, &id, "PATCH").await;
        application.switch(server, Feature::DeleteDeactivatedUsers, true).await;
        // Already away: a write of somebody inactive deletes nobody.
        let below = format!("/Users/{id}");
        application.patch(&below, &patch(json!([{ "op": "add", "value": { "title": "X", "active": false } }]))).await.expect(200);
        application.get(&below).await.expect(200);
        application.delete(&below).await.expect(204);
        assert!(server.people(&application.scope).await.is_empty());
    }

    /// What is deleted does not stand in the way of a new name (RFC 7644 §3.6).
    async fn a_deleted_persons_name_is_free_for_a_rename(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada@corp.test").await;
        let bob = application.add_user("bob@corp.test").await;
        let rename = |name: &str| patch(json!([{ "op": "replace", "path": "userName", "value": name }]));
        application.patch(&format!("/Users/{bob}"), &rename("ada@corp.test")).await.scim_error(409, Some("uniqueness"));
        application.delete(&format!("/Users/{ada}")).await.expect(204);
        application.patch(&format!("/Users/{bob}"), &rename("ADA@corp.test")).await.expect(200);
        let event = server.last_event(&application.scope).await;
        assert!(event.steps.iter().any(|step| step.name == "Freed"), "{:?}", event.steps);
        let people = server.people(&application.scope).await;
        let mut names: Vec<(&str, UserStatus)> = people.iter().map(|row| (row.user_name.as_str(), row.status)).collect();
        names.sort_unstable_by_key(|(name, _)| name.len());
        assert_eq!(names[0], ("ADA@corp.test", UserStatus::Active));
        assert!(names[1].0.starts_with("ADA@corp.test (deleted, ") && names[1].1 == UserStatus::Disabled, "{names:?}");
        // Their name is another's now; under their externalId or a free name they could come back.
        application.post("/Users", &okta_user("1", "ada@corp.test", "A", "B")).await.scim_error(409, Some("uniqueness"));
        // A person whom another application provides keeps the name.
        let other = server.application("acme", &[]).await;
        other.add_user("eve@corp.test").await;
        application.patch(&format!("/Users/{bob}"), &rename("eve@corp.test")).await.scim_error(409, Some("uniqueness"));
    }
}
