mod properties;

use std::collections::BTreeMap;

use serde_json::json;

use super::reference::references;
use super::*;
use crate::limits::Limits;
use crate::message::error::ScimType;
use crate::schema::core;
use crate::urn::BULK_REQUEST;

const BASE: &str = "https://scim.test/t/acme/scim/a/v2";

fn parse(body: &Value) -> Result<BulkRequest, ScimError> {
    BulkRequest::parse(body.to_string().as_bytes(), BASE, &Limits::default())
}

fn request(operations: Value) -> Value {
    json!({ "schemas": [BULK_REQUEST], "Operations": operations })
}

fn run(operations: Value) -> BulkRun {
    BulkRun::new(parse(&request(operations)).unwrap(), &core::types())
}

fn post(endpoint: &str, bulk_id: &str, data: Value) -> Value {
    json!({ "method": "POST", "path": endpoint, "bulkId": bulk_id, "data": data })
}

fn success(status: u16) -> OperationResult {
    OperationResult { status, location: None, version: None, error: None }
}

/// What an application holds, by path.
type Store = BTreeMap<String, Value>;

/// A service provider that makes ids of bulkIds, lists what it is told in the order in which it is told, and fails where
/// `data.fail` is true.
#[derive(Default)]
struct Toy {
    store: Store,
    /// Places in the request, in the order in which they were done; those in circles together.
    done: Vec<Vec<usize>>,
    refused: BTreeMap<usize, ScimError>,
}

impl Toy {
    fn play(&mut self, mut run: BulkRun) -> Value {
        while let Some(work) = run.next_work() {
            match work {
                Work::Refused { index, error, .. } => {
                    self.refused.insert(index, error.clone());
                    run.failed(index, None, error);
                }
                Work::One(operation) => {
                    self.done.push(vec![operation.index]);
                    self.operate(&mut run, operation, &BulkIds::default());
                }
                Work::Circle(operations) => {
                    self.done.push(operations.iter().map(|operation| operation.index).collect());
                    let mut ids = BulkIds::default();
                    for bulk_id in operations.iter().filter_map(|operation| operation.bulk_id.clone()) {
                        ids.insert(bulk_id.clone(), format!("id-{bulk_id}"));
                    }
                    operations.into_iter().for_each(|operation| self.operate(&mut run, operation, &ids));
                }
            }
        }
        serde_json::from_str(&run.into_response()).unwrap()
    }

    fn operate(&mut self, run: &mut BulkRun, operation: ReadyOperation, ids: &BulkIds) {
        let ReadyOperation { index, method, parts, mut data, bulk_id, .. } = operation;
        ids.resolve_value(&mut data, false);
        if data.get("fail") == Some(&json!(true)) {
            return run.failed(index, None, ScimError::uniqueness("taken"));
        }
        let id = match method {
            BulkMethod::Post => format!("id-{}", bulk_id.unwrap()),
            _ => parts[1].clone(),
        };
        match method {
            BulkMethod::Post | BulkMethod::Put => {
                self.store.insert(id.clone(), json!([data]));
            }
            BulkMethod::Patch => match self.store.get_mut(&id) {
                Some(told) => told.as_array_mut().unwrap().push(data),
                None => return run.failed(index, None, ScimError::not_found("nothing there")),
            },
            BulkMethod::Delete => {
                self.store.remove(&id);
            }
        }
        run.succeeded(index, &id, success(200));
    }
}

fn played(operations: Value) -> (Toy, Value) {
    let mut toy = Toy::default();
    let response = toy.play(run(operations));
    (toy, response)
}

