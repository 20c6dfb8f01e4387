//! POST and PUT bodies become resources.
//!
//! Values of the wrong kind are refused with the attribute's path and what was found. What real clients get wrong
//! without meaning harm is put right, and each such leniency is recorded as an [`Adjustment`]. Deliberately not here:
//! whether a value is free, or a referred resource exists; that takes a store.

mod adjustment;
mod checker;
mod document;
mod keep;
mod list;
mod place;
#[cfg(test)]
pub(crate) mod tests;

pub use adjustment::Adjustment;
pub(crate) use adjustment::Adjustments;
pub(crate) use checker::{Checker, missing_sub_attribute};
pub(crate) use document::set_schemas;
pub(crate) use list::{identity, merge_duplicates};
pub(crate) use place::Place;

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::value::parse_object;

/// A resource as checked, and what had to be put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The resource, without `id` and `meta`; with `password` and `members` when the client sent them.
    pub resource: Resource,
    /// Leniencies, in the order of the body: each once, and at most 50.
    pub adjustments: Vec<Adjustment>,
}

/// Checks the body of a POST (RFC 7644 §3.3).
pub fn create(body: &[u8], ty: &ResourceType, limits: &Limits) -> Result<Checked, ScimError> {
    let mut checker = Checker::for_create();
    let mut document = document::document(&mut checker, parse_object(body, limits)?, ty, limits)?;
    document::complete(&mut document, ty)?;
    Ok(Checked { resource: Resource::from_checked(document), adjustments: checker.adjustments.into_vec() })
}

/// Checks the body of a PUT against the resource that it replaces (RFC 7644 §3.5.1): what is left out is cleared. But kept
/// are immutable attributes, which must stay what they are; what no answer ever shows, and `externalId`, unless it is null;
/// and `active` of a user, also when it is null.
pub fn replace(body: &[u8], current: &Resource, ty: &ResourceType, limits: &Limits) -> Result<Checked, ScimError> {
    let mut checker = Checker::for_replace();
    let mut document = document::document(&mut checker, parse_object(body, limits)?, ty, limits)?;
    if keep::keep(&mut document, current, ty)? {
        checker.adjustments.add(|| Adjustment::ActiveKept);
    }
    document::complete(&mut document, ty)?;
    Ok(Checked { resource: Resource::from_checked(document), adjustments: checker.adjustments.into_vec() })
}
