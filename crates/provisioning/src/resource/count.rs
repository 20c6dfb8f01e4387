//! How many resources of a type an application has, kept in the transaction that changes it: a list never counts.

use database::schema::resource_count as table;
use database::{CacheStatement, Connection, WriteTx};
use diesel::prelude::*;
use registry::AppScope;

use crate::error::Error;

/// Adds `by` (which may be negative) to the count. Called as late in an operation as may be: on PostgreSQL the row stays
/// locked until the commit, and every create and delete of the application wants it.
pub(crate) fn add(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, by: i64) -> Result<(), Error> {
    let row = (
        table::tenant_id.eq(scope.tenant_id().as_str()),
        table::application_id.eq(scope.application_id().as_str()),
        table::resource_type.eq(resource_type),
        table::total.eq(by),
    );
    let connection = tx.connection();
    database::each!(connection, connection => {
        diesel::insert_into(table::table)
            .values(row)
            .on_conflict((table::tenant_id, table::application_id, table::resource_type))
            .do_update()
            .set(table::total.eq(table::total + by))
            .cached()
            .execute(connection)
    })?;
    Ok(())
}

/// The count of one type.
pub(crate) fn read(connection: &mut Connection, scope: &AppScope, resource_type: &str) -> Result<i64, Error> {
    let total: Option<i64> = table::table
        .filter(table::tenant_id.eq(scope.tenant_id()))
        .filter(table::application_id.eq(scope.application_id()))
        .filter(table::resource_type.eq(resource_type))
        .select(table::total)
        .first(connection)
        .optional()?;
    Ok(total.unwrap_or(0))
}
