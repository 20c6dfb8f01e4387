//! One operation, bound and checked.

use std::sync::Arc;

use serde_json::Value;

use crate::filter::Filter;
use crate::path::Bound;
use crate::schema::Attribute;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Adds to what is there.
    Add,
    /// Puts in the place of what is there.
    Replace,
    /// Takes away.
    Remove,
}

impl OperationKind {
    /// The word on the wire, in any case: Entra ID writes `Add` and `Replace`.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [("add", Self::Add), ("replace", Self::Replace), ("remove", Self::Remove)]
            .into_iter()
            .find_map(|(name, kind)| name.eq_ignore_ascii_case(word).then_some(kind))
    }
}

/// An operation on one target. Its value has been checked against the target's definition; `None` clears.
#[derive(Clone)]
pub(super) struct Operation {
    pub kind: OperationKind,
    pub target: Target,
    pub value: Option<Value>,
    /// Whether the client sent a value other than null.
    pub had_value: bool,
}

#[derive(Clone)]
pub(super) enum Target {
    /// An attribute, or a sub-attribute without a filter in between.
    Attribute(Bound),
    /// The values of an attribute that match, or a sub-attribute of them.
    Entries { attribute: Bound, filter: Filter<Bound>, sub_attribute: Option<Arc<Attribute>> },
    /// An extension with all that is in it; only removed, never set as a whole.
    Extension(String),
}

impl Target {
    /// The top-level attribute that is touched.
    pub fn attribute(&self) -> Option<&Bound> {
        match self {
            Self::Attribute(attribute) | Self::Entries { attribute, .. } => Some(attribute),
            Self::Extension(_) => None,
        }
    }

    /// The name at the top of the document that it is about: of a core attribute, or the URN of an extension.
    pub fn top(&self) -> &str {
        match self {
            Self::Attribute(bound) | Self::Entries { attribute: bound, .. } => {
                bound.extension().unwrap_or(&bound.attribute().name)
            }
            Self::Extension(urn) => urn,
        }
    }

    /// Whether it is about this core attribute or a part of it.
    pub fn is_within(&self, name: &str) -> bool {
        self.attribute().is_some_and(|bound| bound.extension().is_none() && bound.attribute().name == name)
    }
}
