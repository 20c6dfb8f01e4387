//! A query at a resource type's endpoint or at the root (RFC 7644 §3.4.2), by GET or by POST to `.search` (§3.4.3): look-ups
//! by filter, and imports page by page. What its row says is in [`told`](super::told).

use std::sync::Arc;

use database::{Connection, Room};
use registry::{AppScope, Feature};
use scim_model::filter::{Decided, Filter, FilterError};
use scim_model::message::list::{CursorPage, ListResponse};
use scim_model::message::query::{self, Query};
use scim_model::project::Projection;
use scim_model::redact::{self, Secrets};
use scim_model::sort::{SortBy, SortOrder};
use scim_model::{Adjustment, ResourceKind, ResourceType, ScimError};

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::kind::Operation;
use crate::operation::attempt::Attempt;
use crate::operation::replace::read_steps;
use crate::operation::told::{Told, asked_value};
use crate::operation::{Done, Verb, intended, policy};
use crate::resource::representation;
use crate::resource::row::ResourceRow;
use crate::search::crawl::Crawl;
use crate::search::plan::{Plan, plan};
use crate::search::position::CursorsOf;
use crate::search::run::{Found, Hit, Search, Start, Target};

/// A page of up to this many users from the very beginning is the connection test of a client's set-up dialog, not an
/// import (Okta asks with exactly `startIndex=1&count=2`).
const CONNECTION_TEST_COUNT: u64 = 2;

/// Clients read a position as a 32-bit integer.
const LARGEST_INDEX: u64 = i32::MAX as u64;

/// Where a query is asked.
#[derive(Debug, Clone)]
pub enum QueryAt {
    /// At the endpoint of a resource type.
    Type(Arc<ResourceType>),
    /// At the base URL: all resource types of the application.
    Root,
}

/// The answer: a ListResponse as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queried {
    pub body: String,
}

/// A query that has been understood.
struct Prepared {
    search: Search,
    /// One for each type of the search.
    projections: Vec<Projection>,
    /// What a cursor is bound to.
    cursor_query: String,
    /// The value that a look-up by equality asks for.
    asked: Option<String>,
    /// What was put right in the filter.
    adjustments: Vec<Adjustment>,
}

impl QueryAt {
    fn types(&self, scope: &AppScope) -> Vec<Arc<ResourceType>> {
        match self {
            QueryAt::Type(ty) => vec![ty.clone()],
            QueryAt::Root => scope.resource_types().all().to_vec(),
        }
    }

    /// What must not be shown of a filter.
    fn secrets(&self, scope: &AppScope) -> Secrets {
        Secrets::of(self.types(scope).iter().map(AsRef::as_ref))
    }

    fn intended(&self, verb: Verb) -> Operation {
        match (self, verb) {
            (QueryAt::Type(ty), verb) => intended(ty, verb),
            (QueryAt::Root, Verb::Lookup) => Operation::ResourceLookup,
            (QueryAt::Root, _) => Operation::ResourceImport,
        }
    }
}

