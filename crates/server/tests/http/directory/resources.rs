//! Resources of every type as the dashboard asks for them, and what nobody is to see of them.

use provisioning::ResourceSearch;
use scim_model::schema::{Definitions, ready};
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{TestApplication, all_text, group, patch, user};

const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";
const BLE: &str = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:Person";

fn device(name: &str, number: usize) -> Value {
    json!({
        "schemas": [DEVICE, BLE],
        "displayName": name,
        "active": true,
        BLE: { "versionSupport": ["5.3"], "deviceMacAddress": format!("2C:54:91:88:00:{number:02X}"),
               "irk": "s3cret", "pairingMethods": ["urn:x:y"] },
    })
}

fn search(application: &TestApplication, text: &str, limit: usize, after: Option<String>) -> ResourceSearch {
    ResourceSearch { application: application.id.clone(), text: text.to_owned(), after, limit }
}

fn devices() -> Definitions {
    ready::named("devices").unwrap().definitions()
}

on_both_databases! {
    async fn resources_of_a_type_are_paged_and_searched(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        let foreign = server.application("globex", &[]).await;
        for application in [&one, &two, &foreign] {
            application.change_settings(server, |settings| settings.definitions = devices()).await;
        }
        let mut ids = Vec::new();
        for number in 0..5 {
            let body = device(&format!("Lamp {number}"), number);
            ids.push(one.post("/Devices", &body).await.expect(201).id());
        }
        two.post("/Devices", &device("Bell", 0)).await.expect(201);
        one.add_user("lamp@corp.test").await;
        let types = devices().build().unwrap();
        let ty = types.named("Device").unwrap();
        let found = async |text: &str, limit, after: Option<String>| {
            let page = server.provisioning.resources(&one.scope, ty, search(&one, text, limit, after)).await.unwrap();
            (page.rows.into_iter().map(|line| line.name.unwrap()).collect::<Vec<_>>(), page.next)
        };
        let (first, next) = found("", 2, None).await;
        assert_eq!(first, ["Lamp 0", "Lamp 1"]);
        let (second, next) = found("", 2, next).await;
        assert_eq!(second, ["Lamp 2", "Lamp 3"]);
        assert_eq!(found("", 2, next).await, (vec!["Lamp 4".to_owned()], None));
        assert_eq!(found("", 5, None).await.1, None, "a full page is the last one");
        for (text, expected) in [
            ("LAMP 3", vec!["Lamp 3"]),
            ("88:00:01", vec!["Lamp 1"]),
            (ids[4].as_str(), vec!["Lamp 4"]),
            ("s3cret", vec![]),
            ("bell", vec![]),
            ("\u{0}", vec!["Lamp 0", "Lamp 1", "Lamp 2", "Lamp 3", "Lamp 4"]),
        ] {
            assert_eq!(found(text, 50, None).await, (expected.iter().map(ToString::to_string).collect(), None), "{text:?}");
        }
        let (_, next) = found("lamp", 3, None).await;
        assert_eq!(found("lamp", 3, next).await, (vec!["Lamp 3".to_owned(), "Lamp 4".to_owned()], None));

        let counts = server.provisioning.resource_counts(&one.scope, &one.id).await.unwrap();
        assert_eq!((counts.get("Device"), counts.get("User"), counts.get("EndpointApp")), (Some(&5), Some(&1), None));
        let read = async |scope, application: &str, name: &str, id: &str| {
            server.provisioning.resource(scope, types.named(name).unwrap(), application, id).await.unwrap()
        };
        let detail = read(&one.scope, &one.id, "Device", &ids[0]).await.unwrap();
        assert!(detail.document.contains("2C:54:91:88:00:00") && !detail.document.contains("irk"), "{}", detail.document);
        assert_eq!(detail.line.name.as_deref(), Some("Lamp 0"));
        assert!(read(&one.scope, &two.id, "Device", &ids[0]).await.is_none(), "another application's");
        assert!(read(&foreign.scope, &one.id, "Device", &ids[0]).await.is_none(), "another tenant's");
        assert!(read(&one.scope, &one.id, "User", &ids[0]).await.is_none(), "another type's");
        assert!(read(&one.scope, &one.id, "Device", "\u{0}").await.is_none());
        one.delete(&format!("/Devices/{}", ids[0])).await.expect(204);
        assert!(read(&one.scope, &one.id, "Device", &ids[0]).await.is_none());
        assert!(server.provisioning.resources(&foreign.scope, ty, search(&one, "", 50, None)).await.unwrap().rows.is_empty());
        assert!(server.provisioning.resource_counts(&foreign.scope, &one.id).await.unwrap().is_empty());
    }

    /// A search reads the resources in chunks, and a page ends within one.
    async fn a_search_goes_on_where_it_stopped(server) {
        let application = server.application("acme", &[]).await;
        let definitions = ready::named("okta-entitlements").unwrap().definitions();
        let types = definitions.build().unwrap();
        application.change_settings(server, |settings| settings.definitions = definitions).await;
        let role = |name: &str| json!({ "schemas": ["urn:okta:scim:schemas:core:1.0:Role"], "displayName": name });
        for number in 0..510 {
            let name = if number % 100 == 3 { format!("Wanted {number}") } else { "Other".to_owned() };
            application.post("/Roles", &role(&name)).await.expect(201);
        }
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let wanted = search(&application, "wanted", 2, after);
            let page = server.provisioning.resources(&application.scope, types.named("Role").unwrap(), wanted).await.unwrap();
            assert!(page.rows.len() <= 2);
            names.extend(page.rows.into_iter().filter_map(|line| line.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, ["Wanted 3", "Wanted 103", "Wanted 203", "Wanted 303", "Wanted 403", "Wanted 503"]);
    }

    async fn what_a_schema_never_returns_is_shown_nowhere(server) {
        let application = server.application("acme", &[]).await;
        let extensions = json!([
            { "id": BADGE, "attributes": [{ "name": "pin", "returned": "never" }, { "name": "number" }] },
            { "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
              "schemaExtensions": [{ "schema": BADGE }] },
            { "name": "Group", "endpoint": "/Groups", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group",
              "schemaExtensions": [{ "schema": BADGE }] },
        ]);
        let definitions = Definitions::parse(extensions.to_string().as_bytes()).unwrap().with(devices());
        application.change_settings(server, |settings| settings.definitions = definitions).await;
        let with_badge = |mut body: Value| {
            body[BADGE] = json!({ "pin": "s3cret", "number": "B-7" });
            body
        };
        let ada = application.post("/Users", &with_badge(user("ada@corp.test"))).await.expect(201).id();
        let team = application.post("/Groups", &with_badge(group("Team", &[&ada]))).await.expect(201).id();
        application.post("/Devices", &device("Lamp", 1)).await.expect(201);
        let change = patch(json!([{ "op": "replace", "path": format!("{BADGE}:pin"), "value": "s3cret2" }]));
        application.patch(&format!("/Users/{ada}"), &change).await.expect(200);
        application.post("/Users", &with_badge(user("ada@corp.test"))).await.expect(409);

        let scope = &application.scope;
        let people = server.provisioning.users(scope, provisioning::UserSearch {
            text: "ada".into(), status: None, application: None, after: None, limit: 1,
        });
        let person = people.await.unwrap().rows.remove(0).id;
        let person = server.provisioning.user(scope, &person).await.unwrap().unwrap();
        let team = server.provisioning.group(scope, &team, None, None).await.unwrap().unwrap();
        for document in [&person.sources[0].document, &team.document] {
            assert!(document.contains("B-7") && document.contains('\n') && !document.contains("s3cret"), "{document}");
        }
        let events = server.provisioning.recent_events(scope, provisioning::Subject::Application(application.id.clone()), 10);
        let events = events.await.unwrap();
        assert_eq!(events.len(), 5);
        for event in events {
            let event = server.provisioning.event(scope, &event.id).await.unwrap().unwrap();
            assert!(!format!("{event:?}").contains("s3cret"), "{event:?}");
            assert!(event.request.is_some_and(|request| request.contains("[redacted]")), "{}", event.row.summary);
        }
        // It is kept for whoever needs it, and only there.
        let everywhere = all_text(server).await;
        assert_eq!(everywhere.matches("s3cret").count(), 3, "in the three documents that hold one");
    }
}
