//! References to what another operation of the request creates: `bulkId:` and the bulkId of its POST (RFC 7644 §3.7.2).
//!
//! A reference is a whole text (`"value": "bulkId:qwerty"`), a part of a path (`/Users/bulkId:qwerty`), or a quoted value in
//! the path of a PATCH operation (`members[value eq "bulkId:qwerty"]`). In the middle of other text it is just text.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

use crate::check::Place;
use crate::message::error::ScimError;
use crate::resource::Resource;

const MARK: &str = "bulkId:";

/// What has an id by now: bulkId → id.
#[derive(Debug, Clone, Default)]
pub struct BulkIds(HashMap<String, String>);

impl BulkIds {
    /// Remembers the id of what the POST of this bulkId creates.
    pub fn insert(&mut self, bulk_id: String, id: String) {
        self.0.insert(bulk_id, id);
    }

    /// Whether something has this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.0.values().any(|known| known == id)
    }

    /// Puts ids in the place of references; those that lead nowhere stay.
    pub fn resolve(&self, resource: &mut Resource) {
        for (name, value) in resource.as_map_mut() {
            self.resolve_value(value, is_path(name));
        }
    }

    /// As [`BulkIds::resolve`], in a text that may be a reference.
    pub fn resolve_text(&self, text: &mut String) {
        self.resolve_in(text, false);
    }

    /// As [`BulkIds::resolve`], in any JSON.
    pub(super) fn resolve_value(&self, value: &mut Value, in_path: bool) {
        match value {
            Value::String(text) => self.resolve_in(text, in_path),
            Value::Array(values) => values.iter_mut().for_each(|value| self.resolve_value(value, in_path)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(name, value)| self.resolve_value(value, is_path(name)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn resolve_in(&self, text: &mut String, in_path: bool) {
        let found: Vec<(Range<usize>, &String)> =
            references(text, in_path).filter_map(|(range, bulk_id)| Some((range, self.0.get(bulk_id)?))).collect();
        // From the end, so that the places before stay where they are.
        for (range, id) in found.into_iter().rev() {
            text.replace_range(range, id);
        }
    }
}

/// Whether the member of this name is the path of a PATCH operation.
fn is_path(name: &str) -> bool {
    name.eq_ignore_ascii_case("path")
}

/// Shows every bulkId that a value refers to, with its place; stops at the first error.
pub(super) fn each(
    value: &Value,
    place: Place<'_>,
    in_path: bool,
    visit: &mut impl FnMut(&str, Place<'_>) -> Result<(), ScimError>,
) -> Result<(), ScimError> {
    match value {
        Value::String(text) => references(text, in_path).try_for_each(|(_, bulk_id)| visit(bulk_id, place)),
        Value::Array(values) => {
            let mut entries = values.iter().enumerate();
            entries.try_for_each(|(index, value)| each(value, place.entry(index), in_path, visit))
        }
        Value::Object(members) => {
            members.iter().try_for_each(|(name, value)| each(value, place.member(name), is_path(name), visit))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The references in a text: where each stands, and its bulkId.
pub(super) fn references(text: &str, in_path: bool) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut searched = 0;
    std::iter::from_fn(move || {
        loop {
            let start = searched + text.get(searched..)?.find(MARK)?;
            let after_mark = start + MARK.len();
            let rest = text.get(after_mark..)?;
            let length = match text.get(..start)?.chars().next_back() {
                None => Some(rest.len()),
                Some('/') => Some(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
                Some('"') if in_path => rest.find('"'),
                Some(_) => None,
            };
            searched = after_mark + length.unwrap_or(0);
            if length.is_some() {
                return Some((start..searched, text.get(after_mark..searched)?));
            }
        }
    })
}
