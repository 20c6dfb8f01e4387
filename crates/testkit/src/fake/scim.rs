//! Just enough of a SCIM server, in memory, for whole conversations of Okta's.

use super::{Answer, Received};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Answers requests that carry `token`. Users and groups by id; ids count up.
pub struct Scim {
    token: &'static str,
    stores: [(&'static str, &'static str, BTreeMap<String, Value>); 2],
    next_id: u32,
}

impl Scim {
    pub fn new(token: &'static str) -> Self {
        let stores = [("Users", "userName", BTreeMap::new()), ("Groups", "displayName", BTreeMap::new())];
        Self { token, stores, next_id: 1 }
    }

    pub fn answer(&mut self, request: &Received) -> Answer {
        if !request.head.lines().any(|line| line.strip_prefix("Authorization: ") == Some(self.token)) {
            return error(401, "the token is wrong");
        }
        let (method, target) = request.request_line().split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut segments = path.trim_start_matches("/scim/v2/").split('/');
        let kind = segments.next().unwrap();
        let id = segments.next();
        let (_, key, store) = self.stores.iter_mut().find(|(name, _, _)| *name == kind).unwrap();
        match (method, id) {
            ("GET", None) => list(store, key, query),
            ("POST", None) => {
                let id = format!("r{:05}", self.next_id);
                self.next_id += 1;
                put(store, key, id, request.json(), 201)
            }
            (_, Some(id)) if !store.contains_key(id) => error(404, "there is no such resource"),
            ("GET", Some(id)) => Answer::json(200, &store[id]),
            ("PUT", Some(id)) => put(store, key, id.to_owned(), request.json(), 200),
            ("PATCH", Some(id)) => {
                let mut resource = store[id].clone();
                for operation in request.json()["Operations"].as_array().unwrap() {
                    patch(&mut resource, operation);
                }
                put(store, key, id.to_owned(), resource, 200)
            }
            ("DELETE", Some(id)) => {
                store.remove(id);
                Answer::text(204, "")
            }
            _ => error(405, "no such operation"),
        }
    }
}

fn put(store: &mut BTreeMap<String, Value>, key: &str, id: String, mut resource: Value, status: u16) -> Answer {
    let name = resource[key].as_str().unwrap_or_default().to_lowercase();
    if name.is_empty() {
        return error(400, &format!("{key} is required"));
    }
    if store.iter().any(|(other, held)| *other != id && held[key].as_str().unwrap().to_lowercase() == name) {
        return error(409, &format!("{key} `{name}` is taken"));
    }
    let members: &mut Map<_, _> = resource.as_object_mut().unwrap();
    members.shift_remove("password");
    members.insert("id".to_owned(), json!(id));
    members.insert("meta".to_owned(), json!({"resourceType": "any"}));
    store.insert(id, resource.clone());
    Answer::json(status, &resource)
}

fn list(store: &BTreeMap<String, Value>, key: &str, query: &str) -> Answer {
    let parameters: BTreeMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let number = |name: &str, default: usize| parameters.get(name).map_or(default, |value| value.parse().unwrap());
    let (start, count) = (number("startIndex", 1), number("count", 100));
    let mut found: Vec<_> = store.values().collect();
    if let Some(filter) = parameters.get("filter") {
        let filter = percent_decode_str(filter).decode_utf8().unwrap();
        let Some(literal) = filter.strip_prefix(&format!("{key} eq ")) else {
            return error(400, "this filter is not supported");
        };
        let wanted = serde_json::from_str::<String>(literal).unwrap().to_lowercase();
        found.retain(|resource| resource[key].as_str().unwrap().to_lowercase() == wanted);
    }
    let page: Vec<_> = found.iter().skip(start - 1).take(count).collect();
    Answer::json(
        200,
        &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": found.len(), "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
        }),
    )
}

/// The four forms the catalogue's apps send.
fn patch(resource: &mut Value, operation: &Value) {
    let path = operation["path"].as_str();
    match (operation["op"].as_str().unwrap(), path) {
        ("replace", None) => {
            for (name, value) in operation["value"].as_object().unwrap() {
                resource[name] = value.clone();
            }
        }
        ("replace", Some("members")) => resource["members"] = operation["value"].clone(),
        ("add", Some("members")) => {
            let members = resource["members"].as_array_mut().unwrap();
            for added in operation["value"].as_array().unwrap() {
                if !members.iter().any(|member| member["value"] == added["value"]) {
                    members.push(added.clone());
                }
            }
        }
        ("remove", Some(path)) => {
            let id = path.strip_prefix("members[value eq \"").unwrap().strip_suffix("\"]").unwrap();
            resource["members"].as_array_mut().unwrap().retain(|member| member["value"] != id);
        }
        other => panic!("Okta does not send {other:?}"),
    }
}

fn error(status: u16, detail: &str) -> Answer {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string(), "detail": detail,
    });
    Answer::json(status, &body).header("Content-Type", "application/scim+json")
}
