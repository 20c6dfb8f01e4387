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
            for list in ["/Users", "/Groups?excludedAttributes=meta", "", "?sortBy=displayName", "?cursor&count=200", "/Users?cursor"] {
                assert!(!stranger.get(list).await.expect(200).body.contains(&engines));
            }
            stranger.post("/Groups", &group("With a stranger", &[&ada])).await.scim_error(400, Some("invalidValue"));
            let add = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
            stranger.patch(&format!("/Groups/{own}"), &add).await.scim_error(400, Some("invalidValue"));
            stranger.put(&format!("/Groups/{own}"), &group("Own", &[&engines])).await.scim_error(400, Some("invalidValue"));
        }
        assert_eq!((acme.get("/Users").await.body, acme.get("/Groups").await.body), before);
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
        assert!(provisioning.group(stranger, &engines, None).await.unwrap().is_none());
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
