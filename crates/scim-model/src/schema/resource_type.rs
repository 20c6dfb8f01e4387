//! A kind of resource, and finding its attributes by what a client wrote.

use std::sync::Arc;

use super::attribute::find;
use super::{Attribute, Returned, Schema, Uniqueness, core};
use crate::path::Bound;
use crate::urn;

/// A resource type (RFC 7643 §6).
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceType {
    /// Identifier, such as `User`.
    pub id: String,
    /// Name, as in `meta.resourceType`.
    pub name: String,
    /// Description for people.
    pub description: String,
    /// Address below the base URL, such as `/Users`.
    pub endpoint: String,
    /// The main schema.
    pub schema: Schema,
    /// Extensions that a resource may hold.
    pub extensions: Vec<Extension>,
}

/// What resources of a type are to the service provider, beyond their attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// A person: feeds the directory, and is a member of groups.
    User,
    /// A set of members.
    Group,
    /// Nothing but its attributes.
    Other,
}

/// An extension of a resource type.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// The schema of the extension.
    pub schema: Schema,
    /// Whether every resource must hold it.
    pub required: bool,
}

/// Why an attribute path names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The URN is not one of the resource type's schemas.
    #[error("unknown schema")]
    UnknownSchema,
    /// The schema is an extension of the resource type, but has no such attribute.
    #[error("unknown attribute of an extension")]
    UnknownExtensionAttribute,
    /// There is no such attribute or sub-attribute.
    #[error("unknown attribute")]
    UnknownAttribute,
    /// A URN alone names a whole schema, not an attribute.
    #[error("a schema, not an attribute")]
    WholeSchema,
}

/// A schema of a resource type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SchemaRef<'a> {
    /// The main schema, together with the common attributes.
    Main(&'a Schema),
    /// An extension.
    Extension(&'a Schema),
}

/// What a path names.
pub(crate) enum Located<'a> {
    /// An attribute or sub-attribute.
    Attribute(Bound),
    /// A whole schema.
    Schema(SchemaRef<'a>),
}

impl ResourceType {
    /// What its resources are, by the main schema: the name may be anything.
    pub fn kind(&self) -> ResourceKind {
        match self.schema.id.as_str() {
            urn::USER => ResourceKind::User,
            urn::GROUP => ResourceKind::Group,
            _ => ResourceKind::Other,
        }
    }

    /// The main schema and the extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        std::iter::once(&self.schema).chain(self.extensions.iter().map(|extension| &extension.schema))
    }

    /// Attributes and sub-attributes whose values the schema wants to be unique, without the common `id`.
    pub fn unique_attributes(&self) -> Vec<Bound> {
        let of_schema = |schema: &Schema, extension: Option<&str>| {
            let mut unique = Vec::new();
            for attribute in &schema.attributes {
                let subs = attribute.sub_attributes.iter().map(Some);
                for part in std::iter::once(None).chain(subs) {
                    if part.unwrap_or(attribute).uniqueness != Uniqueness::None {
                        unique.push(Bound::new(extension, attribute.clone(), part.cloned()));
                    }
                }
            }
            unique
        };
        let mut unique = of_schema(&self.schema, None);
        for extension in &self.extensions {
            unique.extend(of_schema(&extension.schema, Some(&extension.schema.id)));
        }
        unique
    }

    /// Whether stored texts hold more than goes out by default: what is never returned, or only when a client names it.
    pub fn hides_some(&self) -> bool {
        let is_held_back = |attribute: &Attribute| attribute.is_hidden() || attribute.returned == Returned::Request;
        let core = self.schema.attributes.iter().filter(|attribute| !self.is_kept_apart(&attribute.name));
        core.chain(self.extensions.iter().flat_map(|extension| &extension.schema.attributes))
            .any(|attribute| is_held_back(attribute) || attribute.sub_attributes.iter().any(|sub| is_held_back(sub)))
    }

    /// Names of attributes and sub-attributes that are never returned.
    pub(crate) fn secret_names(&self) -> Vec<&str> {
        let attributes = self.schemas().flat_map(|schema| &schema.attributes);
        let each = attributes.flat_map(|attribute| std::iter::once(attribute).chain(&attribute.sub_attributes));
        each.filter(|attribute| attribute.returned == Returned::Never)
            .map(|attribute| attribute.name.as_str())
            .collect()
    }

    /// The core or common attribute of this name, in any case. Extensions have their own: [`ResourceType::extension`].
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.schema.attribute(name).or_else(|| find(core::common(), name))
    }

    /// The extension of this URN, in any case, also by a name from before the RFC.
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| names(&extension.schema, urn))
    }

    /// Whether `urn` is the main schema, also by a name from before the RFC.
    pub fn is_main_schema(&self, urn: &str) -> bool {
        names(&self.schema, urn)
    }

    /// The attribute or sub-attribute that `path` names: `userName`, `name.givenName`, either of them behind a URN.
    /// A complex attribute stays whole.
    pub fn bind(&self, path: &str) -> Result<Bound, BindError> {
        match self.locate(path)? {
            Located::Attribute(bound) => Ok(bound),
            Located::Schema(_) => Err(BindError::WholeSchema),
        }
    }

    /// The extension attribute of this name without a URN, if one extension alone has it.
    pub(crate) fn bind_in_extensions(&self, name: &str) -> Option<Bound> {
        let mut found = self.extensions.iter().filter_map(|extension| {
            let schema = SchemaRef::Extension(&extension.schema);
            match locate_in(name.trim(), schema, |name| extension.schema.attribute(name))? {
                Located::Attribute(bound) => Some(bound),
                Located::Schema(_) => None,
            }
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// Whether a path goes on with a dot behind a schema's URN, where a colon belongs.
    pub(crate) fn has_dot_behind_schema(&self, path: &str) -> bool {
        let schemas = std::iter::once(&self.schema).chain(self.extensions.iter().map(|extension| &extension.schema));
        urn::is_uri(path) && schemas.filter_map(|schema| behind_urn(schema, path)).any(|rest| rest.starts_with('.'))
    }

    pub(crate) fn locate(&self, path: &str) -> Result<Located<'_>, BindError> {
        let path = path.trim();
        // Known URNs are matched as a prefix before anything is split: `…:2.0:User` holds a dot itself.
        for extension in &self.extensions {
            if let Some(rest) = after_schema(&extension.schema, path) {
                let schema = SchemaRef::Extension(&extension.schema);
                return locate_in(rest, schema, |name| extension.schema.attribute(name))
                    .ok_or(BindError::UnknownExtensionAttribute);
            }
        }
        let main = SchemaRef::Main(&self.schema);
        let name = match after_schema(&self.schema, path) {
            Some(rest) => rest,
            None if urn::is_uri(path) => return Err(BindError::UnknownSchema),
            None if path.is_empty() => return Err(BindError::UnknownAttribute),
            None => path,
        };
        locate_in(name, main, |name| self.attribute(name)).ok_or(BindError::UnknownAttribute)
    }
}

fn locate_in<'a>(
    path: &str,
    schema: SchemaRef<'a>,
    attribute: impl Fn(&str) -> Option<&'a Arc<Attribute>>,
) -> Option<Located<'a>> {
    if path.is_empty() {
        return Some(Located::Schema(schema));
    }
    let (name, sub_name) = match path.split_once('.') {
        Some((name, sub_name)) => (name, Some(sub_name)),
        None => (path, None),
    };
    let attribute = attribute(name)?;
    let sub = match sub_name {
        Some(sub_name) => Some(attribute.sub_attribute(sub_name)?.clone()),
        None => None,
    };
    let extension = match schema {
        SchemaRef::Main(_) => None,
        SchemaRef::Extension(schema) => Some(schema.id.as_str()),
    };
    Some(Located::Attribute(Bound::new(extension, attribute.clone(), sub)))
}

