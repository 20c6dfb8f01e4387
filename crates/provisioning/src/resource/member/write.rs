//! Set operations on the members of one group, which the caller has locked.

use std::collections::HashSet;

use database::schema::{group_member as table, resource};
use database::{Connection, LockRow, WriteTx};
use diesel::prelude::*;
use registry::AppScope;
use scim_model::ResourceKind;

use super::read::among;
use super::{CHUNK, MemberChanges, ids_of_group, memberships, nesting, sorted};
use crate::error::Error;
use crate::resource::row::visible;

/// Adds members; those that are already in stay. Every id must be a user or group that the client can see, and no group
/// that has this one in it.
///
/// # Errors
/// [`Error::UnknownMembers`] with the ids that are of nothing, [`Error::UnfitMembers`] with those that are neither of a user
/// nor of a group, [`Error::MemberCircle`].
pub(crate) fn add(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let connection = tx.locking()?;
    let mut new = Vec::new();
    for chunk in sorted(ids).chunks(CHUNK) {
        // Who is in already needs no lock: whoever deletes them waits for this group, and must not be waited for.
        let present = among(connection, scope, group_id, chunk)?;
        new.extend(chunk.iter().filter(|id| !present.contains(*id)).cloned());
    }
    let groups = require_fit(connection, scope, &new)?;
    if !groups.is_empty() {
        nesting::require_no_circle(tx, scope, group_id, &groups)?;
    }
    let (tenant, application) = (scope.tenant_id().as_str(), scope.application_id().as_str());
    let rows = new.iter().map(|id| [tenant.into(), application.into(), group_id.into(), id.as_str().into()]);
    let members = database::insert_rows!(group_member: [tenant_id, application_id, group_id, member_id], rows);
    tx.insert(members.passing_over_conflicts());
    Ok(MemberChanges { added: new, removed: Vec::new() })
}

/// Removes members; ids that are not in are passed over.
pub(crate) fn remove(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let connection = tx.connection()?;
    let mut removed = Vec::new();
    for chunk in sorted(ids).chunks(CHUNK) {
        let present = among(connection, scope, group_id, chunk)?;
        if present.is_empty() {
            continue;
        }
        let members = memberships!(scope).filter(table::group_id.eq(group_id));
        database::each!(connection, connection => {
            diesel::delete(members.filter(database::one_of(table::member_id, &present))).execute(connection)
        })?;
        removed.extend(chunk.iter().filter(|id| present.contains(*id)).cloned());
    }
    Ok(MemberChanges { added: Vec::new(), removed })
}

/// Makes `ids` the whole membership: what is missing is added, what is too many removed, the rest not touched.
///
/// # Errors
/// As for [`add`].
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let present = ids_of_group(tx.locking()?, scope, group_id)?;
    let wanted: HashSet<&String> = ids.iter().collect();
    let surplus: Vec<String> = present.iter().filter(|id| !wanted.contains(id)).cloned().collect();
    let present: HashSet<&String> = present.iter().collect();
    let missing: Vec<String> = ids.iter().filter(|id| !present.contains(id)).cloned().collect();
    let mut changes = add(tx, scope, group_id, missing)?;
    changes.follow(remove(tx, scope, group_id, surplus)?);
    Ok(changes)
}

/// Takes a resource out of every group it is a member of.
pub(crate) fn leave_all(tx: &mut WriteTx<'_>, scope: &AppScope, member_id: &str) -> Result<(), Error> {
    diesel::delete(memberships!(scope).filter(table::member_id.eq(member_id))).execute(tx.connection()?)?;
    Ok(())
}

/// Holds that each id is of something that can be a member, and gives those that are of groups. All of them are held, so
/// that nobody of them is deleted before this is committed: the deletion then takes the membership along.
fn require_fit(connection: &mut Connection, scope: &AppScope, ids: &[String]) -> Result<Vec<String>, Error> {
    let types = scope.resource_types();
    let (mut unknown, mut unfit, mut unfit_types, mut groups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<(String, String)> = database::each!(connection, connection => visible!(scope)
            .filter(database::one_of(resource::id, chunk))
            .order(resource::id)
            .select((resource::id, resource::resource_type))
            .hold_row()
            .load(connection))?;
        let known: HashSet<&String> = found.iter().map(|(id, _)| id).collect();
        unknown.extend(chunk.iter().filter(|id| !known.contains(id)).cloned());
        for (id, resource_type) in found {
            match types.named(&resource_type).map(|ty| ty.kind()) {
                Some(ResourceKind::User) => {}
                Some(ResourceKind::Group) => groups.push(id),
                Some(ResourceKind::Other) | None => {
                    unfit.push(id);
                    unfit_types.push(resource_type);
                }
            }
        }
    }
    if !unknown.is_empty() {
        return Err(Error::UnknownMembers { ids: unknown });
    }
    if !unfit.is_empty() {
        return Err(Error::UnfitMembers { ids: unfit, resource_types: sorted(unfit_types) });
    }
    Ok(groups)
}
