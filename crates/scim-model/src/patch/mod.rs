//! PATCH (RFC 7644 §3.5.2), with the dialects of Okta, Entra ID, OneLogin and JumpCloud.
//!
//! [`Patch::parse`] binds every path and checks every value, so that what is left to fail in [`Patch::apply`] depends on
//! the resource alone. An operation without a path is taken apart into one operation per attribute. Deliberately not
//! here: anything about a list that is stored outside the document; [`Patch::detach`] hands its operations over.

mod apply;
mod budget;
mod entries;
mod member;
mod operation;
mod outcome;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

use crate::check::{Adjustment, set_schemas};
use crate::diff::{Change, diff_of};
use crate::filter::Filter;
use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::resource::Resource;
use crate::schema::ResourceType;
use operation::{Operation, Target};

pub use operation::OperationKind;

/// A parsed PATCH request, ready to be applied.
#[derive(Clone)]
pub struct Patch {
    operations: Vec<Operation>,
    adjustments: Vec<Adjustment>,
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
pub struct Changes {
    list: Vec<Change>,
    adjustments: Vec<Adjustment>,
}

impl Changes {
    /// Whether the resource is as it was.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Leniencies that depend on the resource: beside those of [`Patch::adjustments`].
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// The changes by attribute; of a password only that it is set.
    pub fn as_slice(&self) -> &[Change] {
        &self.list
    }

    /// As [`Changes::as_slice`], to keep.
    pub fn into_vec(self) -> Vec<Change> {
        self.list
    }
}

impl Patch {
    /// Parses a PATCH body.
    pub fn parse(body: &[u8], ty: &ResourceType, limits: &Limits) -> Result<Self, ScimError> {
        parse::parse(body, ty, limits)
    }

    /// Leniencies towards the client.
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.adjustments
    }

    /// Whether nothing is left to apply: all of it was ignored or has been detached.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Whether it sets this core attribute and touches nothing else.
    pub fn only_sets(&self, attribute: &str) -> bool {
        !self.operations.is_empty()
            && self
                .operations
                .iter()
                .all(|operation| operation.kind != OperationKind::Remove && operation.target.is_within(attribute))
    }

    /// Takes every operation on a core list out, in order. Meant for lists whose entries do not change in themselves, as
    /// the sub-attributes of `members` are immutable; operations on a sub-attribute stay.
    pub fn detach(self, attribute: &str) -> (Self, Vec<DetachedOperation>) {
        let mut detached = Vec::new();
        let mut kept = Vec::new();
        for operation in self.operations {
            let filter = match &operation.target {
                Target::Attribute(bound) if bound.sub_attribute().is_none() => None,
                Target::Entries { filter, sub_attribute: None, .. } => Some(filter.clone()),
                _ => {
                    kept.push(operation);
                    continue;
                }
            };
            if !operation.target.is_within(attribute) {
                kept.push(operation);
                continue;
            }
            let values = match operation.value {
                Some(Value::Array(values)) => values,
                single => single.into_iter().collect(),
            };
            detached.push(DetachedOperation { kind: operation.kind, filter, values, had_value: operation.had_value });
        }
        (Self { operations: kept, adjustments: self.adjustments }, detached)
    }

    /// Applies every operation in order, or none: on an error the resource is as before.
    pub fn apply(&self, resource: &mut Resource, ty: &ResourceType) -> Result<Changes, ScimError> {
        // Only what the operations name is copied, compared and judged: a resource may be large and a patch small.
        let mut touched: Vec<&str> = self.operations.iter().map(|operation| operation.target.top()).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut after: Map<String, Value> = touched
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), resource.as_map().get(*name)?.clone())))
            .collect();
        let mut budget = budget::Budget::new();
        for operation in &self.operations {
            apply::apply_one(&mut after, operation, ty, &mut budget)?;
        }
        outcome::tidy(&mut after, ty);
        let is_touched = |name: &str| touched.binary_search(&name).is_ok();
        let changes = diff_of(resource.as_map(), &after, ty, is_touched);
        if !changes.is_empty() {
            outcome::check_required(resource.as_map(), &after, ty, is_touched)?;
            let document = resource.as_map_mut();
            for name in touched {
                match after.shift_remove_entry(name) {
                    Some((name, value)) => document.insert(name, value),
                    // Not `remove`, which would move the last attribute into the gap.
                    None => document.shift_remove(name),
                };
            }
            set_schemas(document, ty);
        }
        Ok(Changes { list: changes, adjustments: budget.adjustments.into_vec() })
    }
}

/// Paths only: a value may be a password.
impl fmt::Debug for Patch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let targets = self.operations.iter().map(|operation| match &operation.target {
            Target::Attribute(bound) | Target::Entries { attribute: bound, .. } => (operation.kind, bound.path()),
            Target::Extension(urn) => (operation.kind, urn.as_str()),
        });
        formatter.debug_list().entries(targets).finish()
    }
}
