//! Schemas and resource types of an application's own.

use serde_json::{Value, json};

use crate::support::{RunningServer, Sandbox, request};

const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";

/// A sandbox with one application: its id and what its requests carry.
fn application(sandbox: &Sandbox) -> (String, String) {
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let made = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    (text("application"), format!("Bearer {}", text("bearer_token")))
}

fn schema<'a>(command: &'a str, application: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["application", "schema", command, "--tenant", "acme", "--application", application], rest].concat()
}

/// Status and body of the answer to a request below the application's base URL.
fn ask(server: &RunningServer, at: &(String, String), line: &str, body: &str) -> (u16, Value) {
    let (method, path) = line.split_once(' ').unwrap();
    let line = format!("{method} /t/acme/scim/{}/v2{path}", at.0);
    let headers = [("Authorization", at.1.as_str()), ("Content-Type", "application/scim+json")];
    let (status, answer) = request(server.authority(), &line, &headers, body).unwrap();
    let json = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(json).unwrap_or(Value::Null))
}

/// What Okta Identity Governance asks, in its order: what there is, of which attributes, and one value of each.
#[test]
fn okta_discovers_the_values_of_ready_made_roles() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    let at = application(&sandbox);
    let added = sandbox.run(&schema("add", &at.0, &["--ready", "okta-entitlements"])).output();
    assert!(added.contains("Role, Entitlement"), "{added}");
    for (endpoint, name) in [("/Roles", "Role"), ("/Entitlements", "Entitlement")] {
        let urn = format!("urn:okta:scim:schemas:core:1.0:{name}");
        for value in ["Auditor", "Clerk"] {
            let body = json!({ "schemas": [urn], "displayName": value, "type": "Seat" }).to_string();
            let (status, answer) = ask(&server, &at, &format!("POST {endpoint}"), &body);
            assert_eq!((status, &answer["displayName"]), (201, &json!(value)), "{answer}");
        }
        let (_, types) = ask(&server, &at, "GET /ResourceTypes", "");
        let ty = types["Resources"].as_array().unwrap().iter().find(|ty| ty["name"] == name).unwrap();
        assert_eq!((&ty["endpoint"], &ty["schema"]), (&json!(endpoint), &json!(urn)));
        let (_, schemas) = ask(&server, &at, "GET /Schemas", "");
        assert!(schemas["Resources"].as_array().unwrap().iter().any(|schema| schema["id"] == urn));
        let (status, page) = ask(&server, &at, &format!("GET {endpoint}?count=1&startIndex=1"), "");
        let counts = (&page["itemsPerPage"], &page["startIndex"], &page["totalResults"]);
        assert_eq!((status, counts), (200, (&json!(1), &json!(1), &json!(2))), "{page}");
        let first = &page["Resources"][0];
        assert!(first["id"].is_string() && first["displayName"] == "Auditor", "{page}");
    }
    let refused = sandbox.run(&schema("remove", &at.0, &["Role"])).complaint();
    assert!(refused.contains("Role: the resource type would be gone"), "{refused}");
}

#[test]
fn definitions_are_listed_as_they_are_added_and_removed_with_what_served_them() {
    let sandbox = Sandbox::new();
    let (id, _) = application(&sandbox);
    let badge = json!([
        { "id": BADGE, "name": "Badge", "attributes": [{ "name": "number" }] },
        { "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
          "schemaExtensions": [{ "schema": BADGE }] },
    ]);
    sandbox.run_with_input(&schema("add", &id, &["--file", "-"]), &badge.to_string()).output();
    sandbox.run(&schema("add", &id, &["--ready", "devices"])).output();
    let listed = sandbox.run(&schema("list", &id, &[])).output();
    let device = "urn:ietf:params:scim:schemas:core:2.0:Device";
    assert!(listed.contains(BADGE) && listed.contains(device), "{listed}");

    sandbox.run(&schema("remove", &id, &[BADGE])).output();
    sandbox.run(&schema("remove", &id, &["Device", device, "EndpointApp"])).output();
    assert_eq!(sandbox.run(&schema("list", &id, &[])).output().trim(), "[]");
    let unknown = sandbox.run(&schema("remove", &id, &["Device"])).complaint();
    assert!(unknown.contains("no resource type \"Device\""), "{unknown}");

    let wrong = sandbox.run_with_input(&schema("add", &id, &["--file", "-"]), "[{\"endpoint\":\"/x\"}]").complaint();
    assert!(wrong.contains("missing field `name`"), "{wrong}");
}

#[test]
fn the_help_lists_ready_made_definitions() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["application", "schema", "add", "--help"]).output();
    for (name, title) in [("okta-entitlements", "Okta"), ("devices", "RFC 9944"), ("agents", "Internet-Draft")] {
        let line = help.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{help}"));
        assert!(line.contains(title), "{line}");
    }
}
