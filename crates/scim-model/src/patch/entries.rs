//! Operations on the entries of a list: which match, which are the same, and at most one is primary.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::budget::{self, Budget};
use super::operation::{Operation, OperationKind};
use crate::check::identity;
use crate::filter::{Filter, Literal, Operator, Subject, matches};
use crate::fold;
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::Attribute;
use crate::value::{is_primary, short};

/// Adds values that are not there yet; what is there already only learns what it did not say before
/// (RFC 7644 §3.5.2.1).
pub(super) fn add_entries(entries: &mut Vec<Value>, attribute: &Attribute, values: &[Value]) {
    let mut known: HashMap<String, usize> =
        entries.iter().enumerate().map(|(index, entry)| (identity(attribute, entry), index)).collect();
    for value in values {
        let index = *known.entry(identity(attribute, value)).or_insert(entries.len());
        match (entries.get_mut(index), value) {
            (Some(Value::Object(entry)), Value::Object(members)) => set_members(entry, members),
            (Some(_), _) => {}
            (None, _) => entries.push(value.clone()),
        }
        if is_primary(value) {
            demote_others(entries, index);
        }
    }
}

/// Changes or removes the entries that match. Where none matches, add and replace make one that does: Entra ID sends
/// `emails[type eq "work"].value` without asking whether there is a work address. (RFC 7644 §3.5.2.3 has noTarget.)
pub(super) fn change_entries(
    entries: &mut Vec<Value>,
    attribute: &Bound,
    filter: &Filter<Bound>,
    sub: Option<&Attribute>,
    operation: &Operation,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    budget.spend(budget::of_list(entries).saturating_mul(budget::of_filter(filter)))?;
    let matching: Vec<usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| matches(filter, Subject::Entry(entry)).then_some(index))
        .collect();
    let value = match (&operation.value, operation.kind) {
        (Some(value), OperationKind::Add | OperationKind::Replace) => value,
        // A remove that matches nothing succeeds: clients repeat it, and take an error for a lasting one.
        (None, _) | (_, OperationKind::Remove) => {
            match sub {
                None => {
                    let mut index = 0;
                    entries.retain(|_| {
                        index += 1;
                        matching.binary_search(&(index - 1)).is_err()
                    });
                }
                Some(sub) => {
                    for &index in &matching {
                        if let Some(entry) = entries.get_mut(index).and_then(Value::as_object_mut) {
                            entry.shift_remove(&sub.name);
                        }
                    }
                }
            }
            return Ok(());
        }
    };
    let targets = if matching.is_empty() {
        let made = made_to_match(filter).ok_or_else(|| {
            ScimError::no_target(format!(
                "{} has no value that matches {}",
                attribute.path(),
                short(&filter.to_string())
            ))
        })?;
        entries.push(Value::Object(made));
        vec![entries.len() - 1]
    } else {
        matching
    };
    budget.spend(budget::of_value(value).saturating_mul(targets.len()))?;
    for &index in &targets {
        if let Some(entry) = entries.get_mut(index) {
            set_entry(entry, filter, sub, value, operation.kind);
        }
    }
    let became_primary = match sub {
        Some(sub) => sub.name == "primary" && *value == Value::Bool(true),
        None => is_primary(value),
    };
    match targets.as_slice() {
        &[index] if entries.get(index).is_some_and(is_primary) => demote_others(entries, index),
        [_, _, ..] if became_primary => {
            return Err(ScimError::invalid_value(format!("{}: only one value may be primary", attribute.path())));
        }
        _ => {}
    }
    Ok(())
}

fn set_entry(entry: &mut Value, filter: &Filter<Bound>, sub: Option<&Attribute>, value: &Value, kind: OperationKind) {
    match (entry, sub, value) {
        (Value::Object(entry), Some(sub), value) => {
            entry.insert(sub.name.clone(), value.clone());
        }
        (Value::Object(entry), None, Value::Object(members)) => {
            if kind == OperationKind::Replace {
                // What the filter selects by stays true of the new value: a work address is replaced by a work address.
                *entry = made_to_match(filter).unwrap_or_default();
            }
            set_members(entry, members);
        }
        (entry, _, value) => *entry = value.clone(),
    }
}

fn set_members(entry: &mut Map<String, Value>, members: &Map<String, Value>) {
    for (name, value) in members {
        entry.insert(name.clone(), value.clone());
    }
}

/// An entry with the values that the filter asks for; `None` if it asks for anything but equality.
fn made_to_match(filter: &Filter<Bound>) -> Option<Map<String, Value>> {
    let mut entry = Map::new();
    let terms = match filter {
        Filter::And(terms) => terms.as_slice(),
        single => std::slice::from_ref(single),
    };
    for term in terms {
        let Filter::Compare { attribute, operator: Operator::Eq, literal } = term else { return None };
        let value = match literal {
            Literal::String(text) | Literal::DateTime { text, .. } => Value::String(text.clone()),
            Literal::Boolean(boolean) => Value::Bool(*boolean),
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::Null => return None,
        };
        entry.insert(attribute.sub_attribute()?.name.clone(), value);
    }
    Some(entry)
}

/// Setting one value primary ends it for the others (RFC 7644 §3.5.2).
pub(super) fn demote_others(entries: &mut [Value], chosen: usize) {
    for (index, entry) in entries.iter_mut().enumerate() {
        if index != chosen
            && is_primary(entry)
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("primary".to_owned(), Value::Bool(false));
        }
    }
}

/// Whether a value in a remove means this entry: the same `value`, and the same `type` where both have one.
pub(super) fn same_entry(attribute: &Attribute, entry: &Value, wanted: &Value) -> bool {
    let (Some(value), Some(wanted_value)) = (text(entry, "value"), text(wanted, "value")) else {
        return entry == wanted;
    };
    let case_exact = attribute.sub_attribute("value").is_some_and(|sub| sub.case_exact);
    let same_value = if case_exact { value == wanted_value } else { fold::equal(value, wanted_value) };
    let same_type = match (text(entry, "type"), text(wanted, "type")) {
        (Some(label), Some(wanted_label)) => fold::equal(label, wanted_label),
        _ => true,
    };
    same_value && same_type
}

fn text<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    entry.get(name)?.as_str()
}
