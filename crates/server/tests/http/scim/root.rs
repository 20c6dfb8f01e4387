//! Queries at the base URL, over all resource types (RFC 7644 §3.4.2.1)

use provisioning::{Operation, Outcome};
use registry::Feature;
use scim_model::schema::Definitions;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, TestApplication, TestServer, okta_user, resources};

/// The name of each, whatever it is called by its type.
fn names(list: &Value) -> Vec<String> {
    let name = |resource: &Value| {
        let name = ["userName", "number", "displayName"].iter().find_map(|name| resource[*name].as_str());
        name.unwrap_or("?").to_owned()
    };
    resources(list).iter().map(name).collect()
}

/// Two users, two groups, two badges; made in turn, so that neither ids nor names are in the order of types.
async fn filled(server: &TestServer) -> TestApplication {
    let application = server.application("acme", &[]).await;
    let definitions = json!([
        { "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:Badge", "attributes": [
            { "name": "number" }, { "name": "active", "type": "string" }, { "name": "colour" },
        ] },
        { "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "Badge", "endpoint": "/Badges", "schema": "urn:example:Badge" },
    ]);
    let definitions = Definitions::parse(definitions.to_string().as_bytes()).unwrap();
    application.change_settings(server, |settings| settings.definitions = definitions).await;
    for (number, name) in ["a", "b"].into_iter().enumerate() {
        let badge = json!({ "schemas": ["urn:example:Badge"], "number": format!("{name}1"), "active": "yes", "externalId": name });
        application.post("/Badges", &badge).await.expect(201);
        let user = application.post("/Users", &okta_user(name, &format!("{name}2"), name, "L")).await.expect(201).id();
        application.add_group(&format!("{name}3 {number}"), &[&user]).await;
    }
    application
}

on_both_databases! {
    async fn everything_type_by_type(server) {
        let application = filled(server).await;
        let all = ["a2", "b2", "a3 0", "b3 1", "a1", "b1"];
        for below in ["", "/", "//", "?count=200", "/?sortOrder=descending"] {
            let list = application.get(below).await.expect(200).json();
            assert_eq!((names(&list), &list["totalResults"]), (all.map(str::to_owned).to_vec(), &json!(6)), "{below}");
        }
        for by in [By::Get, By::Search] {
            for count in 1..=7 {
                let pages = application.pages_by_index(by, "", &json!({}), count).await;
                assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), all, "{count}");
                let pages = application.pages_by_cursor(by, "", &json!({}), count).await;
                assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), all, "{count}");
                let mut back = application.pages_back(by, "", &json!({}), count, pages.last().unwrap().clone()).await;
                back.reverse();
                assert_eq!(back.iter().flat_map(names).collect::<Vec<_>>(), all, "{count}");
            }
        }
        for (query, items) in [("count=0", 0), ("startIndex=7", 0), ("startIndex=99999999999", 0), ("startIndex=6", 1), ("startIndex=-1&count=2", 2)] {
            let list = application.get(&format!("?{query}")).await.expect(200).json();
            assert_eq!((&list["totalResults"], &list["itemsPerPage"]), (&json!(6), &json!(items)), "{query}");
        }
        application.get("?startIndex=x").await.scim_error(400, Some("invalidValue"));
        // Each as at its own endpoint, and of the attributes what its type has.
        let list = application.get("").await.expect(200).json();
        for (endpoint, range) in [("/Users", 0..2), ("/Groups", 2..4), ("/Badges", 4..6)] {
            assert_eq!(resources(&application.get(endpoint).await.expect(200).json()), resources(&list)[range]);
        }
        let list = application.ask(By::Search, "", &json!({ "attributes": ["userName", "members.value", "colour"] })).await.expect(200).json();
        let keys = |index: usize| resources(&list)[index].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!((keys(0), keys(2), keys(4)), ("schemas id userName".to_owned(), "schemas id members".to_owned(), "schemas id".to_owned()));
        let list = application.get("?excludedAttributes=meta,groups,members,emails.type,externalId").await.expect(200).json();
        let [user, group, badge] = [0, 2, 4].map(|index| resources(&list)[index].clone());
        assert!([&user, &group, &badge].iter().all(|resource| resource.get("meta").is_none() && resource.get("externalId").is_none()));
        assert!(group.get("members").is_none() && user.get("groups").is_none() && user["emails"][0].get("type").is_none());
        application.get("?attributes=id&excludedAttributes=meta").await.scim_error(400, Some("invalidValue"));
    }

    async fn an_attribute_that_a_type_lacks_has_no_value(server) {
        let application = filled(server).await;
        let id = resources(&application.get("/Groups").await.json())[1]["id"].as_str().unwrap().to_owned();
        for (filter, expected) in [
            ("userName eq \"A2\"", &["a2"][..]),
            ("displayName sw \"a\"", &["a2", "a3 0"]),
            ("userName pr", &["a2", "b2"]),
            ("not (userName pr)", &["a3 0", "b3 1", "a1", "b1"]),
            ("userName ne \"a2\"", &["b2", "a3 0", "b3 1", "a1", "b1"]),
            ("userName eq null and displayName eq null", &["a1", "b1"]),
            ("members.display eq \"a L\" or groups.display eq \"b3 1\"", &["b2", "a3 0"]),
            ("emails[value eq \"b2\"] or number eq \"B1\"", &["b2", "b1"]),
            ("externalId eq \"b\"", &["b2", "b1"]),
            (&format!("id eq \"{id}\""), &["b3 1"]),
            ("meta.resourceType eq \"User\"", &["a2", "b2"]),
            ("meta.resourceType eq \"Badge\" or userName eq \"b2\"", &["b2", "a1", "b1"]),
            ("meta.resourceType eq \"Device\"", &[]),
            ("meta.location co \"/Groups/\"", &["a3 0", "b3 1"]),
            // Of each type as it has it.
            ("active eq true", &["a2", "b2"]),
            ("number pr and userName pr", &[]),
        ] {
            for by in [By::Get, By::Search] {
                let answer = application.ask(by, "", &json!({ "filter": filter })).await;
                // A boolean here, a text there: no literal suits both.
                if filter.starts_with("active") {
                    answer.scim_error(400, Some("invalidFilter"));
                    continue;
                }
                let list = answer.expect(200).json();
                assert_eq!((names(&list), &list["totalResults"]), (expected.iter().map(|name| (*name).to_owned()).collect(), &json!(expected.len())), "{filter}");
            }
        }
        for (filter, position) in [
            ("shoeSize pr", 0), ("userName pr or shoeSize pr", 15), ("emails[shoeSize pr]", 7), ("meta.created gt 5", 0), ("userName", 8),
        ] {
            let detail = application.ask(By::Get, "", &json!({ "filter": filter })).await.scim_error(400, Some("invalidFilter"));
            assert!(detail.contains(&format!("position {position}:")), "{filter}: {detail}");
        }
    }

    async fn no_secret_in_a_url(server) {
        let application = server.application("acme", &[]).await;
        for (by, status, scim_type) in [(By::Get, 403, "sensitive"), (By::Search, 400, "invalidFilter")] {
            application.ask(by, "", &json!({ "filter": "password pr" })).await.scim_error(status, Some(scim_type));
        }
    }

    async fn sorted_over_types(server) {
        let application = filled(server).await;
        for (sort_by, expected) in [
            ("externalId", ["a1", "a2", "b1", "b2", "a3 0", "b3 1"]),
            ("id", ["a1", "a2", "a3 0", "b1", "b2", "b3 1"]),
            ("meta.created", ["a1", "a2", "a3 0", "b1", "b2", "b3 1"]),
            ("userName", ["a2", "b2", "a1", "a3 0", "b1", "b3 1"]),
            ("displayName", ["a2", "a3 0", "b2", "b3 1", "a1", "b1"]),
            ("meta.resourceType", ["a1", "b1", "a3 0", "b3 1", "a2", "b2"]),
        ] {
            for count in [1, 4, 6] {
                let ascending = json!({ "sortBy": sort_by });
                let pages = application.pages_by_cursor(By::Get, "", &ascending, count).await;
                assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), expected, "{sort_by}");
                let descending = json!({ "sortBy": sort_by, "sortOrder": "descending" });
                let pages = application.pages_by_index(By::Search, "", &descending, count).await;
                let mut found: Vec<_> = pages.iter().flat_map(names).collect();
                found.reverse();
                assert_eq!(found, expected, "{sort_by}, descending");
            }
        }
        let query = json!({ "sortBy": "userName", "filter": "meta.resourceType eq \"User\"", "sortOrder": "descending" });
        assert_eq!(names(&application.ask(By::Search, "", &query).await.expect(200).json()), ["b2", "a2"]);
    }

    async fn rows_and_features(server) {
        let application = filled(server).await;
        let before = server.events(&application.scope).await.len();
        application.get("").await.expect(200);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::ResourceImport, "Read resources 1 to 6 of 6"));
        application.find("", "userName eq \"a2\"").await.expect(200);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::ResourceLookup, "Looked up resource a2: found"));
        assert!(event.row.directory_user_id.is_some());
        application.find("", "shoeSize pr").await.expect(400);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::ResourceLookup, Outcome::Failed));
        application.get("?count=2").await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::ConnectionTest);
        assert_eq!(server.events(&application.scope).await.len(), before + 4);
        application.switch(server, Feature::ImportUsers, false).await;
        for below in ["", "/", "?count=3", "?cursor=", "?sortBy=id&count=5"] {
            application.get(below).await.scim_error(403, None);
        }
        application.find("", "userName eq \"a2\"").await.expect(200);
        // Badges are nobody's.
        application.get("/Badges").await.expect(200);
    }
}
