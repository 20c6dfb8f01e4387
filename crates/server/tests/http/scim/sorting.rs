//! `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3)

use registry::Feature;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, ENTERPRISE_USER, TestApplication, ids, many_users, patch, resources, user};

fn names(list: &Value) -> Vec<String> {
    resources(list).iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}

/// Creates users `a`, `b`, … with what each of `bodies` says beside the name.
async fn users(application: &TestApplication, bodies: &[Value]) {
    for (name, members) in ('a'..).zip(bodies) {
        let mut body = user(&name.to_string());
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        application.post("/Users", &body).await.expect(201);
    }
}

/// The order of the users' names, both ways, by GET and search and on pages of two.
async fn order(application: &TestApplication, sort_by: &str, filter: Option<&str>) -> String {
    let mut query = json!({ "sortBy": sort_by });
    if let Some(filter) = filter {
        query["filter"] = json!(filter);
    }
    let whole = names(&application.ask(By::Get, "/Users", &query).await.expect(200).json());
    query["sortOrder"] = json!("descending");
    let mut descending = names(&application.ask(By::Search, "/Users", &query).await.expect(200).json());
    descending.reverse();
    assert_eq!(descending, whole, "{sort_by}, descending");
    query["sortOrder"] = json!("ascending");
    let pages = application.pages_by_index(By::Get, "/Users", &query, 2).await;
    assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), whole, "{sort_by}, by position");
    let pages = application.pages_by_cursor(By::Search, "/Users", &query, 2).await;
    assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), whole, "{sort_by}, by cursor");
    whole.concat()
}

