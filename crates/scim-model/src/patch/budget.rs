//! How much work one PATCH may be, and what is noted while it is done.
//!
//! Operations multiply with the entries of a list, and a single one can copy a text into all of them, so that neither the
//! size of the body nor the number of operations bounds what a request costs. Deliberately not counted: what is done once
//! per request, and lists that are stored outside the document, as those are detached first.

use serde_json::Value;

use crate::check::Adjustments;
use crate::filter::{Filter, Literal};
use crate::message::error::ScimError;
use crate::path::Bound;

/// Most units of work in one request. A unit is looking at one JSON value or copying it: some tens of nanoseconds, so a
/// few hundred milliseconds in all.
const MOST_UNITS: usize = 5_000_000;

/// What a request may still cost, and what was put right so far.
pub(super) struct Budget {
    units: usize,
    /// Leniencies that depend on the resource.
    pub adjustments: Adjustments,
}

impl Budget {
    pub fn new() -> Self {
        Self { units: MOST_UNITS, adjustments: Adjustments::default() }
    }

    /// Takes units off, before the work is done; 413 when there are not as many left.
    pub fn spend(&mut self, units: usize) -> Result<(), ScimError> {
        self.units = self
            .units
            .checked_sub(units)
            .ok_or_else(|| ScimError::payload_too_large("too many operations on too long a list in one request"))?;
        Ok(())
    }
}

/// Units for looking at every value of a list once, or for copying them.
pub(super) fn of_list(values: &[Value]) -> usize {
    values.iter().map(of_value).fold(0, usize::saturating_add)
}

/// Units for looking at a value and all that is in it once, or for copying it.
pub(super) fn of_value(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => of_text(text),
        Value::Array(values) => of_list(values),
        Value::Object(members) => members.values().map(of_value).fold(0, usize::saturating_add),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    inside.saturating_add(1)
}

/// Units for every comparison that a filter makes of one value.
pub(super) fn of_filter(filter: &Filter<Bound>) -> usize {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => terms.iter().map(of_filter).fold(0, usize::saturating_add),
        Filter::Not(inner) | Filter::Element { filter: inner, .. } => of_filter(inner),
        Filter::Compare { literal: Literal::String(text), .. } => of_text(text).saturating_add(1),
        Filter::Compare { .. } | Filter::Present(_) => 1,
    }
}

/// Ordinary texts cost nothing of their own. Folding letters outside ASCII takes much longer than the others.
fn of_text(text: &str) -> usize {
    if text.is_ascii() { text.len() / 64 } else { text.len() / 2 }
}
