//! Counting further, a small step at a time, in the background.
//!
//! A step counts some thousands of rows with a reader and writes what came out in one short transaction. It counts whole
//! hours once they are over. Only where more rows wait than one step takes, it counts parts of an hour by whole minutes, so
//! that few rows are left to be counted one by one, however busy the tenant is. Servers need not agree on who counts: the
//! transaction does nothing if somebody else got further.

use std::collections::BTreeMap;

use database::schema::{event_count as table, provisioning_event as event_table};
use database::{Connection, Timestamp};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use registry::TenantScope;

use super::change::{Kinds, add, advance, hold, kinds};
use super::{Counted, DAY_MS, HOUR_MS, ID_AHEAD_MS, MINUTE_MS, SPANS_MS, counted, first_id_at, floor};
use crate::Provisioning;
use crate::error::Error;

/// So many rows are counted in one step; as long as fewer wait, the hour is waited for.
const STEP_ROWS: i64 = 5_000;

/// An hour with more rows than this is counted by the minute as well.
const QUIET_ROWS: i64 = 2_000;

/// Rows of so long ago are there: transactions that began then have ended, on servers whose clocks differ a little.
/// [`crate::event::recorder`] tells of rows that come later.
const SETTLED_AFTER_MS: i64 = 60_000;

/// What a step counted, and from when (inclusive) to when (exclusive).
struct Step {
    before: Option<Counted>,
    from: i64,
    to: i64,
    by_minute: Kinds,
}

impl Provisioning {
    /// Counts some of the tenant's rows; says whether there may be more to count at once.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn count_events(&self, scope: &TenantScope) -> Result<bool, Error> {
        let tenant_id = scope.tenant_id().to_string();
        let step = {
            let tenant_id = tenant_id.clone();
            self.database
                .read(move |tx| {
                    let settled = floor(tx.now().as_milliseconds() - SETTLED_AFTER_MS, MINUTE_MS);
                    next_step(tx.connection(), &tenant_id, settled)
                })
                .await?
        };
        let Some(step) = step else { return Ok(false) };
        self.database.write(move |tx| write(tx.connection()?, &tenant_id, &step)).await?;
        Ok(true)
    }

    /// Forgets the counts from the hour of that moment on if it was counted, so that they are made again. For a clock that
    /// was set back: rows come then that belong to counted time.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn count_events_again(&self, scope: &TenantScope, from: Timestamp) -> Result<(), Error> {
        let tenant_id = scope.tenant_id().to_string();
        let (asked, from) = (from.as_milliseconds(), floor(from.as_milliseconds(), HOUR_MS).max(0));
        {
            let tenant_id = tenant_id.clone();
            let reached = self.database.look_up(move |tx| counted(tx.connection(), &tenant_id)).await?;
            if reached.is_none_or(|counted| counted.up_to <= asked) {
                return Ok(());
            }
        }
        self.database
            .write(move |tx| -> Result<(), Error> {
                let connection = tx.connection()?;
                let held = hold(connection, &tenant_id)?;
                if held.up_to <= from {
                    return Ok(());
                }
                let day = floor(from, DAY_MS);
                for (span, from) in [(MINUTE_MS, from), (HOUR_MS, from), (DAY_MS, day)] {
                    let later = table::table.filter(table::tenant_id.eq(&tenant_id)).filter(table::span_ms.eq(span));
                    diesel::delete(later.filter(table::begins_at.ge(from))).execute(connection)?;
                }
                let of_day: Vec<(i64, String, String, String, String, i64)> = table::table
                    .filter(table::tenant_id.eq(&tenant_id))
                    .filter(table::span_ms.eq(HOUR_MS))
                    .filter(table::begins_at.ge(day))
                    .select((
                        table::begins_at,
                        table::application_id,
                        table::operation,
                        table::outcome,
                        table::error_code,
                        table::total,
                    ))
                    .load(connection)?;
                let by_hour: Kinds =
                    of_day.into_iter().map(|(a, b, c, d, e, total)| ((a, b, c, d, e), total)).collect();
                add(connection, &tenant_id, DAY_MS, &kinds(&by_hour, DAY_MS))?;
                let after = Counted { up_to: from, revision: held.revision + 1 };
                advance(connection, &tenant_id, Some(held), after).map(drop)
            })
            .await
    }
}