#[test]
fn what_is_no_bulk_request() {
    let user = || post("/Users", "a", json!({}));
    for (body, scim_type, words) in [
        (json!([]), "invalidSyntax", "the body must be a JSON object, found a list"),
        (
            json!({ "Operations": [user()] }),
            "invalidSyntax",
            "schemas must name urn:ietf:params:scim:api:messages:2.0:BulkRequest",
        ),
        (json!({ "schemas": [crate::urn::PATCH_OP], "Operations": [user()] }), "invalidSyntax", "schemas must name"),
        (json!({ "schemas": [BULK_REQUEST] }), "invalidSyntax", "Operations is missing"),
        (request(json!([])), "invalidSyntax", "Operations is empty"),
        (request(json!({})), "invalidSyntax", "Operations must be a list, found an object"),
        (
            json!({ "schemas": [BULK_REQUEST], "failOnErrors": -1, "Operations": [user()] }),
            "invalidValue",
            "failOnErrors must be a whole number, 0 or more",
        ),
        (
            json!({ "schemas": [BULK_REQUEST], "failOnErrors": 1.5, "Operations": [user()] }),
            "invalidValue",
            "failOnErrors",
        ),
        (
            json!({ "schemas": [BULK_REQUEST], "failOnErrors": "1", "Operations": [user()] }),
            "invalidValue",
            "failOnErrors",
        ),
        (
            request(json!([user(), { "method": "DELETE", "path": "/Users/1" }, user()])),
            "invalidValue",
            "Operations[2].bulkId: \"a\" is the bulkId of Operations[0] already",
        ),
    ] {
        let error = parse(&body).unwrap_err();
        assert_eq!((error.status, error.scim_type.map(ScimType::as_str)), (400, Some(scim_type)), "{body}");
        assert!(error.detail.contains(words), "{body}: {error}");
    }
    for body in ["", "{", "null", "{\"schemas\":\"\u{0}\"}"] {
        assert_eq!(BulkRequest::parse(body.as_bytes(), BASE, &Limits::default()).unwrap_err().status, 400, "{body}");
    }
    // Names in any case, nothing where nothing is needed.
    let lenient = json!({ "SCHEMAS": BULK_REQUEST.to_uppercase(), "operations": [user()], "failonerrors": null });
    assert_eq!(parse(&lenient).unwrap().len(), 1);
}

#[test]
fn too_many_operations() {
    let limits = Limits { bulk_operations: 3, ..Limits::default() };
    let body = |count: usize| {
        request((0..count).map(|index| post("/Users", &index.to_string(), json!({}))).collect()).to_string()
    };
    assert_eq!(BulkRequest::parse(body(3).as_bytes(), BASE, &limits).unwrap().len(), 3);
    let error = BulkRequest::parse(body(4).as_bytes(), BASE, &limits).unwrap_err();
    assert_eq!(
        (error.status, error.detail.as_str()),
        (413, "The bulk request has 4 operations, more than maxOperations (3). Send them in several requests.")
    );
}

#[test]
fn an_operation_that_makes_no_sense_is_a_result() {
    for (operation, method, words) in [
        (json!("POST"), None, "expected an object, found text"),
        (json!({}), None, "method is missing"),
        (json!({ "method": 5, "path": "/Users" }), None, "method must be text, found a number"),
        (
            json!({ "method": "GET", "path": "/Users/1" }),
            Some("GET"),
            "method must be POST, PUT, PATCH or DELETE, found GET",
        ),
        (
            json!({ "method": "post", "path": "/Users", "data": {} }),
            Some("POST"),
            "bulkId is missing: every POST needs one",
        ),
        (json!({ "method": "POST", "bulkId": "", "path": "/Users", "data": {} }), Some("POST"), "bulkId is missing"),
        (
            json!({ "method": "POST", "bulkId": 7, "path": "/Users", "data": {} }),
            Some("POST"),
            "bulkId must be text, found a number",
        ),
        (json!({ "method": "DELETE" }), Some("DELETE"), "path is missing"),
        (json!({ "method": "DELETE", "path": ["/Users/1"] }), Some("DELETE"), "path must be text, found a list"),
        (json!({ "method": "DELETE", "path": "/Users/%FF" }), Some("DELETE"), "path is not UTF-8"),
        (
            json!({ "method": "DELETE", "path": "/Users/1", "version": 1 }),
            Some("DELETE"),
            "version must be text, found a number",
        ),
        (json!({ "method": "PUT", "path": "/Users/1" }), Some("PUT"), "data is missing"),
        (
            json!({ "method": "PATCH", "path": "/Users/1", "data": [] }),
            Some("PATCH"),
            "data must be an object, found a list",
        ),
        (
            json!({ "method": "PATCH", "path": "/Users/bulkId:x", "data": {} }),
            Some("PATCH"),
            "path: no POST of this request has the bulkId \"x\"",
        ),
        (
            json!({ "method": "PUT", "path": "/Groups/1", "data": { "members": [{ "value": "1" }, { "value": "bulkId:x" }] } }),
            Some("PUT"),
            "data.members[1].value: no POST of this request has the bulkId \"x\"",
        ),
    ] {
        let (toy, response) = played(json!([operation, post("/Users", "other", json!({}))]));
        let results = response["Operations"].as_array().unwrap();
        assert_eq!(results[0]["method"].as_str(), method, "{operation}");
        assert_eq!(
            (&results[0]["status"], &results[0]["response"]["status"]),
            (&json!("400"), &json!("400")),
            "{operation}"
        );
        let detail = results[0]["response"]["detail"].as_str().unwrap();
        assert!(detail.starts_with("Operations[0]: ") && detail.contains(words), "{operation}: {detail}");
        assert_eq!(results[1]["status"], "200", "{operation}");
        assert_eq!(toy.store.len(), 1, "{operation}");
    }
}

