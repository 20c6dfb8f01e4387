//! What must hold once all operations are taken.

use serde_json::{Map, Value, json};

use crate::model::Refusal;
use crate::schema::{Attribute, Type};
use crate::value::{entries, is_blank, is_blank_entry, is_none};

/// Without what is none, and with the `schemas` that follow.
pub fn complete(mut document: Value, ty: &Type) -> Value {
    tidy(document.as_object_mut().unwrap(), &ty.main().attributes);
    if is_blank(&document["externalId"]) {
        document.as_object_mut().unwrap().shift_remove("externalId");
    }
    let mut schemas = vec![json!(ty.main().urn)];
    for schema in ty.extensions() {
        let urn = &schema.urn;
        if let Some(holder) = document[urn].as_object_mut() {
            tidy(holder, &schema.attributes);
        }
        if is_none(&document[urn]) {
            document.as_object_mut().unwrap().shift_remove(urn);
        } else {
            schemas.push(json!(urn));
        }
    }
    document["schemas"] = schemas.into();
    document
}

fn tidy(holder: &mut Map<String, Value>, attributes: &[Attribute]) {
    for attribute in attributes {
        let Some(value) = holder.get_mut(&attribute.name) else { continue };
        *value = without_none(value);
        if let Value::Array(values) = value {
            values.retain(|value| !is_blank_entry(attribute, value));
        }
        let is_blank_reference = value.is_object() && attribute.sub("value").is_some() && is_blank(value);
        if is_none(value) || is_blank_reference {
            holder.shift_remove(&attribute.name);
        }
    }
}

/// The value without what is none, at any depth.
pub fn without_none(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(without_none).filter(|value| !is_none(value)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), without_none(value)));
            Value::Object(members.filter(|(_, value)| !is_none(value)).collect())
        }
        other => other.clone(),
    }
}

/// Whether two documents say different things; the order of lists says nothing.
pub fn differ(before: &Value, after: &Value) -> bool {
    unordered(before) != unordered(after)
}

fn unordered(value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(unordered).collect();
            values.sort_by_key(Value::to_string);
            values.into()
        }
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), unordered(value))).collect();
            members.sort_keys();
            members.into()
        }
        other => other.clone(),
    }
}

/// What was there and is required must not be gone; what is new must be whole.
pub fn check_required(before: &Value, after: &Value, ty: &Type) -> Result<(), Refusal> {
    let mut holders = vec![(before, after, &ty.main().attributes)];
    for schema in ty.extensions() {
        let urn = &schema.urn;
        if ty.required.contains(urn) && after[urn].is_null() {
            return Err("mutability");
        }
        if !after[urn].is_null() {
            holders.push((&before[urn], &after[urn], &schema.attributes));
        }
    }
    for (before, after, attributes) in holders {
        for attribute in attributes {
            let (was, is) = (&before[&attribute.name], &after[&attribute.name]);
            if attribute.is_required() && is.is_null() {
                return Err(if was.is_null() { "invalidValue" } else { "mutability" });
            }
            for entry in entries(is) {
                let lacks = |sub: &Attribute| entry.is_object() && sub.is_required() && entry[&sub.name].is_null();
                if attribute.subs.iter().any(lacks) && !entries(was).contains(&entry) {
                    return Err("invalidValue");
                }
            }
        }
    }
    Ok(())
}
