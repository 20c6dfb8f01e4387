//! The values of a list: which two are the same (RFC 7643 §2.4).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value};

use crate::fold::fold_cow;
use crate::same::key;
use crate::schema::Attribute;
use crate::value::is_unassigned;

/// What makes two entries the same: the value itself, or `type` and `value`, or for entries without a `value` everything but
/// which one is primary.
pub(crate) fn identity(attribute: &Attribute, entry: &Value) -> String {
    let Value::Object(members) = entry else { return key(attribute, entry).into_owned() };
    match (attribute.sub_attribute("value"), members.get("value")) {
        (Some(sub), Some(value)) if !value.is_null() => {
            let label = members.get("type").and_then(Value::as_str).map(fold_cow).unwrap_or_default();
            // The separator cannot be part of either: text with NUL is refused.
            format!("{label}\0{}", key(sub, value))
        }
        _ => {
            let mut all = members.clone();
            all.retain(|name, value| name != "primary" && !is_unassigned(value));
            all.sort_keys();
            Value::Object(all).to_string()
        }
    }
}

/// Merges entries that are the same into the first of them. Returns whether there were any.
pub(crate) fn merge_duplicates(attribute: &Attribute, entries: &mut Vec<Value>) -> bool {
    if entries.len() < 2 {
        return false;
    }
    let before = entries.len();
    let mut first: HashMap<String, usize> = HashMap::with_capacity(before);
    let mut kept: Vec<Value> = Vec::with_capacity(before);
    for entry in entries.drain(..) {
        match first.entry(identity(attribute, &entry)) {
            Entry::Vacant(vacant) => {
                vacant.insert(kept.len());
                kept.push(entry);
            }
            Entry::Occupied(occupied) => {
                if let (Some(Value::Object(earlier)), Value::Object(later)) = (kept.get_mut(*occupied.get()), entry) {
                    add_missing(earlier, later);
                }
            }
        }
    }
    *entries = kept;
    entries.len() < before
}

/// What the later entry says and the earlier does not; being primary in one of them is being primary.
fn add_missing(earlier: &mut Map<String, Value>, later: Map<String, Value>) {
    for (name, value) in later {
        let is_missing = earlier.get(&name).is_none_or(Value::is_null);
        if is_missing || (name == "primary" && value == Value::Bool(true)) {
            earlier.insert(name, value);
        }
    }
}
