//! Nothing of a tenant is seen or touched from another one, whatever ids are known there.

use provisioning::{GroupSearch, Subject, UserSearch};
use serde_json::json;

use crate::on_both_databases;
use crate::support::{all_text, group, patch, user};

on_both_databases! {
    async fn no_route_leads_across(server) {
        let acme = server.application("acme", &[]).await;
        let globex = server.application("globex", &[]).await;
        let sibling = server.application("acme", &[]).await;
        let ada = acme.add_user("ada@corp.test").await;
        let engines = acme.add_group("Engines", &[&ada]).await;
        let before = (acme.get("/Users").await.body, acme.get("/Groups").await.body);
        let rename = patch(json!([{ "op": "replace", "path": "displayName", "value": "Taken" }])).to_string();
        for stranger in [&globex, &sibling] {
            let own = stranger.add_group("Own", &[]).await;
            for (endpoint, id) in [("Users", &ada), ("Groups", &engines), ("Users", &engines), ("Groups", &ada)] {
                let below = format!("/{endpoint}/{id}");
                let body = if endpoint == "Users" { user("eve@corp.test") } else { group("Taken", &[]) }.to_string();
                for (method, body) in [("GET", ""), ("PUT", &body), ("PATCH", &rename), ("DELETE", "")] {
                    // Their id at our own door: not found. Our credential at their door: not let in.
                    stranger.send(method, &below, body.as_bytes()).await.scim_error(404, None);
                    let authorization = format!("Bearer {}", stranger.token);
                    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
                    let target = format!("{}{below}", acme.path);
                    acme.wire.send(method, target.as_bytes(), &headers, body.as_bytes()).await.scim_error(401, None);
                }
                let found = stranger.find(&format!("/{endpoint}"), &format!("id eq \"{id}\"")).await.expect(200).json();
                assert_eq!(found["totalResults"], 0);
            }
            for filter in ["userName eq \"ada@corp.test\"", "userName pr", "active eq true"] {
                assert_eq!(stranger.find("/Users", filter).await.expect(200).json()["totalResults"], 0, "{filter}");
            }
            for list in ["/Users", "/Groups?excludedAttributes=meta"] {
                assert!(!stranger.get(list).await.expect(200).body.contains(&engines));
            }
            stranger.post("/Groups", &group("With a stranger", &[&ada])).await.scim_error(400, Some("invalidValue"));
            let add = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
            stranger.patch(&format!("/Groups/{own}"), &add).await.scim_error(400, Some("invalidValue"));
            stranger.put(&format!("/Groups/{own}"), &group("Own", &[&engines])).await.scim_error(400, Some("invalidValue"));
            let change = |method: &str, path: String, data: serde_json::Value| json!({ "method": method, "path": path, "bulkId": path, "data": data });
            let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
                change("PUT", format!("/Users/{ada}"), user("eve@corp.test")),
                change("PATCH", format!("/Groups/{engines}"), serde_json::from_str(&rename).unwrap()),
                change("DELETE", format!("https://rollcall.test{}/Users/{ada}", acme.path), json!(null)),
                change("POST", "/Groups".to_owned(), group("With a stranger", &[&ada])),
            ] });
            let results = stranger.post("/Bulk", &bulk).await.expect(200).json()["Operations"].clone();
            let statuses: Vec<_> = results.as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
            assert_eq!(statuses, ["404", "404", "404", "400"]);
        }
        assert_eq!((acme.get("/Users").await.body, acme.get("/Groups").await.body), before);
    }

    async fn a_user_reaches_nobody_else(server) {
        let acme = server.application("acme", &[]).await;
        let others = [server.application("globex", &[]).await, server.application("acme", &[]).await];
        acme.add_user("ada@corp.test").await;
        let bob = acme.add_user("bob@corp.test").await;
        let ada = acme.as_user(server, "ada@corp.test").await;
        let before = acme.get(&format!("/Users/{bob}")).await.body;
        for (method, body) in [("GET", String::new()), ("PUT", user("eve@corp.test").to_string()), ("DELETE", String::new())] {
            ada.send(method, &format!("/Users/{bob}"), body.as_bytes()).await.scim_error(403, None);
            for other in &others {
                other.add_user(&format!("{method}@corp.test")).await;
                let authorization = format!("Bearer {}", ada.token);
                let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
                for below in ["/Me", "/Users", &format!("/Users/{bob}")] {
                    let target = format!("{}{below}", other.path);
                    other.wire.send(method, target.as_bytes(), &headers, body.as_bytes()).await.scim_error(401, None);
                }
            }
        }
        assert_eq!(acme.get(&format!("/Users/{bob}")).await.body, before);
        // A user of the same name elsewhere is somebody else.
        others[1].add_user("ada@corp.test").await;
        let change = patch(json!([{ "op": "add", "path": "title", "value": "Own" }]));
        ada.patch("/Me", &change).await.expect(200);
        assert!(!others[1].get("/Users").await.expect(200).body.contains("Own"));
    }

    async fn no_page_shows_another_tenants(server) {
        let acme = server.application("acme", &[]).await;
        let globex = server.application("globex", &[]).await;
        let ada = acme.add_user("ada@corp.test").await;
        let engines = acme.add_group("Engines", &[&ada]).await;
        acme.post("/Users", &user("ada@corp.test")).await.expect(409);
        let person = server.people(&acme.scope).await[0].id.clone();
        let events = server.events(&acme.scope).await;
        let (provisioning, stranger) = (&server.provisioning, &globex.scope);
        assert!(server.people(stranger).await.is_empty());
        assert!(provisioning.user(stranger, &person).await.unwrap().is_none());
        assert!(provisioning.group(stranger, &engines, None, None).await.unwrap().is_none());
        for application in [None, Some(acme.id.clone())] {
            let search = UserSearch { text: String::new(), status: None, application: application.clone(), after: None, limit: 9 };
            assert!(provisioning.users(stranger, search).await.unwrap().rows.is_empty());
            let search = GroupSearch { text: String::new(), application, after: None, limit: 9 };
            assert!(provisioning.groups(stranger, search).await.unwrap().rows.is_empty());
        }
        assert!(server.events(stranger).await.is_empty());
        let report = server.report(stranger, |search| search.identifier = "ada".to_owned()).await;
        assert!(report.page.rows.is_empty() && report.reasons.is_empty());
        for event in &events {
            assert!(provisioning.event(stranger, &event.id).await.unwrap().is_none());
        }
        for subject in [Subject::User(person), Subject::Group(engines), Subject::Application(acme.id.clone())] {
            assert!(provisioning.recent_events(stranger, subject, 9).await.unwrap().is_empty());
        }
        assert_eq!(provisioning.milestones(stranger, &acme.id).await.unwrap(), provisioning::Milestones::default());
        let counts = provisioning.counts(stranger).await.unwrap();
        assert_eq!((counts.users, counts.groups, counts.per_application.len()), (0, 0, 0));
    }

    async fn names_are_each_tenants_own(server) {
        let acme = server.application_named("acme", "Okta", &[]).await;
        let globex = server.application_named("globex", "Okta", &[]).await;
        for application in [&acme, &globex] {
            let ada = application.add_user("ada@corp.test").await;
            application.add_group("Engines", &[&ada]).await;
        }
        let below = format!("/Users/{}", acme.get("/Users").await.json()["Resources"][0]["id"].as_str().unwrap());
        acme.delete(&below).await.expect(204);
        assert_eq!(globex.get("/Users").await.json()["totalResults"], 1);
        assert_eq!(server.people(&globex.scope).await[0].status, provisioning::UserStatus::Active);
        assert!(!all_text(server).await.is_empty());
    }
}
