//! Attribute paths: as a client wrote them, and bound to a schema.

use std::fmt;
use std::sync::Arc;

use crate::schema::{Attribute, AttributeType};

/// A path as written, such as `name.familyName`, and where it stood.
#[derive(Debug, Clone, Eq)]
pub struct AttributePath {
    text: String,
    position: usize,
}

impl AttributePath {
    /// A path that stood at byte `position` of a longer text.
    pub(crate) fn at(text: impl Into<String>, position: usize) -> Self {
        Self { text: text.into(), position }
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Byte offset in the text that it was part of.
    pub fn position(&self) -> usize {
        self.position
    }
}

/// Two paths are equal when they are written alike, wherever they stood.
impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// An attribute, or a sub-attribute, of a resource type.
#[derive(Clone)]
pub struct Bound {
    extension: Option<String>,
    attribute: Arc<Attribute>,
    sub_attribute: Option<Arc<Attribute>>,
    path: String,
}

impl Bound {
    pub(crate) fn new(
        extension: Option<&str>,
        attribute: Arc<Attribute>,
        sub_attribute: Option<Arc<Attribute>>,
    ) -> Self {
        let mut path = String::new();
        if let Some(urn) = extension {
            path.push_str(urn);
            path.push(':');
        }
        path.push_str(&attribute.name);
        if let Some(sub) = &sub_attribute {
            path.push('.');
            path.push_str(&sub.name);
        }
        Self { extension: extension.map(str::to_owned), attribute, sub_attribute, path }
    }

    /// Canonical path in the schema's spelling: `userName`, `emails.value`, `urn:…:User:department`. Core attributes
    /// carry no URN.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// URN of the extension that holds the attribute; `None` for a core or common one.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The top-level attribute.
    pub fn attribute(&self) -> &Attribute {
        &self.attribute
    }

    /// The sub-attribute, when the path names one.
    pub fn sub_attribute(&self) -> Option<&Attribute> {
        self.sub_attribute.as_deref()
    }

    /// Definition of what is named: the sub-attribute if there is one, else the attribute.
    pub fn definition(&self) -> &Attribute {
        self.sub_attribute.as_deref().unwrap_or(&self.attribute)
    }

    /// Data type of what is named.
    pub fn kind(&self) -> AttributeType {
        self.definition().kind
    }

    /// Whether case matters when its values are compared.
    pub fn case_exact(&self) -> bool {
        self.definition().is_case_exact()
    }

    /// Whether a resource may hold several values of it.
    pub fn is_multi_valued(&self) -> bool {
        self.attribute.multi_valued || self.sub_attribute.as_ref().is_some_and(|sub| sub.multi_valued)
    }

    /// The same attribute without its sub-attribute.
    pub(crate) fn whole(&self) -> Self {
        Self::new(self.extension.as_deref(), self.attribute.clone(), None)
    }

    /// A sub-attribute of the same attribute.
    pub(crate) fn with_sub_attribute(&self, sub_attribute: Arc<Attribute>) -> Self {
        Self::new(self.extension.as_deref(), self.attribute.clone(), Some(sub_attribute))
    }
}

/// The canonical path says it all.
impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Bound {}

impl fmt::Debug for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bound({})", self.path)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path)
    }
}
