//! SCIM servers that are wrong, each in its own way, for checks that must notice.

use super::{Answer, Received};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The way of being wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Agrees to everything and does nothing of it: what is made stays as it was made, every query finds everybody.
    Agreeable,
    /// Makes a resource of any body, and refuses everything else in plain text.
    Refusing,
    /// Keeps something else than it was given.
    Garbling,
    /// Advertises nonsense.
    Lying,
    /// Advertises neither bulk nor PATCH, and takes both. Otherwise agreeable.
    Understating,
}

impl Wrong {
    pub const ALL: [Wrong; 5] = [Wrong::Agreeable, Wrong::Refusing, Wrong::Garbling, Wrong::Lying, Wrong::Understating];
}

/// Such a server, in memory. It asks for no credentials.
pub struct WrongScim {
    wrong: Wrong,
    resources: BTreeMap<String, Value>,
    next_id: u32,
}

const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

impl WrongScim {
    pub fn new(wrong: Wrong) -> Self {
        Self { wrong, resources: BTreeMap::new(), next_id: 0 }
    }

    pub fn answer(&mut self, request: &Received) -> Answer {
        let (method, target) = request.request_line().split_once(' ').unwrap();
        let target = target.trim_start_matches("/scim/v2");
        let path = target.split('?').next().unwrap();
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let credentials = request.head.lines().any(|line| line.starts_with("Authorization:"));
        let media_type = request.head.lines().find_map(|line| line.strip_prefix("Content-Type: "));
        if self.wrong == Wrong::Refusing && !credentials {
            return Answer::text(401, "Who are you?");
        }
        if self.wrong == Wrong::Garbling && media_type.is_some_and(|held| held != "application/scim+json") {
            return Answer::text(415, "What is that?");
        }
        if let ("GET", Some(document)) = (method, self.document(path)) {
            // Whoever asks for a part gets one.
            let cut = target.contains("count=1").then(|| first_only(&document));
            return Answer::json(200, &cut.unwrap_or(document)).header("Content-Type", "application/json");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (method, segments.as_slice()) {
            ("POST", ["Bulk"]) if self.wrong != Wrong::Refusing => bulk(&body),
            ("POST", [.., ".search"]) if self.wrong != Wrong::Refusing => self.list(),
            ("POST", [endpoint]) => self.create(endpoint, body),
            _ if self.wrong == Wrong::Refusing => Answer::text(400, "No.").header("Content-Type", "text/plain"),
            ("GET", [_]) => self.list(),
            ("DELETE", _) if matches!(self.wrong, Wrong::Agreeable | Wrong::Garbling) => Answer::text(204, ""),
            ("DELETE", _) => Answer::text(200, "Gone, or not."),
            (_, [endpoint, id]) => {
                let held = self.resources.get(&format!("{endpoint}/{id}")).cloned();
                Answer::json(200, &held.unwrap_or_else(|| json!({})))
            }
            _ => Answer::json(200, &json!({})),
        }
    }

    fn create(&mut self, endpoint: &str, body: Value) -> Answer {
        if self.wrong == Wrong::Refusing && self.resources.values().any(|held| shares_a_name(held, &body)) {
            return Answer::text(409, "There is one.");
        }
        self.next_id += 1;
        let mut resource = if self.wrong == Wrong::Garbling { garbled(&body) } else { body };
        if !resource.is_object() {
            resource = json!({});
        }
        if self.wrong == Wrong::Garbling {
            resource["id"] = json!("R");
        } else if !resource["id"].is_string() {
            resource["id"] = json!(format!("R{:05}", self.next_id));
        }
        let id = resource["id"].as_str().unwrap().to_owned();
        match self.wrong {
            Wrong::Garbling => resource["externalId"] = json!(id),
            _ => resource["meta"]["created"] = json!(format!("2026-01-01T00:00:{:02}Z", self.next_id % 60)),
        }
        self.resources.insert(format!("{endpoint}/{id}"), resource.clone());
        Answer::json(201, &resource).header("ETag", "unquoted")
    }

    fn list(&self) -> Answer {
        // Not really everybody: a run makes hundreds.
        let mut all: Vec<&Value> = self.resources.values().rev().take(12).collect();
        all.reverse();
        let list =
            json!({ "schemas": [LIST_RESPONSE], "totalResults": all.len(), "Resources": all, "nextCursor": "a b" });
        Answer::json(200, &list)
    }

    fn document(&self, path: &str) -> Option<Value> {
        let lying = self.wrong == Wrong::Lying;
        Some(match path {
            "/ServiceProviderConfig" if lying => {
                let scheme = json!({ "type": "oauthbearertoken", "primary": true });
                let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
                json!({ "schemas": [urn], "patch": "yes", "authenticationSchemes": [scheme, scheme] })
            }
            "/ServiceProviderConfig" => config(self.wrong != Wrong::Understating),
            "/ResourceTypes" if lying => list_of(json!([{
                "endpoint": "Users", "schema": USER, "schemaExtensions": [{ "schema": "urn:nobody" }],
            }])),
            "/ResourceTypes" => list_of(resource_types()),
            "/Schemas" if lying => list_of(nonsense()),
            "/Schemas" => list_of(schemas()),
            _ => return None,
        })
    }
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ODD: &str = "urn:conformance:fake:extension";

fn list_of(resources: Value) -> Value {
    let total = resources.as_array().unwrap().len();
    json!({ "schemas": [LIST_RESPONSE], "totalResults": total, "Resources": resources })
}

fn first_only(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(resources) = document.get_mut("Resources").and_then(Value::as_array_mut) {
        resources.truncate(1);
    }
    document
}

fn shares_a_name(held: &Value, body: &Value) -> bool {
    ["title", "displayName"].iter().any(|name| body[name].is_string() && held[name] == body[name])
}

/// Every string in capitals backwards, every boolean the other.
fn garbled(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.to_uppercase().chars().rev().collect::<String>()),
        Value::Bool(flag) => json!(!flag),
        Value::Array(items) => items.iter().map(garbled).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), garbled(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// One success for each operation, in numbers, and nothing else.
fn bulk(body: &Value) -> Answer {
    let operations = body["Operations"].as_array().cloned().unwrap_or_default();
    let results: Vec<Value> = operations.iter().map(|_| json!({ "status": "201" })).collect();
    let schema = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
    Answer::json(200, &json!({ "schemas": [schema], "Operations": results }))
}

fn config(all: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": all },
        "bulk": { "supported": all, "maxOperations": 3, "maxPayloadSize": 1000 },
        "filter": { "supported": true, "maxResults": 1 },
        "changePassword": { "supported": false }, "sort": { "supported": true }, "etag": { "supported": true },
        "pagination": { "cursor": true, "index": "yes", "defaultPaginationMethod": "index" },
        "authenticationSchemes": [],
    })
}