#[test]
fn forms_of_a_path() {
    let parts = |path: &str| {
        let mut run = run(json!([{ "method": "DELETE", "path": path }]));
        let Some(Work::One(operation)) = run.next_work() else { panic!("{path}") };
        (run.operations()[0].path.clone(), operation.parts.join("|"))
    };
    for (path, below, expected) in [
        ("/Users/1", "/Users/1", "Users|1"),
        ("Users/1", "Users/1", "Users|1"),
        ("//Users//1/", "//Users//1/", "Users|1"),
        ("https://scim.test/t/acme/scim/a/v2/Users/1", "/Users/1", "Users|1"),
        ("HTTPS://SCIM.test/t/acme/scim/a/v2/Users/1", "/Users/1", "Users|1"),
        (
            "https://scim.test/t/acme/scim/a/v21/Users",
            "https://scim.test/t/acme/scim/a/v21/Users",
            "https:|scim.test|t",
        ),
        ("/Users/1?attributes=userName", "/Users/1?attributes=userName", "Users|1"),
        ("/Users/a%2Fb", "/Users/a%2Fb", "Users|a/b"),
        (" /Users/1 ", "/Users/1", "Users|1"),
        ("/", "/", ""),
    ] {
        assert_eq!(parts(path), (below.to_owned(), expected.to_owned()), "{path}");
    }
}

