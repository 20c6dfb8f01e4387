//! Groups in groups: which are above and below which, and that none is inside itself.
//!
//! Read from the ground up, level by level, as far as a question needs it; no recursive SQL. Nobody bounds how deep groups
//! are nested, so after a few levels everything is read at once instead, which costs no more than the application has
//! groups. A circle that is there all the same does no harm: each group is looked at once.

use std::collections::{HashMap, HashSet, VecDeque};

use database::schema::{group_member as table, resource};
use database::{Connection, WriteTx};
use diesel::prelude::*;
use registry::AppScope;

use super::{CHUNK, Owner, memberships, read, sorted};
use crate::error::Error;
use crate::resource::row::visible;

/// So many levels are read one by one.
const LEVELS: usize = 8;

/// Which groups are members of which, as far as read.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    /// By the id of a group: the groups that it is a member of.
    parents: HashMap<String, Vec<String>>,
}

impl Nesting {
    /// Everything above these groups: a statement for each level, and one that finds nothing more.
    pub fn above(connection: &mut Connection, owner: Owner<'_>, group_ids: Vec<String>) -> Result<Self, Error> {
        let mut nesting = Nesting::default();
        let mut level = sorted(group_ids);
        let mut seen: HashSet<String> = level.iter().cloned().collect();
        for _ in 0..LEVELS {
            if level.is_empty() {
                return Ok(nesting);
            }
            let found = nesting.read(connection, owner, &level)?;
            level = sorted(found.into_iter().filter(|id| seen.insert(id.clone())).collect());
        }
        if level.is_empty() { Ok(nesting) } else { Nesting::whole(connection, owner) }
    }

    /// Every group of the application that is in another one.
    pub fn whole(connection: &mut Connection, owner: Owner<'_>) -> Result<Self, Error> {
        let mut nesting = Nesting::default();
        let mut after = String::new();
        loop {
            let groups: Vec<String> = visible!(owner)
                .filter(resource::resource_type.eq("Group"))
                .filter(resource::id.gt(&after))
                .order(resource::id)
                .select(resource::id)
                .limit(CHUNK as i64)
                .load(connection)?;
            let Some(last) = groups.last() else { return Ok(nesting) };
            after.clone_from(last);
            nesting.read(connection, owner, &groups)?;
        }
    }

    /// Reads what these groups are members of, and gives it.
    fn read(&mut self, connection: &mut Connection, owner: Owner<'_>, groups: &[String]) -> Result<Vec<String>, Error> {
        let mut parents = Vec::new();
        for chunk in groups.chunks(CHUNK) {
            let found: Vec<(String, String)> = database::each!(connection, connection => memberships!(owner)
                .filter(database::one_of(table::member_id, chunk))
                .order((table::member_id, table::group_id))
                .select((table::member_id, table::group_id))
                .load(connection))?;
            for (group_id, parent_id) in found {
                parents.push(parent_id.clone());
                self.parents.entry(group_id).or_default().push(parent_id);
            }
        }
        Ok(parents)
    }

