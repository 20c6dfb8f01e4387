//! Rows of the report: each has its detail, and the counts are what counting gives.

use std::collections::BTreeMap;

use database::schema::{event_count, provisioning_event as table, provisioning_event_detail as detail};
use database::{Connection, Database, Timestamp};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use registry::TenantScope;

use super::{Consistency, TOLD, believed};
use crate::error::Error;
use crate::event::count::{DAY_MS, HOUR_MS, ID_AHEAD_MS, counted, first_id_at};

pub(super) async fn look(database: &Database, scope: &TenantScope, found: &mut Consistency) -> Result<(), Error> {
    let tenant_id = scope.tenant_id().to_string();
    let (events, problems) = database.read(move |tx| believed(|| events(tx.connection(), &tenant_id))).await?;
    found.events = events;
    found.found(problems);
    let tenant_id = scope.tenant_id().to_string();
    let ((), problems) = database.read(move |tx| believed(|| Ok(((), counts(tx.connection(), &tenant_id)?)))).await?;
    found.found(problems);
    Ok(())
}

/// Days whose slices do not have as many rows as there are.
fn counts(connection: &mut Connection, tenant_id: &str) -> Result<Vec<String>, Error> {
    let up_to = counted(connection, tenant_id)?.unwrap_or_default().up_to;
    let by_day = |of: &str, from: &str, total: &str| format!("{of} / {DAY_MS}, {from}, {total}");
    let rows: Vec<(i64, i64, i64)> = table::table
        .filter(table::tenant_id.eq(tenant_id))
        // For SQLite, which would otherwise read the rows of all tenants.
        .filter(table::id.lt(first_id_at(up_to.saturating_add(ID_AHEAD_MS))))
        .filter(table::occurred_at.lt(Timestamp::from_milliseconds(up_to)))
        .group_by(sql::<Integer>("1, 2"))
        .select(sql::<(BigInt, BigInt, BigInt)>(&by_day("occurred_at", "CAST(0 AS BIGINT)", "COUNT(*)")))
        .load(connection)?;
    let counts: Vec<(i64, i64, i64)> = event_count::table
        .filter(event_count::tenant_id.eq(tenant_id))
        .group_by(sql::<Integer>("1, 2"))
        .select(sql::<(BigInt, BigInt, BigInt)>(&by_day("begins_at", "span_ms", "CAST(SUM(total) AS BIGINT)")))
        .load(connection)?;
    let mut days: BTreeMap<i64, (i64, i64, i64, i64)> = BTreeMap::new();
    for (day, span, total) in rows.into_iter().chain(counts) {
        let day = days.entry(day).or_default();
        match span {
            0 => day.0 += total,
            DAY_MS => day.1 += total,
            HOUR_MS => day.2 += total,
            _ => day.3 += total,
        }
    }
    // Only busy hours are counted by the minute.
    let wrong =
        days.into_iter().filter(|(_, (rows, day, hours, minutes))| day != rows || hours != rows || minutes > rows);
    let told = |(day, (rows, of_day, of_hours, _))| {
        let day = Timestamp::from_milliseconds(day * DAY_MS);
        format!(
            "report: on the day from {day} there are {rows} rows, and {of_day} are counted by the day, {of_hours} by the hour"
        )
    };
    Ok(wrong.map(told).collect())
}

fn events(connection: &mut Connection, tenant_id: &str) -> Result<(i64, Vec<String>), Error> {
    let count = table::table.filter(table::tenant_id.eq(tenant_id)).count().get_result(connection)?;
    let its_detail =
        detail::table.filter(detail::tenant_id.eq(table::tenant_id)).filter(detail::event_id.eq(table::id));
    let without: Vec<String> = table::table
        .filter(table::tenant_id.eq(tenant_id))
        .filter(not(exists(its_detail)))
        .order(table::id)
        .limit(i64::try_from(TOLD).unwrap_or(i64::MAX))
        .select(table::id)
        .load(connection)?;
    Ok((count, without.iter().map(|id| format!("report: the row {id} has no detail")).collect()))
}