#[test]
fn references_in_texts() {
    for (text, in_path, expected) in [
        ("bulkId:qwerty", false, vec!["qwerty"]),
        ("bulkId:a b/c\"d", false, vec!["a b/c\"d"]),
        ("bulkId:", false, vec![""]),
        ("/Users/bulkId:qwerty", false, vec!["qwerty"]),
        ("https://scim.test/v2/Users/bulkId:qwerty?x#y", false, vec!["qwerty"]),
        ("/bulkId:a/bulkId:b", false, vec!["a", "b"]),
        ("members[value eq \"bulkId:a\" or value eq \"bulkId:b\"]", true, vec!["a", "b"]),
        ("members[value eq \"bulkId:a\"]", false, vec![]),
        ("members[value eq \"bulkId:a", true, vec![]),
        ("see bulkId:qwerty", false, vec![]),
        ("xbulkId:qwerty", true, vec![]),
        ("BULKID:qwerty", false, vec![]),
        ("", true, vec![]),
    ] {
        let found: Vec<&str> = references(text, in_path).map(|(_, bulk_id)| bulk_id).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn references_become_ids_wherever_they_stand() {
    let (toy, _) = played(json!([
        post("/Groups", "g", json!({ "members": [{ "value": "bulkId:a", "$ref": "../Users/bulkId:a" }, { "value": "1" }] })),
        post("/Users", "a", json!({ "urn:x:User": { "note": "not bulkId:a" } })),
        { "method": "PATCH", "path": "/Groups/bulkId:g", "data": { "Operations": [
            { "op": "remove", "path": "members[value eq \"bulkId:a\"]" }, { "op": "add", "path": "manager", "value": "bulkId:a" } ] } },
    ]));
    assert_eq!(toy.store["id-a"], json!([{ "urn:x:User": { "note": "not bulkId:a" } }]));
    assert_eq!(
        toy.store["id-g"],
        json!([
            { "members": [{ "value": "id-a", "$ref": "../Users/id-a" }, { "value": "1" }] },
            { "Operations": [{ "op": "remove", "path": "members[value eq \"id-a\"]" }, { "op": "add", "path": "manager", "value": "id-a" }] },
        ])
    );
}

/// Short for the tables below: `+a` makes a, `+a(b c)` refers to b and c, `~a` changes what a made, `~7` and `~7(a)` the
/// resource 7, `!a(b)` is a group with the member b.
fn operations(words: &[&str]) -> Value {
    let operation = |word: &&str| {
        let (head, references) = word.split_once('(').unwrap_or((word, ")"));
        let references: Vec<Value> = references
            .trim_end_matches(')')
            .split_whitespace()
            .map(|id| json!({ "value": format!("bulkId:{id}") }))
            .collect();
        let (kind, name) = head.split_at(1);
        match kind {
            "+" => post("/Users", name, json!({ "refs": references })),
            "!" => post("/Groups", name, json!({ "members": references })),
            _ => {
                let id = if name.bytes().all(|byte| byte.is_ascii_digit()) {
                    name.to_owned()
                } else {
                    format!("bulkId:{name}")
                };
                json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": { "refs": references } })
            }
        }
    };
    words.iter().map(operation).collect()
}

#[test]
fn only_what_has_to_wait_waits() {
    for (words, expected) in [
        (vec!["+a", "+b", "+c"], vec![vec![0], vec![1], vec![2]]),
        (vec!["+a", "+b(a)", "~b(a)"], vec![vec![0], vec![1], vec![2]]),
        // A forward reference: it is done as soon as it can be.
        (vec!["!g(a)", "+b", "+a", "+c"], vec![vec![1], vec![2], vec![0], vec![3]]),
        (vec!["+a(b)", "+b(c)", "+c"], vec![vec![2], vec![1], vec![0]]),
        // Whatever is done to one resource keeps its order, though the first has to wait.
        (vec!["~7(a)", "~8", "~7", "+a"], vec![vec![1], vec![3], vec![0], vec![2]]),
        (vec!["~a", "~a(b)", "+a", "+b"], vec![vec![2], vec![0], vec![3], vec![1]]),
        // Circles stand where the last of them does.
        (vec!["+a(b)", "+x", "+b(a)", "+y"], vec![vec![1], vec![0, 2], vec![3]]),
        (vec!["+a(a)", "+b"], vec![vec![0], vec![1]]),
        (vec!["+a(b)", "+b(c)", "+c(a)", "~a", "+d(a)"], vec![vec![0, 1, 2], vec![3], vec![4]]),
        (vec!["+a(b)", "+b(a c)", "+c(d)", "+d(c)"], vec![vec![2, 3], vec![0, 1]]),
        // A group comes after its members, also in a circle.
        (vec!["!g(u)", "+u(g)"], vec![vec![1, 0]]),
        (vec!["!g(h u)", "!h(v)", "+u(g)", "+v(u)"], vec![vec![2, 3, 1, 0]]),
    ] {
        let mut toy = Toy::default();
        toy.store.extend(["7", "8"].map(|id| (id.to_owned(), json!([]))));
        toy.play(run(operations(&words)));
        assert_eq!((toy.done, toy.refused), (expected, BTreeMap::new()), "{words:?}");
    }
}

#[test]
fn circles_that_cannot_be() {
    for (words, refused) in [
        (
            vec!["!g(h)", "!h(g)", "+a"],
            vec![(0, 409, "the groups \"g\", \"h\" would be members of each other"), (1, 409, "members of each other")],
        ),
        (vec!["!g(g)"], vec![(0, 409, "the group \"g\" would be a member of itself")]),
        (
            vec!["!f(g)", "!g(h)", "!h(g)", "~f", "+a(f)"],
            vec![
                (0, 400, "refers to the bulkId \"g\""),
                (1, 409, "\"g\", \"h\""),
                (2, 409, ""),
                (3, 400, "refers to the bulkId \"f\""),
                (4, 400, "\"f\", whose operation (Operations[0]) failed"),
            ],
        ),
    ] {
        let (toy, response) = played(operations(&words));
        let found: Vec<_> = toy.refused.iter().map(|(index, error)| (*index, error.status)).collect();
        assert_eq!(found, refused.iter().map(|(index, status, _)| (*index, *status)).collect::<Vec<_>>(), "{words:?}");
        for (index, status, words) in refused {
            assert!(toy.refused[&index].detail.contains(words), "{}", toy.refused[&index].detail);
            assert_eq!(response["Operations"][index]["status"], status.to_string());
        }
    }
    let ring = |length: usize| -> Value {
        (0..length)
            .map(|index| {
                post("/Users", &index.to_string(), json!({ "next": format!("bulkId:{}", (index + 1) % length) }))
            })
            .collect()
    };
    assert_eq!(played(ring(CIRCLE_OPERATIONS)).0.store.len(), CIRCLE_OPERATIONS);
    let (toy, _) = played(ring(CIRCLE_OPERATIONS + 1));
    assert!(toy.store.is_empty() && toy.refused.values().all(|error| error.status == 409));
    assert_eq!(toy.refused.len(), CIRCLE_OPERATIONS + 1);
    // Long chains and rings cost no recursion.
    let chain: Value = (0..1_000)
        .map(|index| post("/Users", &index.to_string(), json!({ "next": format!("bulkId:{}", (index + 1).min(999)) })))
        .collect();
    assert_eq!(played(chain).0.store.len(), 1_000);
}

#[test]
fn what_depends_on_a_failure_fails() {
    let failing = |bulk_id: &str, refs: Value| post("/Users", bulk_id, json!({ "fail": true, "refs": refs }));
    let (toy, response) = played(json!([
        failing("a", json!([])),
        post("/Users", "b", json!({ "refs": ["bulkId:a"] })),
        { "method": "PATCH", "path": "/Users/bulkId:b", "data": {} },
        post("/Users", "c", json!({})),
        post("/Users", "d", json!({ "refs": ["bulkId:e", "bulkId:a"] })),
        post("/Users", "e", json!({ "refs": ["bulkId:d"] })),
    ]));
    let statuses: Vec<_> =
        response["Operations"].as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["409", "400", "400", "200", "400", "400"]);
    assert_eq!(
        response["Operations"][1]["response"],
        json!({
            "schemas": [crate::urn::ERROR], "status": "400", "scimType": "invalidValue",
            "detail": "Operations[1]: this operation refers to the bulkId \"a\", whose operation (Operations[0]) failed",
        })
    );
    assert!(toy.refused[&5].detail.contains("\"d\""), "{}", toy.refused[&5]);
    assert_eq!(toy.store.keys().collect::<Vec<_>>(), ["id-c"]);
}

#[test]
fn fail_on_errors() {
    let operations = json!([
        post("/Users", "a", json!({})),
        post("/Users", "b", json!({ "fail": true })),
        post("/Users", "c", json!({})),
        { "method": "PUT" },
        post("/Users", "d", json!({})),
    ]);
    for (limit, processed) in
        [(json!(null), 5), (json!(0), 5), (json!(1), 2), (json!(2), 4), (json!(3), 5), (json!(u64::MAX), 5)]
    {
        let mut body = request(operations.clone());
        body["failOnErrors"] = limit.clone();
        let response = Toy::default().play(BulkRun::new(parse(&body).unwrap(), &core::types()));
        assert_eq!(response["Operations"].as_array().unwrap().len(), processed, "{limit}");
    }
}

#[test]
fn giving_up_refuses_the_rest() {
    let mut run = run(operations(&["+a", "+b(c)", "+c(b)", "~a"]));
    let Some(Work::One(first)) = run.next_work() else { panic!() };
    run.succeeded(first.index, "1", success(201));
    run.give_up(ScimError::too_many_requests("out of time"));
    let mut toy = Toy::default();
    let response = toy.play(run);
    let statuses: Vec<_> =
        response["Operations"].as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["201", "429", "429", "429"]);
    assert!(toy.done.is_empty());
}

