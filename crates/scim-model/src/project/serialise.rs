//! The stored text and what is spliced into it.

use crate::resource::Resource;

/// What the service provider knows about a resource (RFC 7643 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta<'a> {
    /// Name of the resource type.
    pub resource_type: &'a str,
    /// Identifier of the resource.
    pub id: &'a str,
    /// UTC milliseconds.
    pub created: i64,
    /// UTC milliseconds.
    pub last_modified: i64,
    /// As in the ETag header, such as `W/"3"`.
    pub version: &'a str,
}

/// The stored text: `schemas`, `id`, `externalId`, attributes as written, extensions, `meta` last. `password`, `members`
/// and `groups` are never part of it.
pub fn serialise(resource: &Resource, meta: &Meta<'_>) -> String {
    todo!()
}

/// Puts `meta.location` and further top-level attributes (name, JSON text) into a stored text, without parsing it.
pub fn splice(stored: &str, location: &str, extra: &[(&str, &str)]) -> String {
    todo!()
}

/// A time in UTC milliseconds as the RFC's dateTime, with milliseconds and `Z`.
pub fn rfc3339(utc_ms: i64) -> String {
    todo!()
}
