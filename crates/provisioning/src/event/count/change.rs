//! Rows of counted time that come late or are deleted.
//!
//! Whoever does either holds the tenant's row of `event_counted` meanwhile, so that nobody counts the same rows.

use std::collections::{BTreeMap, BTreeSet};

use database::schema::{event_count as table, event_counted};
use database::{CacheStatement, Connection, LockRow};
use diesel::prelude::*;

use super::{Counted, DAY_MS, HOUR_MS, ID_AHEAD_MS, MINUTE_MS, SPANS_MS, floor};
use crate::error::Error;

/// What rows are counted by: begin of the slice, application, operation, outcome, reason (empty where there is none).
pub(crate) type Kind = (i64, String, String, String, String);

/// How many rows there are of each kind.
pub(crate) type Kinds = BTreeMap<Kind, i64>;

/// A row as far as it is counted: `occurred_at`, application, operation, outcome, reason.
pub(crate) type CountedBy = (i64, String, String, String, Option<String>);

/// Counts rows in slices of one length.
pub(crate) fn kinds<'a>(rows: impl IntoIterator<Item = (&'a Kind, &'a i64)>, span: i64) -> Kinds {
    let mut kinds = Kinds::new();
    for ((at, application, operation, outcome, error_code), count) in rows {
        let kind = (floor(*at, span), application.clone(), operation.clone(), outcome.clone(), error_code.clone());
        *kinds.entry(kind).or_default() += count;
    }
    kinds
}

/// How far was counted, which nobody changes until the transaction ends. Makes the row if it is missing.
pub(crate) fn hold(connection: &mut Connection, tenant_id: &str) -> Result<Counted, Error> {
    let found = |connection: &mut Connection| -> QueryResult<Option<(i64, i64)>> {
        event_counted::table
            .filter(event_counted::tenant_id.eq(tenant_id))
            .select((event_counted::up_to, event_counted::revision))
            .lock_row_to_change()
            .get_result(connection)
            .optional()
    };
    let held = match found(connection)? {
        Some(held) => Some(held),
        None => {
            advance(connection, tenant_id, None, Counted::default())?;
            found(connection)?
        }
    };
    Ok(held.map(|(up_to, revision)| Counted { up_to, revision }).unwrap_or_default())
}

