//! Groups in groups: what users see of it, and what is refused.

use provisioning::{Operation, Outcome};
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, group, patch, sql};

/// `groups` of a user as (display, type), in the order of the answer.
async fn groups_of(application: &TestApplication, user: &str) -> Vec<(String, String)> {
    shown(&application.get(&format!("/Users/{user}")).await.expect(200).json())
}

fn shown(user: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = user["groups"].as_array().cloned().unwrap_or_default();
    groups.iter().map(|group| (text(&group["display"]), text(&group["type"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(display, kind)| ((*display).to_owned(), (*kind).to_owned())).collect()
}

fn add(ids: &[&str]) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    patch(json!([{ "op": "add", "path": "members", "value": members }]))
}

fn remove(id: &str) -> Value {
    patch(json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]))
}

async fn version(application: &TestApplication, below: &str) -> String {
    application.get(below).await.expect(200).header("etag").unwrap().to_owned()
}

/// Puts a membership there that no request could make.
fn force(server: &TestServer, application: &TestApplication, group: &str, member: &str) {
    sql(
        server,
        &format!(
            "INSERT INTO group_member (tenant_id, application_id, group_id, member_id) VALUES ('{}', '{}', '{group}', '{member}')",
            application.scope.tenant_id(),
            application.id
        ),
    );
}

