//! A resource of a type of its own from its first to its last day.

use provisioning::{Operation, Outcome};
use serde_json::{Value, json};

use super::{PROBE, PROBE_NOTES, a_probe, define, probe};
use crate::on_both_databases;
use crate::support::patch;

on_both_databases! {
    async fn advertised(server) {
        let application = server.application("acme", &[]).await;
        application.get("/Probes").await.scim_error(404, None);
        define(server, &application, probe()).await;
        let types = application.get("/ResourceTypes").await.expect(200).json();
        assert_eq!(types["totalResults"], 3);
        let probe = application.get("/ResourceTypes/Probe").await.expect(200).json();
        assert_eq!((probe["endpoint"].as_str(), probe["schema"].as_str()), (Some("/Probes"), Some(PROBE)));
        assert_eq!(probe["schemaExtensions"], json!([{ "schema": PROBE_NOTES, "required": false }]));
        let schema = application.get(&format!("/Schemas/{PROBE}")).await.expect(200).json();
        assert_eq!(schema["meta"]["location"], format!("https://rollcall.test{}/Schemas/{PROBE}", application.path));
        let attribute = |name: &str| {
            schema["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == name).unwrap().clone()
        };
        assert_eq!(
            (attribute("serialNumber")["uniqueness"].clone(), attribute("pin")["returned"].clone()),
            (json!("server"), json!("never"))
        );
        // The defaults of the RFC are written out (RFC 7643 §2.2).
        assert_eq!(
            (attribute("tags")["type"].clone(), attribute("tags")["mutability"].clone()),
            (json!("string"), json!("readWrite"))
        );
        let listed = application.get("/Schemas").await.expect(200).body;
        assert!(listed.contains(PROBE) && listed.contains(PROBE_NOTES));
        // Another application of the same tenant knows nothing of it.
        let other = server.application("acme", &[]).await;
        assert!(!other.get("/Schemas").await.body.contains(PROBE));
        other.post("/Probes", &a_probe("x", json!({}))).await.scim_error(404, None);
        other.get("/ResourceTypes/Probe").await.scim_error(404, None);
    }

    async fn from_creation_to_deletion(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let body = a_probe("North 1", json!({
            "externalId": "x-1", "serialNumber": "SN-1", "enabled": true, "weight": 1.5, "slots": 4, "tags": ["red"],
            "place": { "building": "A", "floor": 2 }, PROBE_NOTES: { "text": "first", "ticket": "T-1" }
        }));
        let created = application.post("/Probes", &body).await.expect(201);
        let below = format!("/Probes/{}", created.id());
        let location = format!("https://rollcall.test{}{below}", application.path);
        assert_eq!(created.header("location"), Some(location.as_str()));
        let probe = created.json();
        assert_eq!(probe["schemas"], json!([PROBE, PROBE_NOTES]));
        assert_eq!(probe["meta"]["resourceType"], "Probe");
        assert_eq!(probe["meta"]["location"], location);
        assert_eq!(application.get(&below).await.expect(200).body, created.body);
        // Under its own endpoint only.
        application.get(&below.replace("Probes", "Users")).await.scim_error(404, None);
        application.get(&below.replace("Probes", "Groups")).await.scim_error(404, None);

        for (filter, found) in [
            ("label eq \"NORTH 1\"", 1),
            ("serialNumber eq \"SN-1\"", 1),
            ("serialNumber eq \"sn-1\"", 0),
            ("externalId eq \"x-1\"", 1),
            ("slots gt 3 and weight le 1.5", 1),
            ("slots gt 4", 0),
            ("enabled eq true and tags eq \"red\"", 1),
            ("place[building eq \"A\" and floor eq 2]", 1),
            ("place.floor lt 2", 0),
            ("installed pr", 0),
            (&format!("{PROBE_NOTES}:text sw \"fir\""), 1),
            (&format!("{PROBE_NOTES}:ticket eq \"t-1\""), 1),
            (&format!("{PROBE}:label eq \"North 1\""), 1),
        ] {
            let list = application.find("/Probes", filter).await.expect(200).json();
            assert_eq!(list["totalResults"], found, "{filter}");
        }
        application.find("/Probes", "userName eq \"x\"").await.scim_error(400, Some("invalidFilter"));
        application.find("/Probes", "pin eq \"1\"").await.scim_error(403, Some("sensitive"));

        let patched = application.patch(&below, &patch(json!([
            { "op": "add", "path": "tags", "value": ["blue", "red"] },
            { "op": "replace", "path": "place.floor", "value": 3 },
            { "op": "replace", "path": format!("{PROBE_NOTES}:rating"), "value": 5 },
            { "op": "remove", "path": "weight" },
        ]))).await.expect(200).json();
        assert_eq!(patched["tags"], json!(["red", "blue"]));
        assert_eq!(patched["place"], json!({ "building": "A", "floor": 3 }));
        assert_eq!(patched[PROBE_NOTES]["rating"], 5);
        assert_eq!(patched.get("weight"), None);
        assert_eq!(patched["meta"]["version"], "W/\"2\"");

        let replaced = application.put(&below, &a_probe("North 2", json!({ "serialNumber": "SN-2" }))).await.expect(200).json();
        assert_eq!(replaced["schemas"], json!([PROBE]));
        assert_eq!((replaced["label"].as_str(), replaced.get("tags")), (Some("North 2"), None));
        let page = application.get("/Probes?startIndex=1&count=10").await.expect(200).json();
        assert_eq!((page["totalResults"].clone(), page["itemsPerPage"].clone()), (json!(1), json!(1)));

        application.delete(&below).await.expect(204);
        application.get(&below).await.scim_error(404, None);
        assert_eq!(application.get("/Probes").await.json()["totalResults"], 0);
        // What was unique is free again, and so is the id: it is another one.
        let again = application.post("/Probes", &body).await.expect(201);
        assert_ne!(again.id(), created.id());

        // Nobody came into the directory, and the report tells all of it.
        assert!(server.people(&application.scope).await.is_empty());
        let changes: Vec<(Operation, String)> = server
            .events(&application.scope)
            .await
            .into_iter()
            .rev()
            .filter(|event| event.outcome == Outcome::Succeeded)
            .map(|event| (event.operation, event.summary))
            .filter(|(operation, _)| !matches!(operation, Operation::ResourceLookup))
            .collect();
        let words = |operation, words: &str| (operation, words.to_owned());
        assert_eq!(changes, [
            words(Operation::ResourceCreate, "Created Probe North 1"),
            words(Operation::ResourceUpdate, "Updated Probe North 1"),
            words(Operation::ResourceUpdate, "Renamed Probe North 1 to North 2"),
            words(Operation::ResourceImport, "Read Probes 1 to 1 of 1"),
            words(Operation::ResourceDelete, "Deleted Probe North 2"),
            words(Operation::ResourceImport, "Read Probes from position 1: none there, 0 in all"),
            words(Operation::ResourceCreate, "Created Probe North 1"),
        ]);
    }

    async fn bad_input_is_named(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let id = application.post("/Probes", &a_probe("x", json!({ "vendor": "Acme" }))).await.expect(201).id();
        let below = format!("/Probes/{id}");
        for (more, scim_type, words) in [
            (json!({ "label": null }), "invalidValue", "label"),
            (json!({ "enabled": "perhaps" }), "invalidValue", "enabled"),
            (json!({ "weight": "heavy" }), "invalidValue", "weight"),
            (json!({ "slots": 1.5 }), "invalidValue", "slots"),
            (json!({ "installed": "yesterday" }), "invalidValue", "installed"),
            (json!({ "fingerprint": "%%%" }), "invalidValue", "fingerprint"),
            (json!({ "tags": [{ "a": 1 }] }), "invalidValue", "tags[0]"),
            (json!({ "ports": [80, "http"] }), "invalidValue", "ports[1]"),
            (json!({ "place": "here" }), "invalidValue", "place"),
            (json!({ "contacts": [{ "type": "owner" , "since": "2020" }] }), "invalidValue", "contacts[0].value"),
            (
                json!({ "contacts": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }),
                "invalidValue",
                "primary",
            ),
            (json!({ PROBE_NOTES: { "rating": "good" } }), "invalidValue", "rating"),
            (json!({ PROBE_NOTES: "good" }), "invalidValue", PROBE_NOTES),
        ] {
            let detail = application.post("/Probes", &a_probe("y", more.clone())).await.scim_error(400, Some(scim_type));
            assert!(detail.contains(words), "{more}: {detail}");
            let detail = application.put(&below, &a_probe("y", more.clone())).await.scim_error(400, Some(scim_type));
            assert!(detail.contains(words), "{more}: {detail}");
        }
        let other = application.put(&below, &a_probe("x", json!({ "vendor": "Other" }))).await;
        assert!(other.scim_error(400, Some("mutability")).contains("vendor"));
        let operations = |operations: Value| patch(operations);
        for (operation, scim_type) in [
            (json!([{ "op": "replace", "path": "vendor", "value": "Other" }]), "mutability"),
            (json!([{ "op": "replace", "path": "health", "value": "ill" }]), "mutability"),
            (json!([{ "op": "remove", "path": "label" }]), "mutability"),
            (json!([{ "op": "replace", "path": "colour", "value": "red" }]), "invalidPath"),
            (json!([{ "op": "replace", "path": "slots", "value": "many" }]), "invalidValue"),
            (json!([{ "op": "replace", "path": "contacts[type eq]", "value": {} }]), "invalidFilter"),
        ] {
            application.patch(&below, &operations(operation.clone())).await.scim_error(400, Some(scim_type));
        }
        assert_eq!(application.get(&below).await.json()["meta"]["version"], "W/\"1\"");
    }

    async fn definitions_only_grow_while_they_are_in_use(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let id = application.post("/Probes", &a_probe("x", json!({ "slots": 1 }))).await.expect(201).id();
        let stored = server.registry.application(&application.scope, &application.id).await.unwrap().unwrap();
        let mut narrower = stored.settings.clone();
        narrower.definitions.schemas[0].attributes.retain(|attribute| attribute.name != "slots");
        let saved = server.registry.save_settings(&application.scope, &application.id, stored.settings_revision, narrower.clone());
        let refused = saved.await.unwrap_err().to_string();
        assert!(refused.contains("slots") && refused.contains("already has resources"), "{refused}");

        // More is always possible, and used by the next request.
        define(server, &application, json!([{ "schemas": [super::SCHEMA], "id": PROBE_NOTES, "name": "Notes", "attributes": [
            { "name": "text" }, { "name": "rating", "type": "integer" }, { "name": "ticket", "uniqueness": "server" },
            { "name": "mood" },
        ] }])).await;
        let path = format!("{PROBE_NOTES}:mood");
        let set = patch(json!([{ "op": "add", "path": path, "value": "good" }]));
        let patched = application.patch(&format!("/Probes/{id}"), &set).await.expect(200).json();
        assert_eq!(patched[PROBE_NOTES]["mood"], "good");

        application.delete(&format!("/Probes/{id}")).await.expect(204);
        let stored = server.registry.application(&application.scope, &application.id).await.unwrap().unwrap();
        narrower.definitions.schemas.truncate(1);
        narrower.definitions.resource_types[0].schema_extensions.clear();
        server.registry.save_settings(&application.scope, &application.id, stored.settings_revision, narrower).await.unwrap();
        let answer = application.post("/Probes", &a_probe("x", json!({ "slots": 1 }))).await.expect(201).json();
        assert_eq!(answer.get("slots"), None);
    }
}
