//! What becomes of a person whom a client deactivates or deletes: the deprovisioning policy.
//!
//! *Delete the Deactivated users* off: the person is disabled, and the client's resource is set aside so that a later
//! POST brings it back under the same id. On: the person and the resource are deleted, unless another application still
//! provides the person.

use database::schema::{directory_user as table, resource};
use database::{LockRow, WriteTx};
use diesel::prelude::*;
use mapping::Profile;
use registry::AppScope;

use crate::directory::place::linked_elsewhere;
use crate::error::Error;

/// What happened to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Disabled,
    Deleted,
    /// Another application still provides the person.
    KeptForOther,
}

impl Fate {
    /// In words, for the report's steps.
    pub fn sentence(self) -> &'static str {
        match self {
            Fate::Disabled => "Delete the Deactivated users is off: the directory user is disabled",
            Fate::Deleted => "Delete the Deactivated users is on: the directory user is deleted",
            Fate::KeptForOther => {
                "Delete the Deactivated users is on, but another application still provides this person: the directory user stays"
            }
        }
    }
}

/// Disables a person.
pub(crate) fn disable(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<Fate, Error> {
    let now = tx.now();
    let connection = tx.connection()?;
    let one = || table::table.filter(table::tenant_id.eq(scope.tenant_id())).filter(table::id.eq(id));
    let profile: Option<String> = one().select(table::profile).lock_row().get_result(connection).optional()?;
    if let Some(profile) = profile {
        let mut profile: Profile = serde_json::from_str(&profile)?;
        profile.set_active(false);
        diesel::update(one())
            .set((
                table::status.eq("disabled"),
                table::profile.eq(serde_json::to_string(&profile)?),
                table::updated_at.eq(now),
            ))
            .execute(connection)?;
    }
    Ok(Fate::Disabled)
}

/// Deletes a person, after the resource of the application that asks is gone.
pub(crate) fn delete(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<Fate, Error> {
    let connection = tx.connection()?;
    // Another application that links to the person at this moment waits here, or has been waited for.
    table::table
        .filter(table::tenant_id.eq(scope.tenant_id()))
        .filter(table::id.eq(id))
        .select(table::id)
        .lock_row()
        .get_result::<String>(connection)
        .optional()?;
    if linked_elsewhere(connection, scope, id)? {
        return Ok(Fate::KeptForOther);
    }
    diesel::update(
        resource::table.filter(resource::tenant_id.eq(scope.tenant_id())).filter(resource::directory_user_id.eq(id)),
    )
    .set(resource::directory_user_id.eq(None::<String>))
    .execute(connection)?;
    diesel::delete(table::table.filter(table::tenant_id.eq(scope.tenant_id())).filter(table::id.eq(id)))
        .execute(connection)?;
    Ok(Fate::Deleted)
}
