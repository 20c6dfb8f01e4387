//! The newest rows of a filter, and its first one: sought where the counts say that there are any.
//!
//! There is no index by application, operation or reason: rows are read in the order of their ids, and only in the days, hours
//! and minutes that have one. Every slice that is looked at holds a row, so a page looks at few of them.

use std::collections::BTreeSet;

use database::schema::{event_count as count_table, provisioning_event as event_table};
use database::{Connection, Timestamp};
use diesel::prelude::*;

use super::filter::Filter;
use super::{DAY_MS, HOUR_MS, ID_AHEAD_MS, MINUTE_MS, ceil, counted, first_id_at, floor, moment_of};
use crate::error::Error;
use crate::event::report::{Columns, event_columns};

/// So many days are looked up at a time.
const DAYS: i64 = 32;

/// When: from (inclusive), to (exclusive), in milliseconds.
pub(crate) type Timespan = (i64, i64);

/// Rows that were found, and how many are wanted.
struct Page<'a> {
    filter: &'a Filter,
    timespan: Timespan,
    /// Everything from here on was looked at.
    below: String,
    limit: usize,
    rows: Vec<Columns>,
}

/// The newest rows of a timespan whose ids are smaller than `below`, at most `limit`, in falling order of their ids.
pub(crate) fn newest(
    connection: &mut Connection,
    filter: &Filter,
    timespan: Timespan,
    below: Option<String>,
    limit: usize,
) -> Result<Vec<Columns>, Error> {
    let (from, to) = timespan;
    let end = first_id_at(to.saturating_add(ID_AHEAD_MS));
    let below = below.map_or(end.clone(), |below| below.min(end));
    let up_to = counted(connection, &filter.tenant_id)?.unwrap_or_default().up_to;
    let mut page = Page { filter, timespan, below, limit, rows: Vec::new() };
    if up_to <= from || !filter.narrows() {
        page.look(connection, from, to)?;
        return Ok(page.rows);
    }
    page.look(connection, up_to, to)?;
    // The rest in days that have such rows.
    let mut end = to.min(up_to);
    while !page.is_full() {
        // No row with a smaller id is from later.
        end = moment_of(&page.below).map_or(end, |moment| end.min(moment + 1));
        let days = slices(connection, filter, DAY_MS, (from, end), Some(DAYS))?;
        for day in &days {
            for (first, last) in places_in(connection, filter, (from.max(*day), end.min(day + DAY_MS)))? {
                page.look(connection, first, last)?;
                if page.is_full() {
                    return Ok(page.rows);
                }
            }
        }
        match days.last() {
            Some(last) if i64::try_from(days.len()).is_ok_and(|count| count == DAYS) => end = *last,
            _ => break,
        }
    }
    Ok(page.rows)
}

impl Page<'_> {
    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit
    }

    /// Looks at the rows from between two moments that were not looked at, the newest first.
    fn look(&mut self, connection: &mut Connection, first: i64, last: i64) -> Result<(), Error> {
        let (from, to) = self.timespan;
        let lowest = first_id_at(first);
        let highest = first_id_at(last.saturating_add(ID_AHEAD_MS)).min(self.below.clone());
        if lowest >= highest || self.is_full() {
            return Ok(());
        }
        let wanted = i64::try_from(self.limit - self.rows.len()).unwrap_or(i64::MAX);
        let mut found: Vec<Columns> = event_table::table
            .filter(self.filter.on_rows())
            .filter(event_table::id.ge(&lowest))
            .filter(event_table::id.lt(&highest))
            .filter(event_table::occurred_at.ge(Timestamp::from_milliseconds(from)))
            .filter(event_table::occurred_at.lt(Timestamp::from_milliseconds(to)))
            .select(event_columns!())
            .order(event_table::id.desc())
            .limit(wanted)
            .load(connection)?;
        self.rows.append(&mut found);
        self.below = lowest;
        Ok(())
    }
}

/// The first row of a filter: when it was, and its id.
pub(crate) fn first(connection: &mut Connection, filter: &Filter) -> Result<Option<(Timestamp, String)>, Error> {
    let up_to = counted(connection, &filter.tenant_id)?.unwrap_or_default().up_to;
    let oldest = |connection: &mut Connection, span: i64, (from, to): Timespan| -> Result<Option<i64>, Error> {
        let begins: Option<i64> = count_table::table
            .filter(filter.on_counts())
            .filter(count_table::span_ms.eq(span))
            .filter(count_table::begins_at.ge(from))
            .filter(count_table::begins_at.lt(to))
            .select(count_table::begins_at)
            .order(count_table::begins_at)
            .first(connection)
            .optional()?;
        Ok(begins)
    };
    let Some(day) = oldest(connection, DAY_MS, (0, up_to))? else { return first_from(connection, filter, up_to, None) };
    let hour = oldest(connection, HOUR_MS, (day, day + DAY_MS))?.unwrap_or(day);
    let minute = oldest(connection, MINUTE_MS, (hour, hour + HOUR_MS))?.unwrap_or(hour);
    let found = first_from(connection, filter, minute, Some(hour + HOUR_MS))?;
    if found.is_some() { Ok(found) } else { first_from(connection, filter, up_to, None) }
}

fn first_from(
    connection: &mut Connection,
    filter: &Filter,
    from: i64,
    to: Option<i64>,
) -> Result<Option<(Timestamp, String)>, Error> {
    let mut query = event_table::table
        .filter(filter.on_rows())
        .filter(event_table::id.ge(first_id_at(from)))
        .select((event_table::occurred_at, event_table::id))
        .order(event_table::id)
        .limit(1)
        .into_boxed();
    if let Some(to) = to {
        query = query.filter(event_table::id.lt(first_id_at(to.saturating_add(ID_AHEAD_MS))));
    }
    Ok(query.first(connection).optional()?)
}

/// The parts of a day that have such rows, the newest first; those that touch are one.
fn places_in(connection: &mut Connection, filter: &Filter, timespan: Timespan) -> Result<Vec<Timespan>, Error> {
    let hours = slices(connection, filter, HOUR_MS, timespan, None)?;
    let minutes: BTreeSet<i64> = slices(connection, filter, MINUTE_MS, timespan, None)?.into_iter().collect();
    let mut places: Vec<Timespan> = Vec::new();
    let mut add = |first: i64, last: i64| match places.last_mut() {
        Some(later) if later.0 == last => later.0 = first,
        _ => places.push((first, last)),
    };
    for hour in hours {
        let busy: Vec<i64> = minutes.range(hour..hour + HOUR_MS).copied().collect();
        if busy.is_empty() {
            add(hour, hour + HOUR_MS);
        }
        busy.into_iter().rev().for_each(|minute| add(minute, minute + MINUTE_MS));
    }
    Ok(places)
}

/// Where the slices of that length begin that have such rows, the newest first.
fn slices(
    connection: &mut Connection,
    filter: &Filter,
    span: i64,
    (from, to): Timespan,
    limit: Option<i64>,
) -> Result<Vec<i64>, Error> {
    let mut slices = count_table::table
        .filter(filter.on_counts())
        .filter(count_table::span_ms.eq(span))
        .filter(count_table::begins_at.ge(floor(from, span)))
        .filter(count_table::begins_at.lt(ceil(to, span)))
        .select(count_table::begins_at)
        .distinct()
        .order(count_table::begins_at.desc())
        .into_boxed();
    if let Some(limit) = limit {
        slices = slices.limit(limit);
    }
    Ok(slices.load(connection)?)
}
