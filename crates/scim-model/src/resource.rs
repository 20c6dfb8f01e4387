//! A resource: a document whose names and values have been checked against its resource type.
//!
//! Names have the schema's spelling, extension attributes stand in an object under their URN, the rest is as the client
//! wrote it, in the client's order. Readers may trust that; they do not check again.

use std::fmt;

use serde_json::{Map, Value};

use crate::path::Bound;
use crate::urn;
use crate::value::is_primary;

/// A schema-checked document.
#[derive(Clone, PartialEq, Default)]
pub struct Resource(Map<String, Value>);

/// A stored text that is not a JSON object: the store is damaged, not the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored document is not a JSON object")]
pub struct StoredDocumentError;

impl Resource {
    /// Reads what [`crate::project::serialise`] wrote, `id` and `meta` included.
    pub fn from_stored(text: &str) -> Result<Self, StoredDocumentError> {
        match serde_json::from_str(text) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            _ => Err(StoredDocumentError),
        }
    }

    pub(crate) fn from_checked(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// The document: top-level names, and extension URNs.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub(crate) fn as_map_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }

    /// The value at a canonical path: `userName`, `name.givenName`, `urn:…:User:department`. A path through a list, such
    /// as `emails.value`, takes the primary value, or the first if none is primary.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let (holder, name) = self.holder(path)?;
        let (name, sub_name) = match name.split_once('.') {
            Some((name, sub_name)) => (name, Some(sub_name)),
            None => (name, None),
        };
        let value = holder.get(name)?;
        let Some(sub_name) = sub_name else { return Some(value) };
        match value {
            Value::Array(values) => {
                values.iter().find(|value| is_primary(value)).or_else(|| values.first())?.get(sub_name)
            }
            single => single.get(sub_name),
        }
    }

    /// As [`Resource::get`], for text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// The object that holds the attribute of a canonical path, and the rest of the path.
    fn holder<'a, 'p>(&'a self, path: &'p str) -> Option<(&'a Map<String, Value>, &'p str)> {
        if !urn::is_uri(path) {
            return Some((&self.0, path));
        }
        self.0
            .iter()
            .find_map(|(key, value)| Some((value.as_object()?, path.strip_prefix(key.as_str())?.strip_prefix(':')?)))
    }

    /// Every value of an attribute: list entries one by one, and of each the sub-attribute if the path names one.
    pub fn values(&self, bound: &Bound) -> Vec<&Value> {
        let holder = match bound.extension() {
            Some(urn) => self.0.get(urn).and_then(Value::as_object),
            None => Some(&self.0),
        };
        let entries = match holder.and_then(|holder| holder.get(&bound.attribute().name)) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(entries)) => entries.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        match bound.sub_attribute() {
            None => entries.iter().collect(),
            Some(sub) => entries.iter().filter_map(|entry| entry.get(&sub.name)).flat_map(each).collect(),
        }
    }

    /// The service provider's identifier; only on what came from the store.
    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    /// The client's identifier.
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// `userName` of a user.
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// `displayName` of a user or group.
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    /// `active`, if the client ever said.
    pub fn active(&self) -> Option<bool> {
        self.get("active")?.as_bool()
    }

    /// Sets `active`.
    pub fn set_active(&mut self, active: bool) {
        self.set("active", Value::Bool(active));
    }

    /// Addresses in `emails`, in order.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let entries = self.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(|entry| entry.get("value")?.as_str())
    }

    /// Removes a top-level attribute and gives its value: `members`, `password` and `groups` are kept elsewhere.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        // Not `remove`, which would move the last attribute into the gap.
        self.0.shift_remove(name)
    }

    /// Puts a top-level attribute in: what is kept elsewhere, for a filter to see.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

/// Names of the attributes only: a resource on its way in may hold a password.
impl fmt::Debug for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Resource").field(&self.0.keys().collect::<Vec<_>>()).finish()
    }
}

/// A value, or the values of a list.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.iter(),
        single => std::slice::from_ref(single).iter(),
    }
}
