//! How many resources of a type an application has, kept in the transaction that changes it: a list never counts.

use database::schema::resource_count as table;
use database::{Connection, WriteTx};
use diesel::prelude::*;
use registry::AppScope;

use crate::error::Error;
use crate::resource::range;

/// The counter of a type.
macro_rules! counter {
    ($scope:expr, $resource_type:expr) => {
        database::schema::resource_count::table
            .filter(database::schema::resource_count::tenant_id.eq($scope.tenant_id()))
            .filter(database::schema::resource_count::application_id.eq($scope.application_id()))
            .filter(database::schema::resource_count::resource_type.eq($resource_type))
    };
}
pub(super) use counter;

/// Counts a new resource, when the transaction ends: on PostgreSQL the row stays locked from then until the commit, and every
/// create and delete of the application wants it.
pub(crate) fn add_new(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str) {
    let row = database::insert_row!(resource_count: {
        tenant_id: scope.tenant_id().as_str(),
        application_id: scope.application_id().as_str(),
        resource_type: resource_type,
        total: 1_i64,
    });
    tx.insert(row.adding_to_what_is_there());
}

/// Counts one that comes back under its former id.
pub(crate) fn add_former(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, id: &str) -> Result<(), Error> {
    change(tx, scope, resource_type, id, 1)
}

/// Counts one no more.
pub(crate) fn remove(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, id: &str) -> Result<(), Error> {
    change(tx, scope, resource_type, id, -1)
}

/// At once, as the range of the id may only be changed by who has the counter.
fn change(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, id: &str, by: i64) -> Result<(), Error> {
    let changed = diesel::update(counter!(scope, resource_type))
        .set(table::total.eq(table::total + by))
        .execute(tx.connection()?)?;
    if changed == 0 && by > 0 {
        add_new(tx, scope, resource_type);
    }
    range::add(tx, scope, resource_type, id, by)
}

/// The count of one type.
pub(crate) fn read(connection: &mut Connection, scope: &AppScope, resource_type: &str) -> Result<i64, Error> {
    let total: Option<i64> = counter!(scope, resource_type).select(table::total).first(connection).optional()?;
    Ok(total.unwrap_or(0))
}
