//! What a directory user is found by: its names and addresses, folded.

use database::WriteTx;
use database::schema::directory_user_key as table;
use diesel::prelude::*;
use mapping::Profile;
use registry::AppScope;

use crate::error::Error;
use crate::event::record::identifier_key;

/// Profile attribute and the kind under which it is indexed.
const INDEXED: [(&str, &str); 6] = [
    ("userName", "user_name"),
    ("email", "email"),
    ("secondEmail", "email"),
    ("displayName", "display_name"),
    ("givenName", "given_name"),
    ("familyName", "family_name"),
];

/// Every (kind, folded value) of a profile, each once.
pub(crate) fn keys(profile: &Profile) -> Vec<(&'static str, String)> {
    let mut keys: Vec<(&'static str, String)> = INDEXED
        .iter()
        .filter_map(|(attribute, kind)| profile.text(attribute).map(|value| (*kind, identifier_key(&value))))
        .filter(|(_, folded)| !folded.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Brings the keys from those of `old` to those of `new`; touches nothing where they are the same.
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    directory_user_id: &str,
    old: Option<&Profile>,
    new: &Profile,
) -> Result<(), Error> {
    let (old, new) = (old.map(keys).unwrap_or_default(), keys(new));
    for (kind, folded) in old.iter().filter(|key| !new.contains(key)) {
        let connection = tx.connection()?;
        database::each!(connection, connection => diesel::delete(
            table::table
                .filter(table::tenant_id.eq(scope.tenant_id()))
                .filter(table::folded.eq(folded))
                .filter(table::kind.eq(kind))
                .filter(table::directory_user_id.eq(directory_user_id)),
        )
        .execute(connection))?;
    }
    let new = new.into_iter().filter(|key| !old.contains(key));
    let tenant = scope.tenant_id().as_str();
    let rows = new.map(|(kind, folded)| [tenant.into(), folded.into(), kind.into(), directory_user_id.into()]);
    tx.insert(database::insert_rows!(directory_user_key: [tenant_id, folded, kind, directory_user_id], rows));
    Ok(())
}