on_both_databases! {
    async fn a_user_sees_every_group_it_is_in(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada").await, application.add_user("bob").await);
        let compilers = application.add_group("Compilers", &[&ada]).await;
        let backend = application.add_group("Backend", &[&compilers, &bob]).await;
        let engines = application.add_group("Engines", &[&backend, &compilers]).await;
        let base = format!("https://rollcall.test{}", application.path);
        let read = application.get(&format!("/Users/{ada}")).await.expect(200).json();
        let entry = |id: &str, display: &str, kind: &str| {
            json!({ "value": id, "$ref": format!("{base}/Groups/{id}"), "display": display, "type": kind })
        };
        assert_eq!(read["groups"], json!([
            entry(&compilers, "Compilers", "direct"),
            entry(&backend, "Backend", "indirect"),
            entry(&engines, "Engines", "indirect"),
        ]));
        assert_eq!(groups_of(&application, &bob).await, pairs(&[("Backend", "direct"), ("Engines", "indirect")]));

        // The same in every other answer that shows a user.
        let list = application.get("/Users?startIndex=1&count=100").await.expect(200).json();
        assert_eq!(list["Resources"][0]["groups"], read["groups"]);
        assert_eq!(shown(&list["Resources"][1]), pairs(&[("Backend", "direct"), ("Engines", "indirect")]));
        let found = application.find("/Users", "userName eq \"ada\"").await.expect(200).json();
        assert_eq!(found["Resources"][0]["groups"], read["groups"]);
        let title = patch(json!([{ "op": "add", "path": "title", "value": "X" }]));
        assert_eq!(application.patch(&format!("/Users/{ada}"), &title).await.expect(200).json()["groups"], read["groups"]);
        // What a client sends back is ignored: `groups` is read-only.
        let mut body = read.clone();
        body["groups"] = json!([]);
        assert_eq!(application.put(&format!("/Users/{ada}"), &body).await.expect(200).json()["groups"], read["groups"]);
        let only = application.get(&format!("/Users/{ada}?attributes=groups.type")).await.expect(200).json();
        assert_eq!(only["groups"], json!([{ "type": "direct" }, { "type": "indirect" }, { "type": "indirect" }]));
        let without = application.get(&format!("/Users/{ada}?excludedAttributes=groups")).await.expect(200).json();
        assert_eq!(without.get("groups"), None);

        // Direct wins over indirect, and each group is there once.
        application.patch(&format!("/Groups/{engines}"), &add(&[&ada])).await.expect(200);
        let both = pairs(&[("Compilers", "direct"), ("Engines", "direct"), ("Backend", "indirect")]);
        assert_eq!(groups_of(&application, &ada).await, both);
        // Only the way through Backend is cut.
        application.patch(&format!("/Groups/{backend}"), &remove(&compilers)).await.expect(200);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("Compilers", "direct"), ("Engines", "direct")]));
        application.patch(&format!("/Groups/{engines}"), &remove(&ada)).await.expect(200);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("Compilers", "direct"), ("Engines", "indirect")]));
    }

    async fn however_deep(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let mut inner = ada.clone();
        for level in 0..40 {
            inner = application.add_group(&format!("level {level}"), &[&inner]).await;
        }
        let mut expected = vec![("level 0".to_owned(), "direct".to_owned())];
        expected.extend((1..40).map(|level| (format!("level {level}"), "indirect".to_owned())));
        assert_eq!(groups_of(&application, &ada).await, expected);
        // And the far end is still known for what it is.
        let lowest = application.find("/Groups", "displayName eq \"level 0\"").await.json()["Resources"][0]["id"].clone();
        let lowest = format!("/Groups/{}", lowest.as_str().unwrap());
        let detail = application.patch(&lowest, &add(&[&inner])).await.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("\"level 39\"") && detail.contains("\"level 0\""), "{detail}");
    }

    async fn circles_are_refused(server) {
        let application = server.application("acme", &[]).await;
        let compilers = application.add_group("Compilers", &[]).await;
        let backend = application.add_group("Backend", &[&compilers]).await;
        let engines = application.add_group("Engines", &[&backend]).await;
        let below = format!("/Groups/{compilers}");
        let longer = "members: the group \"Engines\" cannot be a member of \"Compilers\", which is in it already: \
            \"Engines\" > \"Backend\" > \"Compilers\". Take one of these groups out of the one before it first, or leave this member out.";
        let itself = "members: the group \"Compilers\" cannot be a member of itself. Leave this member out.";
        let replace = |id: &str| patch(json!([{ "op": "replace", "path": "members", "value": [{ "value": id, "type": "Group" }] }]));
        for (what, answer, words) in [
            ("PATCH add", application.patch(&below, &add(&[&engines])).await, longer),
            ("PATCH replace", application.patch(&below, &replace(&engines)).await, longer),
            ("PATCH without a path", application.patch(&below, &patch(json!([{ "op": "add", "value": { "members": [{ "value": engines }] } }]))).await, longer),
            ("PUT", application.put(&below, &group("Compilers", &[&engines])).await, longer),
            ("PUT with a new name", application.put(&below, &group("Parsers", &[&engines])).await, longer),
            ("itself, PATCH", application.patch(&below, &add(&[&compilers])).await, itself),
            ("itself, PUT", application.put(&below, &group("Compilers", &[&compilers])).await, itself),
        ] {
            assert_eq!(answer.scim_error(400, Some("invalidValue")), words, "{what}");
        }
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("memberCircle")));
        let read = application.get(&below).await.expect(200).json();
        assert_eq!((read.get("members"), &read["displayName"], &read["meta"]["version"]), (None, &json!("Compilers"), &json!("W/\"1\"")));

        // One wrong member and nothing of the request happens.
        let ada = application.add_user("ada").await;
        application.patch(&below, &add(&[&ada, &engines])).await.scim_error(400, Some("invalidValue"));
        assert!(application.members(&compilers).await.is_empty());
        // A circle that the same request would open again is one while it lasts: operations are applied in order.
        let both = patch(json!([
            { "op": "add", "path": "members", "value": [{ "value": engines }] },
            { "op": "remove", "path": "members", "value": [{ "value": engines }] },
        ]));
        application.patch(&below, &both).await.scim_error(400, Some("invalidValue"));

        // A new group is in no other one, so it may hold any.
        let all = application.add_group("All", &[&compilers, &backend, &engines]).await;
        assert_eq!(application.members(&all).await, [compilers.clone(), backend.clone(), engines.clone()]);
        // Once the chain is open, the other direction is free.
        application.patch(&format!("/Groups/{backend}"), &remove(&compilers)).await.expect(200);
        application.patch(&below, &add(&[&engines])).await.expect(200);
        application.patch(&format!("/Groups/{backend}"), &add(&[&all])).await.scim_error(400, Some("invalidValue"));
    }

    async fn a_long_circle_is_told_in_short(server) {
        let application = server.application("acme", &[]).await;
        let long = "ü".repeat(500);
        let mut ids: Vec<String> = Vec::new();
        for level in 0..20 {
            let inner: Vec<&str> = ids.last().map(String::as_str).into_iter().collect();
            let id = application.add_group(&format!("{level} {long}"), &inner).await;
            ids.push(id);
        }
        let detail = application.patch(&format!("/Groups/{}", ids[0]), &add(&[&ids[19]])).await.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("\"19 ü") && detail.contains("\"0 ü") && detail.contains("> 14 more >"), "{detail}");
    }

    async fn a_circle_that_is_there_does_no_harm(server) {
        // Written before circles were refused.
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let one = application.add_group("One", &[&ada]).await;
        let two = application.add_group("Two", &[&one]).await;
        force(server, &application, &one, &two);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("One", "direct"), ("Two", "indirect")]));
        assert_eq!(application.members(&one).await, [ada.clone(), two.clone()]);
        for id in [&one, &two] {
            assert!(server.provisioning.group(&application.scope, id, None, None).await.unwrap().is_some());
        }
        // What is sent as it is stays; nothing can be added to it but what makes no other.
        let three = application.add_group("Three", &[&two]).await;
        application.put(&format!("/Groups/{one}"), &group("One", &[&ada, &two])).await.expect(200);
        application.patch(&format!("/Groups/{one}"), &add(&[&three])).await.scim_error(400, Some("invalidValue"));
        application.patch(&format!("/Groups/{one}"), &remove(&two)).await.expect(200);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("One", "direct"), ("Two", "indirect"), ("Three", "indirect")]));
    }

    async fn a_deleted_group_leaves_a_new_version_behind(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let compilers = application.add_group("Compilers", &[&ada]).await;
        let parents = [
            application.add_group("Backend", &[&compilers, &ada]).await,
            application.add_group("Tools", &[&compilers]).await,
        ];
        let apart = application.add_group("Apart", &[&ada]).await;
        let mut before = Vec::new();
        for id in &parents {
            before.push(application.get(&format!("/Groups/{id}")).await.expect(200).json());
        }
        let apart_before = version(&application, &format!("/Groups/{apart}")).await;
        server.clock.step(60_000);
        application.delete(&format!("/Groups/{compilers}")).await.expect(204);
        for (before, left) in before.iter().zip([vec![ada.clone()], vec![]]) {
            let id = before["id"].as_str().unwrap();
            assert_eq!(application.members(id).await, left);
            let after = application.get(&format!("/Groups/{id}")).await.expect(200);
            let meta = &after.json()["meta"];
            assert_eq!((&before["meta"]["version"], &meta["version"]), (&json!("W/\"1\""), &json!("W/\"2\"")));
            assert_eq!(after.header("etag"), Some("W/\"2\""));
            assert_eq!(meta["lastModified"], "2026-11-24T09:01:00.000Z");
            // Who kept the old version does not take it for the current one.
            let kept = [("If-None-Match", "W/\"1\"")];
            application.send_with("GET", &format!("/Groups/{id}"), &kept, b"").await.expect(200);
        }
        assert_eq!(version(&application, &format!("/Groups/{apart}")).await, apart_before);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("Backend", "direct"), ("Apart", "direct")]));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::GroupDelete, "Deleted group Compilers"));
        assert!(event.steps.iter().any(|step| step.text == "No longer a member of groups Backend and Tools"), "{:?}", event.steps);
    }

    async fn names_follow_and_versions_do_not(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let inner = application.add_group("Inner", &[&ada]).await;
        let outer = application.add_group("Outer", &[&inner, &ada]).await;
        let (user_path, outer_path) = (format!("/Users/{ada}"), format!("/Groups/{outer}"));
        let before = (version(&application, &user_path).await, version(&application, &outer_path).await);
        let rename = |name: &str| patch(json!([{ "op": "replace", "path": "displayName", "value": name }]));
        application.patch(&format!("/Groups/{inner}"), &rename("Core")).await.expect(200);
        assert_eq!(groups_of(&application, &ada).await, pairs(&[("Core", "direct"), ("Outer", "direct")]));
        let displays = async || {
            let read = application.get(&outer_path).await.expect(200).json();
            read["members"].as_array().unwrap().iter().map(|member| member["display"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(displays().await, ["ada", "Core"]);
        assert_eq!((version(&application, &user_path).await, version(&application, &outer_path).await), before);
        application.patch(&user_path, &rename("Ada Lovelace")).await.expect(200);
        assert_eq!(displays().await, ["Ada Lovelace", "Core"]);
        assert_eq!(version(&application, &outer_path).await, before.1);
        // Being put into a group changes the group, not the user.
        let user_version = version(&application, &user_path).await;
        application.add_group("Further", &[&ada]).await;
        assert_eq!(version(&application, &user_path).await, user_version);
    }

    async fn the_report_names_nested_groups(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada").await, application.add_user("bob").await);
        let mut groups = Vec::new();
        for name in ["A", "B", "C", "D"] {
            groups.push(application.add_group(name, &[]).await);
        }
        let id = application.add_group("Engines", &[&ada, &groups[0]]).await;
        let below = format!("/Groups/{id}");
        let last = async || {
            let event = server.last_event(&application.scope).await;
            let changes = event.changes.iter().find(|change| change.field == "members").cloned().unwrap();
            (event.row.summary, changes.old.unwrap_or_default(), changes.new.unwrap_or_default())
        };
        let words = |summary: &str, old: &str, new: &str| (summary.to_owned(), old.to_owned(), new.to_owned());
        assert_eq!(last().await, words("Created group Engines with 1 member and group A", "", "group A, ada"));
        for (sent, summary, old, new) in [
            (vec![&ada, &groups[0], &groups[1]], "Added group B to group Engines", "", "group B"),
            (vec![&ada, &groups[0]], "Removed group B from group Engines", "group B", ""),
            (vec![&groups[0], &groups[1], &bob], "Added 1 member and group B to group Engines and removed 1", "ada", "group B, bob"),
            (vec![&bob, &groups[2], &groups[3]], "Added groups C and D to group Engines and removed groups A and B", "group A, group B", "group C, group D"),
            (vec![], "Removed 1 member and groups C and D from group Engines", "group C, group D, bob", ""),
            (groups.iter().collect(), "Added 4 groups to group Engines", "", "group A, group B, group C, group D"),
        ] {
            let sent: Vec<&str> = sent.into_iter().map(String::as_str).collect();
            application.put(&below, &group("Engines", &sent)).await.expect(200);
            assert_eq!(last().await, words(summary, old, new));
        }
        // Found from the nested group as from any other member.
        let found = server.report(&application.scope, |search| search.identifier.clone_from(&groups[3])).await;
        assert!(found.page.rows.iter().any(|row| row.summary == "Added 4 groups to group Engines"), "{:?}", found.page.rows);
    }

    async fn who_leaves_is_in_no_nested_group(server) {
        for delete_them in [false, true] {
            let application = server.application("acme", &[(registry::Feature::DeleteDeactivatedUsers, delete_them)]).await;
            let (ada, bob) = (application.add_user("ada").await, application.add_user("bob").await);
            let inner = application.add_group("Inner", &[&ada, &bob]).await;
            let outer = application.add_group("Outer", &[&inner]).await;
            let outer_before = version(&application, &format!("/Groups/{outer}")).await;
            let effective = async || {
                let detail = server.provisioning.group(&application.scope, &outer, None, None).await.unwrap().unwrap();
                detail.nested.unwrap().people.rows.into_iter().map(|row| row.member.user_name).collect::<Vec<_>>()
            };
            assert_eq!(effective().await, ["ada", "bob"]);
            application.delete(&format!("/Users/{ada}")).await.expect(204);
            assert_eq!(application.members(&inner).await, std::slice::from_ref(&bob));
            assert_eq!(application.members(&outer).await, std::slice::from_ref(&inner));
            assert_eq!(version(&application, &format!("/Groups/{inner}")).await, "W/\"2\"");
            assert_eq!(version(&application, &format!("/Groups/{outer}")).await, outer_before);
            assert_eq!(effective().await, ["bob"]);
            let event = server.last_event(&application.scope).await;
            assert!(event.steps.iter().any(|step| step.text == "No longer a member of group Inner"), "{:?}", event.steps);
            // Whoever comes back under the same name is in no group, however deep.
            let back = application.add_user("ada").await;
            assert_eq!(back == ada, !delete_them);
            assert_eq!(groups_of(&application, &back).await, []);
            application.delete(&format!("/Groups/{outer}")).await.expect(204);
            assert_eq!(groups_of(&application, &bob).await, pairs(&[("Inner", "direct")]));
        }
    }
}