/// Sets how far was counted, if it still is `before`; says whether it was.
pub(crate) fn advance(
    connection: &mut Connection,
    tenant_id: &str,
    before: Option<Counted>,
    after: Counted,
) -> Result<bool, Error> {
    let changed = match before {
        Some(before) => database::each!(connection, connection => {
            diesel::update(event_counted::table)
                .filter(event_counted::tenant_id.eq(tenant_id))
                .filter(event_counted::up_to.eq(before.up_to))
                .filter(event_counted::revision.eq(before.revision))
                .set((event_counted::up_to.eq(after.up_to), event_counted::revision.eq(after.revision)))
                .cached()
                .execute(connection)
        })?,
        None => database::each!(connection, connection => {
            diesel::insert_into(event_counted::table)
                .values((
                    event_counted::tenant_id.eq(tenant_id),
                    event_counted::up_to.eq(after.up_to),
                    event_counted::revision.eq(after.revision),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
        })?,
    };
    Ok(changed == 1)
}

/// Adds to the counts of slices of one length; numbers may be negative, and what comes to nothing is removed.
pub(crate) fn add(connection: &mut Connection, tenant_id: &str, span: i64, kinds: &Kinds) -> Result<(), Error> {
    for ((begins_at, application_id, operation, outcome, error_code), count) in kinds {
        let row = (
            table::tenant_id.eq(tenant_id),
            table::span_ms.eq(span),
            table::begins_at.eq(begins_at),
            table::application_id.eq(application_id),
            table::operation.eq(operation),
            table::outcome.eq(outcome),
            table::error_code.eq(error_code),
            table::total.eq(count),
        );
        database::each!(connection, connection => {
            diesel::insert_into(table::table)
                .values(row)
                .on_conflict((
                    table::tenant_id,
                    table::span_ms,
                    table::begins_at,
                    table::application_id,
                    table::operation,
                    table::outcome,
                    table::error_code,
                ))
                .do_update()
                .set(table::total.eq(table::total + count))
                .cached()
                .execute(connection)
        })?;
    }
    if kinds.values().any(|count| *count < 0)
        && let (Some(first), Some(last)) = (kinds.keys().next(), kinds.keys().next_back())
    {
        diesel::delete(
            table::table
                .filter(table::tenant_id.eq(tenant_id))
                .filter(table::span_ms.eq(span))
                .filter(table::begins_at.ge(first.0))
                .filter(table::begins_at.le(last.0))
                .filter(table::total.le(0)),
        )
        .execute(connection)?;
    }
    Ok(())
}

/// Counts rows that were written (`sign` 1) or deleted (-1) in this transaction, as far as their time was counted.
fn correct(
    connection: &mut Connection,
    tenant_id: &str,
    held: Counted,
    rows: Vec<CountedBy>,
    sign: i64,
) -> Result<(), Error> {
    let mut by_minute = Kinds::new();
    for (at, application, operation, outcome, error_code) in rows.into_iter().filter(|row| row.0 < held.up_to) {
        let kind = (floor(at, MINUTE_MS), application, operation, outcome, error_code.unwrap_or_default());
        *by_minute.entry(kind).or_default() += sign;
    }
    if by_minute.is_empty() {
        return Ok(());
    }
    for span in SPANS_MS {
        let mut kinds = kinds(&by_minute, span);
        if span == MINUTE_MS {
            let hours: BTreeSet<i64> = kinds.keys().map(|kind| floor(kind.0, HOUR_MS)).collect();
            for hour in hours {
                if !has_minutes(connection, tenant_id, hour)? {
                    kinds.retain(|kind, _| floor(kind.0, HOUR_MS) != hour);
                }
            }
        }
        add(connection, tenant_id, span, &kinds)?;
    }
    Ok(())
}

/// Counts rows of this transaction that waited so long that somebody may count their time just now. [`hold`] comes before.
pub(crate) fn came_late(
    connection: &mut Connection,
    tenant_id: &str,
    held: Counted,
    rows: Vec<CountedBy>,
) -> Result<(), Error> {
    correct(connection, tenant_id, held, rows, 1)?;
    // Who counts just now did not see them: that step comes to nothing.
    advance(connection, tenant_id, Some(held), Counted { revision: held.revision + 1, ..held }).map(drop)
}

/// Counts rows off that this transaction deletes. [`hold`] comes before.
pub(crate) fn are_gone(
    connection: &mut Connection,
    tenant_id: &str,
    held: Counted,
    rows: Vec<CountedBy>,
) -> Result<(), Error> {
    let touches_uncounted = rows.iter().any(|row| row.0 >= held.up_to);
    correct(connection, tenant_id, held, rows, -1)?;
    if touches_uncounted {
        advance(connection, tenant_id, Some(held), Counted { revision: held.revision + 1, ..held })?;
    }
    Ok(())
}

/// Counts off everything from before `end`, a whole day, when all rows with ids of before it are gone. [`hold`] comes before.
pub(crate) fn are_all_gone(connection: &mut Connection, tenant_id: &str, held: Counted, end: i64) -> Result<(), Error> {
    diesel::delete(table::table.filter(table::tenant_id.eq(tenant_id)).filter(table::begins_at.lt(end)))
        .execute(connection)?;
    // Ids may be ahead of their rows: those of the last seconds are still there.
    let left = super::roll::count(connection, tenant_id, end - ID_AHEAD_MS, end.min(held.up_to))?;
    for span in [DAY_MS, HOUR_MS] {
        add(connection, tenant_id, span, &kinds(&left, span))?;
    }
    advance(connection, tenant_id, Some(held), Counted { revision: held.revision + 1, ..held }).map(drop)
}

/// Whether the hour has slices of a minute: then it has them for all of its rows.
fn has_minutes(connection: &mut Connection, tenant_id: &str, hour: i64) -> Result<bool, Error> {
    let found: Option<i64> = table::table
        .filter(table::tenant_id.eq(tenant_id))
        .filter(table::span_ms.eq(MINUTE_MS))
        .filter(table::begins_at.ge(hour))
        .filter(table::begins_at.lt(hour + HOUR_MS))
        .select(table::begins_at)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}