fn names(schema: &Schema, urn: &str) -> bool {
    schema.id.eq_ignore_ascii_case(urn) || urn::older_names(&schema.id).iter().any(|old| old.eq_ignore_ascii_case(urn))
}

/// What follows the schema's URN in `path`: empty for the URN alone.
fn after_schema<'p>(schema: &Schema, path: &'p str) -> Option<&'p str> {
    let rest = behind_urn(schema, path)?;
    // A dot instead of the colon: what Entra jobs from before 2019 write.
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix([':', '.']) }
}

/// What follows the schema's URN, or an older name of it: nothing, or something that begins with a colon or a dot.
fn behind_urn<'p>(schema: &Schema, path: &'p str) -> Option<&'p str> {
    let urns = std::iter::once(schema.id.as_str()).chain(urn::older_names(&schema.id).iter().copied());
    let rests = urns.filter_map(|urn| urn::strip_prefix_ignore_case(path, urn));
    rests.into_iter().find(|rest| rest.is_empty() || rest.starts_with([':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_what_clients_write() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (path, expected) in [
            ("userName", Ok("userName")),
            ("USERNAME", Ok("userName")),
            ("name.GivenName", Ok("name.givenName")),
            ("emails", Ok("emails")),
            ("meta.lastModified", Ok("meta.lastModified")),
            ("externalid", Ok("externalId")),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", Ok("userName")),
            ("URN:ietf:params:scim:schemas:core:2.0:user:name.familyName", Ok("name.familyName")),
            ("urn:scim:schemas:core:1.0:userName", Ok("userName")),
            (&format!("{enterprise}:department"), Ok(&*format!("{enterprise}:department"))),
            (&format!("{enterprise}.department"), Ok(&*format!("{enterprise}:department"))),
            (&format!("{enterprise}:manager.value"), Ok(&*format!("{enterprise}:manager.value"))),
            ("urn:scim:schemas:extension:enterprise:1.0:employeeNumber", Ok(&*format!("{enterprise}:employeeNumber"))),
            (&format!("{enterprise}:shoeSize"), Err(BindError::UnknownExtensionAttribute)),
            (enterprise, Err(BindError::WholeSchema)),
            ("urn:example:extension:shoeSize", Err(BindError::UnknownSchema)),
            ("urn:ietf:params:scim:schemas:core:2.0:Userx:userName", Err(BindError::UnknownSchema)),
            ("shoeSize", Err(BindError::UnknownAttribute)),
            ("name.shoeSize", Err(BindError::UnknownAttribute)),
            ("name.givenName.more", Err(BindError::UnknownAttribute)),
            ("userName.value", Err(BindError::UnknownAttribute)),
            ("name.", Err(BindError::UnknownAttribute)),
            ("department", Err(BindError::UnknownAttribute)),
            ("", Err(BindError::UnknownAttribute)),
        ] {
            let bound = core::user().bind(path);
            assert_eq!(bound.as_ref().map(Bound::path), expected.as_ref().copied(), "{path}");
        }
    }
}
