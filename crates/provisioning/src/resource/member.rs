//! Membership of groups: a table, changed by set operations on the rows that a request names.
//!
//! A PATCH that adds one member to a group of 100,000 touches one row; two clients that change one group at the same time
//! cannot lose each other's members, because nothing is read, altered and written back.

use std::collections::{HashMap, HashSet};

use database::schema::{group_member as table, resource};
use database::{Connection, LockRow, WriteTx};
use diesel::prelude::*;
use registry::AppScope;

use crate::error::Error;
use crate::resource::row::visible;

/// So many ids go into one statement: below the bind limits of both databases.
const CHUNK: usize = 500;

/// The rows of one group's members.
macro_rules! memberships {
    ($scope:expr, $group_id:expr) => {
        table::table
            .filter(table::tenant_id.eq($scope.tenant_id()))
            .filter(table::application_id.eq($scope.application_id()))
            .filter(table::group_id.eq($group_id))
    };
}

/// What a request did to a group's members, as ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MemberChanges {
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

impl MemberChanges {
    /// Nothing was added or removed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// Takes a later change on top: what was added and then removed again did not happen, and the other way round.
    pub fn follow(&mut self, later: MemberChanges) {
        cancel(&mut self.added, &mut self.removed, later.removed);
        cancel(&mut self.removed, &mut self.added, later.added);
    }
}

/// Each of `later` takes back its opposite if there is one, else it counts by itself.
fn cancel(opposite: &mut Vec<String>, same: &mut Vec<String>, later: Vec<String>) {
    let taken_back: HashSet<&String> = later.iter().collect();
    let before: HashSet<String> = opposite.iter().filter(|id| taken_back.contains(id)).cloned().collect();
    opposite.retain(|id| !before.contains(id));
    same.extend(later.into_iter().filter(|id| !before.contains(id)));
}

/// A member as a representation and the dashboard show it.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct Member {
    pub id: String,
    pub resource_type: String,
    pub display_name: Option<String>,
    pub user_name: Option<String>,
}

/// All members of a group, in the order of their ids.
///
/// Ids first, then the resources by id, here and in [`groups_of`]: a join of the two tables is compared pair by pair on a
/// PostgreSQL that has not gathered statistics of them yet, which takes minutes for a large group.
pub(crate) fn of_group(connection: &mut Connection, scope: &AppScope, group_id: &str) -> Result<Vec<Member>, Error> {
    let ids = ids_of_group(connection, scope, group_id)?;
    let mut members = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<Member> = visible!(scope)
            .filter(resource::id.eq_any(chunk))
            .order(resource::id)
            .select((resource::id, resource::resource_type, resource::display_name, resource::user_name))
            .load(connection)?;
        members.extend(found);
    }
    Ok(members)
}

/// The groups (id, displayName) that each of `member_ids` is in: two queries for a whole page.
pub(crate) fn groups_of(
    connection: &mut Connection,
    scope: &AppScope,
    member_ids: &[&str],
) -> Result<HashMap<String, Vec<(String, String)>>, Error> {
    let mut memberships: Vec<(String, String)> = Vec::new();
    for chunk in member_ids.chunks(CHUNK) {
        let found: Vec<(String, String)> = table::table
            .filter(table::tenant_id.eq(scope.tenant_id()))
            .filter(table::application_id.eq(scope.application_id()))
            .filter(table::member_id.eq_any(chunk))
            .order((table::member_id, table::group_id))
            .select((table::member_id, table::group_id))
            .load(connection)?;
        memberships.extend(found);
    }
    let group_ids = sorted(memberships.iter().map(|(_, group_id)| group_id.clone()).collect());
    let mut names: HashMap<String, String> = HashMap::with_capacity(group_ids.len());
    for chunk in group_ids.chunks(CHUNK) {
        let found: Vec<(String, Option<String>)> = visible!(scope)
            .filter(resource::id.eq_any(chunk))
            .select((resource::id, resource::display_name))
            .load(connection)?;
        names.extend(found.into_iter().map(|(id, name)| (id, name.unwrap_or_default())));
    }
    let mut groups: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (member_id, group_id) in memberships {
        if let Some(name) = names.get(&group_id) {
            groups.entry(member_id).or_default().push((group_id, name.clone()));
        }
    }
    Ok(groups)
}

