//! A report about an identifier: the few subjects that it leads to, and the rows about them, looked at one by one.
//!
//! However many rows there are about somebody, only the newest [`LOOKED_AT`] of the timespan are looked at; the report then
//! says so. Pages go on beyond them.

use std::collections::BTreeMap;

use database::schema::{event_identifier, provisioning_event as event_table};
use database::{Connection, MultiBackend, Timestamp};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Columns, Criteria, EventReport, EventRow, EventSearch, bar_width_ms, bars, event_columns, reasons};
use crate::error::Error;
use crate::event::count::tally::Tally;
use crate::event::count::{ID_AHEAD_MS, first_id_at};
use crate::page::{PageOf, Total, askable};

/// So many different people or groups may match an identifier before the search asks for more letters.
const MATCHED_SUBJECTS: usize = 200;

/// So many names are looked at for them.
const MATCHED_NAMES: i64 = 2_000;

/// So many rows about them are looked at.
const LOOKED_AT: i64 = 5_000;

/// A row as far as it is looked at: id, time, application, operation, outcome, reason.
type Looked = (String, Timestamp, String, String, String, Option<String>);

/// Rows by id, as far as they are looked at.
struct Look {
    rows: BTreeMap<String, Looked>,
    /// No row with a smaller id was looked at.
    lowest: String,
    /// There are more, with smaller ids.
    is_cut: bool,
}

pub(super) fn report(
    connection: &mut Connection,
    criteria: &Criteria,
    key: &str,
    search: &EventSearch,
) -> Result<EventReport, Error> {
    let (subjects, identifier_too_broad) = matching(connection, &criteria.filter.tenant_id, key)?;
    let newest = look(connection, criteria, &subjects, None)?;
    let width = bar_width_ms(criteria.to - criteria.from);
    let mut tally = Tally::default();
    for (_, at, _, _, outcome, error_code) in newest.rows.values().filter(|row| takes(criteria, row)) {
        tally.add(at.as_milliseconds().div_euclid(width), outcome, error_code.as_deref().unwrap_or_default(), 1);
    }
    let total = if newest.is_cut { Total::AtLeast(tally.total) } else { Total::Exact(tally.total) };
    let only_the_newest = newest.is_cut;
    let buckets = bars(&tally, criteria.from, criteria.to, width);
    Ok(EventReport {
        page: page(connection, criteria, &subjects, newest, search, total)?,
        buckets,
        reasons: reasons(tally),
        identifier_too_broad,
        only_the_newest,
    })
}

fn takes(criteria: &Criteria, (_, _, application_id, operation, outcome, error_code): &Looked) -> bool {
    criteria.filter.takes(application_id, operation, outcome, error_code.as_deref())
}

/// The page behind `search.after`.
fn page(
    connection: &mut Connection,
    criteria: &Criteria,
    subjects: &[String],
    newest: Look,
    search: &EventSearch,
    total: Total,
) -> Result<PageOf<EventRow>, Error> {
    let after = search.after.as_deref().map(askable);
    let mut looked = newest;
    if let Some(after) = &after
        && looked.is_cut
        && *after <= looked.lowest
    {
        looked = look(connection, criteria, subjects, Some(after))?;
    }
    let wanted = usize::try_from(search.limit).unwrap_or(0) + 1;
    let ids: Vec<&String> = looked
        .rows
        .iter()
        .rev()
        .filter(|(id, row)| after.as_ref().is_none_or(|after| *id < after) && takes(criteria, row))
        .map(|(id, _)| id)
        .take(wanted)
        .collect();
    let found: Vec<Columns> = event_table::table
        .filter(event_table::tenant_id.eq(&criteria.filter.tenant_id))
        .filter(event_table::id.eq_any(&ids))
        .select(event_columns!())
        .order(event_table::id.desc())
        .load(connection)?;
    let is_last = ids.len() < wanted;
    let rows = found.into_iter().map(EventRow::from_columns).collect();
    let mut page = PageOf::cut(rows, search.limit, total, |row| row.id.clone());
    if is_last && looked.is_cut {
        page.next = Some(looked.lowest);
    }
    Ok(page)
}

