//! Rows of the report: each has its detail.

use database::schema::{provisioning_event as table, provisioning_event_detail as detail};
use database::{Connection, Database};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use registry::TenantScope;

use super::{Consistency, TOLD, believed};
use crate::error::Error;

pub(super) async fn look(database: &Database, scope: &TenantScope, found: &mut Consistency) -> Result<(), Error> {
    let tenant_id = scope.tenant_id().to_string();
    let (events, problems) = database.read(move |tx| believed(|| events(tx.connection(), &tenant_id))).await?;
    found.events = events;
    found.found(problems);
    Ok(())
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
