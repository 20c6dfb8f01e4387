//! Who may be a member, in which words clients say it, and what is read back.

use provisioning::Outcome;
use scim_model::schema::Definitions;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{group, many_users, patch};

const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";

fn device_definitions() -> Definitions {
    let definitions = json!([
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": DEVICE,
            "name": "Device",
            "attributes": [{ "name": "displayName", "required": true }]
        },
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "Device", "name": "Device", "endpoint": "/Devices", "schema": DEVICE
        },
    ]);
    Definitions::parse(definitions.to_string().as_bytes()).unwrap()
}

/// (value, type) of every member.
fn typed(group: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| (text(&member["value"]), text(&member["type"]))).collect()
}

on_both_databases! {
    async fn the_type_is_what_the_member_is(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let inner = application.add_group("Inner", &[]).await;
        let right = vec![(ada.clone(), "User".to_owned()), (inner.clone(), "Group".to_owned())];
        let base = format!("https://rollcall.test{}", application.path);
        for (what, first, second) in [
            ("as it is", json!({ "value": ada, "type": "User" }), json!({ "value": inner, "type": "Group" })),
            ("the other way round", json!({ "value": ada, "type": "Group" }), json!({ "value": inner, "type": "User" })),
            ("in small letters", json!({ "value": ada, "type": "user" }), json!({ "value": inner, "type": "group" })),
            ("unheard of", json!({ "value": ada, "type": "Person" }), json!({ "value": inner, "type": "direct" })),
            ("nothing", json!({ "value": ada, "type": null }), json!({ "value": inner })),
            (
                "with a wrong $ref and display",
                json!({ "value": ada, "$ref": format!("{base}/Groups/{ada}"), "display": "Bob" }),
                json!({ "value": inner, "$ref": "../Users/1", "display": "" }),
            ),
        ] {
            let id = application.add_group("Outer", &[]).await;
            let below = format!("/Groups/{id}");
            let members = json!([first, second]);
            let added = application.patch(&below, &patch(json!([{ "op": "add", "path": "members", "value": members }]))).await;
            assert_eq!(typed(&added.expect(200).json()), right, "PATCH, {what}");
            let mut body = group("Outer", &[]);
            body["members"] = members;
            assert_eq!(typed(&application.put(&below, &body).await.expect(200).json()), right, "PUT, {what}");
            application.delete(&below).await.expect(204);
            let created = application.post("/Groups", &body).await.expect(201);
            assert_eq!(typed(&created.json()), right, "POST, {what}");
            let read = application.get(&format!("/Groups/{}", created.id())).await.json();
            assert_eq!(read["members"], json!([
                { "value": ada, "$ref": format!("{base}/Users/{ada}"), "display": "ada", "type": "User" },
                { "value": inner, "$ref": format!("{base}/Groups/{inner}"), "display": "Inner", "type": "Group" },
            ]), "{what}");
            application.delete(&format!("/Groups/{}", created.id())).await.expect(204);
        }
    }

    async fn unknown_groups_are_refused(server) {
        let application = server.application("acme", &[]).await;
        let neighbour = server.application("acme", &[]).await;
        let id = application.add_group("Engines", &[]).await;
        let gone = application.add_group("Gone", &[]).await;
        application.delete(&format!("/Groups/{gone}")).await.expect(204);
        let strange = neighbour.add_group("Strange", &[]).await;
        for unknown in [strange.as_str(), &gone, "nobody", "a\u{0}b", "\u{0}", "ü", &"9".repeat(2_000)] {
            let member = json!([{ "value": unknown, "type": "Group" }]);
            let add = patch(json!([{ "op": "add", "path": "members", "value": member }]));
            application.patch(&format!("/Groups/{id}"), &add).await.scim_error(400, Some("invalidValue"));
            let mut body = group("Other", &[]);
            body["members"] = member.clone();
            application.post("/Groups", &body).await.scim_error(400, Some("invalidValue"));
            application.put(&format!("/Groups/{id}"), &body).await.scim_error(400, Some("invalidValue"));
            // Taking them out is taking out nobody; but no text may hold a NUL.
            let remove = patch(json!([{ "op": "remove", "path": "members", "value": member }]));
            let expected = if unknown.contains('\0') { 400 } else { 200 };
            application.patch(&format!("/Groups/{id}"), &remove).await.expect(expected);
            for filter in [format!("value eq {}", json!(unknown)), format!("value eq {} and type eq \"User\"", json!(unknown))] {
                let remove = patch(json!([{ "op": "remove", "path": format!("members[{filter}]") }]));
                application.patch(&format!("/Groups/{id}"), &remove).await.expect(expected);
            }
        }
        assert_eq!(application.get(&format!("/Groups/{id}")).await.json()["meta"]["version"], "W/\"1\"");
    }

    async fn only_users_and_groups_are_members(server) {
        let application = server.application("acme", &[]).await;
        application.change_settings(server, |settings| settings.definitions = device_definitions()).await;
        let device = |name: &str| json!({ "schemas": [DEVICE], "displayName": name });
        let printer = application.post("/Devices", &device("Printer")).await.expect(201).id();
        let camera = application.post("/Devices", &device("Camera")).await.expect(201).id();
        let ada = application.add_user("ada").await;
        let id = application.add_group("Engines", &[&ada]).await;
        let below = format!("/Groups/{id}");
        let add = |ids: &[&str]| {
            let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
            patch(json!([{ "op": "add", "path": "members", "value": members }]))
        };
        let one = format!("members: 1 id is of the type Device, and only users and groups can be members: \"{printer}\". Leave it out.");
        let two = format!("members: 2 ids are of the type Device, and only users and groups can be members: \"{printer}\", \"{camera}\". Leave them out.");
        for (what, answer, words) in [
            ("PATCH", application.patch(&below, &add(&[&printer])).await, &one),
            ("PATCH, two", application.patch(&below, &add(&[&camera, &ada, &printer])).await, &two),
            ("PUT", application.put(&below, &group("Engines", &[&ada, &printer])).await, &one),
            ("POST", application.post("/Groups", &group("Wheels", &[&printer])).await, &one),
        ] {
            assert_eq!(&answer.scim_error(400, Some("invalidValue")), words, "{what}");
        }
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("unfitMembers")));
        assert_eq!(application.members(&id).await, [ada]);
        assert_eq!(application.get("/Groups").await.json()["totalResults"], 1);
        let counts = server.provisioning.counts(&application.scope).await.unwrap();
        assert_eq!((counts.users, counts.groups, counts.per_application[&application.id]), (1, 1, (1, 1)));
        // Unknown ids are told first: they are what a client can mend by waiting.
        let detail = application.patch(&below, &add(&[&printer, "nobody"])).await.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("\"nobody\"") && !detail.contains(&printer), "{detail}");
    }

    async fn members_are_removed_by_what_they_are(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada").await, application.add_user("bob").await);
        let (inner, other) = (application.add_group("Inner", &[]).await, application.add_group("Other", &[]).await);
        let id = application.add_group("Engines", &[]).await;
        let below = format!("/Groups/{id}");
        let all = [&ada, &bob, &inner, &other];
        let base = format!("https://rollcall.test{}", application.path);
        for (filter, left) in [
            ("type eq \"Group\"".to_owned(), vec![&ada, &bob]),
            ("type eq \"group\"".to_owned(), vec![&ada, &bob]),
            ("type ne \"Group\"".to_owned(), vec![&inner, &other]),
            ("not (type eq \"User\")".to_owned(), vec![&ada, &bob]),
            ("type eq \"Device\"".to_owned(), vec![&ada, &bob, &inner, &other]),
            ("display eq \"BOB\"".to_owned(), vec![&ada, &inner, &other]),
            ("display sw \"in\"".to_owned(), vec![&ada, &bob, &other]),
            (format!("$ref eq \"{base}/Groups/{inner}\""), vec![&ada, &bob, &other]),
            (format!("$ref co \"/Users/{ada}\""), vec![&bob, &inner, &other]),
            (format!("value eq \"{ada}\" and type eq \"User\""), vec![&bob, &inner, &other]),
            (format!("value eq \"{ada}\" and type eq \"Group\""), vec![&ada, &bob, &inner, &other]),
            (format!("value eq \"{ada}\" or type eq \"Group\""), vec![&bob]),
            (format!("type eq \"Group\" and (value eq \"{inner}\" or value eq \"{bob}\")"), vec![&ada, &bob, &other]),
            (format!("value ne \"{ada}\""), vec![&ada]),
            ("value pr".to_owned(), vec![]),
        ] {
            let ids: Vec<&str> = all.iter().map(|id| id.as_str()).collect();
            application.put(&below, &group("Engines", &ids)).await.expect(200);
            let remove = patch(json!([{ "op": "remove", "path": format!("members[{filter}]") }]));
            let answer = application.patch(&below, &remove).await;
            assert_eq!(answer.status, 200, "{filter}: {}", answer.body);
            assert_eq!(application.members(&id).await.iter().collect::<Vec<_>>(), left, "{filter}");
        }
    }

    async fn parts_of_a_member_are_not_changed(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let inner = application.add_group("Inner", &[]).await;
        let id = application.add_group("Engines", &[&ada, &inner]).await;
        let below = format!("/Groups/{id}");
        let before = application.get(&below).await.expect(200).body;
        for (operation, status) in [
            (json!({ "op": "replace", "path": format!("members[value eq \"{ada}\"].display"), "value": "Bob" }), 400),
            (json!({ "op": "replace", "path": format!("members[value eq \"{ada}\"].type"), "value": "Group" }), 400),
            (json!({ "op": "add", "path": format!("members[value eq \"{ada}\"].value"), "value": inner }), 400),
            (json!({ "op": "replace", "path": "members.display", "value": "Bob" }), 400),
            (json!({ "op": "remove", "path": "members.type" }), 400),
        ] {
            let answer = application.patch(&below, &patch(json!([operation]))).await;
            assert_eq!(answer.status, status, "{operation}: {}", answer.body);
            assert_eq!(application.get(&below).await.expect(200).body, before, "{operation}");
        }
    }

    async fn a_page_of_groups_has_the_members_of_each(server) {
        let application = server.application("acme", &[]).await;
        let ids = many_users(server, &application, 1_200);
        let mut expected = Vec::new();
        for number in 0..12 {
            // Overlapping, of different sizes, one without any, and the last one in the first.
            let members = &ids[number * 50..number * 50 + number * 55];
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            let id = application.add_group(&format!("group {number}"), &members).await;
            expected.push((id, members.into_iter().map(|id| (id.to_owned(), "User".to_owned())).collect::<Vec<_>>()));
        }
        let (last, first) = (expected[11].0.clone(), expected[0].0.clone());
        application.put(&format!("/Groups/{first}"), &group("group 0", &[&last])).await.expect(200);
        expected[0].1 = vec![(last, "Group".to_owned())];
        let page = application.get("/Groups?startIndex=1&count=200").await.expect(200).json();
        let found: Vec<_> = page["Resources"].as_array().unwrap().iter().map(|group| (group["id"].as_str().unwrap().to_owned(), typed(group))).collect();
        assert_eq!(found, expected);
        for (id, members) in &expected {
            assert_eq!(&typed(&application.get(&format!("/Groups/{id}")).await.json()), members);
        }
        let empty = expected[1].0.clone();
        application.put(&format!("/Groups/{empty}"), &group("group 1", &[])).await.expect(200);
        assert_eq!(application.get(&format!("/Groups/{empty}")).await.json().get("members"), None);
        for without in ["excludedAttributes=members", "attributes=displayName"] {
            let page = application.get(&format!("/Groups?startIndex=1&count=200&{without}")).await.expect(200).json();
            assert!(page["Resources"].as_array().unwrap().iter().all(|group| group.get("members").is_none()), "{without}");
        }
        let values = application.get("/Groups?startIndex=12&count=1&attributes=members.value").await.expect(200).json();
        assert_eq!(values["Resources"][0]["members"].as_array().unwrap().len(), 605);
        assert_eq!(values["Resources"][0]["members"][0], json!({ "value": expected[11].1[0].0 }));
    }
}
