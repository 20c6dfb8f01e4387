//! The counts of a timespan: by bar and outcome, by reason, and of all.

use std::collections::{BTreeMap, BTreeSet};

use database::schema::{event_count as count_table, provisioning_event as event_table};
use database::{Connection, Timestamp};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::filter::Filter;
use super::plan::{hours_in_question, plan};
use super::{Counted, HOUR_MS, ID_AHEAD_MS, MINUTE_MS, counted, first_id_at};
use crate::error::Error;
use crate::event::kind::Outcome;

/// How often it is counted anew when somebody else counted further meanwhile.
const TRIES: usize = 4;

/// Bars, outcomes and reasons of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// By the number of the bar since 1970.
    pub bars: BTreeMap<i64, Outcomes>,
    pub reasons: BTreeMap<String, i64>,
    pub total: i64,
}

/// Rows by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Outcomes {
    pub succeeded: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub failed: i64,
}

impl Tally {
    /// Adds so many rows. `error_code`: empty where there is none.
    pub fn add(&mut self, bar: i64, outcome: &str, error_code: &str, rows: i64) {
        let outcomes = self.bars.entry(bar).or_default();
        match outcome.parse().unwrap_or(Outcome::Failed) {
            Outcome::Succeeded => outcomes.succeeded += rows,
            Outcome::Unchanged => outcomes.unchanged += rows,
            Outcome::Refused => outcomes.refused += rows,
            Outcome::Failed => outcomes.failed += rows,
        }
        if !error_code.is_empty() {
            *self.reasons.entry(error_code.to_owned()).or_default() += rows;
        }
        self.total += rows;
    }
}

/// Bar, outcome, reason, how many.
type Line = (i64, String, String, i64);

/// Counts the rows of `from` (inclusive) to `to` (exclusive), in bars of that width.
pub(crate) fn tally(
    connection: &mut Connection,
    filter: &Filter,
    from: i64,
    to: i64,
    width: i64,
) -> Result<Tally, Error> {
    for attempt in 1.. {
        let before = counted(connection, &filter.tenant_id)?;
        let tally = count(connection, filter, from, to, width, before.unwrap_or_default())?;
        // Statements see each other's time: what was counted in between would be missing or there twice.
        if attempt == TRIES || counted(connection, &filter.tenant_id)? == before {
            return Ok(tally);
        }
    }
    Ok(Tally::default())
}

fn count(
    connection: &mut Connection,
    filter: &Filter,
    from: i64,
    to: i64,
    width: i64,
    counted: Counted,
) -> Result<Tally, Error> {
    let mut busy = BTreeSet::new();
    if counted.up_to > from {
        for (from, to) in hours_in_question(from, to.min(counted.up_to), width) {
            busy.append(&mut busy_hours(connection, &filter.tenant_id, from, to)?);
        }
    }
    let plan = plan(from, to, width, counted.up_to, &busy);
    let mut tally = Tally::default();
    for (span, from, to) in plan.slices {
        for (bar, outcome, error_code, rows) in of_slices(connection, filter, span, from, to, width)? {
            tally.add(bar, &outcome, &error_code, rows);
        }
    }
    for (from, to) in plan.rows {
        for (bar, outcome, error_code, rows) in of_rows(connection, filter, from, to, width)? {
            tally.add(bar, &outcome, &error_code, rows);
        }
    }
    Ok(tally)
}

/// The hours of the tenant that have slices of a minute, whatever the filter.
fn busy_hours(connection: &mut Connection, tenant_id: &str, from: i64, to: i64) -> Result<BTreeSet<i64>, Error> {
    let hours: Vec<i64> = count_table::table
        .filter(count_table::tenant_id.eq(tenant_id))
        .filter(count_table::span_ms.eq(MINUTE_MS))
        .filter(count_table::begins_at.ge(from))
        .filter(count_table::begins_at.lt(to))
        .select(sql::<BigInt>(&format!("begins_at / {HOUR_MS}")))
        .distinct()
        .load(connection)?;
    Ok(hours.into_iter().map(|hour| hour * HOUR_MS).collect())
}

fn of_slices(
    connection: &mut Connection,
    filter: &Filter,
    span: i64,
    from: i64,
    to: i64,
    width: i64,
) -> Result<Vec<Line>, Error> {
    let lines = count_table::table
        .filter(filter.on_counts())
        .filter(count_table::span_ms.eq(span))
        .filter(count_table::begins_at.ge(from))
        .filter(count_table::begins_at.lt(to))
        .group_by(sql::<Integer>("1, 2, 3"))
        .select(sql::<(BigInt, Text, Text, BigInt)>(&format!(
            "begins_at / {width}, outcome, error_code, CAST(SUM(total) AS BIGINT)"
        )));
    Ok(lines.load(connection)?)
}

fn of_rows(connection: &mut Connection, filter: &Filter, from: i64, to: i64, width: i64) -> Result<Vec<Line>, Error> {
    let lines = event_table::table
        .filter(filter.on_rows())
        .filter(event_table::id.ge(first_id_at(from)))
        .filter(event_table::id.lt(first_id_at(to.saturating_add(ID_AHEAD_MS))))
        .filter(event_table::occurred_at.ge(Timestamp::from_milliseconds(from)))
        .filter(event_table::occurred_at.lt(Timestamp::from_milliseconds(to)))
        .group_by(sql::<Integer>("1, 2, 3"))
        .select(sql::<(BigInt, Text, Text, BigInt)>(&format!(
            "occurred_at / {width}, outcome, COALESCE(error_code, ''), COUNT(*)"
        )));
    Ok(lines.load(connection)?)
}