fn resource_types() -> Value {
    json!([
        {
            "id": "User", "name": "User", "endpoint": "/Users", "schema": USER,
            "schemaExtensions": [{ "schema": ENTERPRISE_USER, "required": false }, { "schema": ODD, "required": true }],
        },
        { "id": "Group", "name": "Group", "endpoint": "/Groups", "schema": GROUP },
    ])
}

/// An attribute: its name, its type, and whatever differs from the defaults.
fn attribute(name: &str, kind: &str, more: Value) -> Value {
    let mut attribute = json!({ "name": name, "type": kind, "multiValued": false });
    for (key, value) in more.as_object().unwrap() {
        attribute[key] = value.clone();
    }
    attribute
}

fn schemas() -> Value {
    let text = |name: &str| attribute(name, "string", json!({}));
    let list =
        |name: &str, parts: Value| attribute(name, "complex", json!({ "multiValued": true, "subAttributes": parts }));
    let entry = json!([text("value"), text("display"), text("type"), attribute("primary", "boolean", json!({}))]);
    let value = json!([attribute("value", "binary", json!({ "caseExact": true }))]);
    let once = json!({ "mutability": "immutable" });
    let to = json!({ "mutability": "immutable", "referenceTypes": ["User", "Group"] });
    let member = json!([attribute("value", "string", once.clone()), attribute("$ref", "reference", to)]);
    let user = json!([
        attribute("userName", "string", json!({ "required": true, "uniqueness": "server" })),
        attribute("name", "complex", json!({ "subAttributes": [text("givenName"), text("familyName")] })),
        text("title"),
        attribute("active", "boolean", json!({})),
        attribute("password", "string", json!({ "mutability": "writeOnly", "returned": "never" })),
        list("emails", entry.clone()),
        list("x509Certificates", value),
        attribute(
            "groups",
            "complex",
            json!({ "multiValued": true, "mutability": "readOnly", "subAttributes": entry })
        ),
    ]);
    let enterprise = ["employeeNumber", "costCenter", "organization", "division", "department"].map(text);
    let mut enterprise = enterprise.to_vec();
    enterprise.push(attribute(
        "manager",
        "complex",
        json!({ "subAttributes": [text("value"), text("$ref"), text("displayName")] }),
    ));
    let odd = json!([
        attribute("badge", "integer", json!({})),
        attribute("joined", "dateTime", json!({})),
        attribute("birthplace", "string", once),
        attribute("shoeSize", "string", json!({ "returned": "request" })),
    ]);
    let name = attribute("displayName", "string", json!({ "required": true }));
    json!([
        { "id": USER, "name": "User", "attributes": user },
        { "id": GROUP, "name": "Group", "attributes": [name, list("members", member)] },
        { "id": ENTERPRISE_USER, "name": "EnterpriseUser", "attributes": enterprise },
        { "id": ODD, "name": "Odd", "attributes": odd },
    ])
}

/// Users of whom everything is the other way round.
fn nonsense() -> Value {
    let deep = json!([{ "name": "deeper", "type": "complex", "multiValued": false, "subAttributes": [] }]);
    json!([
        { "id": USER, "attributes": [
            { "name": "userName", "type": "text", "uniqueness": "none", "caseExact": true },
            { "name": "password", "type": "string", "multiValued": false, "returned": "default" },
            { "name": "groups", "type": "complex", "multiValued": true, "mutability": "readWrite", "subAttributes": deep },
            { "name": "2nd name", "type": "string", "multiValued": false },
        ]},
        { "id": "urn:ietf:params:scim:api:messages:2.0:PatchOp", "attributes": [] },
    ])
}