on_both_databases! {
    async fn by_the_type_of_the_attribute(server) {
        let application = server.application("acme", &[]).await;
        users(&application, &[
            json!({ "externalId": "b", "title": "b", "active": true, "name": { "familyName": "Z" } }),
            json!({ "externalId": "B", "title": "A", "active": false, "name": { "familyName": "é" } }),
            json!({ "externalId": "", "title": "Ｂ", ENTERPRISE_USER: { "department": "x", "manager": { "value": "2" } } }),
            json!({ "externalId": "a", "active": true, ENTERPRISE_USER: { "department": "W", "manager": { "value": "10" } } }),
            json!({ "externalId": "B", "title": "", "emails": [{ "value": "c@x" }, { "value": "a@x" }] }),
            json!({ "emails": [{ "value": "z@x" }, { "value": "B@x", "primary": true, "type": "work" }] }),
        ]).await;
        for (sort_by, expected) in [
            ("userName", "abcdef"),
            ("id", "abcdef"),
            ("meta.created", "abcdef"),
            // Case matters; what has none is last, and equal ones are in the order of ids.
            ("externalId", "bedacf"),
            // Case and width do not matter; what is empty is first.
            ("title", "ebacdf"),
            ("TITLE", "ebacdf"),
            ("urn:ietf:params:scim:schemas:core:2.0:User:title", "ebacdf"),
            ("active", "bacdef"),
            ("name.familyName", "abcdef"),
            (&format!("{ENTERPRISE_USER}:department"), "dcabef"),
            (&format!("{ENTERPRISE_USER}:manager"), "dcabef"),
            ("manager.value", "dcabef"),
            // The primary value, else the first.
            ("emails", "feabcd"),
            ("emails.type", "fabcde"),
        ] {
            assert_eq!(order(&application, sort_by, None).await, expected, "{sort_by}");
            assert_eq!(order(&application, sort_by, Some("userName lt \"e\"")).await, expected.replace(['e', 'f'], ""), "{sort_by}");
            assert_eq!(order(&application, sort_by, Some("meta.version pr")).await, expected, "{sort_by}");
        }
        assert_eq!(order(&application, "userName", Some("emails pr or title eq \"A\"")).await, "bef");
        assert_eq!(order(&application, "externalId", Some("userName eq \"a\" or userName eq \"f\" or id eq \"x\"")).await, "af");
    }

    async fn by_what_is_kept_elsewhere(server) {
        let application = server.application("acme", &[]).await;
        let mut made = Vec::new();
        for name in ["a", "b", "c"] {
            made.push(application.add_user(name).await);
        }
        let (zeta, alpha) = (application.add_group("Zeta", &[&made[0]]).await, application.add_group("Alpha", &[&made[1]]).await);
        assert_eq!(order(&application, "groups.display", None).await, "bac");
        assert_eq!(order(&application, "meta.location", None).await, "abc");
        for (sort_by, order, expected) in [
            ("displayName", "ascending", [&alpha, &zeta]),
            ("displayName", "descending", [&zeta, &alpha]),
            ("members.display", "ascending", [&zeta, &alpha]),
            ("members", "descending", [&alpha, &zeta]),
        ] {
            let query = json!({ "sortBy": sort_by, "sortOrder": order });
            let found = ids(&application.ask(By::Get, "/Groups", &query).await.expect(200).json());
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{sort_by} {order}");
        }
        // The last to change comes last.
        server.clock.step(1_000);
        application.patch(&format!("/Users/{}", made[0]), &patch(json!([{ "op": "add", "path": "title", "value": "x" }]))).await.expect(200);
        assert_eq!(order(&application, "meta.lastModified", None).await, "bca");
        assert_eq!(order(&application, "meta.lastModified", Some("meta.lastModified gt \"2026-11-24T09:00:00.500Z\"")).await, "a");
        assert_eq!(order(&application, "meta.created", None).await, "abc");
        // Whoever comes back under the former id was created when coming back.
        application.delete(&format!("/Users/{}", made[1])).await.expect(204);
        assert_eq!(application.add_user("b").await, made[1]);
        assert_eq!(order(&application, "meta.created", None).await, "acb");
        assert_eq!(order(&application, "meta.created", Some("meta.created gt \"2026-11-24T09:00:00.500Z\"")).await, "b");
        assert_eq!(order(&application, "id", None).await, "abc");
    }

    async fn names_that_several_have(server) {
        let application = server.application("acme", &[(Feature::UniqueGroupNames, false)]).await;
        let mut made = Vec::new();
        for name in ["b", "A", "a", "B", "a"] {
            made.push(application.add_group(name, &[]).await);
        }
        let expected = [1, 2, 4, 0, 3].map(|index| made[index].clone());
        for order in ["ascending", "descending"] {
            let query = json!({ "sortBy": "displayName", "sortOrder": order });
            for pages in [
                application.pages_by_cursor(By::Get, "/Groups", &query, 1).await,
                application.pages_by_index(By::Get, "/Groups", &query, 2).await,
            ] {
                let mut found: Vec<_> = pages.iter().flat_map(ids).collect();
                if order == "descending" {
                    found.reverse();
                }
                assert_eq!(found, expected, "{order}");
            }
        }
    }

    async fn what_cannot_be_sorted_by(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        for (endpoint, query, words) in [
            ("/Users", json!({ "sortBy": "shoeSize" }), "sortBy: shoeSize is no attribute here"),
            ("/Groups", json!({ "sortBy": "userName" }), "userName is no attribute here"),
            ("", json!({ "sortBy": "shoeSize" }), "shoeSize is no attribute here"),
            ("/Users", json!({ "sortBy": "password" }), "password cannot be sorted by"),
            ("/Users", json!({ "sortBy": "name" }), "name one of them, such as name.familyName"),
            ("/Users", json!({ "sortBy": "userName eq" }), "is no attribute here"),
            ("/Users", json!({ "sortBy": "userName", "sortOrder": "up" }), "sortOrder must be ascending or descending, not up"),
            ("/Users", json!({ "sortOrder": "-1" }), "sortOrder"),
        ] {
            for by in [By::Get, By::Search] {
                let detail = application.ask(by, endpoint, &query).await.scim_error(400, Some("invalidValue"));
                assert!(detail.contains(words), "{query}: {detail}");
                assert_eq!(server.last_event(&application.scope).await.row.error_code.as_deref(), Some("invalidValue"));
            }
        }
        for query in [json!({ "sortBy": "", "sortOrder": "" }), json!({ "sortOrder": "DESCENDING" })] {
            application.ask(By::Get, "/Users", &query).await.expect(200);
        }
    }

    async fn more_than_may_be_looked_through(server) {
        let application = server.application("acme", &[]).await;
        let made = many_users(server, &application, 50_001);
        let page = |sort_by: &str, cursor: Option<&str>| {
            let mut query = json!({ "sortBy": sort_by, "sortOrder": "descending", "count": 2, "filter": "meta.created lt \"2000-01-01\"" });
            if let Some(cursor) = cursor {
                query["cursor"] = json!(cursor);
            }
            query
        };
        for (by, cursor) in [("name.familyName", None), ("active", Some(""))] {
            let detail = application.ask(By::Search, "/Users", &page(by, cursor)).await.scim_error(400, Some("tooMany"));
            assert!(detail.contains("50000"), "{detail}");
        }
        // What SQL sorts has no such end.
        for by in ["userName", "id", "meta.created", "meta.lastModified", "externalId"] {
            let list = application.ask(By::Search, "/Users", &page(by, None)).await.expect(200).json();
            assert_eq!(ids(&list), [&*made[50_000], &*made[49_999]], "{by}");
            assert_eq!(list["totalResults"], 50_001, "{by}");
        }
        // Nor has a cursor that need not sort: pages come without a total, and as long as they can be.
        let filter = json!({ "filter": "userName ew \"user150000\" or userName ew \"user100001\"" });
        application.ask(By::Get, "/Users", &filter).await.scim_error(400, Some("tooMany"));
        let pages = application.pages_by_cursor(By::Get, "/Users", &filter, 2).await;
        assert_eq!(pages.iter().flat_map(names).collect::<Vec<_>>(), ["user100001", "user150000"]);
        assert!(pages.len() > 1 && pages.iter().all(|page| page.get("totalResults").is_none()), "{pages:?}");
        let back = application.pages_back(By::Get, "/Users", &filter, 2, pages.last().unwrap().clone()).await;
        assert_eq!(back.iter().flat_map(names).collect::<Vec<_>>(), ["user150000", "user100001"]);
    }
}
