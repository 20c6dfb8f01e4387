//! Bodies of answers.

use crate::client::{Failure, Wrong};
use crate::http::Exchange;
use serde_json::Value;

/// The body of an answer that must have one of `statuses`.
pub fn body(exchange: &Exchange, statuses: &'static [u16]) -> Result<Value, Failure> {
    if !statuses.contains(&exchange.status) {
        return Err(Failure::refused(exchange, statuses));
    }
    exchange.json().map_err(|_| Failure::not_json(exchange))
}

/// The text at a JSON pointer; `None` when it is missing, empty or no text.
pub fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The text at a JSON pointer, empty when there is none.
pub fn text(value: &Value, pointer: &str) -> String {
    text_at(value, pointer).unwrap_or_default().to_owned()
}

/// True when `schemas` lists `urn`.
pub fn has_schema(body: &Value, urn: &str) -> bool {
    body.get("schemas").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(|schema| schema == urn))
}

/// A counter that is a JSON integer of at least 0; else what is wrong with it.
pub fn counter(body: &Value, name: &str) -> Result<u64, String> {
    match body.get(name) {
        None => Err(format!("{name} is missing")),
        Some(value) => value.as_u64().ok_or_else(|| format!("{name} is not an integer: {value}")),
    }
}

/// The id a client links by: a text, stable and without the word RFC 7644 §3.7.2 keeps for bulk references.
pub fn resource_id(exchange: &Exchange, resource: &Value) -> Result<String, Failure> {
    let wrong = |text: String| Failure::with(exchange, Wrong::Resource(text));
    match text_at(resource, "/id") {
        None => Err(wrong("the answer has no id".to_owned())),
        Some(id) if id.contains("bulkId") => Err(wrong(format!("the id `{id}` contains bulkId"))),
        Some(id) => Ok(id.to_owned()),
    }
}

/// A stored resource as answered: the right one when `id` says which, and without a password.
pub fn same_resource(exchange: &Exchange, resource: &Value, id: Option<&str>) -> Result<(), Failure> {
    let wrong = |text: String| Err(Failure::with(exchange, Wrong::Resource(text)));
    if resource.get("password").is_some() {
        return wrong("the answer holds the password".to_owned());
    }
    match (id, text_at(resource, "/id")) {
        (Some(id), answered) if answered != Some(id) => {
            wrong(format!("{id} was asked for, {} answered", answered.unwrap_or("nobody")))
        }
        _ => Ok(()),
    }
}
