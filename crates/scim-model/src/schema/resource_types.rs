//! The resource types of one application: User and Group, and what its administrator defined.

use std::sync::Arc;

use super::{ResourceKind, ResourceType, Schema, Uniqueness, core};

/// Every resource type that an application's client can use, in the order in which they are advertised.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceTypes(Vec<Arc<ResourceType>>);

impl ResourceTypes {
    pub(crate) fn new(types: Vec<Arc<ResourceType>>) -> Self {
        Self(types)
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<ResourceType>] {
        &self.0
    }

    /// The type at this endpoint, such as `Users` or `/Users`, in any case.
    pub fn at_endpoint(&self, endpoint: &str) -> Option<&Arc<ResourceType>> {
        let wanted = endpoint.trim_start_matches('/');
        self.0.iter().find(|ty| ty.endpoint.trim_start_matches('/').eq_ignore_ascii_case(wanted))
    }

    /// The type of this name, such as `User`: what `meta.resourceType` says.
    pub fn named(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.0.iter().find(|ty| ty.name == name)
    }

    /// Users, with the extensions of this application.
    pub fn user(&self) -> &ResourceType {
        self.of_kind(ResourceKind::User).unwrap_or(core::user())
    }

    /// Groups, with the extensions of this application.
    pub fn group(&self) -> &ResourceType {
        self.of_kind(ResourceKind::Group).unwrap_or(core::group())
    }

    fn of_kind(&self, kind: ResourceKind) -> Option<&ResourceType> {
        self.0.iter().find(|ty| ty.kind() == kind).map(AsRef::as_ref)
    }

    /// These types, with groups whose names need not be unique: RFC 7643 does not say, so an administrator does.
    #[must_use]
    pub fn sharing_group_names(&self) -> Self {
        let shared = |ty: &Arc<ResourceType>| {
            if ty.kind() != ResourceKind::Group {
                return ty.clone();
            }
            let mut ty = ResourceType::clone(ty);
            for attribute in &mut ty.schema.attributes {
                if attribute.name == "displayName" {
                    Arc::make_mut(attribute).uniqueness = Uniqueness::None;
                }
            }
            Arc::new(ty)
        };
        Self(self.0.iter().map(shared).collect())
    }

    /// Every schema that a type uses, each once: main schemas and extensions.
    pub fn schemas(&self) -> Vec<&Schema> {
        let mut schemas: Vec<&Schema> = Vec::new();
        for schema in self.0.iter().flat_map(|ty| ty.schemas()) {
            if !schemas.iter().any(|known| known.id == schema.id) {
                schemas.push(schema);
            }
        }
        schemas
    }
}
