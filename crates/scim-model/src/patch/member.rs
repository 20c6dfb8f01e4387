//! One attribute or sub-attribute within the object that holds it: set, added to, taken away.

use serde_json::{Map, Value};

use super::budget::{self, Budget};
use super::entries::add_entries;
use super::operation::{Operation, OperationKind};
use crate::check::{Place, identity};
use crate::message::error::ScimError;
use crate::same::same;
use crate::schema::{Attribute, Mutability};
use crate::value::is_unassigned;

/// What is done with an attribute. The value has been checked against its definition.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub kind: OperationKind,
    /// `None` clears, but adding none to a list leaves it as it is.
    pub value: Option<&'a Value>,
    /// Whether the client sent a value other than null.
    pub had_value: bool,
}

impl<'a> Change<'a> {
    pub fn of(operation: &'a Operation) -> Self {
        Self { kind: operation.kind, value: operation.value.as_ref(), had_value: operation.had_value }
    }

    /// The same with a part of the value: null clears.
    pub fn with_part(self, part: &'a Value) -> Self {
        let is_null = part.is_null();
        Self { kind: self.kind, value: (!is_null).then_some(part), had_value: !is_null }
    }
}

/// Changes the attribute in the object that holds it.
pub(super) fn change_member(
    holder: &mut Map<String, Value>,
    attribute: &Attribute,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    once(holder, attribute, place, budget, |holder, budget| {
        let name = &attribute.name;
        match change.value {
            _ if attribute.multi_valued => {
                with_list(holder, name, |entries| change_list(entries, attribute, change, place, budget))
            }
            None => {
                holder.shift_remove(name);
                Ok(())
            }
            Some(Value::Object(parts)) => {
                with_object(holder, name, |object| change_parts(object, attribute, parts, change, place, budget))
            }
            Some(plain) => {
                holder.insert(name.clone(), plain.clone());
                Ok(())
            }
        }
    })
}

/// Complex: the sub-attributes given are set, the others stay (RFC 7644 §3.5.2.1 and §3.5.2.3).
fn change_parts(
    object: &mut Map<String, Value>,
    attribute: &Attribute,
    parts: &Map<String, Value>,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    // But a new value of a reference such as `manager` leaves nothing of the old one: its $ref would be a lie.
    if attribute.sub_attribute("$ref").is_some()
        && let Some(sub) = attribute.sub_attribute("value")
        && let Some(value) = parts.get("value").filter(|value| !value.is_null())
        && !object.get("value").is_some_and(|current| same(sub, current, value))
    {
        let stays = |sub: &Attribute| sub.mutability == Mutability::Immutable || sub.is_hidden();
        object.retain(|name, _| attribute.sub_attribute(name).is_some_and(|sub| stays(sub)));
    }
    for (name, part) in parts {
        if let Some(sub) = attribute.sub_attribute(name) {
            change_member(object, sub, change.with_part(part), place.member(&sub.name), budget)?;
        }
    }
    Ok(())
}

/// Sets, adds to or takes from a whole list.
fn change_list(
    entries: &mut Vec<Value>,
    attribute: &Attribute,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    let values = match change.value {
        Some(Value::Array(values)) => values.as_slice(),
        _ => &[],
    };
    match change.kind {
        OperationKind::Replace => {
            budget.spend(budget::of_list(values))?;
            *entries = values.to_vec();
        }
        OperationKind::Remove if !change.had_value => entries.clear(),
        OperationKind::Remove => {
            // Each with each.
            budget.spend(budget::of_list(entries).saturating_mul(values.len()))?;
            budget.spend(budget::of_list(values).saturating_mul(entries.len()))?;
            entries.retain(|entry| !values.iter().any(|value| is_meant(attribute, entry, value)));
        }
        OperationKind::Add => {
            // Twice: what tells entries apart is copied and hashed.
            let once = budget::of_list(entries).saturating_add(budget::of_list(values));
            budget.spend(once.saturating_mul(2))?;
            add_entries(entries, attribute, values, change, place, budget)?;
        }
    }
    Ok(())
}

/// Whether a value in a remove means this entry: the same `value`, and the same `type` where both have one.
fn is_meant(attribute: &Attribute, entry: &Value, wanted: &Value) -> bool {
    let part = |of: &Value, name: &str| of.get(name).filter(|part| !part.is_null()).cloned();
    let agree = |name: &str| match (attribute.sub_attribute(name), part(entry, name), part(wanted, name)) {
        (Some(sub), Some(part), Some(wanted)) => Some(same(sub, &part, &wanted)),
        _ => None,
    };
    match agree("value") {
        Some(is_same_value) => is_same_value && agree("type") != Some(false),
        None => identity(attribute, entry) == identity(attribute, wanted),
    }
}

/// Makes a change unless it would give an immutable attribute that is set another value. The same value in another
/// spelling leaves it as it is.
pub(super) fn once(
    holder: &mut Map<String, Value>,
    attribute: &Attribute,
    place: Place<'_>,
    budget: &mut Budget,
    change: impl FnOnce(&mut Map<String, Value>, &mut Budget) -> Result<(), ScimError>,
) -> Result<(), ScimError> {
    let before = match holder.get(&attribute.name) {
        Some(value) if attribute.mutability == Mutability::Immutable && !is_unassigned(value) => {
            // Copied, compared, sorted.
            budget.spend(budget::of_value(value).saturating_mul(4))?;
            value.clone()
        }
        _ => return change(holder, budget),
    };
    change(holder, budget)?;
    if !same(attribute, &before, holder.get(&attribute.name).unwrap_or(&Value::Null)) {
        return Err(cannot_be_changed(place));
    }
    holder.insert(attribute.name.clone(), before);
    Ok(())
}

pub(super) fn cannot_be_changed(place: Place<'_>) -> ScimError {
    ScimError::mutability(format!("{place} cannot be changed once it is set"))
}

/// Changes the object under a name, made if there is none, at its place in the order.
pub(super) fn with_object<R>(
    holder: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&mut Map<String, Value>) -> R,
) -> R {
    let mut object = match holder.get_mut(name).map(Value::take) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let result = change(&mut object);
    holder.insert(name.to_owned(), Value::Object(object));
    result
}

/// Changes the list under a name, made if there is none, at its place in the order.
pub(super) fn with_list<R>(
    holder: &mut Map<String, Value>,
    name: &str,
    change: impl FnOnce(&mut Vec<Value>) -> R,
) -> R {
    let mut entries = match holder.get_mut(name).map(Value::take) {
        Some(Value::Array(entries)) => entries,
        None | Some(Value::Null) => Vec::new(),
        Some(single) => vec![single],
    };
    let result = change(&mut entries);
    holder.insert(name.to_owned(), Value::Array(entries));
    result
}
