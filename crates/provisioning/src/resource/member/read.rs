//! Who is in which group: for one resource, or for a whole page in a few statements.
//!
//! Ids first, then the resources by id: a join of the two tables is compared pair by pair on a PostgreSQL that has not
//! gathered statistics of them yet, which takes minutes for a large group.

use std::collections::{HashMap, HashSet};

use database::schema::{group_member as table, resource};
use database::{Connection, Room};
use diesel::prelude::*;
use registry::AppScope;

use super::{CHUNK, Member, Membership, Nesting, Owner, memberships, sorted};
use crate::error::Error;
use crate::resource::row::visible;

/// An answer with more members than this is a large one.
const LARGE_ANSWER: usize = 10_000;

/// The members of several groups; who is in more than one of them is read and kept once.
#[derive(Debug, Default)]
pub(crate) struct Members {
    ids: HashMap<String, Vec<String>>,
    members: HashMap<String, Member>,
}

impl Members {
    /// The members of one of the groups, in the order of their ids.
    pub fn of<'a>(&'a self, group_id: &str) -> impl Iterator<Item = &'a Member> + use<'a> {
        self.ids.get(group_id).into_iter().flatten().filter_map(|id| self.members.get(id))
    }
}

/// All members of a group, in the order of their ids.
pub(crate) fn of_group(connection: &mut Connection, scope: &AppScope, group_id: &str) -> Result<Vec<Member>, Error> {
    let ids = ids_of_group(connection, scope, group_id)?;
    named(connection, scope, &ids)
}

/// All members of each of the groups: one statement for the memberships of the page, and one for each [`CHUNK`] of
/// different members. Asks for `room`, if it has to, as soon as it knows how many there are.
pub(crate) fn of_groups(
    connection: &mut Connection,
    scope: &AppScope,
    group_ids: &[&str],
    room: Option<&mut Room>,
) -> Result<Members, Error> {
    let mut found = Members::default();
    for chunk in group_ids.chunks(CHUNK) {
        let memberships: Vec<(String, String)> = database::each!(connection, connection => memberships!(scope)
            .filter(database::one_of(table::group_id, chunk))
            .order((table::group_id, table::member_id))
            .select((table::group_id, table::member_id))
            .load(connection))?;
        for (group_id, member_id) in memberships {
            found.ids.entry(group_id).or_default().push(member_id);
        }
    }
    if let Some(room) = room
        && found.ids.values().map(Vec::len).sum::<usize>() > LARGE_ANSWER
    {
        room.for_large_answer().map_err(database::Error::from)?;
    }
    let different: HashSet<&str> = found.ids.values().flatten().map(String::as_str).collect();
    let mut different: Vec<&str> = different.into_iter().collect();
    different.sort_unstable();
    let members = named(connection, scope, &different)?;
    found.members = members.into_iter().map(|member| (member.id.clone(), member)).collect();
    Ok(found)
}

/// The groups (id, displayName) that each of `member_ids` is a member of itself: two statements for a whole page.
pub(crate) fn groups_of(
    connection: &mut Connection,
    scope: &AppScope,
    member_ids: &[&str],
) -> Result<HashMap<String, Vec<(String, String)>>, Error> {
    let direct = group_ids_of(connection, scope, member_ids)?;
    let groups = groups_by_id(connection, scope, direct.iter().map(|(_, group_id)| group_id.clone()).collect())?;
    let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (member_id, group_id) in direct {
        if let Some(group) = groups.get(&group_id) {
            found.entry(member_id).or_default().push((group_id, group.display.clone()));
        }
    }
    Ok(found)
}