/// The next step, if there is one: what comes after how far was counted, up to `settled` at most.
fn next_step(connection: &mut Connection, tenant_id: &str, settled: i64) -> Result<Option<Step>, Error> {
    let before = counted(connection, tenant_id)?;
    let up_to = before.unwrap_or_default().up_to;
    let row_at = |connection: &mut Connection, from: i64, offset: i64| -> QueryResult<Option<i64>> {
        event_table::table
            .filter(event_table::tenant_id.eq(tenant_id))
            .filter(event_table::id.ge(first_id_at(from)))
            .filter(event_table::occurred_at.ge(Timestamp::from_milliseconds(from)))
            .select(event_table::occurred_at)
            .order(event_table::id)
            .limit(1)
            .offset(offset)
            .first::<Timestamp>(connection)
            .optional()
            .map(|found| found.map(Timestamp::as_milliseconds))
    };
    let Some(first) = row_at(connection, up_to, 0)? else { return Ok(None) };
    // Rows in the order of their ids are at most so much out of the order of their times.
    let from = up_to.max(floor(first - ID_AHEAD_MS, HOUR_MS));
    let to = match row_at(connection, from, STEP_ROWS)? {
        None => floor(settled, HOUR_MS),
        Some(last) => {
            let ends = [floor(last - ID_AHEAD_MS, HOUR_MS), floor(last - ID_AHEAD_MS, MINUTE_MS), from + MINUTE_MS];
            ends.into_iter().find(|end| *end > from).unwrap_or(from).min(settled)
        }
    };
    if to <= from {
        return Ok(None);
    }
    let by_minute = count(connection, tenant_id, from, to)?;
    Ok(Some(Step { before, from, to, by_minute }))
}

/// The rows of a timespan, by minute.
pub(crate) fn count(connection: &mut Connection, tenant_id: &str, from: i64, to: i64) -> Result<Kinds, Error> {
    let lines: Vec<(i64, String, String, String, String, i64)> = event_table::table
        .filter(event_table::tenant_id.eq(tenant_id))
        .filter(event_table::id.ge(first_id_at(from)))
        .filter(event_table::id.lt(first_id_at(to.saturating_add(ID_AHEAD_MS))))
        .filter(event_table::occurred_at.ge(Timestamp::from_milliseconds(from)))
        .filter(event_table::occurred_at.lt(Timestamp::from_milliseconds(to)))
        .group_by(sql::<Integer>("1, 2, 3, 4, 5"))
        .select(sql::<(BigInt, Text, Text, Text, Text, BigInt)>(&format!(
            "occurred_at / {MINUTE_MS}, application_id, operation, outcome, COALESCE(error_code, ''), COUNT(*)"
        )))
        .load(connection)?;
    Ok(lines.into_iter().map(|(at, a, o, u, e, rows)| ((at * MINUTE_MS, a, o, u, e), rows)).collect())
}

/// Writes what a step counted, unless somebody else counted meanwhile.
fn write(connection: &mut Connection, tenant_id: &str, step: &Step) -> Result<(), Error> {
    let revision = step.before.unwrap_or_default().revision + 1;
    if !advance(connection, tenant_id, step.before, Counted { up_to: step.to, revision })? {
        return Ok(());
    }
    let mut of_hours: BTreeMap<i64, i64> = BTreeMap::new();
    for (kind, rows) in &step.by_minute {
        *of_hours.entry(floor(kind.0, HOUR_MS)).or_default() += rows;
    }
    let is_busy = |minute: i64| {
        let hour = floor(minute, HOUR_MS);
        let is_part = step.from > hour || step.to < hour + HOUR_MS;
        is_part || of_hours.get(&hour).is_some_and(|rows| *rows > QUIET_ROWS)
    };
    for span in SPANS_MS {
        let counts = match span {
            MINUTE_MS => {
                step.by_minute.iter().filter(|(kind, _)| is_busy(kind.0)).map(|(kind, n)| (kind.clone(), *n)).collect()
            }
            _ => kinds(&step.by_minute, span),
        };
        add(connection, tenant_id, span, &counts)?;
    }
    Ok(())
}
