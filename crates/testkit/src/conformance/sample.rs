//! Values for advertised attributes.

use super::advertised::{Attribute, ResourceType};
use serde_json::{Map, Value, json};

/// The least that a resource of this type can be: `schemas` and what is required, all derived from `name`.
pub(super) fn least(ty: &ResourceType, name: &str) -> Map<String, Value> {
    let mut body = Map::new();
    let mut schemas = Vec::new();
    for schema in ty.schemas.iter().filter(|schema| schema.required) {
        schemas.push(Value::String(schema.urn.clone()));
        let required =
            schema.attributes.iter().flatten().filter(|attribute| attribute.required && attribute.is_writable());
        let values = required.filter_map(|attribute| Some((attribute.name.clone(), value(attribute, name)?)));
        if schemas.len() == 1 {
            body.extend(values);
        } else {
            body.insert(schema.urn.clone(), Value::Object(values.collect()));
        }
    }
    body.shift_insert(0, "schemas".to_owned(), Value::Array(schemas));
    body
}

/// Puts members into a body. An object of an extension adds its URI to `schemas`, and its members to what is there.
pub(super) fn lay_over(body: &mut Map<String, Value>, members: Value) {
    let Value::Object(members) = members else { return };
    for (name, value) in members {
        if name.starts_with("urn:")
            && let Some(Value::Array(schemas)) = body.get_mut("schemas")
            && !schemas.iter().any(|schema| schema == name.as_str())
        {
            schemas.push(Value::String(name.clone()));
        }
        match (body.get_mut(&name), value) {
            (Some(Value::Object(held)), Value::Object(more)) if name.starts_with("urn:") => held.extend(more),
            (_, value) => drop(body.insert(name, value)),
        }
    }
}

/// A value that suits the attribute, and that no other `name` yields where that is possible. None for what refers to
/// another resource: that must exist.
pub(super) fn value(attribute: &Attribute, name: &str) -> Option<Value> {
    let one = match attribute.kind.as_str() {
        "complex" => complex(attribute, name)?,
        _ => simple(attribute, "", name)?,
    };
    Some(if attribute.multi_valued { json!([one]) } else { one })
}

fn complex(attribute: &Attribute, name: &str) -> Option<Value> {
    if attribute.sub("$ref").is_some() {
        return None;
    }
    let parts = attribute.sub_attributes.iter().filter(|part| part.is_writable());
    let parts = parts.filter_map(|part| Some((part.name.clone(), simple(part, &attribute.name, name)?)));
    let parts: Map<String, Value> = parts.collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// `within` is the complex attribute around it, if any.
fn simple(attribute: &Attribute, within: &str, name: &str) -> Option<Value> {
    if let Some(first) = attribute.canonical_values.first() {
        return Some(json!(first));
    }
    Some(match attribute.kind.as_str() {
        "boolean" => json!(true),
        "integer" => json!(7),
        "decimal" => json!(2.5),
        "dateTime" => json!("2020-02-29T12:34:56Z"),
        "binary" => json!("Y29uZm9ybWFuY2U="),
        "reference" => {
            let free = attribute.reference_types.is_empty()
                || attribute.reference_types.iter().any(|ty| ty == "external" || ty == "uri");
            return free.then(|| json!(format!("https://conformance.example/{name}")));
        }
        _ => json!(text(&attribute.name, within, name)),
    })
}

/// Text in the form that RFC 7643 §4.1 recommends for the well-known attributes.
fn text(attribute: &str, within: &str, name: &str) -> String {
    match (within, attribute) {
        ("", "userName") | ("emails", "value") => format!("{name}@conformance.example"),
        ("phoneNumbers", "value") => "tel:+1-201-555-0123".to_owned(),
        (_, "locale") => "en-US".to_owned(),
        (_, "preferredLanguage") => "en".to_owned(),
        (_, "timezone") => "Europe/Berlin".to_owned(),
        (_, "country") => "DE".to_owned(),
        (_, "password") => format!("Aa1!{name}"),
        _ => format!("{name} {attribute}"),
    }
}
