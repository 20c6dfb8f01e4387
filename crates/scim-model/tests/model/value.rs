//! Values: what clients may send for an attribute, which two are the same, which are none.

use serde_json::{Map, Value, json};

use crate::model::Refusal;
use crate::schema::Attribute;

/// Null, or a list or object of nothing.
pub fn is_none(value: &Value) -> bool {
    value.is_null() || *value == json!([]) || *value == json!({})
}

/// Nothing but nulls and empty texts.
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
        _ => false,
    }
}

/// An entry of a list that says nothing but its label (Okta), where the attribute has labels besides something to label.
pub fn is_blank_entry(attribute: &Attribute, entry: &Value) -> bool {
    let has = |name: &str| attribute.sub(name).is_some();
    let has_labels = has("value") || (has("type") && has("primary") && attribute.subs.len() > 2);
    match entry {
        Value::Object(members) => {
            members.iter().all(|(name, value)| (has_labels && (name == "type" || name == "primary")) || is_blank(value))
        }
        other => is_blank(other),
    }
}

pub fn is_primary(entry: &Value) -> bool {
    entry["primary"] == true
}

pub fn entries(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.clone(),
        single => vec![single.clone()],
    }
}

/// A value in a form in which same values are equal.
pub fn normal(attribute: &Attribute, value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<Value> =
                values.iter().map(|value| normal(attribute, value)).filter(|value| !value.is_null()).collect();
            values.sort_by_key(Value::to_string);
            if values.is_empty() { Value::Null } else { values.into() }
        }
        Value::Object(members) => {
            let mut parts = Map::new();
            for (name, part) in members {
                let Some(sub) = attribute.sub(name) else { continue };
                let part = normal(sub, part);
                if !part.is_null() {
                    parts.insert(name.clone(), part);
                }
            }
            parts.sort_keys();
            if parts.is_empty() { Value::Null } else { parts.into() }
        }
        Value::String(text) if attribute.kind.as_str() == "dateTime" => {
            moment(text).map_or(value.clone(), |moment| json!(moment.to_string()))
        }
        Value::String(text) if !attribute.is_exact() => json!(text.to_lowercase()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => json!(float as i64),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

pub fn same(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    normal(attribute, left) == normal(attribute, right)
}

/// Whether two entries of a list are one: by type and value, or, without a value, by all that they say.
pub fn same_entry(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    if !left.is_object() {
        return same(attribute, left, right);
    }
    match (attribute.sub("value"), &left["value"], &right["value"]) {
        (Some(value), left_value, right_value) if !left_value.is_null() && !right_value.is_null() => {
            let label = |entry: &Value| entry["type"].as_str().unwrap_or_default().to_lowercase();
            same(value, left_value, right_value) && label(left) == label(right)
        }
        (Some(_), Value::Null, other) | (Some(_), other, Value::Null) if !other.is_null() => false,
        _ => content(left) == content(right),
    }
}

/// All that an entry says but whether it is primary.
fn content(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(members) = entry.as_object_mut() {
        members.retain(|name, value| name != "primary" && !is_none(value));
    }
    entry
}

/// The first of same entries, with what only later ones say.
pub fn without_doubles(attribute: &Attribute, values: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for value in values {
        match kept.iter_mut().find(|earlier| same_entry(attribute, earlier, &value)) {
            None => kept.push(value),
            Some(earlier) => {
                for (name, part) in value.as_object().cloned().unwrap_or_default() {
                    if earlier[&name].is_null() || (name == "primary" && part == true) {
                        earlier[&name] = part;
                    }
                }
            }
        }
    }
    kept
}

/// A time; without an offset in UTC, a day alone is its beginning.
pub fn moment(text: &str) -> Option<jiff::Timestamp> {
    [text.to_owned(), format!("{text}Z"), format!("{text}T00:00:00Z")].iter().find_map(|text| text.parse().ok())
}

/// What a client sent for a whole attribute, in its proper form. Null for none.
pub fn checked(attribute: &Attribute, sent: &Value) -> Result<Value, Refusal> {
    if attribute.is_list {
        let values = checked_list(attribute, sent)?;
        if values.is_empty() && attribute.is_required() {
            return Err("invalidValue");
        }
        return Ok(if values.is_empty() { Value::Null } else { values.into() });
    }
    // Entra ID: a list of one, and an object around a plain value.
    let sent = match sent {
        Value::Array(values) if values.len() > 1 => return Err("invalidValue"),
        Value::Array(values) => values.first().cloned().unwrap_or_default(),
        sent => sent.clone(),
    };
    let sent = match sent.get("value") {
        Some(inner) if !attribute.is_complex => inner.clone(),
        _ => sent,
    };
    let value = checked_single(attribute, &sent)?;
    if attribute.is_required() && (value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())) {
        return Err("invalidValue");
    }
    Ok(if attribute.name == "externalId" && is_blank(&value) { Value::Null } else { value })
}

pub fn checked_list(attribute: &Attribute, sent: &Value) -> Result<Vec<Value>, Refusal> {
    let mut values = Vec::new();
    for value in entries(sent) {
        values.push(checked_single(attribute, &value)?);
    }
    values.retain(|value| !is_blank_entry(attribute, value));
    let values = without_doubles(attribute, values);
    if values.iter().filter(|value| is_primary(value)).count() > 1 {
        return Err("invalidValue");
    }
    Ok(values)
}

pub fn checked_single(attribute: &Attribute, sent: &Value) -> Result<Value, Refusal> {
    match (attribute.kind.as_str(), sent) {
        (_, Value::Null) => Ok(Value::Null),
        ("complex", Value::Object(members)) => checked_parts(attribute, members),
        ("complex", Value::String(text)) if attribute.sub("value").is_some() => {
            // A bare id; an empty one is none.
            if text.is_empty() {
                Ok(Value::Null)
            } else {
                checked_parts(attribute, &Map::from_iter([("value".to_owned(), sent.clone())]))
            }
        }
        ("boolean", Value::Bool(_)) => Ok(sent.clone()),
        ("boolean", Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
        ("boolean", Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
        ("integer", Value::Number(number)) if !number.is_f64() => Ok(sent.clone()),
        ("decimal", Value::Number(_)) => Ok(sent.clone()),
        ("string" | "reference", Value::String(_)) => Ok(sent.clone()),
        ("dateTime", Value::String(text)) if text.contains('T') && moment(text).is_some() => Ok(sent.clone()),
        ("binary", Value::String(text)) if is_base64(text) => Ok(sent.clone()),
        _ => Err("invalidValue"),
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let alphabet = |letter: char| letter.is_ascii_alphanumeric() || letter == '+' || letter == '/';
    digits.chars().all(alphabet)
        && digits.len() % 4 != 1
        && (text.len() == digits.len() || text.len().is_multiple_of(4))
        && text.len() - digits.len() < 3
}

/// Unknown and read-only parts are not taken, null ones clear; a reference of nothing but blanks is none.
fn checked_parts(attribute: &Attribute, members: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut parts = Map::new();
    for (key, value) in members {
        if let Some(sub) = attribute.sub(key)
            && !sub.is("readOnly")
        {
            parts.insert(sub.name.clone(), checked(sub, value)?);
        }
    }
    let has_value = attribute.subs.iter().any(|sub| sub.name == "value");
    let parts = Value::Object(parts);
    Ok(if has_value && !attribute.is_list && parts != json!({}) && is_blank(&parts) { Value::Null } else { parts })
}
