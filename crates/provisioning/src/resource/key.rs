//! The equality index over multi-valued attributes that clients look up by.
//!
//! One row per value. Which paths are indexed stands in [`INDEXED`]; the search plan reads the same table.

use database::WriteTx;
use database::schema::resource_key as table;
use diesel::prelude::*;
use registry::AppScope;
use scim_model::Resource;
use scim_model::fold::fold;

use crate::error::Error;
use crate::page::cut;

/// Paths with an index, as `scim_model` spells them.
pub(crate) const INDEXED: [&str; 1] = ["emails.value"];

/// Values longer than this are indexed by their beginning; the evaluator settles the rest.
const KEY_BYTES: usize = 512;

/// So many rows go into one statement: below the bind limits of both databases.
const CHUNK: usize = 500;

/// The form in which a value is indexed and looked up.
pub(crate) fn key(value: &str) -> String {
    let mut folded = fold(value);
    cut(&mut folded, KEY_BYTES);
    folded
}

/// Every (path, key) of a resource, each once.
fn keys(resource: &Resource) -> Vec<(&'static str, String)> {
    let mut keys: Vec<_> = resource.emails().map(|value| (INDEXED[0], key(value))).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Brings the keys from those of `old` to those of `new`; touches nothing where they are the same.
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    id: &str,
    old: Option<&Resource>,
    new: &Resource,
) -> Result<(), Error> {
    let (old, new) = (old.map(keys).unwrap_or_default(), keys(new));
    if old == new {
        return Ok(());
    }
    if !old.is_empty() {
        remove(tx, scope, id)?;
    }
    if new.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = new
        .iter()
        .map(|(path, folded)| {
            (
                table::tenant_id.eq(scope.tenant_id().as_str()),
                table::application_id.eq(scope.application_id().as_str()),
                table::path.eq(*path),
                table::folded.eq(folded.as_str()),
                table::resource_id.eq(id),
            )
        })
        .collect();
    let connection = tx.connection();
    for chunk in rows.chunks(CHUNK) {
        database::each!(connection, connection => {
            diesel::insert_into(table::table).values(chunk).execute(connection)
        })?;
    }
    Ok(())
}

/// Removes all keys of a resource.
pub(crate) fn remove(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<(), Error> {
    diesel::delete(
        table::table
            .filter(table::tenant_id.eq(scope.tenant_id()))
            .filter(table::application_id.eq(scope.application_id()))
            .filter(table::resource_id.eq(id)),
    )
    .execute(tx.connection())?;
    Ok(())
}
