//! Running a plan: one page of rows and the exact total.

use database::Connection;
use database::schema::{resource as table, resource_key};
use diesel::prelude::*;
use registry::AppScope;
use scim_model::filter::Filter;
use scim_model::path::Bound;
use scim_model::{ResourceType, ScimError};

use crate::error::Error;
use crate::operation::Question;
use crate::resource::count;
use crate::resource::row::{ResourceRow, resource_columns, visible};
use crate::search::crawl::Crawl;
use crate::search::plan::{Candidates, Plan};

/// So many resources are read at a time while looking through all.
const CHUNK: i64 = 500;

/// A filter that no index helps is answered only if it can be decided by looking at this many resources.
const LOOKED_THROUGH: usize = 50_000;

/// One page.
#[derive(Debug)]
pub(crate) struct Found {
    pub rows: Vec<ResourceRow>,
    /// Over all pages.
    pub total: u64,
}

/// Answers a question, planned or without a filter.
pub(crate) fn run(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    plan: Option<Plan>,
    question: &Question,
    crawl: &Crawl,
) -> Result<Found, Error> {
    match plan {
        None => all(connection, scope, ty, question, crawl),
        Some(Plan { candidates: Candidates::All, residual: Some(filter) }) => {
            look_through(connection, scope, ty, &filter, question)
        }
        Some(Plan { candidates, residual }) => {
            let rows = candidates_of(connection, scope, ty, &candidates)?;
            let mut page = Page::new(question);
            for row in rows {
                if matches(residual.as_ref(), &row)? {
                    page.offer(row);
                }
            }
            Ok(page.found())
        }
    }
}

/// A page of the whole list: total from the counter, rows by seek where the crawl before left off.
fn all(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    question: &Question,
    crawl: &Crawl,
) -> Result<Found, Error> {
    let total = u64::try_from(count::read(connection, scope, &ty.name)?).unwrap_or(0);
    if question.count == 0 || question.start_index > total {
        return Ok(Found { rows: Vec::new(), total });
    }
    let application_id = scope.application_id().as_str();
    let mut query = visible!(scope)
        .filter(table::resource_type.eq(&ty.name))
        .select(resource_columns!())
        .order(table::id)
        .limit(signed(question.count))
        .into_boxed();
    let hint = (question.start_index > 1).then(|| crawl.take(application_id, &ty.name, question.start_index)).flatten();
    query = match hint {
        Some(after) => query.filter(table::id.gt(after)),
        None => query.offset(signed(question.start_index - 1)),
    };
    let rows: Vec<ResourceRow> = query.load(connection)?;
    if let Some(last) = rows.last() {
        crawl.remember(application_id, &ty.name, question.start_index + rows.len() as u64, &last.id);
    }
    Ok(Found { rows, total })
}

/// The rows that an index yields, in the order of ids.
fn candidates_of(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    candidates: &Candidates,
) -> Result<Vec<ResourceRow>, Error> {
    let query = visible!(scope)
        .filter(table::resource_type.eq(&ty.name))
        .select(resource_columns!())
        .order(table::id)
        .limit(signed(LOOKED_THROUGH as u64));
    let rows: Vec<ResourceRow> = match candidates {
        Candidates::Id(id) => query.filter(table::id.eq(id)).load(connection)?,
        Candidates::ExternalId(external_id) => query.filter(table::external_id.eq(external_id)).load(connection)?,
        Candidates::UserName(folded) => query.filter(table::user_name_folded.eq(folded)).load(connection)?,
        Candidates::DisplayName(folded) => query.filter(table::display_name_folded.eq(folded)).load(connection)?,
        Candidates::Key { path, folded } => {
            let ids = resource_key::table
                .filter(resource_key::tenant_id.eq(scope.tenant_id()))
                .filter(resource_key::application_id.eq(scope.application_id()))
                .filter(resource_key::path.eq(path))
                .filter(resource_key::folded.eq(folded))
                .select(resource_key::resource_id);
            query.filter(table::id.eq_any(ids)).load(connection)?
        }
        Candidates::All => query.load(connection)?,
    };
    Ok(rows)
}

/// Looks at every resource of the type in order, a chunk at a time.
fn look_through(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    filter: &Filter<Bound>,
    question: &Question,
) -> Result<Found, Error> {
    let mut page = Page::new(question);
    let (mut looked, mut after) = (0, String::new());
    loop {
        let rows: Vec<ResourceRow> = visible!(scope)
            .filter(table::resource_type.eq(&ty.name))
            .filter(table::id.gt(&after))
            .select(resource_columns!())
            .order(table::id)
            .limit(CHUNK)
            .load(connection)?;
        let Some(last) = rows.last() else { return Ok(page.found()) };
        after.clone_from(&last.id);
        looked += rows.len();
        if looked > LOOKED_THROUGH {
            return Err(Error::Protocol(ScimError::too_many(format!(
                "This filter would have to look through more than {LOOKED_THROUGH} resources. Filter by userName, externalId, id or emails.value."
            ))));
        }
        for row in rows {
            if matches(Some(filter), &row)? {
                page.offer(row);
            }
        }
    }
}

fn matches(filter: Option<&Filter<Bound>>, row: &ResourceRow) -> Result<bool, Error> {
    let Some(filter) = filter else { return Ok(true) };
    Ok(filter.matches(&row.resource()?))
}

/// Collects the rows of one page and counts all.
struct Page {
    first: u64,
    count: u64,
    total: u64,
    rows: Vec<ResourceRow>,
}

impl Page {
    fn new(question: &Question) -> Self {
        Page { first: question.start_index, count: question.count, total: 0, rows: Vec::new() }
    }

    fn offer(&mut self, row: ResourceRow) {
        self.total += 1;
        if self.total >= self.first && (self.rows.len() as u64) < self.count {
            self.rows.push(row);
        }
    }

    fn found(self) -> Found {
        Found { rows: self.rows, total: self.total }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