impl Provisioning {
    /// Answers a query. `body` is what a search was sent with, for its row.
    ///
    /// # Errors
    /// `invalidFilter` for a filter that is malformed (never the unfiltered list), `invalidValue` for what cannot be sorted
    /// by, `invalidCursor` and the like, `tooMany` when too much would have to be looked through, a switched-off *Import
    /// users*; see [`Error`].
    pub async fn query(
        &self,
        scope: &AppScope,
        call: &Call,
        at: &QueryAt,
        mut query: Query,
        body: Option<&[u8]>,
    ) -> Result<Queried, Error> {
        let at_start = match &mut query.start {
            query::Start::Index(start_index) => {
                *start_index = (*start_index).min(LARGEST_INDEX);
                *start_index == 1
            }
            query::Start::Cursor(cursor) => cursor.is_empty(),
        };
        let is_test = query.filter.is_none() && at_start && query.count <= CONNECTION_TEST_COUNT;
        let operation = match (&query.filter, is_test) {
            (Some(_), _) => at.intended(Verb::Lookup),
            (None, true) => Operation::ConnectionTest,
            (None, false) => at.intended(Verb::Import),
        };
        let secrets = at.secrets(scope);
        let mut attempt = Attempt::of_query(operation, at, body, &secrets);
        let asked = redact::text(query.filter.as_deref().unwrap_or_default(), &secrets);
        attempt.subject = asked.chars().take(100).collect();
        let filter = attempt.subject.clone();
        let prepared = match self.prepared(scope, at, &query, is_test, body.is_none().then_some(&secrets)) {
            Ok(prepared) => prepared,
            Err(error) => {
                // The row quotes the filter, but it is about nobody.
                let mut draft = attempt.into_draft(&error);
                draft.subject.clear();
                self.keep(scope.into(), call, draft).await;
                return Err(error);
            }
        };
        if let Some(asked) = &prepared.asked {
            attempt.subject.clone_from(asked);
        }
        let (asked, request) = (prepared.asked.clone(), attempt.request.clone());
        let steps = if prepared.adjustments.is_empty() { Vec::new() } else { read_steps(&prepared.adjustments) };
        let told = Told { operation, at: at.clone(), asked, filter, request, steps };
        let (provisioning, scope_inside) = (self.clone(), scope.clone());
        let is_brief = prepared.is_brief(scope, &self.crawl);
        self.answer(scope, call, attempt, is_brief, move |tx, room| {
            let (scope, connection, limits) = (&scope_inside, tx.connection(), &provisioning.limits);
            let found = prepared.search.run(connection, scope, limits, &provisioning.crawl)?;
            let event = told.clone().event(&query, &found, &prepared.search);
            let Found { hits, total, next, previous } = found;
            let items = prepared.represented(connection, scope, hits, room)?;
            let body = match query.start {
                query::Start::Index(start_index) => {
                    ListResponse { total: total.unwrap_or_default(), start_index, items }.to_json()
                }
                query::Start::Cursor(_) => {
                    let cursors = provisioning.cursors(scope, &prepared.cursor_query, &query);
                    let cursor = |position: Option<_>| position.map(|position| cursors.cursor(position)).transpose();
                    let (next_cursor, previous_cursor) = (cursor(next)?, cursor(previous)?);
                    CursorPage { total, next_cursor, previous_cursor, items }.to_json()
                }
            };
            Ok(Done { answer: Queried { body }, event })
        })
        .await
    }

