//! What changed between two resources, for reports.

use serde_json::Value;

use crate::resource::Resource;
use crate::schema::ResourceType;

/// A changed attribute or sub-attribute of a single complex attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Canonical path, such as `name.givenName`.
    pub path: String,
    /// Value before; `None` if there was none, and always for a password.
    pub old: Option<Value>,
    /// Value after; `None` if there is none, and always for a password.
    pub new: Option<Value>,
}

/// The differences, in the order of the schema. `id`, `meta` and `schemas` do not count; the order of a list's values
/// does not either.
pub fn diff(old: &Resource, new: &Resource, ty: &ResourceType) -> Vec<Change> {
    todo!()
}
