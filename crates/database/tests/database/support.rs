//! Rows to write, and a look at them.

use database::schema::{application, tenant};
use database::{Connection, Database, Error, Timestamp};
use diesel::prelude::*;

/// Adds a tenant whose id and slug are `slug`.
pub fn insert_tenant(connection: &mut Connection, slug: &str) -> Result<(), Error> {
    diesel::insert_into(tenant::table)
        .values((
            tenant::id.eq(slug),
            tenant::slug.eq(slug),
            tenant::name.eq("Name"),
            tenant::created_at.eq(Timestamp::from_milliseconds(0)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Adds an application to the tenant `t`.
pub fn insert_application(connection: &mut Connection, id: &str, name: &str) -> Result<(), Error> {
    diesel::insert_into(application::table)
        .values((
            application::tenant_id.eq("t"),
            application::id.eq(id),
            application::kind.eq("scim-client"),
            application::name.eq(name),
            application::name_folded.eq(name),
            application::settings_revision.eq(1_i64),
            application::created_at.eq(0_i64),
            application::created_by.eq("test"),
        ))
        .execute(connection)?;
    Ok(())
}

/// The slugs of all tenants, in order.
pub async fn slugs(database: &Database) -> Vec<String> {
    database
        .read(|tx| Ok::<_, Error>(tenant::table.select(tenant::slug).order(tenant::slug).load(tx.connection())?))
        .await
        .unwrap()
}
