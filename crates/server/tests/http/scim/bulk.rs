//! `POST /Bulk` (RFC 7644 §3.7)

use std::cell::Cell;

use provisioning::{EventDetail, EventRow, Operation, Outcome};
use registry::Feature;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{
    Answer, BODY_LIMIT_BYTES, ENTERPRISE_USER, TestApplication, TestServer, all_text, group, okta_user, patch, user,
};

fn request(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations })
}

fn post(endpoint: &str, bulk_id: &str, data: Value) -> Value {
    json!({ "method": "POST", "path": endpoint, "bulkId": bulk_id, "data": data })
}

/// A user with a manager.
fn managed(user_name: &str, manager: &str) -> Value {
    let mut body = user(user_name);
    body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER]);
    body[ENTERPRISE_USER] = json!({ "manager": { "value": manager } });
    body
}

/// Sends operations and gives their results: a bulk request is answered 200 whatever comes of them.
async fn bulk(application: &TestApplication, operations: Value) -> Vec<Value> {
    results(&application.post("/Bulk", &request(operations)).await)
}

fn results(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/scim+json")), "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]));
    body["Operations"].as_array().unwrap().clone()
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

/// The id at the end of a result's location.
fn id(result: &Value) -> String {
    result["location"].as_str().unwrap_or_else(|| panic!("{result}")).rsplit('/').next().unwrap().to_owned()
}

/// The rows of a bulk request, in the order in which its operations were done.
async fn rows(server: &TestServer, application: &TestApplication, answer: &Answer) -> Vec<EventRow> {
    let request_id = answer.header("x-request-id").unwrap().to_owned();
    let mut rows = server.report(&application.scope, |search| search.identifier = request_id).await.page.rows;
    rows.reverse();
    rows
}

async fn detail(server: &TestServer, application: &TestApplication, row: &EventRow) -> EventDetail {
    server.provisioning.event(&application.scope, &row.id).await.unwrap().unwrap()
}