/// Everybody who goes or ever went by a name that begins with `key`, and the rows that mention them; and whether there
/// were more than a search takes. Resources come before names that nobody has (`name:…`).
fn matching(connection: &mut Connection, tenant_id: &str, key: &str) -> Result<(Vec<String>, bool), Error> {
    let (first, last) = crate::page::prefix_range(key);
    let in_tenant = || event_identifier::table.filter(event_identifier::tenant_id.eq(tenant_id));
    // In the order of the index, so that a short beginning does not read every name there is.
    let mut subjects: Vec<String> = in_tenant()
        .filter(event_identifier::folded.ge(first))
        .filter(event_identifier::folded.lt(last))
        .order((event_identifier::folded, event_identifier::subject_id))
        .select(event_identifier::subject_id)
        .limit(MATCHED_NAMES)
        .load(connection)?;
    let more_names = i64::try_from(subjects.len()).is_ok_and(|count| count >= MATCHED_NAMES);
    subjects.sort_unstable();
    subjects.dedup();
    subjects.truncate(MATCHED_SUBJECTS);
    let mentioning: Vec<String> = in_tenant()
        .filter(event_identifier::folded.eq_any(&subjects))
        .select(event_identifier::subject_id)
        .distinct()
        .order(event_identifier::subject_id.asc())
        .limit(i64::try_from(MATCHED_SUBJECTS).unwrap_or(i64::MAX))
        .load(connection)?;
    let too_broad = more_names || subjects.len() >= MATCHED_SUBJECTS || mentioning.len() >= MATCHED_SUBJECTS;
    subjects.extend(mentioning);
    subjects.sort_unstable();
    subjects.dedup();
    Ok((subjects, too_broad))
}

type Condition<'a> = Box<dyn BoxableExpression<event_table::table, MultiBackend, SqlType = Bool> + 'a>;

/// Rows about the subjects, and those that are themselves among them, in the timespan and below an id.
fn look(
    connection: &mut Connection,
    criteria: &Criteria,
    subjects: &[String],
    below: Option<&String>,
) -> Result<Look, Error> {
    let lowest = first_id_at(criteria.from);
    let end = first_id_at(criteria.to.saturating_add(ID_AHEAD_MS));
    let highest = below.map_or(end.clone(), |below| below.clone().min(end));
    // The index of subjects alone says how many there are, and which are the newest.
    let ids = || {
        event_table::table
            .filter(event_table::tenant_id.eq(&criteria.filter.tenant_id))
            .filter(event_table::subject_id.eq_any(subjects))
            .filter(event_table::id.ge(&lowest))
            .filter(event_table::id.lt(&highest))
            .select(event_table::id)
    };
    let some: Vec<String> = ids().limit(LOOKED_AT + 1).load(connection)?;
    let is_cut = i64::try_from(some.len()).is_ok_and(|count| count > LOOKED_AT);
    let lowest = if is_cut {
        let newest: Vec<String> = ids().order(event_table::id.desc()).limit(LOOKED_AT).load(connection)?;
        newest.into_iter().next_back().unwrap_or(lowest)
    } else {
        lowest
    };
    let about = rows(connection, criteria, Box::new(event_table::subject_id.eq_any(subjects)), (&lowest, &highest))?;
    let themselves = rows(connection, criteria, Box::new(event_table::id.eq_any(subjects)), (&lowest, &highest))?;
    Ok(Look { rows: about.into_iter().chain(themselves).map(|row| (row.0.clone(), row)).collect(), lowest, is_cut })
}

/// Rows whose ids are from `lowest` (inclusive) to `highest` (exclusive), in no order.
fn rows<'a>(
    connection: &mut Connection,
    criteria: &'a Criteria,
    condition: Condition<'a>,
    (lowest, highest): (&'a str, &'a str),
) -> Result<Vec<Looked>, Error> {
    Ok(event_table::table
        .filter(event_table::tenant_id.eq(&criteria.filter.tenant_id))
        .filter(condition)
        .filter(event_table::id.ge(lowest))
        .filter(event_table::id.lt(highest))
        .filter(event_table::occurred_at.ge(Timestamp::from_milliseconds(criteria.from)))
        .filter(event_table::occurred_at.lt(Timestamp::from_milliseconds(criteria.to)))
        .select((
            event_table::id,
            event_table::occurred_at,
            event_table::application_id,
            event_table::operation,
            event_table::outcome,
            event_table::error_code,
        ))
        .load(connection)?)
}
