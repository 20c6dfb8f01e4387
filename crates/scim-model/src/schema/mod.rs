//! Schemas, resource types and attributes as data (RFC 7643 §6 and §7).
//!
//! A resource type is looked up by what a client writes: attribute names in any case, with or without a URN in front.
//! Nothing here knows a particular attribute; the core schemas are JSON files next to [`core`]. What an application adds
//! to them are [`Definitions`], some of which are [`ready`]-made, and both together its [`ResourceTypes`].

mod attribute;
mod characteristic;
pub mod core;
pub mod definition;
pub mod ready;
mod resource_type;
mod resource_types;

pub(crate) use attribute::shared;
pub use attribute::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness};
pub use definition::{DefinitionProblem, Definitions, ResourceTypeDefinition};
pub use resource_type::{BindError, Extension, ResourceKind, ResourceType};
pub(crate) use resource_type::{Located, SchemaRef};
pub use resource_types::ResourceTypes;
