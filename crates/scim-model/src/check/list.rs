//! The values of a list: which two are the same (RFC 7643 §2.4).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value};

use crate::fold::{fold, fold_cow};
use crate::schema::Attribute;

/// What makes two entries the same: `type` and `value`, or everything for entries without a `value`.
pub(crate) fn identity(attribute: &Attribute, entry: &Value) -> String {
    let Some(Value::String(value)) = entry.get("value") else { return entry.to_string() };
    let label = entry.get("type").and_then(Value::as_str).map(fold_cow).unwrap_or_default();
    let case_exact = attribute.sub_attribute("value").is_some_and(|sub| sub.case_exact);
    // The separator cannot be part of either: text with NUL is refused.
    if case_exact { format!("{label}\0{value}") } else { format!("{label}\0{}", fold(value)) }
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
        if value == Value::Bool(true) || !earlier.contains_key(&name) {
            earlier.insert(name, value);
        }
    }
}
