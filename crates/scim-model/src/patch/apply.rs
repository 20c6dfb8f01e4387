//! Operations change a document, one after the other.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::budget::{self, Budget};
use super::entries::{add_entries, change_entries, same_entry};
use super::operation::{Operation, OperationKind, Target};
use crate::check::{merge_duplicates, set_schemas};
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::{Attribute, Mutability, ResourceType};
use crate::value::{is_blank, is_blank_entry, is_primary};

pub(super) fn apply_one(
    document: &mut Map<String, Value>,
    operation: &Operation,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    match &operation.target {
        Target::Extension(urn) => {
            document.shift_remove(urn);
            Ok(())
        }
        target @ (Target::Attribute(bound) | Target::Entries { attribute: bound, .. }) => match bound.extension() {
            None => apply_in(document, target, operation, budget),
            // Made if it is missing, and taken out again by `tidy` if it stays empty.
            Some(urn) => with_object(document, urn, |holder| apply_in(holder, target, operation, budget)),
        },
    }
}

/// Applies to the object that holds the attribute.
fn apply_in(
    holder: &mut Map<String, Value>,
    target: &Target,
    operation: &Operation,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    match target {
        Target::Extension(_) => Ok(()),
        Target::Attribute(bound) => {
            let name = &bound.attribute().name;
            match (bound.sub_attribute(), bound.attribute().multi_valued) {
                (None, false) => whole_single(holder, bound, operation),
                (None, true) => {
                    with_list(holder, name, |entries| whole_list(entries, bound.attribute(), operation, budget))
                }
                (Some(sub), false) => {
                    with_object(holder, name, |object| part_of_single(object, sub, operation));
                    Ok(())
                }
                (Some(sub), true) => {
                    with_list(holder, name, |entries| part_of_list(entries, bound, sub, operation, budget))
                }
            }
        }
        Target::Entries { attribute, filter, sub_attribute } => {
            let name = &attribute.attribute().name;
            with_list(holder, name, |entries| {
                change_entries(entries, attribute, filter, sub_attribute.as_deref(), operation, budget)
            })?;
            if !attribute.attribute().multi_valued {
                // A value that was made because none matched stands in the place of the one that did not.
                if let Some(Value::Array(entries)) = holder.get_mut(name) {
                    let single = entries.pop().unwrap_or_default();
                    holder.insert(name.clone(), single);
                }
            }
            Ok(())
        }
    }
}

/// Changes the object under a name, made if there is none, at its place in the order.
fn with_object<R>(holder: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Map<String, Value>) -> R) -> R {
    let mut object = match holder.get_mut(name).map(Value::take) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let result = change(&mut object);
    holder.insert(name.to_owned(), Value::Object(object));
    result
}

/// Changes the list under a name, made if there is none, at its place in the order.
fn with_list<R>(holder: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Vec<Value>) -> R) -> R {
    let mut entries = match holder.get_mut(name).map(Value::take) {
        Some(Value::Array(entries)) => entries,
        None | Some(Value::Null) => Vec::new(),
        Some(single) => vec![single],
    };
    let result = change(&mut entries);
    holder.insert(name.to_owned(), Value::Array(entries));
    result
}

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
        let is_gone = match value {
            Value::Null => true,
            Value::Array(entries) => {
                entries.iter_mut().for_each(drop_nulls);
                entries.retain(|entry| !is_blank_entry(entry));
                // A new value for all that match may have made two of them the same.
                merge_duplicates(attribute, entries);
                entries.is_empty()
            }
            Value::Object(_) => {
                drop_nulls(value);
                // A manager of `{"value": ""}` is none (Entra ID); a name of empty parts is what the client wrote.
                value.as_object().is_some_and(Map::is_empty)
                    || (attribute.sub_attribute("value").is_some() && is_blank(value))
            }
            _ => false,
        };
        if is_gone {
            holder.shift_remove(&attribute.name);
        }
    }
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, value| !value.is_null());
    }
}

fn whole_single(holder: &mut Map<String, Value>, bound: &Bound, operation: &Operation) -> Result<(), ScimError> {
    let attribute = bound.attribute();
    let name = &attribute.name;
    if attribute.mutability == Mutability::Immutable
        && holder.get(name).is_some_and(|current| Some(current) != operation.value.as_ref())
    {
        return Err(ScimError::mutability(format!("{} cannot be changed once it is set", bound.path())));
    }
    match &operation.value {
        None => {
            holder.shift_remove(name);
        }
        // Complex: the sub-attributes given are set, the others stay (RFC 7644 §3.5.2.1 and §3.5.2.3). But a new value of
        // a reference such as `manager` leaves nothing of the old one: its $ref would be a lie.
        Some(Value::Object(members)) if !is_set(members, "value") => {
            with_object(holder, name, |current| {
                for (sub_name, value) in members {
                    current.insert(sub_name.clone(), value.clone());
                }
            });
        }
        Some(value) => {
            holder.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

fn is_set(members: &Map<String, Value>, name: &str) -> bool {
    members.get(name).is_some_and(|value| !value.is_null())
}

fn whole_list(
    entries: &mut Vec<Value>,
    attribute: &Attribute,
    operation: &Operation,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    let values = match &operation.value {
        Some(Value::Array(values)) => values.as_slice(),
        _ => &[],
    };
    match operation.kind {
        OperationKind::Replace => {
            budget.spend(budget::of_list(values))?;
            *entries = values.to_vec();
        }
        OperationKind::Remove if !operation.had_value => entries.clear(),
        OperationKind::Remove => {
            // Each with each.
            budget.spend(budget::of_list(entries).saturating_mul(values.len()))?;
            budget.spend(budget::of_list(values).saturating_mul(entries.len()))?;
            entries.retain(|entry| !values.iter().any(|value| same_entry(attribute, entry, value)));
        }
        OperationKind::Add => {
            // Twice: what tells entries apart is copied and hashed.
            let once = budget::of_list(entries).saturating_add(budget::of_list(values));
            budget.spend(once.saturating_mul(2))?;
            add_entries(entries, attribute, values);
        }
    }
    Ok(())
}

fn part_of_single(object: &mut Map<String, Value>, sub: &Attribute, operation: &Operation) {
    match &operation.value {
        Some(value) => {
            object.insert(sub.name.clone(), value.clone());
        }
        None => {
            object.shift_remove(&sub.name);
        }
    }
}

/// `emails.value` without saying which e-mail: clear as long as there is one at most, or one is primary.
fn part_of_list(
    entries: &mut Vec<Value>,
    bound: &Bound,
    sub: &Attribute,
    operation: &Operation,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    budget.spend(budget::of_list(entries))?;
    let Some(value) = &operation.value else {
        for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
            entry.shift_remove(&sub.name);
        }
        return Ok(());
    };
    let index = match entries.len() {
        0 => {
            entries.push(Value::Object(Map::new()));
            0
        }
        1 => 0,
        _ => entries.iter().position(is_primary).ok_or_else(|| {
            ScimError::no_target(format!("{} has several values; say which with a filter in brackets", bound.path()))
        })?,
    };
    if let Some(entry) = entries.get_mut(index).and_then(Value::as_object_mut) {
        entry.insert(sub.name.clone(), value.clone());
    }
    Ok(())
}
