//! Reports → Provisioning Report: the search over events.
//!
//! Three criteria, alone or together or none: an identifier of the end user (any name the person goes by or ever went
//! by), the name of the application, a timespan. Rows come newest first, a page at a time by key; the bars over time and
//! the reasons of failure are counted over the same criteria.

use database::schema::{application, event_identifier, provisioning_event as event_table};
use database::{Connection, Timestamp};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types;
use registry::TenantScope;
use scim_model::fold::fold;

use crate::Provisioning;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::identifier_key;
use crate::page::{PageOf, Total, askable};

/// More rows than this are not counted one by one: the count then reads "10,000+".
const COUNTED_ROWS: i64 = 10_000;

/// So many different people or groups may match an identifier before the search asks for more letters.
const MATCHED_SUBJECTS: i64 = 500;

/// How far the clock of another node may be off ours.
const CLOCK_SLACK_MS: i64 = 60_000;

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

type Condition<'a> =
    Box<dyn BoxableExpression<event_table::table, database::MultiBackend, SqlType = sql_types::Bool> + 'a>;

/// The criteria, resolved to what the indexes know.
struct Criteria {
    tenant_id: String,
    subjects: Option<Vec<String>>,
    applications: Option<Vec<String>>,
    from: Timestamp,
    to: Timestamp,
    first_id: String,
    last_id: String,
    operation: Option<Operation>,
    outcome: Option<Outcome>,
    error_code: Option<String>,
    identifier_too_broad: bool,
}

impl Criteria {
    fn resolve(connection: &mut Connection, tenant_id: &str, search: &EventSearch) -> Result<Self, Error> {
        let (subjects, identifier_too_broad) = match identifier_key(&search.identifier) {
            key if key.is_empty() => (None, false),
            key => {
                let (subjects, too_broad) = matching_subjects(connection, tenant_id, &key)?;
                (Some(subjects), too_broad)
            }
        };
        let applications = match fold(askable(&search.application).trim()) {
            name if name.is_empty() => None,
            name => Some(matching_applications(connection, tenant_id, &name)?),
        };
        Ok(Criteria {
            tenant_id: tenant_id.to_owned(),
            subjects,
            applications,
            from: search.from,
            to: search.to,
            first_id: first_id_at(search.from.as_milliseconds() - CLOCK_SLACK_MS),
            last_id: first_id_at(search.to.as_milliseconds() + CLOCK_SLACK_MS),
            operation: search.operation,
            outcome: search.outcome,
            error_code: search.error_code.as_deref().map(askable),
            identifier_too_broad,
        })
    }

    /// Every statement of a report is filtered by this, so that rows, count, bars and reasons never disagree.
    ///
    /// Ids are time-ordered (UUIDv7): the range over them is what the index seeks by, the exact times decide.
    fn condition(&self) -> Condition<'_> {
        let mut condition: Condition<'_> = Box::new(
            event_table::tenant_id
                .eq(self.tenant_id.as_str())
                .and(event_table::id.ge(self.first_id.as_str()))
                .and(event_table::id.lt(self.last_id.as_str()))
                .and(event_table::occurred_at.ge(self.from))
                .and(event_table::occurred_at.lt(self.to)),
        );
        if let Some(subjects) = &self.subjects {
            condition =
                Box::new(condition.and(event_table::subject_id.eq_any(subjects).or(event_table::id.eq_any(subjects))));
        }
        if let Some(applications) = &self.applications {
            condition = Box::new(condition.and(event_table::application_id.eq_any(applications)));
        }
        if let Some(operation) = self.operation {
            condition = Box::new(condition.and(event_table::operation.eq(operation.as_str())));
        }
        if let Some(outcome) = self.outcome {
            condition = Box::new(condition.and(event_table::outcome.eq(outcome.as_str())));
        }
        if let Some(error_code) = &self.error_code {
            condition = Box::new(condition.and(event_table::error_code.eq(error_code).assume_not_null()));
        }
        condition
    }
}