    /// The groups that this one is a member of.
    pub fn parents(&self, group_id: &str) -> &[String] {
        self.parents.get(group_id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every group that these are in, the nearest first, without these themselves.
    pub fn above_all<'a>(&'a self, group_ids: &'a [String]) -> Vec<&'a str> {
        let mut seen: HashSet<&str> = group_ids.iter().map(String::as_str).collect();
        let mut waiting: VecDeque<&str> = group_ids.iter().map(String::as_str).collect();
        let mut above = Vec::new();
        while let Some(id) = waiting.pop_front() {
            for parent in self.parents(id) {
                if seen.insert(parent) {
                    above.push(parent.as_str());
                    waiting.push_back(parent);
                }
            }
        }
        above
    }

    /// Every group that is in this one, at any depth, in the order of their ids. Needs the [`whole`](Nesting::whole).
    pub fn below(&self, group_id: &str) -> Vec<String> {
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (child, parents) in &self.parents {
            for parent in parents {
                children.entry(parent).or_default().push(child);
            }
        }
        let mut seen: HashSet<&str> = HashSet::from([group_id]);
        let mut waiting = vec![group_id];
        while let Some(id) = waiting.pop() {
            waiting.extend(children.get(id).into_iter().flatten().copied().filter(|child| seen.insert(child)));
        }
        seen.remove(group_id);
        sorted(seen.into_iter().map(str::to_owned).collect())
    }

    /// The shortest way up from one group to another: both, and what is between them.
    fn way_up<'a>(&'a self, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut came_from: HashMap<&str, &str> = HashMap::new();
        let mut waiting = VecDeque::from([from]);
        while let Some(id) = waiting.pop_front() {
            if id == to {
                let mut way = vec![id];
                while let Some(before) = way.last().filter(|last| **last != from).and_then(|last| came_from.get(last)) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            for parent in self.parents(id) {
                if parent != from && !came_from.contains_key(parent.as_str()) {
                    came_from.insert(parent, id);
                    waiting.push_back(parent);
                }
            }
        }
        None
    }
}

/// Holds that a group does not come to be inside itself when `new_members`, which are groups, become members of it.
///
/// Two writers who each add a half of a circle change different rows: one of them waits here for the other to commit, and
/// then sees its half. Only whoever puts a group into a group waits.
///
/// # Errors
/// [`Error::MemberCircle`].
pub(super) fn require_no_circle(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    new_members: &[String],
) -> Result<(), Error> {
    let owner = Owner::of(scope);
    tx.lock_name(&format!("groups in groups of {}/{}", owner.tenant_id(), owner.application_id()))?;
    let connection = tx.locking()?;
    let nesting = Nesting::above(connection, owner, vec![group_id.to_owned()])?;
    let Some(way) = new_members.iter().find_map(|member| nesting.way_up(group_id, member)) else { return Ok(()) };
    let names: HashMap<String, String> = read::named(connection, scope, &way)?
        .into_iter()
        .map(|group| (group.id.clone(), group.display().to_owned()))
        .collect();
    let way = way.into_iter().rev().map(|id| names.get(id).cloned().unwrap_or_default()).collect();
    Err(Error::MemberCircle { way })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From (group, the group it is a member of).
    fn nesting(memberships: &[(&str, &str)]) -> Nesting {
        let mut nesting = Nesting::default();
        for (group, parent) in memberships {
            nesting.parents.entry((*group).to_owned()).or_default().push((*parent).to_owned());
        }
        nesting
    }

    fn owned(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn above_and_below() {
        let diamond = nesting(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e"), ("x", "y")]);
        let circle = nesting(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]);
        for (nesting, of, above, below) in [
            (&diamond, "a", vec!["b", "c", "d", "e"], vec![]),
            (&diamond, "b", vec!["d", "e"], vec!["a"]),
            (&diamond, "d", vec!["e"], vec!["a", "b", "c"]),
            (&diamond, "e", vec![], vec!["a", "b", "c", "d"]),
            (&diamond, "nobody", vec![], vec![]),
            (&circle, "a", vec!["b", "c", "d"], vec!["b", "c"]),
            (&circle, "b", vec!["c", "a", "d"], vec!["a", "c"]),
            (&circle, "d", vec![], vec!["a", "b", "c"]),
        ] {
            assert_eq!(nesting.above_all(&owned(&[of])), above, "{of}");
            assert_eq!(nesting.below(of), below, "{of}");
        }
        assert_eq!(diamond.above_all(&owned(&["a", "d"])), ["b", "c", "e"]);
    }

    #[test]
    fn the_shortest_way_up() {
        let groups = nesting(&[("a", "b"), ("b", "c"), ("a", "d"), ("d", "e"), ("e", "c"), ("c", "f"), ("f", "c")]);
        for (from, to, way) in [
            ("a", "c", Some(vec!["a", "b", "c"])),
            ("a", "f", Some(vec!["a", "b", "c", "f"])),
            ("a", "a", Some(vec!["a"])),
            ("f", "c", Some(vec!["f", "c"])),
            ("c", "a", None),
            ("a", "nobody", None),
        ] {
            assert_eq!(groups.way_up(from, to), way, "{from} {to}");
        }
    }
}
