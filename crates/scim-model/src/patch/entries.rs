//! Operations on the entries of a list: which match, which are the same, and at most one is primary.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::budget::{self, Budget};
use super::member::{Change, change_member};
use super::operation::OperationKind;
use crate::check::{Adjustment, Checker, Place, identity, merge_duplicates};
use crate::filter::{Filter, Literal, Operator, Subject, matches};
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::{Attribute, Mutability};
use crate::value::{is_primary, is_unassigned, short};

/// Adds values that are not there yet; what is there already only learns what it did not say before
/// (RFC 7644 §3.5.2.1).
pub(super) fn add_entries(
    entries: &mut Vec<Value>,
    attribute: &Attribute,
    values: &[Value],
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    let mut known: HashMap<String, usize> =
        entries.iter().enumerate().map(|(index, entry)| (identity(attribute, entry), index)).collect();
    for value in values {
        let index = *known.entry(identity(attribute, value)).or_insert(entries.len());
        match (entries.get_mut(index), value) {
            (Some(Value::Object(entry)), Value::Object(parts)) => {
                for (name, part) in parts {
                    let Some(sub) = attribute.sub_attribute(name) else { continue };
                    // Adding is not changing: whoever adds a member again, says its name as it is now.
                    let is_settled = sub.mutability == Mutability::Immutable
                        && entry.get(&sub.name).is_some_and(|value| !is_unassigned(value));
                    if !is_settled {
                        change_member(entry, sub, change.with_part(part), place.member(&sub.name), budget)?;
                    }
                }
            }
            (Some(_), _) => {}
            (None, _) => entries.push(value.clone()),
        }
        if is_primary(value) {
            demote_others(entries, index);
        }
    }
    Ok(())
}