#[test]
fn the_answer_on_the_wire() {
    let mut run = run(json!([
        post("/Users", "say \"hi\"", json!({})),
        { "method": "delete", "path": "/Users/7", "version": "W/\"3\"" },
    ]));
    while let Some(work) = run.next_work() {
        match work {
            Work::One(operation) if operation.index == 0 => {
                let location = Some(format!("{BASE}/Users/1"));
                run.succeeded(
                    0,
                    "1",
                    OperationResult { status: 201, location, version: Some("W/\"1\"".to_owned()), error: None },
                );
            }
            Work::One(operation) => {
                assert_eq!((operation.version.as_deref(), operation.data), (Some("W/\"3\""), Value::Null));
                run.failed(1, Some(format!("{BASE}/Users/7")), ScimError::precondition_failed("changed"));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        run.into_response(),
        concat!(
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":["#,
            r#"{"location":"https://scim.test/t/acme/scim/a/v2/Users/1","method":"POST","bulkId":"say \"hi\"","version":"W/\"1\"","status":"201"},"#,
            r#"{"location":"https://scim.test/t/acme/scim/a/v2/Users/7","method":"DELETE","status":"412","response":"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"changed"}}]}"#
        )
    );
}

#[test]
fn data_does_not_print() {
    let mut run = run(json!([post("/Users", "a", json!({ "password": "s3cret" }))]));
    assert!(!format!("{run:?}").contains("s3cret"));
    assert!(!format!("{:?}", run.next_work()).contains("s3cret"));
}
