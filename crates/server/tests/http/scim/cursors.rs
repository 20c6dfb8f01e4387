//! Paging by cursor (RFC 9865)

use provisioning::{Operation, Outcome};
use registry::Feature;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, TestApplication, patch, resources};

fn names(list: &Value) -> Vec<String> {
    resources(list).iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect()
}

async fn with_users(application: &TestApplication, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=count {
        ids.push(application.add_user(&format!("user{number}")).await);
    }
    ids
}

fn cursor<'a>(page: &'a Value, member: &str) -> &'a str {
    page[member].as_str().unwrap_or_else(|| panic!("no {member}: {page}"))
}

on_both_databases! {
    async fn pages_forth_and_back(server) {
        let application = server.application("acme", &[]).await;
        with_users(&application, 7).await;
        for query in [
            json!({}),
            json!({ "filter": "userName sw \"user\"" }),
            json!({ "filter": "userName co \"user\"" }),
            json!({ "filter": "not (userName eq \"x\") and active eq true" }),
            json!({ "sortBy": "userName" }),
            json!({ "sortBy": "meta.version" }),
            json!({ "sortBy": "title", "filter": "userName co \"user\"" }),
        ] {
            for by in [By::Get, By::Search] {
                let pages = application.pages_by_cursor(by, "/Users", &query, 3).await;
                let read: Vec<_> = pages.iter().map(|page| names(page).concat()).collect();
                assert_eq!(read, ["user1user2user3", "user4user5user6", "user7"], "{query}");
                assert!(pages.iter().all(|page| page["totalResults"] == 7), "{query}");
                assert!(pages[2].get("nextCursor").is_none() && pages[0].get("previousCursor").is_none(), "{query}");
                for page in &pages {
                    for member in ["nextCursor", "previousCursor"] {
                        // Unreserved letters of a URL alone (RFC 3986 §2.3), and nothing to read in it.
                        let text = page.get(member).and_then(Value::as_str).unwrap_or("x");
                        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), "{text}");
                        assert!(text.len() < 400 && !text.contains("user"), "{text}");
                    }
                }
                let back = application.pages_back(by, "/Users", &query, 3, pages[2].clone()).await;
                let read: Vec<_> = back.iter().map(|page| names(page).concat()).collect();
                assert_eq!(read, ["user7", "user4user5user6", "user1user2user3"], "{query}");
                assert!(back[2].get("previousCursor").is_none(), "{query}");
                let forth = application.page_at(by, "/Users", &query, 3, cursor(&back[2], "nextCursor")).await;
                assert_eq!(names(&forth).concat(), "user4user5user6", "{query}");
            }
        }
        // One page is the first and the last.
        for count in [7, 8, 200] {
            let page = application.page_at(By::Get, "/Users", &json!({}), count, "").await;
            assert_eq!((names(&page).len(), page.as_object().unwrap().len()), (7, 4), "{page}");
        }
        // Of a longer list there is no more than asked for, at most 200, and for 0 or less nothing but the total.
        for (count, items) in [("-3", 0), ("0", 0), ("1", 1), ("99999999999999999999", 7)] {
            let page = application.get(&format!("/Users?cursor&count={count}")).await.expect(200).json();
            assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(7), &json!(items)), "{count}");
            assert_eq!(page.get("nextCursor").is_some(), items == 1, "{count}");
        }
        // Who does not ask for a cursor gets none.
        let page = application.get("/Users?count=3").await.expect(200).json();
        assert!(page["startIndex"] == 1 && page.get("nextCursor").is_none());
        let nobody = application.page_at(By::Get, "/Users", &json!({ "filter": "userName eq \"x\"" }), 3, "").await;
        assert_eq!(nobody, json!({ "schemas": nobody["schemas"], "totalResults": 0, "itemsPerPage": 0, "Resources": [] }));
    }

    async fn each_is_met_once_while_others_change(server) {
        let application = server.application("acme", &[]).await;
        let ids = with_users(&application, 9).await;
        for query in [json!({ "attributes": "userName" }), json!({ "sortBy": "userName" }), json!({ "filter": "meta.resourceType pr and title eq null", "sortBy": "name.familyName" })] {
            let first = application.page_at(By::Get, "/Users", &query, 4, "").await;
            assert_eq!(names(&first).concat(), "user1user2user3user4", "{query}");
            // Somebody who was met leaves, so does the last one met; somebody comes before, and somebody after.
            let gone = [application.add_user("user00").await, application.add_user("user95").await];
            for id in [&ids[1], &ids[3]] {
                application.delete(&format!("/Users/{id}")).await.expect(204);
            }
            let rest = application.page_at(By::Get, "/Users", &query, 4, cursor(&first, "nextCursor")).await;
            let read = names(&rest).concat();
            assert_eq!(read, "user5user6user7user8", "{query}");
            let last = application.page_at(By::Get, "/Users", &query, 4, cursor(&rest, "nextCursor")).await;
            assert_eq!(names(&last).concat().replace("user00", ""), "user9user95", "{query}");
            // On the way back the first page has what is there now.
            let back = application.page_at(By::Get, "/Users", &query, 4, cursor(&rest, "previousCursor")).await;
            assert!(names(&back).concat().ends_with("user1user3"), "{query}: {back}");
            // Back to how it was.
            for id in gone {
                application.delete(&format!("/Users/{id}")).await.expect(204);
            }
            for name in ["user2", "user4"] {
                application.add_user(name).await;
            }
        }
    }

    async fn nobody_left_on_either_side(server) {
        let application = server.application("acme", &[]).await;
        let ids = with_users(&application, 5).await;
        let query = json!({});
        let first = application.page_at(By::Get, "/Users", &query, 2, "").await;
        let second = application.page_at(By::Get, "/Users", &query, 2, cursor(&first, "nextCursor")).await;
        for id in [&ids[0], &ids[1]] {
            application.delete(&format!("/Users/{id}")).await.expect(204);
        }
        let none = application.page_at(By::Get, "/Users", &query, 2, cursor(&second, "previousCursor")).await;
        assert!(names(&none).is_empty() && none.get("previousCursor").is_none(), "{none}");
        let again = application.page_at(By::Get, "/Users", &query, 2, cursor(&none, "nextCursor")).await;
        assert_eq!(names(&again), names(&second));
        application.delete(&format!("/Users/{}", ids[4])).await.expect(204);
        let end = application.page_at(By::Get, "/Users", &query, 2, cursor(&second, "nextCursor")).await;
        assert!(names(&end).is_empty() && end.get("nextCursor").is_none(), "{end}");
        let before = application.page_at(By::Get, "/Users", &query, 2, cursor(&end, "previousCursor")).await;
        assert_eq!(names(&before), names(&second));
    }

    async fn cursors_that_lead_nowhere(server) {
        let application = server.application("acme", &[]).await;
        let (sibling, stranger) = (server.application("acme", &[]).await, server.application("globex", &[]).await);
        for application in [&application, &sibling, &stranger] {
            with_users(application, 5).await;
            for name in ["A", "B", "C"] {
                application.add_group(name, &[]).await;
            }
        }
        let query = json!({ "filter": "userName sw \"user\"", "sortBy": "userName" });
        let page = application.page_at(By::Get, "/Users", &query, 2, "").await;
        let good = cursor(&page, "nextCursor").to_owned();
        let with = |changes: Value| {
            let mut query = query.clone();
            query["count"] = json!(2);
            query["cursor"] = json!(good);
            for (name, value) in changes.as_object().unwrap() {
                if value.is_null() {
                    query.as_object_mut().unwrap().remove(name);
                } else {
                    query[name] = value.clone();
                }
            }
            query
        };
        let half = &good[..good.len() / 2];
        let mut words = Vec::new();
        for (asking, endpoint, changes) in [
            (&application, "/Users", json!({ "cursor": "garbage" })),
            (&application, "/Users", json!({ "cursor": half })),
            (&application, "/Users", json!({ "cursor": format!("{good}A") })),
            (&application, "/Users", json!({ "cursor": good.to_lowercase() })),
            (&application, "/Users", json!({ "cursor": "é😀" })),
            (&application, "/Users", json!({ "cursor": "A".repeat(20_000) })),
            (&application, "/Users", json!({ "cursor": "0" })),
            // Of another query.
            (&application, "/Users", json!({ "filter": null })),
            (&application, "/Users", json!({ "filter": "userName sw \"u\"" })),
            (&application, "/Users", json!({ "sortBy": null })),
            (&application, "/Users", json!({ "sortBy": "id" })),
            (&application, "/Users", json!({ "sortOrder": "descending" })),
            (&application, "", json!({})),
            // Of another client.
            (&sibling, "/Users", json!({})),
            (&stranger, "/Users", json!({})),
        ] {
            for by in [By::Get, By::Search] {
                let answer = asking.ask(by, endpoint, &with(changes.clone())).await;
                words.push(answer.scim_error(400, Some("invalidCursor")));
                let event = server.last_event(&asking.scope).await;
                assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("invalidCursor")));
            }
        }
        words.dedup();
        assert_eq!(words.len(), 1, "the answer does not tell why: {words:?}");
        // Groups have no userName, so the cursor is tried with a query that both have.
        let shared = json!({ "sortBy": "id" });
        let of_users = application.page_at(By::Get, "/Users", &shared, 2, "").await;
        let mut of_groups = shared.clone();
        of_groups["cursor"] = of_users["nextCursor"].clone();
        of_groups["count"] = json!(2);
        application.ask(By::Get, "/Groups", &of_groups).await.scim_error(400, Some("invalidCursor"));

        let detail = application.ask(By::Get, "/Users", &with(json!({ "count": 3 }))).await.scim_error(400, Some("invalidCount"));
        assert!(detail.contains("count was 2"), "{detail}");
        application.ask(By::Search, "/Users", &with(json!({ "count": null }))).await.scim_error(400, Some("invalidCount"));
        application.ask(By::Get, "/Users", &with(json!({ "startIndex": 3 }))).await.scim_error(400, Some("invalidValue"));
        application.ask(By::Get, "/Users", &json!({ "cursor": "", "startIndex": 1 })).await.scim_error(400, Some("invalidValue"));
        // What is shown may change, and how names of parameters are written.
        let shown = application.ask(By::Get, "/Users", &with(json!({ "attributes": "title", "sortOrder": "Ascending" }))).await.expect(200).json();
        assert_eq!(resources(&shown).len(), 2);

        server.clock.step(3_600_000 - 1);
        application.ask(By::Get, "/Users", &with(json!({}))).await.expect(200);
        server.clock.step(1);
        let detail = application.ask(By::Get, "/Users", &with(json!({}))).await.scim_error(400, Some("expiredCursor"));
        assert!(detail.contains("3600 seconds"), "{detail}");
        assert_eq!(server.last_event(&application.scope).await.row.error_code.as_deref(), Some("expiredCursor"));
        sibling.ask(By::Get, "/Users", &with(json!({}))).await.scim_error(400, Some("invalidCursor"));
    }

    async fn any_server_goes_on(server) {
        let application = server.application("acme", &[]).await;
        with_users(&application, 5).await;
        let (wire, stop) = server.neighbour().await;
        let mut elsewhere = server.application("acme", &[]).await;
        (elsewhere.path, elsewhere.token, elsewhere.wire) = (application.path.clone(), application.token.clone(), wire);
        let query = json!({ "filter": "active eq true" });
        let first = application.page_at(By::Get, "/Users", &query, 2, "").await;
        let second = elsewhere.page_at(By::Search, "/Users", &query, 2, cursor(&first, "nextCursor")).await;
        let third = application.page_at(By::Get, "/Users", &query, 2, cursor(&second, "nextCursor")).await;
        assert_eq!([first, second, third].iter().flat_map(names).collect::<Vec<_>>().concat(), "user1user2user3user4user5");
        stop.stop().await;
    }

    async fn rows_and_features(server) {
        let application = server.application("acme", &[]).await;
        with_users(&application, 5).await;
        let first = application.page_at(By::Get, "/Users", &json!({}), 3, "").await;
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::UserImport, "Read 3 of 5 users by cursor"));
        application.page_at(By::Get, "/Users", &json!({}), 3, cursor(&first, "nextCursor")).await;
        assert_eq!(server.last_event(&application.scope).await.row.summary, "Read 2 of 5 users by cursor");
        application.page_at(By::Get, "/Users", &json!({ "filter": "userName eq \"user4\"" }), 3, "").await;
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::UserLookup, "Looked up user user4: found"));
        let test = application.page_at(By::Get, "/Users", &json!({}), 2, "").await;
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::ConnectionTest);
        application.switch(server, Feature::ImportUsers, false).await;
        application.page_at(By::Get, "/Users", &json!({}), 2, "").await;
        // Going on is an import, however small the pages.
        for (count, page) in [(2, &test), (3, &first)] {
            let next = json!({ "count": count, "cursor": page["nextCursor"] });
            application.ask(By::Get, "/Users", &next).await.scim_error(403, None);
            assert_eq!(server.last_event(&application.scope).await.row.outcome, Outcome::Refused);
        }
        application.ask(By::Get, "/Users", &json!({ "count": 3, "cursor": "" })).await.scim_error(403, None);
    }

    async fn a_name_that_changes_hands(server) {
        let application = server.application("acme", &[]).await;
        let ids = with_users(&application, 4).await;
        let query = json!({ "sortBy": "userName" });
        let first = application.page_at(By::Get, "/Users", &query, 2, "").await;
        // The last one met is renamed to the end, and a new one takes the name: both stand after the one met.
        let rename = patch(json!([{ "op": "replace", "path": "userName", "value": "user9" }]));
        application.patch(&format!("/Users/{}", ids[1]), &rename).await.expect(200);
        let heir = application.add_user("USER2").await;
        let second = application.page_at(By::Get, "/Users", &query, 2, cursor(&first, "nextCursor")).await;
        assert_eq!(crate::support::ids(&second), [&*heir, &*ids[2]]);
        let third = application.page_at(By::Get, "/Users", &query, 2, cursor(&second, "nextCursor")).await;
        assert_eq!(crate::support::ids(&third), [&*ids[3], &*ids[1]]);
    }
}
