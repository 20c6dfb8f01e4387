//! Schemas and resource types that an administrator adds to an application, given as the JSON of RFC 7643 §6 and §7.
//!
//! [`Definitions::parse`] reads them and [`Definitions::build`] checks them and puts them beside User and Group. What is
//! checked once here is trusted everywhere else: names that paths can hold, sub-attributes one level deep, endpoints that
//! are not taken. Deliberately not here: what already stored resources would have to say to a changed schema; that is
//! [`Definitions::incompatible_with`]'s narrow rule, so that no stored document ever contradicts its schema.

mod check;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Attribute, Extension, ResourceType, ResourceTypes, Schema, core};

/// What an application adds to User and Group. Kept with its settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definitions {
    /// Schemas, each with its own URN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<Schema>,
    /// Resource types. One named `User` or `Group` adds its extensions to the type of that name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_types: Vec<ResourceTypeDefinition>,
}

/// A resource type as RFC 7643 §6 writes it: schemas by their URNs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceTypeDefinition {
    /// Name, also the identifier.
    pub name: String,
    /// Description for people.
    #[serde(default)]
    pub description: String,
    /// Address below the base URL, such as `/Devices`.
    pub endpoint: String,
    /// URN of the main schema.
    pub schema: String,
    /// Extensions by their URNs.
    #[serde(default)]
    pub schema_extensions: Vec<ExtensionDefinition>,
}

/// An extension within a [`ResourceTypeDefinition`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionDefinition {
    /// URN of the extension's schema.
    pub schema: String,
    /// Whether every resource must hold it.
    #[serde(default)]
    pub required: bool,
}

/// What is wrong with a definition. `Display` is a sentence: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionProblem {
    /// Where: `Device`, or `urn:example:Device: attributes.serialNumber.type`.
    pub place: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for DefinitionProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.problem)
    }
}

impl ResourceTypeDefinition {
    /// Whether it adds to User or Group instead of being a type of its own.
    pub fn extends_core(&self) -> bool {
        core::all().iter().any(|known| known.name == self.name)
    }

    /// Whether this is its schema or one of its extensions, in any case.
    pub fn uses(&self, urn: &str) -> bool {
        let extensions = self.schema_extensions.iter().map(|extension| &extension.schema);
        extensions.chain([&self.schema]).any(|used| used.eq_ignore_ascii_case(urn))
    }

    fn extend(&mut self, extensions: Vec<ExtensionDefinition>) {
        for extension in extensions {
            match self.schema_extensions.iter_mut().find(|known| known.schema.eq_ignore_ascii_case(&extension.schema)) {
                Some(known) => *known = extension,
                None => self.schema_extensions.push(extension),
            }
        }
    }
}

impl DefinitionProblem {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

impl Definitions {
    /// Whether the application adds nothing.
    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty() && self.resource_types.is_empty()
    }

    /// Reads an array of Schema and ResourceType resources (also a single one, or a ListResponse of them).
    ///
    /// # Errors
    /// The first thing that is not JSON, or no such resource.
    pub fn parse(json: &[u8]) -> Result<Self, DefinitionProblem> {
        parse::parse(json)
    }

    /// These definitions with `newer` ones put in: one of the same URN or name takes the place of the old one. What extends
    /// User or Group adds to the extensions that are there: two files may extend users without knowing of each other.
    #[must_use]
    pub fn with(mut self, newer: Definitions) -> Self {
        for schema in newer.schemas {
            match self.schemas.iter_mut().find(|known| known.id.eq_ignore_ascii_case(&schema.id)) {
                Some(known) => *known = schema,
                None => self.schemas.push(schema),
            }
        }
        for ty in newer.resource_types {
            match self.resource_types.iter_mut().find(|known| known.name == ty.name) {
                Some(known) if known.extends_core() => known.extend(ty.schema_extensions),
                Some(known) => *known = ty,
                None => self.resource_types.push(ty),
            }
        }
        self
    }

    /// Whether there is a schema of this URN, or a resource type of this name.
    pub fn has(&self, name: &str) -> bool {
        self.schemas.iter().any(|schema| schema.id.eq_ignore_ascii_case(name))
            || self.resource_types.iter().any(|ty| ty.name == name)
    }

