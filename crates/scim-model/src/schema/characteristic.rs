//! What the characteristics of an attribute come to in practice (RFC 7643 §2.2 and §7).

use super::{Attribute, AttributeType, Mutability, ResourceType, Returned};
use crate::urn;

impl Attribute {
    /// Whether no answer, no filter and no report may show it: a `writeOnly` attribute is never returned either, whatever
    /// its `returned` says.
    pub fn is_hidden(&self) -> bool {
        self.returned == Returned::Never || self.mutability == Mutability::WriteOnly
    }

    /// Whether case matters in comparisons: also for binary values and references, whatever their `caseExact` says
    /// (RFC 7643 §2.3.6 and §2.3.7).
    pub fn is_case_exact(&self) -> bool {
        self.case_exact || matches!(self.kind, AttributeType::Binary | AttributeType::Reference)
    }

    /// Whether a client must give it. What only the service provider writes is not for a client to give.
    pub(crate) fn is_due(&self) -> bool {
        self.required && self.mutability != Mutability::ReadOnly
    }
}

impl ResourceType {
    /// Whether a core attribute is no part of the stored document: what only the service provider makes (`groups`), and
    /// what has a place of its own in the store: the password of a user, as a hash, and the members of a group.
    pub fn is_kept_apart(&self, attribute: &str) -> bool {
        match (self.schema.id.as_str(), attribute) {
            (urn::USER, "password") | (urn::GROUP, "members") => true,
            _ => self.attribute(attribute).is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly),
        }
    }

    /// Whether a resource without `active` counts as active, so that nothing but `false` switches it off: a user.
    pub(crate) fn is_switched_by_active(&self) -> bool {
        self.schema.id == urn::USER
    }
}
