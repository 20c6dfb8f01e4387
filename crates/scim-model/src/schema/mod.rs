//! Schemas, resource types and attributes as data (RFC 7643 §6 and §7).
//!
//! A resource type is looked up by what a client writes: attribute names in any case, with or without a URN in front.
//! Nothing here knows a particular attribute; the core schemas are JSON files next to [`core`].

mod attribute;
pub mod core;
mod resource_type;

pub(crate) use attribute::shared;
pub use attribute::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness};
pub use resource_type::{BindError, Extension, ResourceType};
pub(crate) use resource_type::{Located, SchemaRef};
