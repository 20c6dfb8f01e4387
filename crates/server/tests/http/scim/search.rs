//! POST to `.search` (RFC 7644 §3.4.3)

use provisioning::{Operation, Outcome};
use registry::Feature;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, all_text, okta_user};

const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

on_both_databases! {
    async fn a_search_is_a_query(server) {
        let application = server.application("acme", &[]).await;
        for (number, name) in ["Ada", "Bob", "Cyd"].into_iter().enumerate() {
            let user = okta_user(&format!("00u{number}"), &format!("{name}@corp.test"), name, "L");
            application.post("/Users", &user).await.expect(201);
        }
        application.add_group("Engines", &[]).await;
        for (endpoint, query, total) in [
            ("/Users", json!({}), 3),
            ("/Users", json!({ "filter": "userName eq \"ADA@corp.test\"" }), 1),
            ("/Users", json!({ "filter": "name.familyName eq \"L\"", "startIndex": 2, "count": 1 }), 3),
            ("/Users", json!({ "attributes": ["userName", "emails.value"], "sortBy": "userName", "sortOrder": "descending" }), 3),
            ("/Users", json!({ "excludedAttributes": ["emails", "name"], "count": 0 }), 3),
            ("/Groups", json!({ "filter": "displayName sw \"eng\"" }), 1),
            ("", json!({ "filter": "displayName pr", "attributes": ["displayName"] }), 4),
        ] {
            let found = application.ask(By::Search, endpoint, &query).await.expect(200);
            assert_eq!(found.header("content-type"), Some("application/scim+json"));
            // Lists of names have commas between in a URL.
            let mut in_url = query.clone();
            for name in ["attributes", "excludedAttributes"] {
                if let Some(Value::Array(names)) = query.get(name) {
                    in_url[name] = json!(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
                }
            }
            assert_eq!(found.body, application.ask(By::Get, endpoint, &in_url).await.expect(200).body, "{endpoint} {query}");
            assert_eq!(found.json()["totalResults"], total, "{endpoint} {query}");
        }
        // Members in any case, unknown ones, null, other urns beside the right one; parameters of the URL count for nothing.
        let body = json!({
            "Schemas": ["urn:x:Other", SEARCH_REQUEST.to_lowercase()], "FILTER": "userName sw \"b\"", "more": { "a": [] }, "sortBy": null,
        });
        let found = application.post("/users/.search?count=0&filter=nonsense", &body).await.expect(200).json();
        assert_eq!((&found["totalResults"], &found["Resources"][0]["name"]["givenName"]), (&json!(1), &json!("Bob")));
    }

    async fn what_is_wrong_is_said(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let search = |members: Value| {
            let mut body = members;
            body["schemas"] = json!([SEARCH_REQUEST]);
            body.to_string()
        };
        for (body, scim_type, words) in [
            (String::new(), "invalidSyntax", "the body is empty"),
            ("[]".to_owned(), "invalidSyntax", "must be a JSON object, found a list"),
            ("{\"filter\":".to_owned(), "invalidSyntax", "not valid JSON"),
            (json!({ "filter": "userName pr" }).to_string(), "invalidSyntax", "schemas is missing"),
            (json!({ "schemas": [] }).to_string(), "invalidSyntax", "schemas is empty"),
            (json!({ "schemas": SEARCH_REQUEST }).to_string(), "invalidSyntax", "schemas: expected a list, found text"),
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] }).to_string(), "invalidSyntax", "SearchRequest"),
            (search(json!({ "filter": 5 })), "invalidValue", "filter: expected text, found 5"),
            (search(json!({ "filter": "" })), "invalidFilter", "empty"),
            (search(json!({ "filter": "userName xx \"a\"" })), "invalidFilter", "position 9"),
            (search(json!({ "filter": "shoeSize pr" })), "invalidFilter", "unknown attribute shoeSize"),
            (search(json!({ "count": "5" })), "invalidValue", "count: expected a whole number, found text"),
            (search(json!({ "count": 1.5 })), "invalidValue", "count: expected a whole number, found 1.5"),
            (search(json!({ "count": [] })), "invalidValue", "count"),
            (search(json!({ "startIndex": true })), "invalidValue", "startIndex"),
            (search(json!({ "startIndex": {} })), "invalidValue", "startIndex"),
            (search(json!({ "attributes": 7 })), "invalidValue", "attributes: expected a list of attribute names"),
            (search(json!({ "attributes": [["userName"]] })), "invalidValue", "attributes"),
            (search(json!({ "attributes": ["id"], "excludedAttributes": ["userName"] })), "invalidValue", "exclude each other"),
            (search(json!({ "sortBy": ["userName"] })), "invalidValue", "sortBy: expected text, found a list"),
            (search(json!({ "sortBy": "userName", "sortOrder": "upwards" })), "invalidValue", "sortOrder must be ascending or descending"),
            (search(json!({ "cursor": 7 })), "invalidValue", "cursor: expected text"),
            (search(json!({ "cursor": "", "startIndex": 1 })), "invalidValue", "exclude each other"),
            (search(json!({ "cursor": "garbage" })), "invalidCursor", "cursor"),
        ] {
            for endpoint in ["/Users/.search", "/.search"] {
                let headers = [("Content-Type", "application/scim+json")];
                let answer = application.send_with("POST", endpoint, &headers, body.as_bytes()).await;
                let detail = answer.scim_error(400, Some(scim_type));
                assert!(detail.contains(words), "{endpoint} {body}: {detail}");
                let event = server.last_event(&application.scope).await;
                assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some(scim_type)), "{body}");
            }
        }
        // Numbers that are too large or too small are the largest and smallest there are.
        for (members, items) in [
            (json!({ "count": 1e300, "startIndex": -1e300 }), 1),
            (json!({ "count": 99_999_999_999_999_999_999_f64 }), 1),
            (json!({ "startIndex": u64::MAX }), 0),
            (json!({ "count": i64::MIN }), 0),
        ] {
            let found = application.send("POST", "/Users/.search", search(members.clone()).as_bytes()).await.expect(200).json();
            assert_eq!((&found["totalResults"], &found["itemsPerPage"]), (&json!(1), &json!(items)), "{members}");
        }
        let body = search(json!({}));
        application.send_with("POST", "/Users/.search", &[("Content-Type", "text/plain")], body.as_bytes()).await.scim_error(415, None);
        let too_large = vec![b' '; crate::support::BODY_LIMIT_BYTES + 1];
        application.send("POST", "/Users/.search", &too_large).await.scim_error(413, None);
        application.send("POST", "/Nothing/.search", body.as_bytes()).await.scim_error(404, None);
        assert_eq!(application.get("/Users/.search").await.expect(405).header("allow"), Some("POST"));
    }

    async fn rows_of_searches(server) {
        let application = server.application("acme", &[]).await;
        let id = application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "L")).await.expect(201).id();
        application.ask(By::Search, "/Users", &json!({ "filter": "emails eq \"ada@corp.test\"" })).await.expect(200);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserLookup, Outcome::Succeeded));
        assert_eq!(event.row.summary, "Looked up user ada@corp.test: found");
        assert_eq!((event.method.as_str(), event.target.as_str()), ("POST", "/Users/.search"));
        assert!(event.request.unwrap().contains("emails eq"));
        let found = server.report(&application.scope, |search| search.identifier = id.clone()).await.page.rows;
        assert_eq!(found.len(), 2);
        application.ask(By::Search, "/Users", &json!({ "filter": "password eq \"s3cret-in-a-search\"" })).await.scim_error(400, Some("invalidFilter"));
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.outcome), (Operation::UserLookup, Outcome::Failed));
        assert!(!all_text(server).await.contains("s3cret-in-a-search"));
        // Without a filter it is an import.
        application.ask(By::Search, "/Users", &json!({ "count": 50 })).await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::UserImport);
        application.switch(server, Feature::ImportUsers, false).await;
        for endpoint in ["/Users", "/Groups", ""] {
            application.ask(By::Search, endpoint, &json!({ "count": 50 })).await.scim_error(403, None);
            assert_eq!(server.last_event(&application.scope).await.row.outcome, Outcome::Refused);
            application.ask(By::Search, endpoint, &json!({ "count": 2 })).await.expect(200);
            assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::ConnectionTest);
        }
        application.ask(By::Search, "/Users", &json!({ "filter": "userName pr" })).await.expect(200);
    }
}
