//! What an administrator switched off is refused in words that Okta's administrator can read, and has its row.

use provisioning::{Operation, Outcome};
use registry::Feature;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, all_text, group, okta_user, patch, user};

/// Asks, and holds that the answer is the refusal of `feature` with its row.
async fn refused(
    server: &TestServer,
    application: &TestApplication,
    feature: Feature,
    operation: Operation,
    (method, below, body): (&str, &str, Option<Value>),
) {
    let before = application.get("/Users?startIndex=1&count=2").await.expect(200).body;
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let answer = application.send(method, below, body.as_bytes()).await;
    let name = &application.name;
    assert_eq!(
        answer.scim_error(403, None),
        format!(
            "\"{}\" is switched off for the application \"{name}\" in Rollcall. An administrator can switch it on under Applications, {name}, Features.",
            feature.label()
        ),
        "{method} {below}"
    );
    let event = server.last_event(&application.scope).await;
    assert_eq!((event.row.operation, event.row.outcome, event.row.status), (operation, Outcome::Refused, 403));
    assert_eq!(event.row.error_code.as_deref(), Some("featureOff"));
    assert_eq!(event.advice.unwrap().link, Some(provisioning::AdviceLink::Features));
    assert_eq!(application.get("/Users?startIndex=1&count=2").await.expect(200).body, before);
}

