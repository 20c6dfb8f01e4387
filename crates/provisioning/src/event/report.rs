//! Reports → Provisioning Report: the search over events.
//!
//! Three criteria, alone or together or none: an identifier of the end user (any name the person goes by or ever went
//! by), the name of the application, a timespan. Rows come newest first, a page at a time by key; the total, the bars over
//! time and the reasons of failure are counted over the same criteria. Without an identifier there may be millions of rows:
//! `count` has counted them beforehand. With one there are few ([`subjects`]).

mod subjects;

use database::schema::application;
use database::{Connection, Timestamp};
use diesel::prelude::*;
use registry::TenantScope;
use scim_model::fold::fold;

use crate::Provisioning;
use crate::error::Error;
use crate::event::count::MINUTE_MS;
use crate::event::count::filter::Filter;
use crate::event::count::places::newest;
use crate::event::count::tally::{Outcomes, Tally, tally as count};
use crate::event::kind::{Operation, Outcome};
use crate::event::record::identifier_key;
use crate::page::{PageOf, Total, askable};

/// Beyond so many rows the bars of a short timespan are as wide as what is counted beforehand.
const ROWS_ONE_BY_ONE: i64 = 20_000;

/// The chart has about this many bars.
const BARS: i64 = 48;

/// What is searched for. Empty texts and `None` do not narrow.
#[derive(Debug, Clone)]
pub struct EventSearch {
    /// The beginning of a userName, e-mail, externalId, id or display name, in any case.
    pub identifier: String,
    /// Part of the application's name, in any case.
    pub application: String,
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
    pub operation: Option<Operation>,
    pub outcome: Option<Outcome>,
    /// One of the codes that [`Reason::code`] gives.
    pub error_code: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    pub limit: i64,
}

/// A row of the report.
#[derive(Debug, Clone)]
pub struct EventRow {
    pub id: String,
    pub occurred_at: Timestamp,
    pub application_id: String,
    pub application_name: String,
    pub operation: Operation,
    pub outcome: Outcome,
    pub subject: String,
    pub summary: String,
    pub changed: Vec<String>,
    pub status: i64,
    pub error_code: Option<String>,
    pub duration_us: i64,
    pub directory_user_id: Option<String>,
    pub resource_type: Option<String>,
    pub resource_id: Option<String>,
}

/// One bar of the chart: the rows from `from` (inclusive) to `to` (exclusive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub from: Timestamp,
    pub to: Timestamp,
    pub succeeded: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub failed: i64,
}

/// A kind of failure and how often it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    pub text: String,
    pub count: i64,
}

/// The answer to a search.
#[derive(Debug, Clone)]
pub struct EventReport {
    pub page: PageOf<EventRow>,
    pub buckets: Vec<Bucket>,
    pub reasons: Vec<Reason>,
    /// The identifier matches so many people that not all of them are in the answer: more letters help.
    pub identifier_too_broad: bool,
    /// There are so many rows about the identifier that total, bars and reasons are of the newest alone.
    pub only_the_newest: bool,
}

/// An [`EventRow`] as it is selected.
pub(crate) type Columns = (
    (String, Timestamp, String, String, String, String, String, String, String),
    (i64, Option<String>, i64, Option<String>, Option<String>, Option<String>),
);

impl EventRow {
    pub(crate) fn from_columns(
        ((id, occurred_at, application_id, application_name, operation, outcome, subject, summary, changed), rest): Columns,
    ) -> Self {
        let (status, error_code, duration_us, directory_user_id, resource_type, resource_id) = rest;
        EventRow {
            id,
            occurred_at,
            application_id,
            application_name,
            operation: operation.parse().unwrap_or(Operation::Other),
            outcome: outcome.parse().unwrap_or(Outcome::Failed),
            subject,
            summary,
            changed: serde_json::from_str(&changed).unwrap_or_default(),
            status,
            error_code,
            duration_us,
            directory_user_id,
            resource_type,
            resource_id,
        }
    }
}

/// The columns of an [`EventRow`], in the order in which it takes them.
macro_rules! event_columns {
    () => {
        (
            (
                database::schema::provisioning_event::id,
                database::schema::provisioning_event::occurred_at,
                database::schema::provisioning_event::application_id,
                database::schema::provisioning_event::application_name,
                database::schema::provisioning_event::operation,
                database::schema::provisioning_event::outcome,
                database::schema::provisioning_event::subject,
                database::schema::provisioning_event::summary,
                database::schema::provisioning_event::changed,
            ),
            (
                database::schema::provisioning_event::status,
                database::schema::provisioning_event::error_code,
                database::schema::provisioning_event::duration_us,
                database::schema::provisioning_event::directory_user_id,
                database::schema::provisioning_event::resource_type,
                database::schema::provisioning_event::resource_id,
            ),
        )
    };
}
pub(crate) use event_columns;

/// The criteria, resolved to what the tables know.
struct Criteria {
    filter: Filter,
    from: i64,
    to: i64,
}