/// How many members a group has, counted up to `limit`.
pub(crate) fn count_up_to(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
    limit: i64,
) -> Result<i64, Error> {
    let found: Vec<String> = memberships!(scope, group_id).select(table::member_id).limit(limit).load(connection)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// Adds members; those that are already in stay. Every id must be a resource that the client can see.
///
/// # Errors
/// [`Error::UnknownMembers`] with the ids that are none.
pub(crate) fn add(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let ids = sorted(ids);
    let connection = tx.connection();
    let mut added = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        // Held, so that nobody of them is deleted before this is committed: the deletion then takes the membership along.
        let known: HashSet<String> = visible!(scope)
            .filter(resource::id.eq_any(chunk))
            .order(resource::id)
            .select(resource::id)
            .hold_row()
            .load(connection)?
            .into_iter()
            .collect();
        unknown.extend(chunk.iter().filter(|id| id.as_str() == group_id || !known.contains(*id)).cloned());
        if !unknown.is_empty() {
            continue;
        }
        let present = among(connection, scope, group_id, chunk)?;
        let new: Vec<&String> = chunk.iter().filter(|id| !present.contains(*id)).collect();
        if new.is_empty() {
            continue;
        }
        let rows: Vec<_> = new
            .iter()
            .map(|id| {
                (
                    table::tenant_id.eq(scope.tenant_id().as_str()),
                    table::application_id.eq(scope.application_id().as_str()),
                    table::group_id.eq(group_id),
                    table::member_id.eq(id.as_str()),
                )
            })
            .collect();
        database::each!(connection, connection => {
            diesel::insert_into(table::table).values(&rows).on_conflict_do_nothing().execute(connection)
        })?;
        added.extend(new.into_iter().cloned());
    }
    if unknown.is_empty() {
        Ok(MemberChanges { added, removed: Vec::new() })
    } else {
        Err(Error::UnknownMembers { ids: unknown })
    }
}

/// Removes members; ids that are not in are passed over.
pub(crate) fn remove(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let ids = sorted(ids);
    let connection = tx.connection();
    let mut removed = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let present = among(connection, scope, group_id, chunk)?;
        if present.is_empty() {
            continue;
        }
        diesel::delete(memberships!(scope, group_id).filter(table::member_id.eq_any(chunk))).execute(connection)?;
        removed.extend(chunk.iter().filter(|id| present.contains(*id)).cloned());
    }
    Ok(MemberChanges { added: Vec::new(), removed })
}

/// Makes `ids` the whole membership: what is missing is added, what is too many removed, the rest not touched.
///
/// # Errors
/// [`Error::UnknownMembers`] as for [`add`].
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    ids: Vec<String>,
) -> Result<MemberChanges, Error> {
    let present = ids_of_group(tx.connection(), scope, group_id)?;
    let wanted: HashSet<&String> = ids.iter().collect();
    let surplus: Vec<String> = present.iter().filter(|id| !wanted.contains(id)).cloned().collect();
    let present: HashSet<&String> = present.iter().collect();
    let missing: Vec<String> = ids.iter().filter(|id| !present.contains(id)).cloned().collect();
    let mut changes = add(tx, scope, group_id, missing)?;
    changes.follow(remove(tx, scope, group_id, surplus)?);
    Ok(changes)
}

/// The ids of all members.
pub(crate) fn ids_of_group(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
) -> Result<Vec<String>, Error> {
    Ok(memberships!(scope, group_id).order(table::member_id).select(table::member_id).load(connection)?)
}

/// Takes a resource out of every group it is in.
pub(crate) fn leave_all(tx: &mut WriteTx<'_>, scope: &AppScope, member_id: &str) -> Result<(), Error> {
    diesel::delete(
        table::table
            .filter(table::tenant_id.eq(scope.tenant_id()))
            .filter(table::application_id.eq(scope.application_id()))
            .filter(table::member_id.eq(member_id)),
    )
    .execute(tx.connection())?;
    Ok(())
}

/// userName or displayName of some members, for the report.
pub(crate) fn names(connection: &mut Connection, scope: &AppScope, ids: &[String]) -> Result<Vec<String>, Error> {
    let found: Vec<(Option<String>, Option<String>)> = visible!(scope)
        .filter(resource::id.eq_any(ids))
        .select((resource::user_name, resource::display_name))
        .order(resource::id)
        .load(connection)?;
    Ok(found.into_iter().filter_map(|(user_name, display_name)| user_name.or(display_name)).collect())
}

/// Which of `ids` are members.
fn among(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
    ids: &[String],
) -> Result<HashSet<String>, Error> {
    Ok(memberships!(scope, group_id)
        .filter(table::member_id.eq_any(ids))
        .select(table::member_id)
        .load(connection)?
        .into_iter()
        .collect())
}

/// One order for all writers, so that two of them never wait for each other in a circle.
fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(added: &[&str], removed: &[&str]) -> MemberChanges {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        MemberChanges { added: owned(added), removed: owned(removed) }
    }

    #[test]
    fn a_later_change_takes_back_an_earlier_one() {
        for (first, then, both) in [
            (changes(&["a"], &[]), changes(&[], &["a"]), changes(&[], &[])),
            (changes(&[], &["a"]), changes(&["a"], &[]), changes(&[], &[])),
            (changes(&["a"], &["b"]), changes(&["c"], &["d"]), changes(&["a", "c"], &["b", "d"])),
        ] {
            let mut result = first;
            result.follow(then);
            assert_eq!(result, both);
        }
    }
}
