//! `/Me` (RFC 7644 §3.11)

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provisioning::{Operation, Outcome};
use registry::{CredentialKind, Feature};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, all_text, group, okta_user, patch, user};

/// An application with the user Ada, who has a credential of her own: the application, as she reaches it, and her id.
async fn ada(server: &TestServer, features: &[(Feature, bool)]) -> (TestApplication, TestApplication, String) {
    let application = server.application("acme", features).await;
    let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
    body["roles"] = json!([{ "value": "engineer" }]);
    let id = application.post("/Users", &body).await.expect(201).id();
    let own = application.as_user(server, "ada@corp.test").await;
    (application, own, id)
}

on_both_databases! {
    async fn me_is_the_user(server) {
        let (application, own, id) = ada(server, &[]).await;
        application.add_group("Engines", &[&id]).await;
        let location = format!("https://rollcall.test{}/Users/{id}", application.path);
        let by_id = application.get(&format!("/Users/{id}")).await.expect(200);
        for below in ["/Me", "/me/", "//Me?x=1"] {
            let me = own.get(below).await.expect(200);
            assert_eq!(me.body, by_id.body, "{below}");
            for header in ["location", "content-location"] {
                assert_eq!(me.header(header), Some(location.as_str()), "{below}");
            }
            assert_eq!(me.header("etag"), Some("W/\"1\""));
        }
        let name_only = own.get("/Me?attributes=userName").await.expect(200).json();
        assert_eq!((&name_only["userName"], name_only.get("emails")), (&json!("ada@corp.test"), None));
        let unchanged = own.send_with("GET", "/Me", &[("If-None-Match", "W/\"1\"")], b"").await;
        assert_eq!((unchanged.status, unchanged.header("location")), (304, Some(location.as_str())));

        let answer = own.patch("/Me", &patch(json!([{ "op": "replace", "path": "nickName", "value": "Countess" }]))).await.expect(200);
        assert_eq!((answer.json()["nickName"].as_str(), answer.header("location")), (Some("Countess"), Some(location.as_str())));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserUpdate, Outcome::Succeeded));
        assert_eq!((event.method.as_str(), event.target.as_str()), ("PATCH", "/Me"));
        assert_eq!((event.steps[0].name.as_str(), event.steps[0].text.clone()), ("Me", format!("A user's own credential: /Me is /Users/{id}")));
        assert!(event.credential.unwrap().starts_with("rcu"));

        // Our own answer, changed and sent back; what only others may change is in it as it was.
        let mut whole = own.get("/Me").await.json();
        whole["displayName"] = json!("Ada King");
        own.send_with("PUT", "/Me", &[("If-Match", "W/\"1\"")], whole.to_string().as_bytes()).await.scim_error(412, None);
        let answer = own.send_with("PUT", "/Me", &[("If-Match", "W/\"2\"")], whole.to_string().as_bytes()).await.expect(200);
        assert_eq!((answer.header("location"), answer.header("etag")), (Some(location.as_str()), Some("W/\"3\"")));
        let stored = application.get(&format!("/Users/{id}")).await.json();
        assert_eq!((&stored["displayName"], &stored["roles"][0]["value"]), (&json!("Ada King"), &json!("engineer")));

        let refused = own.send("PATCH", "/Me", b"{").await;
        refused.scim_error(400, Some("invalidSyntax"));
        assert_eq!(refused.header("location"), Some(location.as_str()));
        let basic = server.registry.issue_user_credential(&application.scope, &application.id, "ada@corp.test", CredentialKind::Basic, "basic", None).await.unwrap();
        let pair = STANDARD.encode(format!("{}:{}", basic.credential.username.unwrap(), basic.secret.expose_secret()));
        let authorization = format!("Basic {pair}");
        let target = format!("{}/Me", application.path);
        application.wire.send("GET", target.as_bytes(), &[("Authorization", &authorization)], b"").await.expect(200);
    }

    async fn what_users_may_not_change_themselves(server) {
        let (application, own, id) = ada(server, &[]).await;
        let engines = application.add_group("Engines", &[]).await;
        let before = application.get(&format!("/Users/{id}")).await.expect(200).body;
        let replaced = |name: &str, value: Value| {
            let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
            body["roles"] = json!([{ "value": "engineer" }]);
            body[name] = value;
            body
        };
        let changed = |path: &str, value: Value| patch(json!([{ "op": "add", "path": "title", "value": "X" }, { "op": "replace", "path": path, "value": value }]));
        for (method, body, attribute) in [
            ("PATCH", changed("active", json!(false)), "active"),
            ("PATCH", changed("userName", json!("root@corp.test")), "userName"),
            ("PATCH", changed("externalId", json!("00u2")), "externalId"),
            ("PATCH", changed("roles", json!([{ "value": "admin" }])), "roles"),
            ("PATCH", changed("entitlements", json!([{ "value": "all" }])), "entitlements"),
            ("PATCH", patch(json!([{ "op": "remove", "path": "roles[value eq \"engineer\"]" }])), "roles"),
            ("PATCH", patch(json!([{ "op": "replace", "value": { "roles": [{ "value": "admin" }], "urn:ietf:params:scim:schemas:core:2.0:User:title": "X" } }])), "roles"),
            ("PUT", replaced("active", json!(false)), "active"),
            ("PUT", replaced("userName", json!("root@corp.test")), "userName"),
            ("PUT", replaced("externalId", json!("00u2")), "externalId"),
            ("PUT", replaced("roles", json!([{ "value": "admin" }])), "roles"),
            ("PUT", replaced("roles", json!([])), "roles"),
            ("PUT", replaced("entitlements", json!([{ "value": "all" }])), "entitlements"),
        ] {
            let answer = own.send(method, "/Me", body.to_string().as_bytes()).await;
            let detail = answer.scim_error(403, None);
            assert!(detail.starts_with(&format!("{attribute} cannot be changed by the user's own credential")), "{body}: {detail}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.outcome, event.row.resource_id.as_deref()), (Operation::UserUpdate, Outcome::Refused, Some(id.as_str())), "{body}");
            assert_eq!((event.row.error_code.as_deref(), event.steps[0].name.as_str()), (Some("notByUser"), "Me"), "{body}");
            assert!(event.advice.is_some());
        }
        let refused = own.patch("/Me", &changed("groups", json!([{ "value": engines }]))).await;
        refused.scim_error(400, Some("mutability"));
        own.put("/Me", &replaced("groups", json!([{ "value": engines }]))).await.expect(200);
        assert!(application.members(&engines).await.is_empty());

        let answer = own.delete("/Me").await;
        assert!(answer.scim_error(403, None).starts_with("The account cannot be deleted by the user's own credential"));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome, event.row.subject.as_str()), (Operation::UserDelete, Outcome::Refused, "ada@corp.test"));
        own.post("/Me", &user("new@corp.test")).await.scim_error(501, None);
        let odd = own.send("BREW", "/Me", b"").await;
        odd.scim_error(405, None);
        assert_eq!(odd.header("allow"), Some("GET, PUT, PATCH"));
        assert_eq!(application.get(&format!("/Users/{id}")).await.body, before);
        assert_eq!(server.people(&application.scope).await.len(), 1);
    }

    async fn no_new_name_by_way_of_the_mapping(server) {
        let (application, own, _) = ada(server, &[]).await;
        let emails = |value: &str| patch(json!([{ "op": "replace", "path": "emails", "value": [{ "value": value, "type": "work", "primary": true }] }]));
        own.patch("/Me", &emails("ada@home.test")).await.expect(200);
        own.patch("/Me", &emails("ada@corp.test")).await.expect(200);
        application.change_settings(server, |settings| {
            let rule = settings.mapping.users.iter_mut().find(|rule| rule.attribute == "userName").unwrap();
            rule.path = "emails[type eq \"work\"].value".to_owned();
        }).await;
        let detail = own.patch("/Me", &emails("root@corp.test")).await.scim_error(403, None);
        assert!(detail.contains("directory userName"), "{detail}");
        own.patch("/Me", &patch(json!([{ "op": "add", "path": "title", "value": "X" }]))).await.expect(200);
        assert!(server.person(&application.scope, "ada@corp.test").await.is_some());
    }

    async fn nothing_else_opens(server) {
        let (application, own, id) = ada(server, &[]).await;
        let engines = application.add_group("Engines", &[&id]).await;
        let before = (application.get("/Users").await.body, application.get("/Groups").await.body);
        let (rename, me) = (patch(json!([{ "op": "replace", "path": "displayName", "value": "X" }])), format!("/Users/{id}"));
        let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{ "method": "DELETE", "path": me }] });
        for (method, below, body) in [
            ("GET", "/Users", Value::Null),
            ("GET", "/Users?filter=userName%20pr", Value::Null),
            ("POST", "/Users", user("eve@corp.test")),
            ("GET", &me, Value::Null),
            ("PUT", &me, user("ada@corp.test")),
            ("PATCH", &me, rename.clone()),
            ("DELETE", &me, Value::Null),
            ("GET", "/Groups", Value::Null),
            ("POST", "/Groups", group("G", &[])),
            ("GET", &format!("/Groups/{engines}"), Value::Null),
            ("PATCH", &format!("/Groups/{engines}"), rename),
            ("DELETE", &format!("/Groups/{engines}"), Value::Null),
            ("POST", "/Bulk", bulk),
            ("POST", "/.search", json!({})),
            ("POST", "/Users/.search", json!({})),
            ("GET", "/Me/emails", Value::Null),
            ("GET", "/Nothing", Value::Null),
            ("GET", "", Value::Null),
        ] {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let detail = own.send(method, below, body.as_bytes()).await.scim_error(403, None);
            assert!(detail.contains("belongs to one user"), "{method} {below}: {detail}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Refused, Some("credentialOfUser")), "{method} {below}");
        }
        for below in ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"] {
            own.get(below).await.expect(200);
        }
        assert_eq!((application.get("/Users").await.body, application.get("/Groups").await.body), before);
    }

    async fn an_application_is_nobody(server) {
        let (application, _, _) = ada(server, &[]).await;
        let rows = server.events(&application.scope).await.len();
        for (method, body) in [("GET", String::new()), ("POST", user("x@corp.test").to_string()), ("PUT", user("x@corp.test").to_string()), ("PATCH", "{}".to_owned()), ("DELETE", String::new())] {
            let answer = application.send(method, "/Me", body.as_bytes()).await;
            assert!(answer.scim_error(501, None).contains("Ask for /Users/{id}."), "{method}");
            assert_eq!(answer.header("location"), None);
        }
        assert_eq!(server.events(&application.scope).await.len(), rows + 5);
    }

    async fn the_credential_lasts_as_long_as_the_user(server) {
        let (application, own, id) = ada(server, &[]).await;
        let below = format!("/Users/{id}");
        let active = |active: bool| patch(json!([{ "op": "replace", "path": "active", "value": active }]));
        own.get("/Me").await.expect(200);
        application.patch(&below, &active(false)).await.expect(200);
        own.get("/Me").await.scim_error(401, None);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.error_code.as_deref()), (Operation::CredentialRejected, Some("credentialUserGone")));
        assert!(event.advice.is_some());
        application.patch(&below, &active(true)).await.expect(200);
        own.get("/Me").await.expect(200);
        application.delete(&below).await.expect(204);
        own.get("/Me").await.scim_error(401, None);
        // Back under the same id, and so are their credentials.
        application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "Lovelace")).await.expect(201);
        assert_eq!(own.get("/Me").await.expect(200).id(), id);
        application.switch(server, Feature::DeleteDeactivatedUsers, true).await;
        application.delete(&below).await.expect(204);
        own.get("/Me").await.scim_error(401, None);
        application.add_user("ada@corp.test").await;
        own.get("/Me").await.scim_error(401, None);

        let again = application.as_user(server, "ada@corp.test").await;
        again.get("/Me").await.expect(200);
        for credential in server.registry.credentials(&application.scope, &application.id).await.unwrap() {
            if credential.user.is_some() {
                server.registry.revoke_credential(&application.scope, &application.id, credential.id.as_str()).await.unwrap();
            }
        }
        again.get("/Me").await.scim_error(401, None);
        application.get("/Users").await.expect(200);
    }

    async fn features_hold_for_users_too(server) {
        let (application, own, _) = ada(server, &[(Feature::UpdateUsers, false), (Feature::SyncPassword, true)]).await;
        let detail = own.patch("/Me", &patch(json!([{ "op": "add", "path": "title", "value": "X" }]))).await.scim_error(403, None);
        assert!(detail.starts_with(&format!("\"{}\" is switched off", Feature::UpdateUsers.label())), "{detail}");
        let password = patch(json!([{ "op": "replace", "path": "password", "value": "Zw8-own-s3cret" }]));
        assert!(!own.patch("/Me", &password).await.expect(200).body.contains("s3cret"));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserPassword, Outcome::Succeeded));
        assert!(!all_text(server).await.contains("s3cret"));
        server.registry.pause_application(&application.scope, &application.id, true).await.unwrap();
        own.get("/Me").await.scim_error(429, None);
    }
}