    /// These definitions without the schema of this URN, or the resource type of this name; `None` if there is neither.
    /// What only served it goes too: mentions of the schema as an extension, and schemas that no type uses any more.
    pub fn without(mut self, name: &str) -> Option<Self> {
        if !self.has(name) {
            return None;
        }
        let is_it = |urn: &str| urn.eq_ignore_ascii_case(name);
        self.resource_types.retain(|ty| ty.name != name);
        self.schemas.retain(|schema| !is_it(&schema.id));
        for ty in &mut self.resource_types {
            ty.schema_extensions.retain(|extension| !is_it(&extension.schema));
        }
        self.resource_types.retain(|ty| !ty.extends_core() || !ty.schema_extensions.is_empty());
        let Definitions { schemas, resource_types } = &mut self;
        schemas.retain(|schema| resource_types.iter().any(|ty| ty.uses(&schema.id)));
        Some(self)
    }

    /// The resource types of these names alone, with the schemas that they use.
    #[must_use]
    pub fn of_types(&self, names: &[&str]) -> Self {
        let mut kept = self.clone();
        kept.resource_types.retain(|ty| names.contains(&ty.name.as_str()));
        kept.schemas.retain(|schema| kept.resource_types.iter().any(|ty| ty.uses(&schema.id)));
        kept
    }

    /// The resource types of an application with these definitions.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first thing.
    pub fn build(&self) -> Result<ResourceTypes, Vec<DefinitionProblem>> {
        let problems = check::check(self);
        if problems.is_empty() { Ok(self.assembled()) } else { Err(problems) }
    }

    /// The resource types, as far as the definitions make sense. For what was checked when it was saved.
    pub fn assembled(&self) -> ResourceTypes {
        let mut types: Vec<Arc<ResourceType>> = core::all().to_vec();
        for definition in &self.resource_types {
            let Some(schema) = self.schema(&definition.schema) else { continue };
            let extensions = definition.schema_extensions.iter().filter_map(|extension| {
                Some(Extension { schema: self.schema(&extension.schema)?.clone(), required: extension.required })
            });
            let mut ty = ResourceType {
                id: definition.name.clone(),
                name: definition.name.clone(),
                description: definition.description.clone(),
                endpoint: definition.endpoint.clone(),
                schema: schema.clone(),
                extensions: extensions.collect(),
            };
            match types.iter_mut().find(|known| known.name == ty.name) {
                // User and Group keep what they have, and their names for people.
                Some(known) => {
                    let mut extended = ResourceType::clone(known);
                    for extension in ty.extensions {
                        match extended.extensions.iter_mut().find(|old| old.schema.id == extension.schema.id) {
                            Some(old) => old.required = extension.required,
                            None => extended.extensions.push(extension),
                        }
                    }
                    *known = Arc::new(extended);
                }
                None => {
                    if ty.description.is_empty() {
                        ty.description.clone_from(&ty.name);
                    }
                    types.push(Arc::new(ty));
                }
            }
        }
        ResourceTypes::new(types)
    }

    /// The schema of this URN: an added one, or one of User, Group and the enterprise extension.
    fn schema(&self, urn: &str) -> Option<&Schema> {
        let added = self.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn));
        added.or_else(|| {
            core::all().iter().flat_map(|ty| ty.schemas()).find(|schema| schema.id.eq_ignore_ascii_case(urn))
        })
    }

    /// What in these definitions takes something away from `older` ones that stored resources may rely on: a schema, an
    /// attribute or a type that is gone, an attribute of another type, one that became required, unique or a list.
    pub fn incompatible_with(&self, older: &Definitions) -> Vec<DefinitionProblem> {
        check::incompatible(older, self)
    }
}

/// The path of an attribute or sub-attribute within its schema, for a problem's place.
fn attribute_place(schema: &Schema, parent: Option<&Attribute>, attribute: &Attribute) -> String {
    match parent {
        Some(parent) => format!("{}: {}.{}", schema.id, parent.name, attribute.name),
        None => format!("{}: {}", schema.id, attribute.name),
    }
}
