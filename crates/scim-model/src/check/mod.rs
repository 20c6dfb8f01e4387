//! POST and PUT bodies become resources.
//!
//! Values of the wrong kind are refused with the attribute's path and what was found. What real clients get wrong
//! without meaning harm is put right, and each such leniency is recorded as an [`Adjustment`].

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::resource::Resource;
use crate::schema::ResourceType;

mod adjustment;
pub use adjustment::Adjustment;

/// A resource as checked, and what had to be put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The resource, without `id` and `meta`; with `password` and `members` when the client sent them.
    pub resource: Resource,
    /// Leniencies, in the order of the body.
    pub adjustments: Vec<Adjustment>,
}

/// Checks the body of a POST (RFC 7644 §3.3).
pub fn create(body: &[u8], ty: &ResourceType, limits: &Limits) -> Result<Checked, ScimError> {
    todo!()
}

/// Checks the body of a PUT against the resource that it replaces (RFC 7644 §3.5.1): what is left out is cleared, but
/// `active` is kept; an immutable attribute must stay what it is.
pub fn replace(body: &[u8], current: &Resource, ty: &ResourceType, limits: &Limits) -> Result<Checked, ScimError> {
    todo!()
}
