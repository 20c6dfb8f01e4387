//! What holds of a resource once all operations are applied: nothing empty, nothing twice, nothing required missing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::check::{Place, merge_duplicates, missing_sub_attribute, set_schemas};
use crate::message::error::ScimError;
use crate::schema::{Attribute, ResourceType};
use crate::value::{drop_unassigned, is_blank, is_blank_entry};

/// Takes out what has become empty and makes `schemas` follow.
pub(super) fn tidy(document: &mut Map<String, Value>, ty: &ResourceType) {
    tidy_attributes(document, &ty.schema.attributes);
    if document.get("externalId").is_some_and(is_blank) {
        document.shift_remove("externalId");
    }
    for extension in &ty.extensions {
        let urn = &extension.schema.id;
        if let Some(Value::Object(holder)) = document.get_mut(urn) {
            tidy_attributes(holder, &extension.schema.attributes);
            if holder.is_empty() {
                document.shift_remove(urn);
            }
        }
    }
    set_schemas(document, ty);
}

fn tidy_attributes(holder: &mut Map<String, Value>, attributes: &[Arc<Attribute>]) {
    for attribute in attributes {
        let Some(value) = holder.get_mut(&attribute.name) else { continue };
        drop_unassigned(value);
        let is_gone = match value {
            Value::Null => true,
            Value::Array(entries) => {
                entries.retain(|entry| !is_blank_entry(entry));
                // A new value for all that match may have made two of them the same.
                merge_duplicates(attribute, entries);
                entries.is_empty()
            }
            // A manager of `{"value": ""}` is none (Entra ID); a name of empty parts is what the client wrote.
            Value::Object(members) => {
                members.is_empty() || (attribute.sub_attribute("value").is_some() && is_blank(value))
            }
            _ => false,
        };
        if is_gone {
            holder.shift_remove(&attribute.name);
        }
    }
}

/// Refuses an outcome that lacks what is required (RFC 7644 §3.5.2.2). What was amiss before and is as it was does not
/// count: the schema may have become stricter since.
pub(super) fn check_required(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    ty: &ResourceType,
) -> Result<(), ScimError> {
    check_attributes(Some(before), after, &ty.schema.attributes, None)?;
    for extension in &ty.extensions {
        let urn = &extension.schema.id;
        match (object(before, urn), object(after, urn)) {
            (before, Some(after)) => {
                check_attributes(before, after, &extension.schema.attributes, Some(&Place::top(urn)))?;
            }
            (Some(_), None) if extension.required => {
                return Err(ScimError::mutability(format!("the extension {urn} is required and cannot be removed")));
            }
            (_, None) => {}
        }
    }
    Ok(())
}

/// `before`: `None` if there was nothing to hold attributes.
fn check_attributes(
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
    attributes: &[Arc<Attribute>],
    parent: Option<&Place<'_>>,
) -> Result<(), ScimError> {
    for attribute in attributes {
        let name = attribute.name.as_str();
        let place = parent.map_or(Place::top(name), |parent| parent.member(name));
        match (before.and_then(|before| before.get(name)), after.get(name)) {
            (Some(_), None) if attribute.is_due() => return Err(cannot_be_removed(place)),
            (None, None) if attribute.is_due() && before.is_none() => {
                return Err(ScimError::invalid_value(format!("{place} is required")));
            }
            (was, Some(value)) => check_entries(attribute, was, value, place)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_entries(attribute: &Attribute, was: Option<&Value>, value: &Value, place: Place<'_>) -> Result<(), ScimError> {
    for entry in each(value) {
        let missing = entry.as_object().and_then(|members| missing_sub_attribute(attribute, members));
        if let Some(missing) = missing
            && !was.is_some_and(|was| each(was).contains(entry))
        {
            return Err(ScimError::invalid_value(format!("{} is required", place.member(&missing.name))));
        }
    }
    Ok(())
}

fn object<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    document.get(name)?.as_object()
}

/// A value, or the values of a list.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => std::slice::from_ref(single),
    }
}

pub(super) fn cannot_be_removed(place: Place<'_>) -> ScimError {
    ScimError::mutability(format!("{place} is required and cannot be removed"))
}
