//! What holds of a resource once all operations are applied: nothing empty, nothing required missing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::check::{Place, missing_sub_attribute};
use crate::message::error::ScimError;
use crate::schema::{Attribute, ResourceType};
use crate::value::{drop_unassigned, is_blank, is_blank_entry, is_unassigned};

/// Takes out what has become empty.
pub(super) fn tidy(document: &mut Map<String, Value>, ty: &ResourceType) {
    document.retain(|name, value| match (ty.attribute(name), ty.extension(name)) {
        (Some(attribute), _) => tidy_value(attribute, value),
        (None, Some(extension)) => {
            if let Value::Object(holder) = value {
                holder.retain(|name, value| {
                    extension.schema.attribute(name).is_none_or(|attribute| tidy_value(attribute, value))
                });
            }
            !is_unassigned(value)
        }
        (None, None) => true,
    });
}

/// Whether anything is left of the value of an attribute.
fn tidy_value(attribute: &Attribute, value: &mut Value) -> bool {
    drop_unassigned(value);
    match value {
        Value::Array(entries) => {
            entries.retain(|entry| !is_blank_entry(attribute, entry));
            !entries.is_empty()
        }
        // A manager of `{"value": ""}` is none (Entra ID); a name of empty parts is what the client wrote.
        Value::Object(_) if attribute.sub_attribute("value").is_some() => !is_blank(value),
        // An empty externalId would tie together everything that has none.
        Value::String(text) => !(text.is_empty() && attribute.name == "externalId"),
        value => !is_unassigned(value),
    }
}

/// Refuses an outcome that lacks what is required (RFC 7644 §3.5.2.2), as far as it was touched. What was amiss before and
/// is as it was does not count: the schema may have become stricter since.
pub(super) fn check_required(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    ty: &ResourceType,
    is_touched: impl Fn(&str) -> bool,
) -> Result<(), ScimError> {
    let attributes = ty.schema.attributes.iter().filter(|attribute| is_touched(&attribute.name));
    check_attributes(Some(before), after, attributes, None)?;
    for extension in &ty.extensions {
        let urn = &extension.schema.id;
        if !is_touched(urn) {
            continue;
        }
        match (object(before, urn), object(after, urn)) {
            (before, Some(after)) => {
                check_attributes(before, after, extension.schema.attributes.iter(), Some(&Place::top(urn)))?;
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
fn check_attributes<'a>(
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
    attributes: impl Iterator<Item = &'a Arc<Attribute>>,
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
