//! POST and PUT bodies become resources.
//!
//! Values of the wrong kind are refused with the attribute's path and what was found. What real clients get wrong
//! without meaning harm is put right, and each such leniency is recorded as an [`Adjustment`]. Deliberately not here:
//! whether a value is free, or a referred resource exists; that takes a store.

mod adjustment;
mod checker;
mod document;
mod list;
mod place;
#[cfg(test)]
pub(crate) mod tests;

use serde_json::{Map, Value};

pub use adjustment::Adjustment;
pub(crate) use checker::Checker;
pub(crate) use document::set_schemas;
pub(crate) use list::{identity, merge_duplicates};
pub(crate) use place::Place;

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::resource::Resource;
use crate::schema::{Attribute, Mutability, ResourceType};
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
    checked(Checker::for_body(), parse_object(body, limits)?, ty)
}

fn checked(mut checker: Checker, body: Map<String, Value>, ty: &ResourceType) -> Result<Checked, ScimError> {
    let document = document::document(&mut checker, body, ty)?;
    Ok(Checked { resource: Resource::from_checked(document), adjustments: checker.adjustments.into_vec() })
}

/// Checks the body of a PUT against the resource that it replaces (RFC 7644 §3.5.1): what is left out is cleared, but
/// `active`, `externalId` and immutable attributes are kept, `active` also when it is null; an immutable attribute must
/// stay what it is.
pub fn replace(body: &[u8], current: &Resource, ty: &ResourceType, limits: &Limits) -> Result<Checked, ScimError> {
    let body = parse_object(body, limits)?;
    let mut checker = Checker::for_body();
    let is_null = |wanted: &str| body.iter().any(|(name, value)| name.eq_ignore_ascii_case(wanted) && value.is_null());
    // Okta may leave externalId out, which ties the resource to the client's own record. Rauthy says null to untie it.
    let is_untied = is_null("externalId");
    if is_null("active") && current.active().is_some() {
        checker.adjustments.add(|| Adjustment::ActiveKept);
    }
    let mut checked = checked(checker, body, ty)?;
    let document = checked.resource.as_map_mut();
    keep(document, current.as_map(), &ty.schema.attributes)?;
    if let Some(external_id) = current.external_id().filter(|_| !is_untied && !document.contains_key("externalId")) {
        document.insert("externalId".to_owned(), external_id.into());
    }
    for extension in &ty.extensions {
        let urn = &extension.schema.id;
        let Some(Value::Object(current)) = current.as_map().get(urn) else { continue };
        let mut holder = match document.get(urn) {
            Some(Value::Object(holder)) => holder.clone(),
            _ => Map::new(),
        };
        keep(&mut holder, current, &extension.schema.attributes)?;
        if !holder.is_empty() {
            document.insert(urn.clone(), Value::Object(holder));
        }
    }
    set_schemas(document, ty);
    Ok(checked)
}

/// Carries over what a PUT may leave out without meaning to clear it.
fn keep(
    new: &mut Map<String, Value>,
    current: &Map<String, Value>,
    attributes: &[std::sync::Arc<Attribute>],
) -> Result<(), ScimError> {
    for attribute in attributes {
        let name = &attribute.name;
        let Some(value) = current.get(name) else { continue };
        let is_immutable = attribute.mutability == Mutability::Immutable;
        match new.get(name) {
            Some(sent) if is_immutable && sent != value => {
                return Err(ScimError::mutability(format!("{name} cannot be changed once it is set")));
            }
            Some(_) => {}
            // A client that does not manage the status must not switch people off, or on again.
            None if is_immutable || name == "active" => {
                new.insert(name.clone(), value.clone());
            }
            None => {}
        }
    }
    Ok(())
}