on_both_databases! {
    async fn every_method_with_its_result_and_row(server) {
        let application = server.application("acme", &[]).await;
        let (bob, carol, dave) = (application.add_user("bob@corp.test").await, application.add_user("carol@corp.test").await, application.add_user("dave@corp.test").await);
        let answer = application.post("/Bulk", &request(json!([
            post("/Users", "qwerty", user("ada@corp.test")),
            { "method": "PUT", "path": format!("/Users/{bob}"), "bulkId": "put", "version": "W/\"1\"", "data": user("robert@corp.test") },
            { "method": "PATCH", "path": format!("Users/{carol}"), "data": patch(json!([{ "op": "add", "path": "title", "value": "X" }])) },
            { "method": "DELETE", "path": format!("https://rollcall.test{}/Users/{dave}", application.path), "version": "*" },
        ]))).await;
        let results = results(&answer);
        let base = format!("https://rollcall.test{}", application.path);
        let ada = id(&results[0]);
        assert_eq!(results, [
            json!({ "location": format!("{base}/Users/{ada}"), "method": "POST", "bulkId": "qwerty", "version": "W/\"1\"", "status": "201" }),
            json!({ "location": format!("{base}/Users/{bob}"), "method": "PUT", "bulkId": "put", "version": "W/\"2\"", "status": "200" }),
            json!({ "location": format!("{base}/Users/{carol}"), "method": "PATCH", "version": "W/\"2\"", "status": "200" }),
            json!({ "location": format!("{base}/Users/{dave}"), "method": "DELETE", "status": "204" }),
        ]);
        assert_eq!(application.get(&format!("/Users/{ada}")).await.expect(200).json()["userName"], "ada@corp.test");
        assert_eq!(application.get(&format!("/Users/{bob}")).await.expect(200).json()["userName"], "robert@corp.test");
        assert_eq!(application.get(&format!("/Users/{carol}")).await.expect(200).json()["title"], "X");
        application.get(&format!("/Users/{dave}")).await.expect(404);

        // Found by the request's id, and nothing else is.
        let rows = rows(server, &application, &answer).await;
        let told: Vec<_> = rows.iter().map(|row| (row.operation, row.outcome, row.summary.as_str())).collect();
        assert_eq!(told, [
            (Operation::UserCreate, Outcome::Succeeded, "Created user ada@corp.test"),
            (Operation::UserUpdate, Outcome::Succeeded, "Renamed user bob@corp.test to robert@corp.test"),
            (Operation::UserUpdate, Outcome::Succeeded, "Updated user carol@corp.test"),
            (Operation::UserDelete, Outcome::Succeeded, "Disabled user dave@corp.test, who was deleted at the source"),
        ]);
        let first = detail(server, &application, &rows[0]).await;
        assert_eq!((first.method.as_str(), first.target.as_str()), ("POST", "/Users"));
        assert_eq!(Some(first.request_id.as_str()), answer.header("x-request-id"));
        assert_eq!((first.steps[0].name.as_str(), first.steps[0].text.as_str()), ("Bulk", "Operation 1 of 4 of a bulk request, bulkId \"qwerty\""));
        assert_eq!(first.user_agent.as_deref(), Some("Okta SCIM Client 1.0.0"));
        let last = detail(server, &application, &rows[3]).await;
        assert_eq!((last.method.as_str(), last.target), ("DELETE", format!("/Users/{dave}")));
        assert_eq!(last.steps[0].text, "Operation 4 of 4 of a bulk request");
    }

    async fn references_in_any_order(server) {
        let application = server.application("acme", &[]).await;
        let old = application.add_user("old@corp.test").await;
        let operations = json!([
            post("/Groups", "engines", group("Engines", &["bulkId:ada", &old, "bulkId:bob"])),
            { "method": "PATCH", "path": "/Groups/bulkId:engines", "data": patch(json!([{ "op": "remove", "path": "members[value eq \"bulkId:bob\"]" }])) },
            { "method": "PATCH", "path": format!("/Users/{old}"), "data": patch(json!([{ "op": "add", "path": format!("{ENTERPRISE_USER}:manager"), "value": { "value": "bulkId:ada", "$ref": "/Users/bulkId:ada" } }])) },
            post("/Users", "bob", managed("bob@corp.test", "bulkId:ada")),
            { "method": "PUT", "path": "/Users/bulkId:bob", "data": managed("robert@corp.test", "bulkId:carol") },
            post("/Users", "ada", user("ada@corp.test")),
            post("/users/", "carol", user("carol@corp.test")),
        ]);
        let results = bulk(&application, operations).await;
        assert_eq!(statuses(&results), ["201", "200", "200", "201", "200", "201", "201"]);
        let bulk_ids: Vec<_> = results.iter().map(|result| result["bulkId"].as_str()).collect();
        assert_eq!(bulk_ids, [Some("engines"), None, None, Some("bob"), None, Some("ada"), Some("carol")]);
        let (ada, bob, carol) = (id(&results[5]), id(&results[3]), id(&results[6]));
        assert_eq!(id(&results[4]), bob);
        let mut members = application.members(&id(&results[0])).await;
        members.sort();
        let mut expected = [old.clone(), ada.clone()];
        expected.sort();
        assert_eq!(members, expected);
        let robert = application.get(&format!("/Users/{bob}")).await.json();
        assert_eq!((&robert["userName"], &robert[ENTERPRISE_USER]["manager"]["value"]), (&json!("robert@corp.test"), &json!(carol)));
        let managed = application.get(&format!("/Users/{old}")).await.json();
        assert_eq!(managed[ENTERPRISE_USER]["manager"], json!({ "value": ada, "$ref": format!("/Users/{ada}") }));
    }

    async fn circles_are_made_whole(server) {
        // Not even with updates switched off is a second write needed.
        let application = server.application("acme", &[(Feature::UpdateUsers, false)]).await;
        let gone = application.post("/Users", &okta_user("00u1", "gone@corp.test", "G", "One")).await.expect(201).id();
        application.delete(&format!("/Users/{gone}")).await.expect(204);
        let mut back = managed("gone@corp.test", "bulkId:b");
        back["externalId"] = json!("00u1");
        let mut member = managed("member@corp.test", "bulkId:member");
        member["groups"] = json!([{ "value": "bulkId:g" }]);
        let answer = application.post("/Bulk", &request(json!([
            post("/Users", "a", back),
            post("/Users", "b", managed("b@corp.test", "bulkId:a")),
            post("/Groups", "g", group("G", &["bulkId:member", "bulkId:a"])),
            post("/Users", "member", member),
            { "method": "PATCH", "path": "/Groups/bulkId:g", "data": patch(json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:b" }] }])) },
        ]))).await;
        let results = results(&answer);
        assert_eq!(statuses(&results), ["201", "201", "201", "201", "200"]);
        let manager = async |result: &Value| {
            let found = application.get(&format!("/Users/{}", id(result))).await.expect(200).json();
            (found[ENTERPRISE_USER]["manager"]["value"].as_str().unwrap().to_owned(), found["meta"]["version"].clone())
        };
        // The set-aside user is back under the former id, which the other one refers to.
        assert_eq!(id(&results[0]), gone);
        assert_eq!(manager(&results[0]).await, (id(&results[1]), json!("W/\"2\"")));
        assert_eq!(manager(&results[1]).await, (gone.clone(), json!("W/\"1\"")));
        assert_eq!(manager(&results[3]).await, (id(&results[3]), json!("W/\"1\"")));
        assert_eq!(application.members(&id(&results[2])).await.len(), 3);

        let rows = rows(server, &application, &answer).await;
        let summaries: Vec<_> = rows.iter().map(|row| row.summary.as_str()).collect();
        assert_eq!(summaries, [
            "Restored user gone@corp.test under the former id", "Created user b@corp.test", "Created user member@corp.test",
            "Created group G with 2 members", "Added 1 member to group G",
        ]);
        let steps = detail(server, &application, &rows[0]).await.steps;
        assert_eq!(steps[0].text, "Operation 1 of 5 of a bulk request, bulkId \"a\"; 2 operations that refer to each other are done together");
    }

    async fn circles_that_cannot_be(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("taken@corp.test").await;
        let before = (application.get("/Users").await.body, application.get("/Groups").await.body);
        let people = server.people(&application.scope).await.len();
        let answer = application.post("/Bulk", &request(json!([
            post("/Groups", "g", group("G", &["bulkId:h"])),
            post("/Groups", "h", group("H", &["bulkId:g"])),
            post("/Groups", "self", group("Self", &["bulkId:self"])),
            post("/Users", "a", managed("a@corp.test", "bulkId:b")),
            post("/Users", "b", managed("taken@corp.test", "bulkId:a")),
            post("/Users", "c", managed("c@corp.test", "bulkId:d")),
            post("/Nothing", "d", managed("d@corp.test", "bulkId:c")),
            { "method": "PATCH", "path": "/Users/bulkId:a", "data": patch(json!([{ "op": "add", "path": "title", "value": "X" }])) },
            post("/Users", "e", managed("e@corp.test", "bulkId:f")),
            post("/Users", "f", json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "x": "bulkId:e" })),
        ]))).await;
        let results = results(&answer);
        assert_eq!(statuses(&results), ["409", "409", "409", "400", "409", "400", "404", "400", "400", "400"]);
        let detail_of = |index: usize| results[index]["response"]["detail"].as_str().unwrap();
        assert!(detail_of(0).contains("the groups \"g\", \"h\" would be members of each other"), "{}", detail_of(0));
        assert!(detail_of(2).contains("the group \"self\" would be a member of itself"), "{}", detail_of(2));
        assert!(detail_of(3).contains("bulkId \"b\", whose operation (Operations[4]) failed"), "{}", detail_of(3));
        assert_eq!(results[4]["response"]["scimType"], "uniqueness");
        assert_eq!(results[3]["response"]["scimType"], "invalidValue");
        assert!(detail_of(9).contains("userName is required"), "{}", detail_of(9));
        // Nothing of a circle stays when one of it fails.
        assert_eq!((application.get("/Users").await.body, application.get("/Groups").await.body), before);
        assert_eq!(server.people(&application.scope).await.len(), people);
        let rows = rows(server, &application, &answer).await;
        assert_eq!(rows.len(), 10);
        assert!(rows.iter().all(|row| row.outcome == Outcome::Failed));
        let code = |subject: &str| rows.iter().find(|row| row.subject == subject).and_then(|row| row.error_code.clone());
        assert_eq!(code("G").as_deref(), Some("bulkReference"));
        assert_eq!(code("a@corp.test").as_deref(), Some("bulkReference"));
        assert_eq!(code("taken@corp.test").as_deref(), Some("uniqueness"));
        let row = rows.iter().find(|row| row.subject == "a@corp.test").unwrap();
        assert_eq!((row.operation, row.summary.as_str()), (Operation::UserCreate, "Create user a@corp.test: it refers to what is not there, within one bulk request"));
        let detail = detail(server, &application, row).await;
        assert!(detail.request.unwrap().contains("bulkId:b") && detail.advice.is_some());
    }

    async fn failures_stay_with_their_operation(server) {
        let application = server.application("acme", &[(Feature::PushGroups, false)]).await;
        let ada = application.add_user("ada@corp.test").await;
        let base = format!("https://rollcall.test{}", application.path);
        let title = patch(json!([{ "op": "add", "path": "title", "value": "X" }]));
        for (operation, status, scim_type, location, words) in [
            (post("/Users", "a", user("ada@corp.test")), "409", Some("uniqueness"), None, "userName"),
            (post("/Users", "a", json!({})), "400", Some("invalidSyntax"), None, "schemas is missing"),
            (post("/Users", "a", managed("x@corp.test", "bulkId:nobody")), "400", Some("invalidValue"), None, "manager.value: no POST of this request has the bulkId \"nobody\""),
            (post("/Groups", "a", group("G", &[])), "403", None, None, "\"Push groups\" is switched off"),
            (post(&format!("/Users/{ada}"), "a", user("x@corp.test")), "405", None, None, "allowed: GET, PUT, PATCH, DELETE"),
            (post("/Nothing", "a", user("x@corp.test")), "404", None, None, "There is nothing at /Nothing"),
            (post("/Bulk", "a", request(json!([post("/Users", "b", user("b@corp.test"))]))), "400", Some("invalidValue"), None, "cannot hold another one"),
            (post("/Me", "a", user("x@corp.test")), "400", Some("invalidValue"), None, "/Me cannot be part of a bulk request"),
            (post("/ServiceProviderConfig", "a", json!({})), "405", None, None, "allowed: GET"),
            (post("/Schemas", "a", json!({})), "405", None, None, "allowed: GET"),
            (json!({ "method": "DELETE", "path": "/ResourceTypes/User" }), "405", None, Some("/ResourceTypes/User"), "allowed: GET"),
            (json!({ "method": "PUT", "path": "/Users", "data": user("x@corp.test") }), "405", None, Some("/Users"), "allowed: GET, POST"),
            (json!({ "method": "PATCH", "path": format!("/Users/{ada}"), "version": "W/\"7\"", "data": title }), "412", None, Some("/Users/ADA"), "W/\"1\""),
            (json!({ "method": "PUT", "path": format!("/Users/{ada}"), "version": "", "data": user("x@corp.test") }), "412", None, Some("/Users/ADA"), "changed"),
            (json!({ "method": "DELETE", "path": format!("/Users/{ada}"), "version": "W/\"2\"" }), "412", None, Some("/Users/ADA"), "changed"),
            (json!({ "method": "DELETE", "path": "/Users/a%2Fb" }), "404", None, Some("/Users/a%2Fb"), "There is no User"),
            (json!({ "method": "DELETE", "path": "/Users/1/emails" }), "404", None, Some("/Users/1/emails"), "There is nothing at"),
            (json!({ "method": "DELETE", "path": "https://elsewhere.test/v2/Users/1" }), "404", None, Some("/https://elsewhere.test/v2/Users/1"), "There is nothing at"),
            (json!({ "method": "DELETE", "path": "/" }), "405", None, Some("/"), "allowed: GET"),
            (json!({ "method": "PATCH", "path": "/Users/bulkId:nobody", "data": title }), "400", Some("invalidValue"), Some("/Users/bulkId%3Anobody"), "path: no POST of this request"),
            (json!({ "method": "OPTIONS", "path": "/Users" }), "400", Some("invalidSyntax"), Some("/Users"), "method must be POST, PUT, PATCH or DELETE, found OPTIONS"),
            (json!({ "method": "PUT", "path": format!("/Users/{ada}") }), "400", Some("invalidSyntax"), Some("/Users/ADA"), "data is missing"),
            (json!({ "method": "PUT", "path": format!("/Users/{ada}"), "data": "x" }), "400", Some("invalidSyntax"), Some("/Users/ADA"), "data must be an object, found text"),
            (json!({ "path": "/Users" , "bulkId": "a" }), "400", Some("invalidSyntax"), Some("/Users"), "method is missing"),
            (json!(null), "400", Some("invalidSyntax"), None, "expected an object, found null"),
        ] {
            let answer = application.post("/Bulk", &request(json!([operation]))).await;
            let results = results(&answer);
            let error = &results[0]["response"];
            assert_eq!(statuses(&results), [status], "{operation}");
            assert_eq!((error["status"].as_str(), error.get("scimType").and_then(Value::as_str)), (Some(status), scim_type), "{operation}");
            assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.contains(words), "{operation}: {detail}");
            let location = location.map(|below| format!("{base}{}", below.replace("ADA", &ada)));
            assert_eq!(results[0].get("location").and_then(Value::as_str).map(str::to_owned), location, "{operation}");
            assert_eq!(results[0].get("version"), None, "{operation}");
            let rows = rows(server, &application, &answer).await;
            assert_eq!(rows.len(), 1, "{operation}");
            assert_eq!(rows[0].status.to_string(), status, "{operation}");
            let outcome = if status == "403" { Outcome::Refused } else { Outcome::Failed };
            assert_eq!(rows[0].outcome, outcome, "{operation}");
        }
        let found = application.get("/Users").await.json();
        assert_eq!((&found["totalResults"], &found["Resources"][0]["meta"]["version"]), (&json!(1), &json!("W/\"1\"")));
    }

    async fn fail_on_errors(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("taken@corp.test").await;
        for (round, (limit, expected)) in [
            (json!(1), vec!["201", "409"]),
            (json!(2), vec!["201", "409", "201", "400"]),
            (json!(0), vec!["201", "409", "201", "400", "201"]),
            (json!(null), vec!["201", "409", "201", "400", "201"]),
        ].into_iter().enumerate() {
            let name = |user_name: &str| user(&format!("{user_name}-{round}@corp.test"));
            let mut body = request(json!([
                post("/Users", "a", name("a")),
                post("/Users", "b", user("taken@corp.test")),
                post("/Users", "c", name("c")),
                post("/Groups", "d", group(&format!("D {round}"), &["bulkId:b"])),
                post("/Users", "e", name("e")),
            ]));
            body["failOnErrors"] = limit.clone();
            let answer = application.post("/Bulk", &body).await;
            assert_eq!(statuses(&results(&answer)), expected, "{limit}");
            // What was not processed left nothing, not even a row.
            assert_eq!(rows(server, &application, &answer).await.len(), expected.len(), "{limit}");
            let found = application.find("/Users", &format!("userName eq \"e-{round}@corp.test\"")).await.json();
            assert_eq!(found["totalResults"], json!(usize::from(expected.len() == 5)), "{limit}");
        }
    }

    async fn what_is_no_bulk_request_does_nothing(server) {
        let application = server.application("acme", &[]).await;
        let good = post("/Users", "good", user("ada@corp.test"));
        let many = |count: usize| -> Value { (0..count).map(|index| post("/Users", &index.to_string(), user(&format!("u{index}@corp.test")))).collect() };
        let deep = format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],\"Operations\":[{good},{{\"data\":{}{}}}]}}",
            "[".repeat(10_000), "]".repeat(10_000)
        );
        let mut huge = request(json!([good])).to_string();
        huge.push_str(&" ".repeat(BODY_LIMIT_BYTES));
        let mut wrong_limit = request(json!([good]));
        wrong_limit["failOnErrors"] = json!("many");
        for (body, status, scim_type, code, words) in [
            (json!({ "Operations": [good] }).to_string(), 400, Some("invalidSyntax"), "invalidSyntax", "schemas must name urn:ietf:params:scim:api:messages:2.0:BulkRequest"),
            (patch(json!([good])).to_string(), 400, Some("invalidSyntax"), "invalidSyntax", "schemas must name"),
            (request(json!(good)).to_string(), 400, Some("invalidSyntax"), "invalidSyntax", "Operations must be a list, found an object"),
            (request(json!([])).to_string(), 400, Some("invalidSyntax"), "invalidSyntax", "Operations is empty"),
            (wrong_limit.to_string(), 400, Some("invalidValue"), "invalidValue", "failOnErrors"),
            (request(json!([good, good])).to_string(), 400, Some("invalidValue"), "invalidValue", "Operations[1].bulkId: \"good\" is the bulkId of Operations[0] already"),
            (String::new(), 400, Some("invalidSyntax"), "invalidSyntax", "the body is empty"),
            ("[]".to_owned(), 400, Some("invalidSyntax"), "invalidSyntax", "JSON object"),
            (deep, 400, Some("invalidSyntax"), "invalidSyntax", "not valid JSON: recursion limit exceeded"),
            (request(many(1_001)).to_string(), 413, None, "tooLarge", "1001 operations, more than maxOperations (1000)"),
            (huge, 413, None, "tooLarge", "larger than maxPayloadSize (2097152 bytes)"),
        ] {
            let answer = application.send_with("POST", "/Bulk", &[("Content-Type", "application/scim+json")], body.as_bytes()).await;
            let detail = answer.scim_error(status, scim_type);
            assert!(detail.contains(words), "{detail}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.status, event.row.error_code.as_deref()), (Outcome::Failed, i64::from(status), Some(code)));
        }
        application.send_with("POST", "/Bulk", &[("Content-Type", "text/plain")], request(json!([good])).to_string().as_bytes()).await.scim_error(415, None);
        assert_eq!(application.get("/Users").await.json()["totalResults"], 0);
        // As many as are allowed are processed.
        let mut most = many(1_000);
        most.as_array_mut().unwrap()[1..].iter_mut().for_each(|operation| operation["data"]["title"] = json!("bulkId:nobody"));
        let results = bulk(&application, most).await;
        assert_eq!((results.len(), &results[0]["status"]), (1_000, &json!("201")));
        assert!(results[1..].iter().all(|result| result["status"] == "400"));
        assert_eq!(application.get("/Users?count=0").await.json()["totalResults"], 1);
    }

    async fn passwords_stay_secret(server) {
        let application = server.application("acme", &[(Feature::SyncPassword, true)]).await;
        let secret = |name: &str, manager: &str| {
            let mut body = managed(name, manager);
            body["password"] = json!("Zw8-bulk-s3cret");
            body
        };
        let answer = application.post("/Bulk", &request(json!([
            post("/Users", "a", secret("a@corp.test", "x")),
            post("/Users", "b", secret("b@corp.test", "bulkId:c")),
            post("/Users", "c", secret("c@corp.test", "bulkId:b")),
            post("/Users", "d", secret("a@corp.test", "x")),
            post("/Users", "e", secret("e@corp.test", "bulkId:d")),
            post("/Users", "f", secret("f@corp.test", "bulkId:nobody")),
            post("/Nothing?password=Zw8-bulk-s3cret", "g", secret("g@corp.test", "x")),
            { "method": "PATCH", "path": "/Users/bulkId:a", "data": patch(json!([{ "op": "replace", "path": "password", "value": "Zw8-bulk-s3cret" }])) },
            { "method": "PUT", "path": "/Users/bulkId:a", "data": secret("a2@corp.test", "x") },
            { "method": "GET", "path": "/Users", "data": secret("h@corp.test", "x") },
        ]))).await;
        assert_eq!(statuses(&results(&answer)), ["201", "201", "201", "409", "400", "400", "404", "200", "200", "400"]);
        assert!(!answer.body.contains("s3cret"));
        let all = all_text(server).await;
        assert!(!all.contains("s3cret"));
        assert!(all.contains("[redacted]"));
        for name in ["a2@corp.test", "b@corp.test", "c@corp.test"] {
            assert!(server.person(&application.scope, name).await.unwrap().has_password, "{name}");
        }
    }

    async fn others_are_served_meanwhile(server) {
        let application = server.application("acme", &[]).await;
        let operations: Value = (0..300).map(|index| post("/Users", &index.to_string(), user(&format!("u{index}@corp.test")))).collect();
        let (done, served) = (Cell::new(false), Cell::new(0));
        let large = async {
            let results = bulk(&application, operations).await;
            done.set(true);
            results
        };
        let small = async {
            while !done.get() {
                application.add_user(&format!("other{}@corp.test", served.get())).await;
                served.set(served.get() + 1);
            }
        };
        let (results, ()) = futures_util::future::join(large, small).await;
        assert!(statuses(&results).iter().all(|status| *status == "201"));
        assert!(served.get() >= 10, "{} requests in the time of 300 operations", served.get());
    }
}