impl Criteria {
    fn resolve(connection: &mut Connection, tenant_id: &str, search: &EventSearch) -> Result<Self, Error> {
        let applications = match fold(askable(&search.application).trim()) {
            name if name.is_empty() => None,
            name => Some(matching_applications(connection, tenant_id, &name)?),
        };
        Ok(Criteria {
            filter: Filter {
                tenant_id: tenant_id.to_owned(),
                applications,
                operations: search.operation.into_iter().collect(),
                but: None,
                outcome: search.outcome,
                error_code: search.error_code.as_deref().map(askable),
            },
            from: search.from.as_milliseconds(),
            to: search.to.as_milliseconds(),
        })
    }
}

/// A tenant has few applications: all names are read and compared here, so that folding is ours and not the database's.
fn matching_applications(connection: &mut Connection, tenant_id: &str, name: &str) -> Result<Vec<String>, Error> {
    let all: Vec<(String, String)> = application::table
        .filter(application::tenant_id.eq(tenant_id))
        .select((application::id, application::name_folded))
        .load(connection)?;
    Ok(all.into_iter().filter(|(_, folded)| folded.contains(name)).map(|(id, _)| id).collect())
}

impl Provisioning {
    /// Searches the report.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn events(&self, scope: &TenantScope, search: EventSearch) -> Result<EventReport, Error> {
        self.recorder.flush(&self.database).await?;
        let tenant_id = scope.tenant_id().to_string();
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| {
                let connection = tx.connection();
                let criteria = Criteria::resolve(connection, &tenant_id, &search)?;
                match identifier_key(&search.identifier) {
                    key if key.is_empty() => everybody(connection, &criteria, &search),
                    key => subjects::report(connection, &criteria, &key, &search),
                }
            })
            .await
    }
}

/// A report about no identifier: there may be millions of rows.
fn everybody(connection: &mut Connection, criteria: &Criteria, search: &EventSearch) -> Result<EventReport, Error> {
    let Criteria { filter, from, to } = criteria;
    let wanted = usize::try_from(search.limit).unwrap_or(0) + 1;
    let after = search.after.as_deref().map(askable);
    let rows =
        newest(connection, filter, (*from, *to), after, wanted)?.into_iter().map(EventRow::from_columns).collect();
    let mut width = bar_width_ms(to - from);
    let mut tally = None;
    if width < MINUTE_MS {
        // Narrower bars than the counts have are for a time in which little happened.
        let by_minute = count(connection, filter, *from, *to, MINUTE_MS)?;
        if by_minute.total > ROWS_ONE_BY_ONE {
            (tally, width) = (Some(by_minute), MINUTE_MS);
        }
    }
    let tally = match tally {
        Some(tally) => tally,
        None => count(connection, filter, *from, *to, width)?,
    };
    Ok(EventReport {
        page: PageOf::cut(rows, search.limit, Total::Exact(tally.total), |row| row.id.clone()),
        buckets: bars(&tally, *from, *to, width),
        reasons: reasons(tally),
        identifier_too_broad: false,
        only_the_newest: false,
    })
}

/// The bars of a timespan, also those without any row.
fn bars(tally: &Tally, from: i64, to: i64, width: i64) -> Vec<Bucket> {
    let (first, last) = (from.div_euclid(width), (to - 1).max(from).div_euclid(width));
    let bar = |bar: i64| {
        let Outcomes { succeeded, unchanged, refused, failed } = tally.bars.get(&bar).copied().unwrap_or_default();
        let at = |bar: i64| Timestamp::from_milliseconds(bar * width);
        Bucket { from: at(bar), to: at(bar + 1), succeeded, unchanged, refused, failed }
    };
    (first..=last).map(bar).collect()
}

/// The most frequent one first.
fn reasons(tally: Tally) -> Vec<Reason> {
    let reason = |(code, count): (String, i64)| Reason { text: super::advice::reason(&code).to_owned(), code, count };
    let mut reasons: Vec<Reason> = tally.reasons.into_iter().map(reason).collect();
    reasons.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.code.cmp(&other.code)));
    reasons
}

/// A round width that makes at most [`BARS`] bars, give or take the two cut ones at the ends.
fn bar_width_ms(span_ms: i64) -> i64 {
    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const ROUND: [i64; 13] = [
        MINUTE / 2,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        4 * HOUR,
        12 * HOUR,
        DAY,
        7 * DAY,
    ];
    ROUND.into_iter().find(|width| span_ms / width <= BARS).unwrap_or_else(|| (span_ms / BARS / DAY + 1) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_round_and_few() {
        const HOUR: i64 = 3_600_000;
        for (span, width) in [
            (HOUR / 4, 30_000),
            (HOUR, 120_000),
            (24 * HOUR, HOUR / 2),
            (168 * HOUR, 4 * HOUR),
            (720 * HOUR, 24 * HOUR),
        ] {
            assert_eq!(bar_width_ms(span), width, "{span}");
        }
        assert!(3_650 * 24 * HOUR / bar_width_ms(3_650 * 24 * HOUR) <= BARS);
    }
}
