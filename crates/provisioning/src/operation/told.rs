//! What the report says about a query.

use scim_model::filter::{Filter, Literal, Operator};
use scim_model::message::query::{Query, Start};
use scim_model::path::Bound;
use scim_model::{ResourceKind, ResourceType};

use crate::event::kind::{Operation, Outcome};
use crate::event::record::{EventDraft, Step};
use crate::operation::query::QueryAt;
use crate::search::run::{Found, Search};

/// What is known about a query before it is answered.
#[derive(Clone)]
pub(super) struct Told {
    pub operation: Operation,
    pub at: QueryAt,
    /// The value that a look-up by equality asks for.
    pub asked: Option<String>,
    /// The filter, redacted.
    pub filter: String,
    /// The body of a search, redacted.
    pub request: Option<String>,
    /// How it was read, if anything had to be put right.
    pub steps: Vec<Step>,
}

impl Told {
    /// The row of an answered query.
    pub fn event(self, query: &Query, found: &Found, search: &Search) -> EventDraft {
        let summary = self.summary(query, found);
        let mut event = EventDraft::new(self.operation, Outcome::Succeeded, 200, summary);
        if let QueryAt::Type(ty) = &self.at {
            event.resource_type = Some(ty.name.clone());
        }
        event.request = self.request;
        event.steps = self.steps;
        event.subject = self.asked.clone().unwrap_or_default();
        event.identifiers.extend(self.asked);
        if let (Some(_), [hit]) = (&query.filter, found.hits.as_slice()) {
            event.resource_id = Some(hit.row.id.clone());
            event.resource_type = search.targets.get(hit.target).map(|target| target.ty.name.clone());
            event.directory_user_id = hit.row.directory_user_id.clone();
        }
        event
    }

    fn summary(&self, query: &Query, found: &Found) -> String {
        let kind = match &self.at {
            QueryAt::Type(ty) => kind(ty),
            QueryAt::Root => "resource",
        };
        if self.operation == Operation::ConnectionTest {
            return "Tested the connection".to_owned();
        }
        let total = found.total.map_or_else(|| "many".to_owned(), |total| total.to_string());
        if query.filter.is_none() {
            let rows = found.hits.len() as u64;
            return match (&query.start, rows) {
                (Start::Index(from), 0) => format!("Read {kind}s from position {from}: none there, {total} in all"),
                (Start::Index(from), rows) => format!("Read {kind}s {from} to {} of {total}", from + rows - 1),
                (Start::Cursor(_), rows) => format!("Read {rows} of {total} {kind}s by cursor"),
            };
        }
        let what = self.asked.as_deref().unwrap_or(&self.filter);
        let what: String = what.chars().take(100).collect();
        match found.total {
            Some(0) => format!("Looked up {kind} {what}: not found"),
            Some(1) => format!("Looked up {kind} {what}: found"),
            _ => format!("Looked up {kind} {what}: {total} found"),
        }
    }
}

fn kind(ty: &ResourceType) -> &str {
    match ty.kind() {
        ResourceKind::User => "user",
        ResourceKind::Group => "group",
        ResourceKind::Other => &ty.name,
    }
}

/// The value that a look-up by equality asks for: what support searches the report by.
pub(super) fn asked_value(filter: &Filter<Bound>) -> Option<String> {
    match filter {
        Filter::Compare { operator: Operator::Eq, literal: Literal::String(value), .. } => Some(value.clone()),
        Filter::Element { filter, .. } => asked_value(filter),
        Filter::And(parts) => parts.iter().rev().find_map(asked_value),
        _ => None,
    }
}