on_both_databases! {
    async fn import_users(server) {
        let application = server.application("acme", &[(Feature::ImportUsers, false)]).await;
        let id = application.add_user("ada@corp.test").await;
        let group = application.add_group("Engines", &[]).await;
        for below in ["/Users", "/Users?startIndex=1&count=100", "/Users?startIndex=2&count=1", "/Users?count=3", "/Users?attributes=userName"] {
            refused(server, &application, Feature::ImportUsers, Operation::UserImport, ("GET", below, None)).await;
        }
        refused(server, &application, Feature::ImportUsers, Operation::GroupImport, ("GET", "/Groups?startIndex=1&count=100", None)).await;
        for below in [
            "/Users?startIndex=1&count=2", "/Users?count=0", "/Users?startIndex=0&count=1", "/Groups?startIndex=1&count=2",
            "/Users?filter=userName%20eq%20%22ada@corp.test%22", "/Groups?filter=displayName%20eq%20%22x%22",
            &format!("/Users/{id}"), &format!("/Groups/{group}"), "/ServiceProviderConfig",
        ] {
            application.get(below).await.expect(200);
        }
        application.switch(server, Feature::ImportUsers, true).await;
        application.get("/Users").await.expect(200);
    }

    async fn create_users(server) {
        let application = server.application("acme", &[(Feature::CreateUsers, false)]).await;
        refused(server, &application, Feature::CreateUsers, Operation::UserCreate, ("POST", "/Users", Some(user("ada@corp.test")))).await;
        let rows = server.report(&application.scope, |search| search.identifier = "ada@corp.test".to_owned()).await.page.rows;
        assert_eq!(rows[0].summary, "Create user ada@corp.test: the feature is switched off");
        application.add_group("Engines", &[]).await;
        application.switch(server, Feature::CreateUsers, true).await;
        let id = application.add_user("ada@corp.test").await;
        application.switch(server, Feature::CreateUsers, false).await;
        application.put(&format!("/Users/{id}"), &user("ada2@corp.test")).await.expect(200);
    }

    async fn update_users(server) {
        let application = server.application("acme", &[(Feature::UpdateUsers, false)]).await;
        let body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        let id = application.post("/Users", &body).await.expect(201).id();
        let below = format!("/Users/{id}");
        let mut renamed = body.clone();
        renamed["userName"] = json!("eve@corp.test");
        refused(server, &application, Feature::UpdateUsers, Operation::UserUpdate, ("PUT", &below, Some(renamed))).await;
        refused(server, &application, Feature::UpdateUsers, Operation::UserUpdate, ("PATCH", &below, Some(patch(json!([{ "op": "add", "path": "title", "value": "X" }]))))).await;
        refused(server, &application, Feature::UpdateUsers, Operation::UserUpdate, ("PATCH", &below, Some(patch(json!([{ "op": "replace", "value": { "active": false, "title": "X" } }]))))).await;
        // Nothing differs, or the status only: both go on.
        application.put(&below, &body).await.expect(200);
        application.patch(&below, &patch(json!([{ "op": "replace", "value": { "active": false } }]))).await.expect(200);
        let mut back = body.clone();
        back["active"] = json!(true);
        application.put(&below, &back).await.expect(200);
        application.delete(&below).await.expect(204);
    }

    async fn deactivate_users(server) {
        let application = server.application("acme", &[(Feature::DeactivateUsers, false)]).await;
        let body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        let below = format!("/Users/{}", application.post("/Users", &body).await.expect(201).id());
        let mut off = body.clone();
        off["active"] = json!(false);
        refused(server, &application, Feature::DeactivateUsers, Operation::UserUpdate, ("PUT", &below, Some(off))).await;
        refused(server, &application, Feature::DeactivateUsers, Operation::UserUpdate, ("PATCH", &below, Some(patch(json!([{ "op": "Replace", "path": "active", "value": "False" }]))))).await;
        refused(server, &application, Feature::DeactivateUsers, Operation::UserDelete, ("DELETE", &below, None)).await;
        application.patch(&below, &patch(json!([{ "op": "add", "path": "title", "value": "X" }]))).await.expect(200);
        assert_eq!(application.get(&below).await.json()["active"], true);
    }

    async fn push_groups(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_group("Engines", &[]).await;
        let below = format!("/Groups/{id}");
        application.switch(server, Feature::PushGroups, false).await;
        refused(server, &application, Feature::PushGroups, Operation::GroupCreate, ("POST", "/Groups", Some(group("Other", &[])))).await;
        refused(server, &application, Feature::PushGroups, Operation::GroupUpdate, ("PUT", &below, Some(group("Other", &[])))).await;
        refused(server, &application, Feature::PushGroups, Operation::GroupUpdate, ("PATCH", &below, Some(patch(json!([{ "op": "replace", "path": "displayName", "value": "X" }]))))).await;
        refused(server, &application, Feature::PushGroups, Operation::GroupDelete, ("DELETE", &below, None)).await;
        application.get(&below).await.expect(200);
        application.find("/Groups", "displayName eq \"Engines\"").await.expect(200);
        application.add_user("ada@corp.test").await;
    }

    async fn sync_password_off(server) {
        let application = server.application("acme", &[]).await;
        let body = |password: &str| {
            let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
            body["password"] = json!(password);
            body
        };
        let created = application.post("/Users", &body("Zw8-create-s3cret")).await.expect(201);
        let below = format!("/Users/{}", created.id());
        application.put(&below, &body("Zw8-put-s3cret")).await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.outcome, Outcome::Unchanged);
        for operations in [
            json!([{ "op": "replace", "value": { "password": "Zw8-patch-s3cret" } }]),
            json!([{ "op": "Replace", "path": "password", "value": "Zw8-patch-s3cret" }]),
            json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "Zw8-patch-s3cret" }]),
        ] {
            refused(server, &application, Feature::SyncPassword, Operation::UserUpdate, ("PATCH", &below, Some(patch(operations)))).await;
        }
        application.patch(&below, &patch(json!([{ "op": "replace", "value": { "password": "Zw8-patch-s3cret", "title": "X" } }]))).await.expect(200);
        let person = server.person(&application.scope, "ada@corp.test").await.unwrap();
        assert!(!person.has_password);
        let everywhere = all_text(server).await;
        assert!(everywhere.contains("ada@corp.test") && !everywhere.contains("s3cret"));
    }

    async fn sync_password_on(server) {
        let application = server.application("acme", &[(Feature::SyncPassword, true)]).await;
        let body = |password: &str| {
            let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
            body["password"] = json!(password);
            body
        };
        let hash = async || {
            let text = all_text(server).await;
            assert!(!text.contains("s3cret"));
            let at = text.find("$argon2id$").expect("a hash");
            text[at..at + 90].to_owned()
        };
        let created = application.post("/Users", &body("Zw8-create-s3cret")).await.expect(201);
        assert!(!created.body.contains("s3cret") && !created.body.contains("password"));
        let below = format!("/Users/{}", created.id());
        let first = hash().await;
        assert!(server.person(&application.scope, "ada@corp.test").await.unwrap().has_password);
        let put = application.put(&below, &body("Zw8-put-s3cret")).await.expect(200);
        assert_eq!(put.json()["meta"]["version"], "W/\"1\"");
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserPassword, Outcome::Succeeded));
        assert_eq!(event.row.summary, "Set the password of user ada@corp.test");
        assert_eq!(event.row.changed, ["password"]);
        let second = hash().await;
        let answer = application.patch(&below, &patch(json!([{ "op": "replace", "value": { "password": "Zw8-patch-s3cret" } }]))).await.expect(200);
        assert!(!answer.body.contains("s3cret"));
        let third = hash().await;
        assert!(first != second && second != third && first != third);
        for body in [json!({ "password": { "a": "Zw8-object-s3cret" } }), json!({ "password": ["Zw8-list-s3cret"] })] {
            let mut broken = okta_user("00u2", "bob@corp.test", "Bob", "B");
            broken["password"] = body["password"].clone();
            let answer = application.post("/Users", &broken).await;
            answer.scim_error(400, Some("invalidValue"));
            assert!(!answer.body.contains("s3cret"));
        }
        application.send("POST", "/Users", b"{\"password\":\"Zw8-broken-s3cret\"").await.scim_error(400, Some("invalidSyntax"));
        application.get("/Users?password=Zw8-query-s3cret").await.expect(200);
        assert_eq!(hash().await, third);
    }

    async fn unique_group_names_off(server) {
        let application = server.application("acme", &[(Feature::UniqueGroupNames, false)]).await;
        let first = application.add_group("Engines", &[]).await;
        let second = application.add_group("ENGINES", &[]).await;
        let third = application.add_group("Other", &[]).await;
        application.put(&format!("/Groups/{third}"), &group("engines", &[])).await.expect(200);
        assert_eq!(application.find("/Groups", "displayName eq \"engines\"").await.json()["totalResults"], 3);
        // Switched on, no further group takes the name, whenever the others got theirs; each may still be changed.
        application.switch(server, Feature::UniqueGroupNames, true).await;
        application.post("/Groups", &group("Engines", &[])).await.scim_error(409, Some("uniqueness"));
        let mut body = group("Engines", &[]);
        body["externalId"] = json!("1");
        application.put(&format!("/Groups/{first}"), &body).await.expect(200);
        application.delete(&format!("/Groups/{first}")).await.expect(204);
        application.delete(&format!("/Groups/{second}")).await.expect(204);
        application.post("/Groups", &group("Engines", &[])).await.scim_error(409, Some("uniqueness"));
        application.delete(&format!("/Groups/{third}")).await.expect(204);
        application.post("/Groups", &group("Engines", &[])).await.expect(201);
    }

    async fn require_schemas_off(server) {
        let application = server.application("acme", &[(Feature::RequireSchemas, false)]).await;
        let created = application.post("/Users", &json!({ "userName": "ada@corp.test" })).await.expect(201);
        assert_eq!(created.json()["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
        let event = server.last_event(&application.scope).await;
        assert!(event.steps.iter().any(|step| step.text.contains("schemas is missing")), "{:?}", event.steps);
        let below = format!("/Users/{}", created.id());
        application.put(&below, &json!({ "schemas": [], "userName": "ada@corp.test", "title": "x" })).await.expect(200);
        application.switch(server, Feature::RequireSchemas, true).await;
        application.put(&below, &json!({ "userName": "ada@corp.test" })).await.scim_error(400, Some("invalidSyntax"));
        application.post("/Users", &json!({ "userName": "bob@corp.test" })).await.scim_error(400, Some("invalidSyntax"));
    }
}
