//! `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::ResourceType;

/// Which attributes a client wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    only: Option<Vec<Bound>>,
}

impl Projection {
    /// From the two query parameters: lists of attribute paths with commas between.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>, ty: &ResourceType) -> Result<Self, ScimError> {
        todo!()
    }

    /// Whether the whole text goes out as it is.
    pub fn is_everything(&self) -> bool {
        todo!()
    }

    /// Whether a top-level attribute, or a part of it, is wanted.
    pub fn wants(&self, attribute: &str) -> bool {
        todo!()
    }

    /// The text with only what is wanted.
    pub fn apply(&self, text: &str, ty: &ResourceType) -> String {
        todo!()
    }
}
