//! GET of a resource type's endpoint (RFC 7644 §3.4.2): look-ups by filter and imports page by page.

use std::sync::Arc;

use registry::{AppScope, Feature};
use scim_model::filter::{Filter, Literal, Operator};
use scim_model::message::list::ListResponse;
use scim_model::path::Bound;
use scim_model::project::Projection;
use scim_model::redact::{self, Secrets};
use scim_model::{ResourceKind, ResourceType};

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::EventDraft;
use crate::operation::attempt::Attempt;
use crate::operation::{Done, Verb, intended, policy};
use crate::resource::representation;
use crate::search::plan::plan;
use crate::search::run::{self, Found};

/// A page of up to this many users from the very beginning is the connection test of a client's set-up dialog, not an
/// import (Okta asks with exactly `startIndex=1&count=2`).
const CONNECTION_TEST_COUNT: u64 = 2;

/// What a client asks for.
#[derive(Debug, Clone)]
pub struct Question {
    pub filter: Option<String>,
    /// 1-based.
    pub start_index: u64,
    /// 0 asks for the total only.
    pub count: u64,
    pub projection: Projection,
}

/// The answer: a ListResponse as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queried {
    pub body: String,
}

impl Provisioning {
    /// Answers a query on one resource type.
    ///
    /// # Errors
    /// `invalidFilter` for a filter that is malformed or not supported (never the unfiltered list), `tooMany` when too much
    /// would have to be looked through, a switched-off *Import users*; see [`Error`].
    pub async fn query(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        question: Question,
    ) -> Result<Queried, Error> {
        let filtered = question.filter.is_some();
        let test = !filtered && question.start_index <= 1 && question.count <= CONNECTION_TEST_COUNT;
        let operation = match (filtered, test) {
            (true, _) => intended(ty, Verb::Lookup),
            (false, true) => Operation::ConnectionTest,
            (false, false) => intended(ty, Verb::Import),
        };
        let mut attempt = Attempt::without_body(operation, ty, None);
        attempt.subject = redact::text(question.filter.as_deref().unwrap_or_default(), &Secrets::of([ty.as_ref()]))
            .chars()
            .take(100)
            .collect();
        let filter = match self.resolved(scope, ty, question.filter.as_deref(), test) {
            Ok(filter) => filter,
            Err(error) => {
                // The row quotes the filter, but it is about nobody.
                let mut draft = attempt.into_draft(&error);
                draft.subject.clear();
                self.keep(scope.into(), call, draft).await;
                return Err(error);
            }
        };
        let asked = filter.as_ref().and_then(asked_value);
        attempt.subject = asked.clone().unwrap_or(attempt.subject);
        let (scope_inside, ty, crawl) = (scope.clone(), ty.clone(), self.crawl.clone());
        self.answer(scope, call, attempt, move |tx| {
            let (scope, ty, connection) = (&scope_inside, ty.as_ref(), tx.connection());
            let found = run::run(connection, scope, ty, filter.map(|filter| plan(filter, ty)), &question, &crawl)?;
            let items = representation::many(connection, scope, ty, &found.rows, &question.projection)?;
            let event = event(operation, ty, &question, &found, asked);
            let response = ListResponse {
                total: found.total,
                start_index: question.start_index,
                items: items.into_iter().map(|item| item.body).collect(),
            };
            Ok(Done { answer: Queried { body: response.to_json() }, event })
        })
        .await
    }

    /// The filter, ready to be run; `None` for a question without one.
    fn resolved(
        &self,
        scope: &AppScope,
        ty: &ResourceType,
        filter: Option<&str>,
        test: bool,
    ) -> Result<Option<Filter<Bound>>, Error> {
        let Some(text) = filter else {
            if !test && ty.kind() != ResourceKind::Other {
                policy::require(scope, Feature::ImportUsers)?;
            }
            return Ok(None);
        };
        let filter = Filter::parse(text, &self.limits).and_then(|filter| filter.resolve(ty));
        let filter = filter.map_err(|error| Error::Protocol(error.into()))?;
        if let Some(attribute) = not_in_document(&filter, ty.kind()) {
            let detail = format!(
                "{attribute} cannot be used in a filter here. Filter by id, userName, externalId, displayName or another attribute of the resource itself."
            );
            return Err(Error::Protocol(scim_model::ScimError::invalid_filter(detail)));
        }
        Ok(Some(filter))
    }
}

/// An attribute of the filter that is kept outside of the document, so that the evaluator would never see it.
fn not_in_document(filter: &Filter<Bound>, kind: ResourceKind) -> Option<&str> {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().find_map(|part| not_in_document(part, kind)),
        Filter::Not(inner) => not_in_document(inner, kind),
        Filter::Compare { attribute, .. } | Filter::Present(attribute) | Filter::Element { attribute, .. } => {
            let name = attribute.attribute().name.as_str();
            let location = attribute.path() == "meta.location";
            let apart = match kind {
                ResourceKind::User => name == "groups",
                ResourceKind::Group => name == "members",
                ResourceKind::Other => false,
            };
            (apart || location).then(|| attribute.path())
        }
    }
}

/// The value that a look-up by equality asks for: what support searches the report by.
fn asked_value(filter: &Filter<Bound>) -> Option<String> {
    match filter {
        Filter::Compare { operator: Operator::Eq, literal: Literal::String(value), .. } => Some(value.clone()),
        Filter::Element { filter, .. } => asked_value(filter),
        Filter::And(parts) => parts.iter().rev().find_map(asked_value),
        _ => None,
    }
}

fn event(
    operation: Operation,
    ty: &ResourceType,
    question: &Question,
    found: &Found,
    asked: Option<String>,
) -> EventDraft {
    let kind = match ty.kind() {
        ResourceKind::User => "user",
        ResourceKind::Group => "group",
        ResourceKind::Other => ty.name.as_str(),
    };
    let summary = match operation {
        Operation::ConnectionTest => "Tested the connection".to_owned(),
        Operation::UserImport | Operation::GroupImport | Operation::ResourceImport => match found.rows.len() {
            0 => format!("Read {kind}s from position {}: none there, {} in all", question.start_index, found.total),
            rows => format!(
                "Read {kind}s {} to {} of {}",
                question.start_index,
                question.start_index + rows as u64 - 1,
                found.total
            ),
        },
        _ => {
            let what = asked.clone().or_else(|| question.filter.clone()).unwrap_or_default();
            let what: String = what.chars().take(100).collect();
            match found.total {
                0 => format!("Looked up {kind} {what}: not found"),
                1 => format!("Looked up {kind} {what}: found"),
                total => format!("Looked up {kind} {what}: {total} found"),
            }
        }
    };
    let mut event = EventDraft::new(operation, Outcome::Succeeded, 200, summary);
    event.resource_type = Some(ty.name.clone());
    event.subject = asked.clone().unwrap_or_default();
    event.identifiers.extend(asked);
    let is_lookup = matches!(operation, Operation::UserLookup | Operation::GroupLookup | Operation::ResourceLookup);
    if let (true, [row]) = (is_lookup, found.rows.as_slice()) {
        event.resource_id = Some(row.id.clone());
        event.directory_user_id = row.directory_user_id.clone();
    }
    event
}
