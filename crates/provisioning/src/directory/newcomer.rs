//! Whether a new user is nobody's second: neither the client nor the directory has anybody who could be meant.
//!
//! One statement asks what creating a user otherwise asks one by one, and locks nothing; most users that a client pushes are
//! new in every sense. Whoever comes in between is found by a unique index, and the write is done again. What happens where
//! somebody is found: `resource::row::find_deleted`, `place`.

use database::WriteTx;
use database::schema::{directory_user, directory_user_key, resource};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use mapping::Profile;
use registry::AppScope;
use scim_model::Resource;
use scim_model::fold::fold;

use crate::error::Error;
use crate::event::record::identifier_key;

/// Whether there is neither a resource of the application, visible or set aside, with this userName, nor one set aside with this
/// externalId, nor anybody in the directory with this user name or e-mail.
pub(crate) fn is_newcomer(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    user: &Resource,
    profile: &Profile,
) -> Result<bool, Error> {
    let resources = || {
        resource::table
            .filter(resource::tenant_id.eq(scope.tenant_id()))
            .filter(resource::application_id.eq(scope.application_id()))
    };
    let user_name = user.user_name().map(fold);
    let visible = resources().filter(resource::user_name_folded.eq(&user_name)).filter(resource::deleted_at.is_null());
    let set_aside = || resources().filter(resource::deleted_at.is_not_null());
    let set_aside_by_name = set_aside().filter(resource::user_name_folded.eq(&user_name));
    let set_aside_by_external_id = set_aside().filter(resource::external_id.eq(user.external_id()));
    let person_by_name = directory_user::table.filter(directory_user::tenant_id.eq(scope.tenant_id())).filter(
        directory_user::user_name_folded.eq(profile.text("userName").map(|name| fold(&name)).unwrap_or_default()),
    );
    let person_by_email = directory_user_key::table
        .filter(directory_user_key::tenant_id.eq(scope.tenant_id()))
        .filter(
            directory_user_key::folded
                .eq(profile.text("email").map(|email| identifier_key(&email)).unwrap_or_default()),
        )
        .filter(directory_user_key::kind.eq("email"));
    let anybody = exists(visible)
        .or(exists(set_aside_by_name))
        .or(exists(set_aside_by_external_id))
        .or(exists(person_by_name))
        .or(exists(person_by_email));
    let connection = tx.looking()?;
    Ok(database::each!(connection, connection => diesel::select(not(anybody)).get_result(connection))?)
}