/// Changes or removes the entries that match. Where none matches, add makes one that does, and so does a replace of a
/// part: Entra ID sends `emails[type eq "work"].value` without asking whether there is a work address. Replacing a whole
/// entry of a list that is not there is noTarget (RFC 7644 §3.5.2.3).
pub(super) fn change_entries(
    entries: &mut Vec<Value>,
    attribute: &Bound,
    filter: &Filter<Bound>,
    sub: Option<&Attribute>,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    budget.spend(budget::of_list(entries).saturating_mul(budget::of_filter(filter)))?;
    let matching: Vec<usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| matches(filter, Subject::Entry(entry)).then_some(index))
        .collect();
    let value = match (change.value, change.kind) {
        (Some(value), OperationKind::Add | OperationKind::Replace) => value,
        // Adding none.
        (None, OperationKind::Add) if sub.is_none() => return Ok(()),
        // A remove that matches nothing succeeds: clients repeat it, and take an error for a lasting one.
        (_, OperationKind::Remove) if matching.is_empty() => {
            budget.adjustments.add(|| Adjustment::NothingToRemove(attribute.path().to_owned()));
            return Ok(());
        }
        _ => return remove_from(entries, &matching, sub, change, place, budget),
    };
    let targets = if matching.is_empty() {
        let is_entry = sub.is_none() && attribute.attribute().multi_valued;
        let may_be_made = !is_entry || change.kind == OperationKind::Add;
        let made = made_to_match(filter).filter(|_| may_be_made).ok_or_else(|| {
            ScimError::no_target(format!(
                "{} has no value that matches {}",
                attribute.path(),
                short(&filter.to_string())
            ))
        })?;
        budget.adjustments.add(|| Adjustment::EntryMade(attribute.path().to_owned()));
        entries.push(Value::Object(made));
        vec![entries.len() - 1]
    } else {
        matching
    };
    budget.spend(budget::of_value(value).saturating_mul(targets.len()))?;
    for &index in &targets {
        if let Some(entry) = entries.get_mut(index) {
            set_entry(entry, attribute.attribute(), filter, sub, change, place, budget)?;
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

/// Takes the entries at these places out, or a part of each.
fn remove_from(
    entries: &mut Vec<Value>,
    places: &[usize],
    sub: Option<&Attribute>,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    let Some(sub) = sub else {
        let mut index = 0;
        entries.retain(|_| {
            index += 1;
            places.binary_search(&(index - 1)).is_err()
        });
        return Ok(());
    };
    for &index in places {
        if let Some(Value::Object(entry)) = entries.get_mut(index) {
            change_member(entry, sub, change, place.member(&sub.name), budget)?;
        }
    }
    Ok(())
}

fn set_entry(
    entry: &mut Value,
    attribute: &Attribute,
    filter: &Filter<Bound>,
    sub: Option<&Attribute>,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    match (entry, sub, change.value) {
        (Value::Object(entry), Some(sub), _) => change_member(entry, sub, change, place.member(&sub.name), budget),
        (Value::Object(entry), None, Some(Value::Object(parts))) => {
            if change.kind == OperationKind::Replace {
                // What the filter selects by stays true of the new value: a work address is replaced by a work address.
                *entry = made_to_match(filter).unwrap_or_default();
            }
            for (name, part) in parts {
                if let Some(sub) = attribute.sub_attribute(name) {
                    change_member(entry, sub, change.with_part(part), place.member(&sub.name), budget)?;
                }
            }
            Ok(())
        }
        (entry, _, Some(value)) => {
            *entry = value.clone();
            Ok(())
        }
        (_, _, None) => Ok(()),
    }
}

/// `emails.value` without saying which e-mail: clear as long as there is one at most, or one is primary.
pub(super) fn part_of_list(
    entries: &mut Vec<Value>,
    bound: &Bound,
    sub: &Attribute,
    change: Change<'_>,
    place: Place<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    budget.spend(budget::of_list(entries))?;
    let place = place.member(&sub.name);
    if change.kind == OperationKind::Remove || change.value.is_none() {
        for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
            change_member(entry, sub, change, place, budget)?;
        }
        return Ok(());
    }
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
    match entries.get_mut(index) {
        Some(Value::Object(entry)) => change_member(entry, sub, change, place, budget),
        _ => Ok(()),
    }
}

/// Makes those one that a change has made the same, before the next operation looks at them.
pub(super) fn merge_entries(
    entries: &mut Vec<Value>,
    attribute: &Attribute,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    budget.spend(budget::of_list(entries))?;
    merge_duplicates(attribute, entries);
    Ok(())
}

/// An entry with the values that the filter asks for; `None` if it asks for anything but equality, for what is not a
/// client's to write, or for what the schema does not allow.
fn made_to_match(filter: &Filter<Bound>) -> Option<Map<String, Value>> {
    let mut entry = Map::new();
    let terms = match filter {
        Filter::And(terms) => terms.as_slice(),
        single => std::slice::from_ref(single),
    };
    for term in terms {
        let Filter::Compare { attribute, operator: Operator::Eq, literal } = term else { return None };
        let sub = attribute.sub_attribute().filter(|sub| sub.mutability != Mutability::ReadOnly)?;
        let value = match literal {
            Literal::String(text) | Literal::DateTime { text, .. } => Value::String(text.clone()),
            Literal::Boolean(boolean) => Value::Bool(*boolean),
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::Null | Literal::Word(_) => return None,
        };
        let value = Checker::for_patch().attribute(sub, value, Place::top(&sub.name)).ok()??;
        entry.insert(sub.name.clone(), value);
    }
    // Two terms may ask for what no value can be.
    let entry = Value::Object(entry);
    if !matches(filter, Subject::Entry(&entry)) {
        return None;
    }
    match entry {
        Value::Object(entry) => Some(entry),
        _ => None,
    }
}

/// Setting one value primary ends it for the others (RFC 7644 §3.5.2).
fn demote_others(entries: &mut [Value], chosen: usize) {
    for (index, entry) in entries.iter_mut().enumerate() {
        if index != chosen
            && is_primary(entry)
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("primary".to_owned(), Value::Bool(false));
        }
    }
}