/// Every group that each of `member_ids` is in: those it is a member of, in the order of their ids, then those that these
/// are in, the nearest first. Two statements for a whole page, as for [`groups_of`]; more only for groups in groups.
pub(crate) fn memberships_of(
    connection: &mut Connection,
    scope: &AppScope,
    member_ids: &[&str],
) -> Result<HashMap<String, Vec<Membership>>, Error> {
    let mut direct: HashMap<String, Vec<String>> = HashMap::new();
    for (member_id, group_id) in group_ids_of(connection, scope, member_ids)? {
        direct.entry(member_id).or_default().push(group_id);
    }
    let mut groups = groups_by_id(connection, scope, direct.values().flatten().cloned().collect())?;
    let nested = groups.iter().filter(|(_, group)| group.is_nested).map(|(id, _)| id.clone()).collect();
    let nesting = Nesting::above(connection, Owner::of(scope), nested)?;
    let indirect: HashMap<&str, Vec<&str>> =
        direct.iter().map(|(member_id, groups)| (member_id.as_str(), nesting.above_all(groups))).collect();
    let further: HashSet<&str> = indirect.values().flatten().copied().filter(|id| !groups.contains_key(*id)).collect();
    groups.extend(groups_by_id(connection, scope, further.into_iter().map(str::to_owned).collect())?);

    let mut found = HashMap::with_capacity(direct.len());
    for (member_id, direct) in &direct {
        let direct = direct.iter().map(|id| (id.as_str(), true));
        let indirect = indirect.get(member_id.as_str()).into_iter().flatten().map(|id| (*id, false));
        let memberships = direct.chain(indirect).filter_map(|(id, is_direct)| {
            let display = groups.get(id)?.display.clone();
            Some(Membership { group_id: id.to_owned(), display, is_direct })
        });
        found.insert(member_id.clone(), memberships.collect());
    }
    Ok(found)
}

/// The resources with these ids that the client can see, as members are shown, in the order of `ids` if that is sorted.
pub(crate) fn named(
    connection: &mut Connection,
    scope: &AppScope,
    ids: &[impl AsRef<str>],
) -> Result<Vec<Member>, Error> {
    let mut members = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<Member> = database::each!(connection, connection => visible!(scope)
            .filter(database::one_of(resource::id, chunk))
            .order(resource::id)
            .select((resource::id, resource::resource_type, resource::display_name, resource::user_name))
            .load(connection))?;
        members.extend(found);
    }
    Ok(members)
}

/// How many members a group has, counted up to `limit`.
pub(crate) fn count_up_to(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
    limit: i64,
) -> Result<i64, Error> {
    let members = memberships!(scope).filter(table::group_id.eq(group_id));
    let found: Vec<String> = members.select(table::member_id).limit(limit).load(connection)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

/// The ids of all members, in order.
pub(crate) fn ids_of_group(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
) -> Result<Vec<String>, Error> {
    let members = memberships!(scope).filter(table::group_id.eq(group_id));
    Ok(members.order(table::member_id).select(table::member_id).load(connection)?)
}

/// Which of `ids` are members.
pub(super) fn among(
    connection: &mut Connection,
    scope: &AppScope,
    group_id: &str,
    ids: &[String],
) -> Result<HashSet<String>, Error> {
    Ok(database::each!(connection, connection => memberships!(scope)
        .filter(table::group_id.eq(group_id))
        .filter(database::one_of(table::member_id, ids))
        .select(table::member_id)
        .load(connection))?
    .into_iter()
    .collect())
}

/// (member, group) for each group that one of `member_ids` is a member of itself, in that order within a chunk.
fn group_ids_of(
    connection: &mut Connection,
    scope: &AppScope,
    member_ids: &[&str],
) -> Result<Vec<(String, String)>, Error> {
    let mut memberships = Vec::new();
    for chunk in member_ids.chunks(CHUNK) {
        let found: Vec<(String, String)> = database::each!(connection, connection => memberships!(scope)
            .filter(database::one_of(table::member_id, chunk))
            .order((table::member_id, table::group_id))
            .select((table::member_id, table::group_id))
            .load(connection))?;
        memberships.extend(found);
    }
    Ok(memberships)
}

/// A group as its members' `groups` show it.
struct Group {
    display: String,
    /// Whether it is itself a member of some group.
    is_nested: bool,
}

/// Groups by id. Whether one is in another comes along with its name: one look into the index of members for each group,
/// instead of a statement more for everybody who has no group in a group.
fn groups_by_id(
    connection: &mut Connection,
    scope: &AppScope,
    ids: Vec<String>,
) -> Result<HashMap<String, Group>, Error> {
    let ids = sorted(ids);
    let mut groups = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        // Not EXISTS: PostgreSQL may turn that into a read of all memberships of the application.
        let of_group = memberships!(scope).filter(table::member_id.eq(resource::id));
        let any_parent = of_group.select(table::group_id).limit(1).single_value();
        let found: Vec<(String, Option<String>, Option<String>)> = database::each!(connection, connection => visible!(scope)
            .filter(database::one_of(resource::id, chunk))
            .select((resource::id, resource::display_name, any_parent))
            .load(connection))?;
        groups.extend(found.into_iter().map(|(id, display, parent)| {
            (id, Group { display: display.unwrap_or_default(), is_nested: parent.is_some() })
        }));
    }
    Ok(groups)
}
