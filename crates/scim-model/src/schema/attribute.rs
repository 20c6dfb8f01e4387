//! One attribute of a schema, with the RFC's defaults (RFC 7643 §2.2 and §7).

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A schema as `/Schemas` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// Description for people.
    #[serde(default)]
    pub description: String,
    /// The attributes, without the common ones that every resource has.
    #[serde(deserialize_with = "shared", serialize_with = "plain")]
    pub attributes: Vec<Arc<Attribute>>,
}

impl Schema {
    /// The attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        find(&self.attributes, name)
    }
}

/// An attribute or sub-attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// Name in the schema's spelling.
    pub name: String,
    /// Data type.
    #[serde(rename = "type", default)]
    pub kind: AttributeType,
    /// Whether the attribute holds a list.
    #[serde(default)]
    pub multi_valued: bool,
    /// Description for people.
    #[serde(default)]
    pub description: String,
    /// Whether a resource must hold a value.
    #[serde(default)]
    pub required: bool,
    /// Suggested values; not enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether case matters in comparisons.
    #[serde(default)]
    pub case_exact: bool,
    /// Whether and when a client may write it.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is returned.
    #[serde(default)]
    pub returned: Returned,
    /// How far a value must be unique.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// Kinds of resource that a reference may name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// Sub-attributes of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "shared", serialize_with = "plain")]
    pub sub_attributes: Vec<Arc<Attribute>>,
}

impl Attribute {
    /// The sub-attribute of this name, in any case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        find(&self.sub_attributes, name)
    }

    /// Whether it has sub-attributes.
    pub fn is_complex(&self) -> bool {
        self.kind == AttributeType::Complex
    }
}

/// Data types (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// true or false.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A number without one.
    Integer,
    /// A date and a time.
    DateTime,
    /// Base64.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// Whether and when an attribute may be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Never by a client.
    ReadOnly,
    /// At any time.
    #[default]
    ReadWrite,
    /// Once.
    Immutable,
    /// At any time, and never read.
    WriteOnly,
}

/// When an attribute is returned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Whatever is asked for.
    Always,
    /// In no answer; also not filterable.
    Never,
    /// Unless the client asks for others or excludes it.
    #[default]
    Default,
    /// When the client names it.
    Request,
}

/// How far a value must be unique.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Not at all.
    #[default]
    None,
    /// Among the resources of the provisioning domain.
    Server,
    /// Everywhere.
    Global,
}

/// The attribute of this name, in any case (RFC 7643 §2.1). Lists are short: a linear search beats a map.
pub(crate) fn find<'a>(attributes: &'a [Arc<Attribute>], name: &str) -> Option<&'a Arc<Attribute>> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

pub(crate) fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Attribute>>, D::Error> {
    Ok(Vec::<Attribute>::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
}

fn plain<S: Serializer>(attributes: &[Arc<Attribute>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(attributes.iter().map(Arc::as_ref))
}
