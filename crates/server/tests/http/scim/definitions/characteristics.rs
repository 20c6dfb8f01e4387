//! The characteristics of RFC 7643 §2.2 and §7, each seen over the wire on a type of the application's own.

use serde_json::{Value, json};

use super::{PROBE, a_probe, define, probe};
use crate::on_both_databases;
use crate::support::{TestApplication, all_text, patch};

/// Names of the attributes in an answer, `meta` and the common ones aside.
fn names(answer: &Value) -> Vec<&str> {
    let common = ["schemas", "id", "externalId", "meta"];
    answer.as_object().unwrap().keys().map(String::as_str).filter(|name| !common.contains(name)).collect()
}

async fn full(application: &TestApplication) -> String {
    let body = a_probe(
        "x",
        json!({
            "code": "c", "remarks": "r", "pin": "s3cret-pin", "health": "good", "vendor": "Acme",
            "place": { "building": "A", "rack": "7" }, "contacts": [{ "value": "ada", "type": "owner", "since": "2020" }]
        }),
    );
    format!("/Probes/{}", application.post("/Probes", &body).await.expect(201).id())
}

on_both_databases! {
    async fn returned(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let below = full(&application).await;
        let names_of = |query: &'static str| {
            let (application, below) = (&application, below.clone());
            async move {
                let answer = application.get(&format!("{below}{query}")).await.expect(200).json();
                names(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
            }
        };
        assert_eq!(names_of("").await, ["label", "code", "vendor", "place", "contacts"]);
        assert_eq!(names_of("?attributes=label").await, ["label", "code"]);
        assert_eq!(names_of("?attributes=remarks,pin").await, ["code", "remarks"]);
        assert_eq!(names_of("?excludedAttributes=code,label,place,contacts").await, ["code", "vendor"]);
        let rack = application.get(&format!("{below}?attributes=place.rack")).await.expect(200).json();
        assert_eq!(rack["place"], json!({ "rack": "7" }));
        assert_eq!(application.get(&below).await.json()["place"], json!({ "building": "A" }));
        // In lists and in the answers to writes alike.
        let listed = application.get("/Probes").await.expect(200).json()["Resources"][0].clone();
        assert_eq!(names(&listed), ["label", "code", "vendor", "place", "contacts"]);
        let renamed = patch(json!([{ "op": "replace", "path": "label", "value": "y" }]));
        assert_eq!(names(&application.patch(&below, &renamed).await.expect(200).json()), names(&listed));
        let asked = application.patch(&format!("{below}?attributes=remarks"), &renamed).await.expect(200).json();
        assert_eq!(names(&asked), ["code", "remarks"]);
    }

    async fn write_only(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let below = full(&application).await;
        for query in ["", "?attributes=pin", &format!("?attributes={PROBE}:pin"), "?excludedAttributes=label"] {
            assert!(!application.get(&format!("{below}{query}")).await.expect(200).body.contains("s3cret"), "{query}");
        }
        let change = patch(json!([{ "op": "replace", "path": "pin", "value": "s3cret-two" }]));
        let changed = application.patch(&below, &change).await.expect(200);
        assert!(!changed.body.contains("s3cret"));
        assert_eq!(changed.json()["meta"]["version"], "W/\"2\"");
        // The same once more is no change.
        assert_eq!(application.patch(&below, &change).await.expect(200).json()["meta"]["version"], "W/\"2\"");
        assert!(!application.find("/Probes", "label eq \"x\"").await.expect(200).body.contains("s3cret"));
        let report = server.last_event(&application.scope).await;
        assert!(!format!("{report:?}").contains("s3cret"), "{report:?}");
        for event in server.events(&application.scope).await {
            let detail = server.provisioning.event(&application.scope, &event.id).await.unwrap().unwrap();
            assert!(!format!("{detail:?}").contains("s3cret"), "{detail:?}");
        }
        assert!(all_text(server).await.contains("Probe"));
    }

    async fn read_only_and_immutable(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let below = full(&application).await;
        let current = application.get(&below).await.expect(200).json();
        assert_eq!(current.get("health"), None);
        // What was answered may be sent back.
        application.put(&below, &current).await.expect(200);
        // Left out, an immutable attribute stays.
        assert_eq!(application.put(&below, &a_probe("x", json!({}))).await.expect(200).json()["vendor"], "Acme");
        for operation in [
            json!({ "op": "add", "path": "vendor", "value": "Other" }),
            json!({ "op": "replace", "value": { "vendor": "Other" } }),
            json!({ "op": "remove", "path": "vendor" }),
        ] {
            application.patch(&below, &patch(json!([operation]))).await.scim_error(400, Some("mutability"));
        }
        application.patch(&below, &patch(json!([{ "op": "replace", "path": "vendor", "value": "Acme" }]))).await.expect(200);
        // Set once where nothing was.
        let empty = application.post("/Probes", &a_probe("empty", json!({}))).await.expect(201).id();
        let set = patch(json!([{ "op": "add", "path": "vendor", "value": "Acme" }]));
        assert_eq!(application.patch(&format!("/Probes/{empty}"), &set).await.expect(200).json()["vendor"], "Acme");
    }

    async fn uniqueness(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let first = application.post("/Probes", &a_probe("1", json!({ "serialNumber": "A", "assetTag": "T" }))).await.expect(201).id();
        let taken = application.post("/Probes", &a_probe("2", json!({ "serialNumber": "A" }))).await;
        let detail = taken.scim_error(409, Some("uniqueness"));
        assert!(detail.contains("serialNumber \"A\""), "{detail}");
        // Case counts where the schema says so, and only there.
        application.post("/Probes", &a_probe("2", json!({ "assetTag": "t" }))).await.scim_error(409, Some("uniqueness"));
        let second = application.post("/Probes", &a_probe("2", json!({ "serialNumber": "a", "assetTag": "u" }))).await.expect(201).id();
        let second = format!("/Probes/{second}");
        let steal = patch(json!([{ "op": "replace", "path": "serialNumber", "value": "A" }]));
        application.patch(&second, &steal).await.scim_error(409, Some("uniqueness"));
        application.put(&second, &a_probe("2", json!({ "serialNumber": "A" }))).await.scim_error(409, Some("uniqueness"));
        let unchanged = application.get(&second).await.expect(200).json();
        assert_eq!((unchanged["serialNumber"].as_str(), unchanged["meta"]["version"].as_str()), (Some("a"), Some("W/\"1\"")));
        // Freed by a change, and by deletion.
        let free = patch(json!([{ "op": "replace", "path": "serialNumber", "value": "B" }]));
        application.patch(&format!("/Probes/{first}"), &free).await.expect(200);
        application.patch(&second, &steal).await.expect(200);
        application.delete(&second).await.expect(204);
        application.patch(&format!("/Probes/{first}"), &steal).await.expect(200);
        // Each application has its own.
        let other = server.application("acme", &[]).await;
        define(server, &other, probe()).await;
        other.post("/Probes", &a_probe("1", json!({ "serialNumber": "A", "assetTag": "T" }))).await.expect(201);
        let long = "x".repeat(1_100);
        let detail = other.post("/Probes", &a_probe("2", json!({ "serialNumber": long }))).await.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("1024 bytes"), "{detail}");
    }

    async fn two_at_once_one_wins(server) {
        let application = server.application("acme", &[]).await;
        define(server, &application, probe()).await;
        let create = |label: &'static str| {
            let application = &application;
            async move { application.post("/Probes", &a_probe(label, json!({ "serialNumber": "S" }))).await.status }
        };
        let (a, b, c) = tokio::join!(create("a"), create("b"), create("c"));
        let mut statuses = [a, b, c];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409]);
        assert_eq!(application.get("/Probes").await.json()["totalResults"], 1);
    }
}
