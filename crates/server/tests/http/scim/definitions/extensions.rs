//! Extensions of users: kept, found, unique, required and mapped into the directory.

use mapping::Rule;
use serde_json::{Value, json};

use super::{RESOURCE_TYPE, SCHEMA, define};
use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, patch, user};

const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn badge(required: bool) -> Value {
    json!([
        {
            "schemas": [SCHEMA], "id": BADGE, "name": "Badge",
            "attributes": [
                { "name": "number", "required": true, "uniqueness": "server" },
                { "name": "doors", "multiValued": true },
                { "name": "photoTaken", "type": "boolean" },
            ]
        },
        {
            "schemas": [RESOURCE_TYPE], "name": "User", "endpoint": "/Users", "schema": USER,
            "schemaExtensions": [{ "schema": BADGE, "required": required }]
        },
    ])
}

fn with_badge(user_name: &str, badge: Value) -> Value {
    let mut body = user(user_name);
    body["schemas"] = json!([USER, BADGE]);
    body[BADGE] = badge;
    body
}

on_both_databases! {
    async fn beside_the_enterprise_extension(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, badge(false)).await;
        let extensions = application.get("/ResourceTypes/User").await.expect(200).json()["schemaExtensions"].clone();
        assert_eq!(extensions, json!([{ "schema": ENTERPRISE_USER, "required": false }, { "schema": BADGE, "required": false }]));

        let mut body = with_badge("ada@corp.test", json!({ "number": "0042", "doors": ["north"] }));
        body[ENTERPRISE_USER] = json!({ "department": "Engines" });
        let created = application.post("/Users", &body).await.expect(201);
        let below = format!("/Users/{}", created.id());
        assert_eq!(created.json()["schemas"], json!([USER, ENTERPRISE_USER, BADGE]));
        assert_eq!(created.json()[BADGE], json!({ "number": "0042", "doors": ["north"] }));

        let found = application.find("/Users", &format!("{BADGE}:number eq \"0042\"")).await.expect(200).json();
        assert_eq!(found["totalResults"], 1);
        let found = application.find("/Users", &format!("{BADGE}:doors eq \"north\" and userName sw \"ada\"")).await.expect(200).json();
        assert_eq!(found["totalResults"], 1);

        let taken = application.post("/Users", &with_badge("bob@corp.test", json!({ "number": "0042" }))).await;
        assert!(taken.scim_error(409, Some("uniqueness")).contains(&format!("{BADGE}:number")));
        let missing = application.post("/Users", &with_badge("bob@corp.test", json!({ "doors": ["south"] }))).await;
        assert!(missing.scim_error(400, Some("invalidValue")).contains("number"));
        assert_eq!(server.people(&application.scope).await.len(), 1, "a refused user has no place in the directory");

        // Entra ID: a path with the URN, and the URN as a key of an operation without a path.
        let changed = application.patch(&below, &patch(json!([
            { "op": "add", "path": format!("{BADGE}:doors"), "value": ["south"] },
            { "op": "replace", "value": { (format!("{BADGE}:photoTaken")): "True" } },
        ]))).await.expect(200).json();
        assert_eq!(changed[BADGE], json!({ "number": "0042", "doors": ["north", "south"], "photoTaken": true }));
        let only = application.get(&format!("{below}?attributes={BADGE}:doors")).await.expect(200).json();
        assert_eq!(only[BADGE], json!({ "doors": ["north", "south"] }));

        // Set aside, the number is free; brought back, it is theirs again.
        application.delete(&below).await.expect(204);
        application.post("/Users", &with_badge("bob@corp.test", json!({ "number": "0042" }))).await.expect(201);
        application.post("/Users", &body).await.scim_error(409, Some("uniqueness"));
        body[BADGE]["number"] = json!("0043");
        let back = application.post("/Users", &body).await.expect(201);
        assert_eq!(format!("/Users/{}", back.id()), below);
    }

    async fn required(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, badge(true)).await;
        let missing = application.post("/Users", &user("ada@corp.test")).await;
        assert!(missing.scim_error(400, Some("invalidValue")).contains(BADGE));
        let id = application.post("/Users", &with_badge("ada@corp.test", json!({ "number": "1" }))).await.expect(201).id();
        let below = format!("/Users/{id}");
        application.put(&below, &user("ada@corp.test")).await.scim_error(400, Some("invalidValue"));
        for path in [BADGE.to_owned(), format!("{BADGE}:number")] {
            let remove = patch(json!([{ "op": "remove", "path": path }]));
            application.patch(&below, &remove).await.scim_error(400, Some("mutability"));
        }
    }

    async fn mapped(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, badge(false)).await;
        application.change_settings(server, |settings| {
            settings.mapping.users.push(Rule::new("badge", &format!("{BADGE}:number")));
        }).await;
        let body = with_badge("ada@corp.test", json!({ "number": "0042" }));
        application.post("/Users", &body).await.expect(201);
        let person = server.person(&application.scope, "ada@corp.test").await.unwrap();
        assert!(person.profile.contains(&("badge".to_owned(), "0042".to_owned())), "{:?}", person.profile);
    }
}
