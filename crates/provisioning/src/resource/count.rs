//! How many resources of a type an application has, kept in the transaction that changes it: a list never counts.

use database::schema::resource_count as table;
use database::{Connection, WriteTx};
use diesel::prelude::*;
use registry::AppScope;

use crate::error::Error;

/// Adds `by` (which may be negative) to the count, when the transaction ends: on PostgreSQL the row stays locked from then
/// until the commit, and every create and delete of the application wants it.
pub(crate) fn add(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, by: i64) {
    let row = database::insert_row!(resource_count: {
        tenant_id: scope.tenant_id().as_str(),
        application_id: scope.application_id().as_str(),
        resource_type: resource_type,
        total: by,
    });
    tx.insert(row.adding_to_what_is_there());
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
