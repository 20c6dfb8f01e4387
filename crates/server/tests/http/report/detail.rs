//! A row of the report with everything known about it.

use provisioning::{Operation, Outcome, Subject};
use serde_json::json;

use crate::on_both_databases;
use crate::support::{all_text, okta_user, patch, user};

on_both_databases! {
    async fn who_asked_what_and_what_came_of_it(server) {
        let application = server.application("acme", &[]).await;
        let created = application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "Lovelace")).await.expect(201);
        let request_id = created.header("x-request-id").unwrap().to_owned();
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.method.as_str(), event.target.as_str()), ("POST", "/Users"));
        assert_eq!((event.user_agent.as_deref(), event.client_address.as_deref()), (Some("Okta SCIM Client 1.0.0"), Some("127.0.0.1")));
        assert_eq!(event.request_id, request_id);
        let token = &application.token;
        assert_eq!(event.credential, Some(format!("{}…{}", &token[..event.credential.as_ref().unwrap().find('…').unwrap()], &token[token.len() - 4..])));
        let request: serde_json::Value = serde_json::from_str(event.request.as_deref().unwrap()).unwrap();
        assert_eq!((&request["userName"], &request["password"]), (&json!("ada@corp.test"), &json!("[redacted]")));
        let response: serde_json::Value = serde_json::from_str(event.response.as_deref().unwrap()).unwrap();
        assert_eq!(response, created.json());
        assert_eq!(event.advice, None);

        let failed = application.post("/Users", &okta_user("00u2", "ADA@corp.test", "Eve", "Evil")).await.expect(409);
        let event = server.last_event(&application.scope).await;
        let response: serde_json::Value = serde_json::from_str(event.response.as_deref().unwrap()).unwrap();
        assert_eq!(response, failed.json());
        let advice = event.advice.unwrap();
        assert!(advice.message_for_client_administrator.ends_with(response["detail"].as_str().unwrap()));
        assert_eq!(event.steps.last().unwrap().name, "Stopped");

        let everywhere = all_text(server).await;
        for secret in [token.as_str(), "kq82mz0nq", "Bearer rct"] {
            assert!(!everywhere.contains(secret), "{secret}");
        }
        let secret = &token[3..token.len() - 6];
        assert!(!everywhere.contains(secret));
    }

    async fn every_operation_has_its_row_and_sentence(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        application.get("/Users?startIndex=1&count=2").await.expect(200);
        application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        let ada = application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "Lovelace")).await.expect(201).id();
        application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        application.get(&format!("/Users/{ada}")).await.expect(200);
        application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "add", "path": "title", "value": "Countess" }]))).await.expect(200);
        application.find("/Groups", "displayName eq \"Engines\"").await.expect(200);
        let group = application.add_group("Engines", &[]).await;
        application.patch(&format!("/Groups/{group}"), &patch(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]))).await.expect(200);
        application.patch(&format!("/Groups/{group}"), &patch(json!([{ "op": "replace", "value": { "displayName": "Motors" } }]))).await.expect(200);
        application.get("/Users?startIndex=1&count=100").await.expect(200);
        application.get("/Groups?startIndex=1&count=100").await.expect(200);
        application.delete(&format!("/Groups/{group}")).await.expect(204);
        application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "replace", "value": { "active": false } }]))).await.expect(200);
        application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "replace", "value": { "active": true } }]))).await.expect(200);
        application.delete(&format!("/Users/{ada}")).await.expect(204);
        application.post("/Users", &user("ada@corp.test")).await.expect(201);
        application.post("/Users", &user("ada@corp.test")).await.expect(409);
        application.post("/Me", &json!({})).await.expect(501);
        application.wire.send("GET", format!("{}/Users", application.path).as_bytes(), &[], b"").await.expect(401);
        let rows = server.events(scope).await;
        let told: Vec<_> = rows.iter().rev().map(|row| (row.operation, row.outcome, row.summary.as_str(), row.changed.join(" "))).collect();
        let told: Vec<_> = told.iter().map(|(operation, outcome, summary, changed)| (*operation, *outcome, *summary, changed.as_str())).collect();
        use Outcome::{Failed, Refused, Succeeded};
        assert_eq!(told, [
            (Operation::ConnectionTest, Succeeded, "Tested the connection", ""),
            (Operation::UserLookup, Succeeded, "Looked up user ada@corp.test: not found", ""),
            (Operation::UserCreate, Succeeded, "Created user ada@corp.test", "externalId userName name.familyName name.givenName displayName locale active emails"),
            (Operation::UserLookup, Succeeded, "Looked up user ada@corp.test: found", ""),
            (Operation::UserUpdate, Succeeded, "Updated user ada@corp.test", "title directory title"),
            (Operation::GroupLookup, Succeeded, "Looked up group Engines: not found", ""),
            (Operation::GroupCreate, Succeeded, "Created group Engines", "displayName"),
            (Operation::GroupMembers, Succeeded, "Added 1 member to group Engines", "members"),
            (Operation::GroupUpdate, Succeeded, "Renamed group Engines to Motors", "displayName"),
            (Operation::UserImport, Succeeded, "Read users 1 to 1 of 1", ""),
            (Operation::GroupImport, Succeeded, "Read groups 1 to 1 of 1", ""),
            (Operation::GroupDelete, Succeeded, "Deleted group Motors", ""),
            (Operation::UserDeactivate, Succeeded, "Disabled user ada@corp.test", "active directory active"),
            (Operation::UserReactivate, Succeeded, "Enabled user ada@corp.test again", "active directory active"),
            (Operation::UserDelete, Succeeded, "Disabled user ada@corp.test, who was deleted at the source", ""),
            (Operation::UserRestore, Succeeded, "Restored user ada@corp.test under the former id", "userName active"),
            (Operation::UserCreate, Failed, "Create user ada@corp.test: name already taken in this application", ""),
            (Operation::Other, Failed, "Turned away POST: this part of SCIM is not offered", ""),
            (Operation::CredentialRejected, Refused, "Turned away a request without a credential", ""),
        ]);
        let member = rows.iter().find(|row| row.operation == Operation::GroupMembers).unwrap();
        let member = server.provisioning.event(scope, &member.id).await.unwrap().unwrap();
        assert_eq!((member.changes[0].old.as_deref(), member.changes[0].new.as_deref()), (None, Some("ada@corp.test")));

        let person = server.person(scope, "ada@corp.test").await.unwrap().row.id;
        let recent = server.provisioning.recent_events(scope, Subject::User(person), 100).await.unwrap();
        assert!(recent.len() >= 6 && recent.iter().all(|row| row.subject == "ada@corp.test"), "{recent:?}");
        assert_eq!(server.provisioning.recent_events(scope, Subject::Group(group), 100).await.unwrap().len(), 4);
        assert_eq!(server.provisioning.recent_events(scope, Subject::Application(application.id.clone()), 100).await.unwrap().len(), 19);
        let milestones = server.provisioning.milestones(scope, &application.id).await.unwrap();
        for (milestone, operation) in [
            (milestones.credential_accepted, Operation::ConnectionTest), (milestones.user_looked_up, Operation::UserLookup),
            (milestones.user_created, Operation::UserCreate), (milestones.user_updated, Operation::UserUpdate),
            (milestones.group_pushed, Operation::GroupCreate), (milestones.user_deactivated, Operation::UserDeactivate),
        ] {
            let id = milestone.unwrap().event_id;
            assert_eq!(rows.iter().rfind(|row| row.operation == operation).unwrap().id, id);
        }
    }

    async fn a_question_has_its_own_time(server) {
        let application = server.application("acme", &[]).await;
        application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        server.clock.step(5_000);
        application.add_user("ada@corp.test").await;
        let rows = server.events(&application.scope).await;
        let operations: Vec<_> = rows.iter().map(|row| row.operation).collect();
        assert_eq!(operations, [Operation::UserCreate, Operation::UserLookup]);
        assert_eq!(rows[0].occurred_at.as_milliseconds() - rows[1].occurred_at.as_milliseconds(), 5_000);
    }
}
