//! PATCH (RFC 7644 §3.5.2), with the dialects of Okta, Entra ID, OneLogin and JumpCloud.
//!
//! [`Patch::parse`] binds every path and checks every value, so that what is left to fail in [`Patch::apply`] depends on
//! the resource alone. An operation without a path is taken apart into one operation per attribute.

use std::fmt;

use serde_json::Value;

use crate::check::Adjustment;
use crate::diff::Change;
use crate::filter::Filter;
use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::resource::Resource;
use crate::schema::ResourceType;

/// A parsed PATCH request, ready to be applied.
pub struct Patch {
    operations: Vec<()>,
    adjustments: Vec<Adjustment>,
}

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

/// An operation on a list that is stored outside the document, such as the members of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct DetachedOperation {
    /// What it does.
    pub kind: OperationKind,
    /// Which values it is about: `members[value eq "…"]`. `None`: the whole list.
    pub filter: Option<Filter<Bound>>,
    /// The values, checked: objects with `value`.
    pub values: Vec<Value>,
    /// Whether the client sent a value other than null. A remove without one empties the list; a remove with an empty
    /// list of values removes nothing.
    pub had_value: bool,
}

/// What applying a patch changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Whether the resource is as it was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes by attribute; of a password only that it is set.
    pub fn as_slice(&self) -> &[Change] {
        &self.0
    }
}

impl Patch {
    /// Parses a PATCH body.
    pub fn parse(body: &[u8], ty: &ResourceType, limits: &Limits) -> Result<Self, ScimError> {
        todo!()
    }

    /// Leniencies towards the client.
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// Whether it sets this attribute and touches nothing else.
    pub fn only_sets(&self, attribute: &str) -> bool {
        todo!()
    }

    /// Takes every operation on a top-level list out, in order.
    pub fn detach(self, attribute: &str) -> (Self, Vec<DetachedOperation>) {
        todo!()
    }

    /// Applies every operation in order, or none: on an error the resource is as before.
    pub fn apply(&self, resource: &mut Resource, ty: &ResourceType) -> Result<Changes, ScimError> {
        todo!()
    }
}

/// Paths only: a value may be a password.
impl fmt::Debug for Patch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Patch").finish_non_exhaustive()
    }
}