    /// Everything about a query that can be told without looking at a resource. `secrets`: what must not stand in a URL, if
    /// that is where the query stands.
    fn prepared(
        &self,
        scope: &AppScope,
        at: &QueryAt,
        query: &Query,
        is_test: bool,
        secrets: Option<&Secrets>,
    ) -> Result<Prepared, Error> {
        let types = at.types(scope);
        let all: Vec<&ResourceType> = types.iter().map(AsRef::as_ref).collect();
        if query.filter.is_none() && !is_test && all.iter().any(|ty| ty.kind() != ResourceKind::Other) {
            policy::require(scope, Feature::ImportUsers)?;
        }
        let (attributes, excluded) = (query.attributes.as_deref(), query.excluded_attributes.as_deref());
        let projection = |ty: &&ResourceType| Projection::parse(attributes, excluded, ty);
        let projections = all.iter().map(projection).collect::<Result<Vec<_>, _>>()?;
        let sort_by = match &query.sort_by {
            Some(path) => SortBy::resolve(path, &all)?,
            None => vec![None; all.len()],
        };
        let (decided, adjustments) = match &query.filter {
            None => (vec![Decided::Always; all.len()], Vec::new()),
            Some(text) => {
                let malformed = |error: FilterError| {
                    let is_sensitive = secrets.is_some_and(|secrets| redact::text(text, secrets) != *text);
                    Error::Protocol(match is_sensitive {
                        // RFC 7644 §7.5.2: URLs are kept in logs and caches.
                        true => ScimError::sensitive(error.to_string()),
                        false => error.into(),
                    })
                };
                let filter = Filter::parse(text, &self.limits).map_err(malformed)?;
                let decided = filter.resolve_across(&all).map_err(malformed)?;
                (decided, filter.adjustments(&all))
            }
        };
        let asked = decided.iter().find_map(|decided| match decided {
            Decided::Open(filter) => asked_value(filter),
            Decided::Always | Decided::Never => None,
        });
        let targets = types.into_iter().zip(decided).zip(sort_by).map(|((ty, decided), sort_by)| {
            let plan = match decided {
                Decided::Never => None,
                Decided::Always => Some(Plan::everything()),
                Decided::Open(filter) => Some(plan(filter, &ty)),
            };
            Target { ty, plan, sort_by }
        });
        let cursor_query = cursor_query(at, query)?;
        let start = match &query.start {
            query::Start::Index(start_index) => Start::Index(*start_index),
            query::Start::Cursor(cursor) if cursor.is_empty() => Start::Cursor(None),
            query::Start::Cursor(cursor) => {
                Start::Cursor(Some(self.cursors(scope, &cursor_query, query).position(cursor)?))
            }
        };
        let search = Search {
            targets: targets.collect(),
            is_sorted: query.sort_by.is_some(),
            descending: query.sort_by.is_some() && query.sort_order == SortOrder::Descending,
            start,
            count: query.count,
        };
        Ok(Prepared { search, projections, cursor_query, asked, adjustments })
    }

    fn cursors<'a>(&'a self, scope: &'a AppScope, cursor_query: &'a str, query: &Query) -> CursorsOf<'a> {
        CursorsOf { registry: &self.registry, limits: &self.limits, scope, query: cursor_query, count: query.count }
    }
}

impl Prepared {
    /// Whether a few look-ups by an index answer it.
    fn is_brief(&self, scope: &AppScope, crawl: &Crawl) -> bool {
        let types = self.search.targets.iter().zip(&self.projections);
        let mut shown = types.map(|(target, projection)| representation::is_brief(&target.ty, projection));
        shown.all(|is_brief| is_brief) && self.search.is_brief(scope, crawl)
    }

    /// The hits as the client wants to see them, in their order: one go at the database for each type.
    fn represented(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        hits: Vec<Hit>,
        mut room: Option<&mut Room>,
    ) -> Result<Vec<String>, Error> {
        let mut items: Vec<String> = vec![String::new(); hits.len()];
        let mut of_targets: Vec<(Vec<usize>, Vec<ResourceRow>)> = vec![Default::default(); self.search.targets.len()];
        for (place, hit) in hits.into_iter().enumerate() {
            if let Some((places, rows)) = of_targets.get_mut(hit.target) {
                places.push(place);
                rows.push(hit.row);
            }
        }
        for ((places, rows), (target, projection)) in
            of_targets.iter().zip(self.search.targets.iter().zip(&self.projections))
        {
            if rows.is_empty() {
                continue;
            }
            let represented =
                representation::many(connection, scope, &target.ty, rows, projection, room.as_deref_mut())?;
            for (place, representation) in places.iter().zip(represented) {
                if let Some(item) = items.get_mut(*place) {
                    *item = representation.body;
                }
            }
        }
        Ok(items)
    }
}

/// What decides which resources there are and in which order: a cursor is good for this alone.
fn cursor_query(at: &QueryAt, query: &Query) -> Result<String, Error> {
    let place = match at {
        QueryAt::Type(ty) => ty.name.as_str(),
        QueryAt::Root => "",
    };
    let descending = query.sort_by.is_some() && query.sort_order == SortOrder::Descending;
    Ok(serde_json::to_string(&(place, &query.filter, &query.sort_by, descending))?)
}
