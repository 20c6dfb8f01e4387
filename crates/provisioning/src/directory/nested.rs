//! Who is in a group of the tenant through groups in it, as the dashboard shows it.
//!
//! Deliberately not here: which group is in which (`resource::member::nesting`).

use std::collections::{HashMap, HashSet};

use database::Connection;
use database::schema::{group_member, resource as table};
use diesel::prelude::*;

use crate::directory::groups::{GroupRow, MEMBERS_SHOWN, MemberColumns, MemberRow, member_columns};
use crate::error::Error;
use crate::page::{PageOf, Total, askable};
use crate::resource::member::{CHUNK, Nesting};

/// More people than this are not counted one by one.
const COUNTED_PEOPLE: usize = 10_000;

/// So many memberships are looked at together, at the least: some are of groups or of members that are counted already.
const LEAST_BATCH: usize = 1_000;

/// Who is in a group through groups in it.
#[derive(Debug, Clone)]
pub struct NestedMembers {
    /// How many groups are in this one, at any depth.
    pub groups: usize,
    /// People who are in those and are no members of this one itself, in the order of their ids.
    pub people: PageOf<NestedMemberRow>,
    /// How many different people are in the group, as its own members or through others.
    pub effective: Total,
}

/// Somebody who is in a group through another one.
#[derive(Debug, Clone)]
pub struct NestedMemberRow {
    pub member: MemberRow,
    /// Names of the groups within, that the person is a member of itself.
    pub through: Vec<String>,
}

/// A page of those who are in a group through others; `None` for one without groups in it. `nesting` is the whole of its
/// application.
pub(super) fn members(
    connection: &mut Connection,
    tenant_id: &str,
    group: &GroupRow,
    nesting: &Nesting,
    after: Option<String>,
) -> Result<Option<NestedMembers>, Error> {
    let below = nesting.below(&group.id);
    if below.is_empty() {
        return Ok(None);
    }
    let own_groups = below.iter().filter(|id| nesting.parents(id).contains(&group.id)).count();
    let own_people = group.members - i64::try_from(own_groups).unwrap_or(0);
    let inside = Inside { tenant_id, group, below: &below };

    let counted = inside.people(connection, String::new(), COUNTED_PEOPLE + 1)?.len();
    let total = Total::up_to(counted, COUNTED_PEOPLE as i64);
    let shown = usize::try_from(MEMBERS_SHOWN).unwrap_or(0);
    let ids = inside.people(connection, askable(&after.unwrap_or_default()), shown + 1)?;
    let people =
        PageOf::cut(inside.rows(connection, &ids)?, MEMBERS_SHOWN, total, |row| row.member.resource_id.clone());
    let effective = match total {
        Total::Exact(count) => Total::Exact(count + own_people),
        Total::AtLeast(count) => Total::AtLeast(count + own_people),
    };
    Ok(Some(NestedMembers { groups: below.len(), people, effective }))
}

/// All memberships of the application of a group.
macro_rules! memberships {
    ($inside:expr) => {
        group_member::table
            .filter(group_member::tenant_id.eq($inside.tenant_id))
            .filter(group_member::application_id.eq(&$inside.group.application_id))
    };
}

/// All resources of the application of a group.
macro_rules! resources {
    ($inside:expr) => {
        table::table
            .filter(table::tenant_id.eq($inside.tenant_id))
            .filter(table::application_id.eq(&$inside.group.application_id))
    };
}

/// A group and those in it.
struct Inside<'a> {
    tenant_id: &'a str,
    group: &'a GroupRow,
    below: &'a [String],
}

impl Inside<'_> {
    /// Ids of people after `after`, each once, in order, up to `limit`.
    fn people(&self, connection: &mut Connection, mut after: String, limit: usize) -> Result<Vec<String>, Error> {
        let groups: HashSet<&str> = self.below.iter().map(String::as_str).collect();
        let mut people = Vec::new();
        loop {
            let batch = self.batch(connection, &after, limit.max(LEAST_BATCH))?;
            let Some(last) = batch.last() else { return Ok(people) };
            after.clone_from(last);
            for chunk in batch.chunks(CHUNK) {
                let own: HashSet<String> = memberships!(self)
                    .filter(group_member::group_id.eq(&self.group.id))
                    .filter(group_member::member_id.eq_any(chunk))
                    .select(group_member::member_id)
                    .load(connection)?
                    .into_iter()
                    .collect();
                let new = |id: &&String| !own.contains(*id) && !groups.contains(id.as_str()) && **id != self.group.id;
                people.extend(chunk.iter().filter(new).cloned());
            }
            if people.len() >= limit {
                people.truncate(limit);
                return Ok(people);
            }
        }
    }

    /// Ids of members of the groups below, groups among them, each once, in order.
    fn batch(&self, connection: &mut Connection, after: &str, size: usize) -> Result<Vec<String>, Error> {
        let mut batch: Vec<String> = Vec::new();
        for chunk in self.below.chunks(CHUNK) {
            let found: Vec<String> = memberships!(self)
                .filter(group_member::group_id.eq_any(chunk))
                .filter(group_member::member_id.gt(after))
                .select(group_member::member_id)
                .distinct()
                .order(group_member::member_id)
                .limit(i64::try_from(size).unwrap_or(i64::MAX))
                .load(connection)?;
            batch.extend(found);
        }
        batch.sort_unstable();
        batch.dedup();
        batch.truncate(size);
        Ok(batch)
    }

    /// The people with these ids, and through which groups.
    fn rows(&self, connection: &mut Connection, ids: &[String]) -> Result<Vec<NestedMemberRow>, Error> {
        let found: Vec<(String, String)> = memberships!(self)
            .filter(group_member::member_id.eq_any(ids))
            .order((group_member::member_id, group_member::group_id))
            .select((group_member::member_id, group_member::group_id))
            .load(connection)?;
        let inside = |(_, group_id): &(String, String)| self.below.binary_search(group_id).is_ok();
        let memberships: Vec<(String, String)> = found.into_iter().filter(inside).collect();
        let names = self.names(connection, memberships.iter().map(|(_, group_id)| group_id.as_str()).collect())?;
        let mut through: HashMap<String, Vec<String>> = HashMap::new();
        for (member_id, group_id) in memberships {
            through.entry(member_id).or_default().extend(names.get(&group_id).cloned());
        }
        let people: Vec<MemberColumns> = resources!(self)
            .filter(table::id.eq_any(ids))
            .order(table::id)
            .select(member_columns!())
            .load(connection)?;
        let row = |columns| {
            let member = MemberRow::new(columns);
            NestedMemberRow { through: through.remove(&member.resource_id).unwrap_or_default(), member }
        };
        Ok(people.into_iter().map(row).collect())
    }

    fn names(&self, connection: &mut Connection, ids: HashSet<&str>) -> Result<HashMap<String, String>, Error> {
        let ids: Vec<&str> = ids.into_iter().collect();
        let mut names = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let found: Vec<(String, Option<String>)> = resources!(self)
                .filter(table::id.eq_any(chunk))
                .select((table::id, table::display_name))
                .load(connection)?;
            names.extend(found.into_iter().map(|(id, name)| (id, name.unwrap_or_default())));
        }
        Ok(names)
    }
}
