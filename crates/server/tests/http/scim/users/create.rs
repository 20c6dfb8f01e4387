//! POST /Users

use provisioning::{Operation, Outcome};
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, okta_user, user};

on_both_databases! {
    async fn what_okta_creates_and_reads_back(server) {
        let application = server.application("acme", &[]).await;
        let created = application.post("/Users", &okta_user("00u1", "Ada@Corp.test", "Ada", "Lovelace")).await.expect(201);
        let id = created.id();
        let location = format!("https://rollcall.test{}/Users/{id}", application.path);
        assert_eq!(created.header("content-type"), Some("application/scim+json"));
        assert_eq!(created.header("location"), Some(location.as_str()));
        assert_eq!(created.header("content-location"), Some(location.as_str()));
        assert_eq!(created.header("etag"), Some("W/\"1\""));
        let expected = concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ID","externalId":"00u1","userName":"Ada@Corp.test","#,
            r#""name":{"givenName":"Ada","familyName":"Lovelace"},"emails":[{"primary":true,"value":"Ada@Corp.test","type":"work"}],"#,
            r#""displayName":"Ada Lovelace","locale":"en-US","active":true,"meta":{"resourceType":"User","#,
            r#""created":"2026-11-24T09:00:00.000Z","lastModified":"2026-11-24T09:00:00.000Z","version":"W/\"1\"","location":"LOCATION"}}"#,
        );
        assert_eq!(created.body, expected.replace("ID", &id).replace("LOCATION", &location));
        assert_eq!(application.get(&format!("/Users/{id}")).await.expect(200).body, created.body);

        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome, event.row.status), (Operation::UserCreate, Outcome::Succeeded, 201));
        assert_eq!(event.row.summary, "Created user Ada@Corp.test");
        assert_eq!(event.row.resource_id.as_deref(), Some(id.as_str()));
        let steps: Vec<_> = event.steps.iter().map(|step| format!("{}: {}", step.name, step.text)).collect();
        assert_eq!(steps, [
            "Read: The request follows the schema",
            "Password: Sync password is off: the password was ignored",
            "Matched: No directory user matched: a new one was made",
            "Mapped: 13 rules of settings revision 1: a new profile",
            "Stored: Version 1 of the resource",
        ]);
        let person = server.person(&application.scope, "Ada@Corp.test").await.unwrap();
        assert_eq!(person.profile, [
            ("userName", "Ada@Corp.test"), ("givenName", "Ada"), ("familyName", "Lovelace"), ("email", "Ada@Corp.test"),
            ("displayName", "Ada Lovelace"), ("active", "true"), ("locale", "en-US"),
        ].map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    async fn what_the_client_wrote_is_answered_as_written(server) {
        let application = server.application("acme", &[]).await;
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
            "userName": "  Zoë O'Neil +1@corp.test ",
            "name": { "formatted": "Frau Dr. Zoë", "honorificPrefix": "Dr.", "familyName": "O'Neil", "givenName": "Zoë 😀" },
            "title": "Line\nbreak \"quoted\" \\ % _ <b>",
            "emails": [
                { "value": "b@corp.test", "type": "home", "primary": false },
                { "value": "a@corp.test", "type": "work", "primary": true, "display": "A" }
            ],
            "phoneNumbers": [{ "value": "+49 30 123", "type": "mobile" }],
            "addresses": [{ "streetAddress": "1 Way", "locality": "Berlin", "country": "Belize", "type": "work" }],
            "roles": [{ "value": "{\"a\":1}", "primary": true }],
            "timezone": "no zone at all",
            "profileUrl": "RVSZJGLGMDLF",
            "active": false,
            (ENTERPRISE_USER): { "employeeNumber": "007", "department": "Tour", "manager": { "value": "GZFDHGRKQLCG" } }
        });
        let answer = application.post("/Users", &sent).await.expect(201).json();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&answer[name], value, "{name}");
        }
    }

    async fn what_clients_send_but_does_not_count(server) {
        let application = server.application("acme", &[]).await;
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:custom:1.0:User"],
            "id": "mine", "userName": "ada@corp.test", "Active": "True", "nickName": null, "title": "", "phoneNumbers": [{ "type": "work", "primary": true }],
            "meta": { "resourceType": "Cat", "version": "W/\"77\"", "location": "http://evil.test" }, "groups": [{ "value": "x" }],
            "favouriteColour": "red", "urn:custom:1.0:User": { "a": 1 },
        });
        let answer = application.post("/Users", &body).await.expect(201).json();
        assert_ne!(answer["id"], "mine");
        assert_eq!(answer["active"], true);
        assert_eq!(answer["meta"]["version"], "W/\"1\"");
        assert_eq!(answer["meta"]["resourceType"], "User");
        for absent in ["groups", "favouriteColour", "urn:custom:1.0:User", "nickName", "phoneNumbers", "password"] {
            assert!(answer.get(absent).is_none(), "{absent}");
        }
        let event = server.last_event(&application.scope).await;
        let read = &event.steps[0].text;
        for noted in ["boolean sent as text: active", "attribute ignored: favouriteColour", "unknown schema ignored: urn:custom:1.0:User", "entry without a value dropped: phoneNumbers"] {
            assert!(read.contains(noted), "{noted}: {read}");
        }
    }

    async fn a_name_is_one_users(server) {
        let application = server.application("acme", &[]).await;
        application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "L")).await.expect(201);
        for taken in ["ada@corp.test", "ADA@Corp.TEST", "ａｄａ@corp.test"] {
            let answer = application.post("/Users", &okta_user("00u2", taken, "Other", "Person")).await;
            let detail = answer.scim_error(409, Some("uniqueness"));
            assert_eq!(
                detail,
                format!("userName \"{taken}\" already belongs to another resource of this application. Link to that one, or use another userName.")
            );
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("uniqueness")));
            assert_eq!(event.row.summary, format!("Create user {taken}: name already taken in this application"));
            assert!(event.advice.is_some());
        }
        // Inactive users own their name too.
        let bob = application.add_user("bob@corp.test").await;
        application.put(&format!("/Users/{bob}"), &json!({ "schemas": user("x")["schemas"], "userName": "bob@corp.test", "active": false })).await.expect(200);
        application.post("/Users", &user("Bob@corp.test")).await.scim_error(409, Some("uniqueness"));
        // Another application of the tenant, and another tenant, have names of their own.
        server.application("acme", &[]).await.post("/Users", &user("ada@corp.test")).await.expect(201);
        server.application("globex", &[]).await.post("/Users", &user("ada@corp.test")).await.expect(201);
        assert_eq!(server.people(&application.scope).await.len(), 2);
    }

    async fn an_inactive_user_comes_and_goes(server) {
        let kept = server.application("acme", &[]).await;
        let mut body = user("off@corp.test");
        body["active"] = json!(false);
        let id = kept.post("/Users", &body).await.expect(201).id();
        assert_eq!(kept.get(&format!("/Users/{id}")).await.expect(200).json()["active"], false);
        let deleting = server.application("globex", &[(Feature::DeleteDeactivatedUsers, true)]).await;
        let answer = deleting.post("/Users", &body).await.expect(201);
        assert_eq!(answer.json()["active"], false);
        deleting.get(&format!("/Users/{}", answer.id())).await.scim_error(404, None);
        assert_eq!(deleting.get("/Users").await.json()["totalResults"], 0);
        assert!(server.people(&deleting.scope).await.is_empty());
        deleting.post("/Users", &user("off@corp.test")).await.expect(201);
    }
}