/// Everybody who goes or ever went by a name that begins with `key`, and the rows that mention them; and whether there
/// were more than a search takes. Resources come before names that nobody has (`name:…`).
fn matching_subjects(connection: &mut Connection, tenant_id: &str, key: &str) -> Result<(Vec<String>, bool), Error> {
    let (first, last) = crate::page::prefix_range(key);
    let in_tenant = || event_identifier::table.filter(event_identifier::tenant_id.eq(tenant_id));
    let mut subjects: Vec<String> = in_tenant()
        .filter(event_identifier::folded.ge(first))
        .filter(event_identifier::folded.lt(last))
        .select(event_identifier::subject_id)
        .distinct()
        .order(event_identifier::subject_id.asc())
        .limit(MATCHED_SUBJECTS)
        .load(connection)?;
    let mentioning: Vec<String> = in_tenant()
        .filter(event_identifier::folded.eq_any(&subjects))
        .select(event_identifier::subject_id)
        .distinct()
        .order(event_identifier::subject_id.asc())
        .limit(MATCHED_SUBJECTS)
        .load(connection)?;
    let most = usize::try_from(MATCHED_SUBJECTS).unwrap_or(usize::MAX);
    let too_broad = subjects.len() >= most || mentioning.len() >= most;
    subjects.extend(mentioning);
    subjects.sort_unstable();
    subjects.dedup();
    Ok((subjects, too_broad))
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
            .read(move |tx| {
                let connection = tx.connection();
                let criteria = Criteria::resolve(connection, &tenant_id, &search)?;
                let page = rows(connection, &criteria, &search)?;
                let (buckets, reasons) = (bars(connection, &criteria)?, reasons(connection, &criteria)?);
                let identifier_too_broad = criteria.identifier_too_broad;
                Ok(EventReport { page, buckets, reasons, identifier_too_broad })
            })
            .await
    }
}

fn rows(connection: &mut Connection, criteria: &Criteria, search: &EventSearch) -> Result<PageOf<EventRow>, Error> {
    let mut query = event_table::table.filter(criteria.condition()).select(event_columns!()).into_boxed();
    if let Some(after) = &search.after {
        query = query.filter(event_table::id.lt(askable(after)));
    }
    let found: Vec<Columns> = query.order(event_table::id.desc()).limit(search.limit + 1).load(connection)?;
    let rows: Vec<EventRow> = found.into_iter().map(EventRow::from_columns).collect();
    let counted: Vec<String> = event_table::table
        .filter(criteria.condition())
        .select(event_table::id)
        .limit(COUNTED_ROWS + 1)
        .load(connection)?;
    Ok(PageOf::cut(rows, search.limit, Total::up_to(counted.len(), COUNTED_ROWS), |row| row.id.clone()))
}

/// Counts by bar and outcome in the database; only the counts travel.
fn bars(connection: &mut Connection, criteria: &Criteria) -> Result<Vec<Bucket>, Error> {
    let (from, to) = (criteria.from.as_milliseconds(), criteria.to.as_milliseconds());
    let width = bar_width_ms(to - from);
    let counts: Vec<(i64, String, i64)> = event_table::table
        .group_by(sql::<sql_types::Integer>("1, 2"))
        .filter(criteria.condition())
        .select(sql::<(sql_types::BigInt, sql_types::Text, sql_types::BigInt)>(&format!(
            "occurred_at / {width}, outcome, COUNT(*)"
        )))
        .load(connection)?;
    let (first, last) = (from.div_euclid(width), (to - 1).max(from).div_euclid(width));
    let mut buckets: Vec<Bucket> = (first..=last)
        .map(|bar| Bucket {
            from: Timestamp::from_milliseconds(bar * width),
            to: Timestamp::from_milliseconds((bar + 1) * width),
            succeeded: 0,
            unchanged: 0,
            refused: 0,
            failed: 0,
        })
        .collect();
    for (bar, outcome, count) in counts {
        let Some(bucket) = usize::try_from(bar - first).ok().and_then(|index| buckets.get_mut(index)) else { continue };
        match outcome.parse().unwrap_or(Outcome::Failed) {
            Outcome::Succeeded => bucket.succeeded += count,
            Outcome::Unchanged => bucket.unchanged += count,
            Outcome::Refused => bucket.refused += count,
            Outcome::Failed => bucket.failed += count,
        }
    }
    Ok(buckets)
}

fn reasons(connection: &mut Connection, criteria: &Criteria) -> Result<Vec<Reason>, Error> {
    let counts: Vec<(String, i64)> = event_table::table
        .group_by(sql::<sql_types::Integer>("1"))
        .filter(criteria.condition())
        .filter(event_table::error_code.is_not_null())
        .select(sql::<(sql_types::Text, sql_types::BigInt)>("error_code, COUNT(*)"))
        .load(connection)?;
    let mut reasons: Vec<Reason> = counts
        .into_iter()
        .map(|(code, count)| Reason { text: super::advice::reason(&code).to_owned(), code, count })
        .collect();
    reasons.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.code.cmp(&other.code)));
    Ok(reasons)
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

/// The smallest UUIDv7 of a moment.
fn first_id_at(millis: i64) -> String {
    database::Id::<database::kind::Event>::first_at(Timestamp::from_milliseconds(millis)).into_string()
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

    #[test]
    fn ids_begin_with_their_time() {
        assert_eq!(first_id_at(0x0190_1234_5678), "01901234-5678-0000-0000-000000000000");
        assert_eq!(first_id_at(-5), "00000000-0000-0000-0000-000000000000");
    }
}
