//! The months of the report on PostgreSQL, where `provisioning_event` and `provisioning_event_detail` are partitioned by
//! ranges of UUIDv7, which are ranges of time. SQLite has no partitions: nothing here does anything there.
//!
//! Months are made ahead, so that a row finds its own; one that does not goes into the default partition, and no write ever
//! fails for want of a month. Servers need not agree on who does it: a lock of a name lets one do it at a time. Every step is
//! one transaction, so that a proxy that pools transactions may stand in between.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::{TextRow, lock_name};
use crate::{Connection, Database, Error, Id, Timestamp, kind};

/// Each table with the column that it is partitioned by. Details go first.
const TABLES: [(&str, &str); 2] = [("provisioning_event_detail", "event_id"), ("provisioning_event", "id")];

/// So many months are there before they begin: as long a server may be down, or its clock wrong.
const MONTHS_AHEAD: i32 = 3;

/// Held while partitions are made or dropped.
const LOCK: &str = "partitions of the report";

/// A partition of the report and the one of its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPartition {
    /// By table, as in `TABLES`.
    names: [String; 2],
    /// Ids of its rows are smaller than the first one of this moment.
    pub ends: Timestamp,
}

impl Database {
    /// Makes the partitions of the months that come, and tells how many. None on SQLite.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn make_event_partitions(&self) -> Result<usize, Error> {
        let missing = self.read(|tx| -> Result<_, Error> { missing(tx.connection, tx.now()) }).await?;
        let mut made = 0;
        for month in missing {
            made += self
                .write(move |tx| -> Result<usize, Error> {
                    let now = tx.now();
                    let connection = tx.connection()?;
                    lock_name(connection, LOCK)?;
                    if !self::missing(connection, now)?.contains(&month) {
                        return Ok(0);
                    }
                    make(connection, month)?;
                    Ok(1)
                })
                .await?;
        }
        Ok(made)
    }
}

#[derive(QueryableByName)]
struct PartitionRow {
    #[diesel(sql_type = Text)]
    name: String,
    /// `FOR VALUES FROM ('…') TO ('…')`
    #[diesel(sql_type = Text)]
    bounds: String,
}

/// The partitions of a table but for the default one, each with the id that its rows are smaller than, in rising order.
fn partitions(connection: &mut Connection, table: &str) -> Result<Vec<(String, String)>, Error> {
    let Connection::Postgres(postgres) = connection else { return Ok(Vec::new()) };
    let rows: Vec<PartitionRow> = diesel::sql_query(
        "SELECT c.relname::text AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1)",
    )
    .bind::<Text, _>(table)
    .load(postgres)?;
    let end =
        |bounds: &str| bounds.rsplit_once(" TO ('").and_then(|(_, end)| end.strip_suffix("')")).map(str::to_owned);
    let mut partitions: Vec<_> = rows.into_iter().filter_map(|row| Some((row.name, end(&row.bounds)?))).collect();
    partitions.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(partitions)
}

/// The months, by their first day, that should have partitions and can have them.
fn missing(connection: &mut Connection, now: Timestamp) -> Result<Vec<Date>, Error> {
    let mut missing = Vec::new();
    let Some((_, covered)) = partitions(connection, TABLES[1].0)?.pop() else { return Ok(missing) };
    let mut month = first_day(now)?;
    for _ in 0..=MONTHS_AHEAD {
        let (first, last) = (first_id(month)?, first_id(next(month)?)?);
        // Where rows came before their month was made, they stay where they are.
        if first >= covered && !has_rows(connection, &first, &last)? {
            missing.push(month);
        }
        month = next(month)?;
    }
    Ok(missing)
}

/// Whether a row between two ids is in a default partition.
fn has_rows(connection: &mut Connection, first: &str, last: &str) -> Result<bool, Error> {
    for (table, column) in TABLES {
        let sql = format!(
            "SELECT {column} AS value FROM {table}_default WHERE {column} >= '{first}' AND {column} < '{last}' LIMIT 1"
        );
        if diesel::sql_query(sql).get_result::<TextRow>(connection).optional()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn make(connection: &mut Connection, month: Date) -> Result<(), Error> {
    let Connection::Postgres(postgres) = connection else { return Ok(()) };
    let (first, last) = (first_id(month)?, first_id(next(month)?)?);
    for (table, _) in TABLES {
        let name = format!("{table}_{}", month.strftime("%Y_%m"));
        // Made apart and attached: others go on writing meanwhile.
        postgres.batch_execute(&format!(
            "CREATE TABLE {name} (LIKE {table} INCLUDING CONSTRAINTS INCLUDING INDEXES);
             ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{last}')"
        ))?;
    }
    Ok(())
}

/// The partitions whose rows are all from before that moment.
///
/// # Errors
/// Only what the database says.
pub fn event_partitions_before(connection: &mut Connection, before: Timestamp) -> Result<Vec<EventPartition>, Error> {
    let first_kept = Id::<kind::Event>::first_at(before).into_string();
    let mut details = partitions(connection, TABLES[0].0)?;
    let mut found = Vec::new();
    for (name, end) in partitions(connection, TABLES[1].0)? {
        let Some(at) = details.iter().position(|detail| detail.1 == end) else { continue };
        let detail = details.swap_remove(at).0;
        if end <= first_kept
            && let Some(ends) = moment(&end)
        {
            found.push(EventPartition { names: [detail, name], ends });
        }
    }
    Ok(found)
}

/// Drops a partition with all of its rows, in the transaction at hand: writers of the report wait until it ends. Does nothing
/// and says no if somebody else did.
///
/// # Errors
/// Only what the database says; busy if somebody reads the partition for long.
pub fn drop_event_partition(connection: &mut Connection, partition: &EventPartition) -> Result<bool, Error> {
    let there = partitions(connection, TABLES[1].0)?;
    let Connection::Postgres(postgres) = connection else { return Ok(false) };
    if there.iter().all(|(name, _)| *name != partition.names[1]) {
        return Ok(false);
    }
    for name in &partition.names {
        postgres.batch_execute(&format!("DROP TABLE {name}"))?;
    }
    Ok(true)
}

/// Lets one at a time make or drop partitions, until the transaction ends.
///
/// # Errors
/// Only what the database says.
pub fn hold_event_partitions(connection: &mut Connection) -> Result<(), Error> {
    Ok(lock_name(connection, LOCK)?)
}

fn first_day(moment: Timestamp) -> Result<Date, Error> {
    let moment = jiff::Timestamp::from_millisecond(moment.as_milliseconds()).map_err(beyond)?;
    Ok(Offset::UTC.to_datetime(moment).date().first_of_month())
}

fn next(month: Date) -> Result<Date, Error> {
    month.checked_add(1.month()).map_err(beyond)
}

fn beyond(error: jiff::Error) -> Error {
    Error::other(format!("a month of the report is beyond the calendar: {error}"))
}

/// The smallest id of a day.
fn first_id(day: Date) -> Result<String, Error> {
    let moment = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(beyond)?;
    Ok(Id::<kind::Event>::first_at(Timestamp::from_milliseconds(moment.as_millisecond())).into_string())
}

/// The moment in an id.
fn moment(id: &str) -> Option<Timestamp> {
    let (high, low) = (id.get(..8)?, id.get(9..13)?);
    let ms = i64::from_str_radix(high, 16).ok()? << 16 | i64::from_str_radix(low, 16).ok()?;
    Some(Timestamp::from_milliseconds(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_ids_belong_to_each_other() {
        let december = first_day(Timestamp::parse("2026-12-31T23:59:59.999Z").unwrap()).unwrap();
        let january = next(december).unwrap();
        for (month, begins) in [(december, "2026-12-01T00:00:00Z"), (january, "2027-01-01T00:00:00Z")] {
            assert_eq!(moment(&first_id(month).unwrap()), Timestamp::parse(begins), "{month}");
        }
        assert_eq!(moment("x"), None);
    }
}
