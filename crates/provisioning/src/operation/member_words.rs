//! What the report says of changed members: nested groups by name, people by number in the summary and by name beside it.

use database::WriteTx;
use registry::AppScope;

use crate::error::Error;
use crate::event::record::Change;
use crate::resource::member::{self, MemberChanges};

/// So many names of changed members are written out.
const NAMED_MEMBERS: usize = 20;

/// Of so many changed members the names are read: groups among them come first.
const READ_MEMBERS: usize = member::CHUNK;

/// So many nested groups are named in a summary.
const SUMMARISED_GROUPS: usize = 3;

/// Added and removed members, in words.
pub(super) struct MemberWords {
    added: Side,
    removed: Side,
}

/// One of the two.
#[derive(Default)]
struct Side {
    count: usize,
    /// Names of the groups among them.
    groups: Vec<String>,
    /// Names of the others, as far as read.
    users: Vec<String>,
}

impl MemberWords {
    /// A statement for each side that is not empty.
    pub fn read(tx: &mut WriteTx<'_>, scope: &AppScope, changes: &MemberChanges) -> Result<Self, Error> {
        Ok(MemberWords {
            added: Side::read(tx, scope, &changes.added)?,
            removed: Side::read(tx, scope, &changes.removed)?,
        })
    }

    /// `Added 2 members and group Backend to group Engines and removed 1`
    pub fn summary(&self, group: &str) -> String {
        match (self.added.count, self.removed.count) {
            (_, 0) => format!("Added {} to group {group}", self.added.phrase()),
            (0, _) => format!("Removed {} from group {group}", self.removed.phrase()),
            (_, removed) if self.removed.groups.is_empty() => {
                format!("Added {} to group {group} and removed {removed}", self.added.phrase())
            }
            _ => format!("Added {} to group {group} and removed {}", self.added.phrase(), self.removed.phrase()),
        }
    }

    /// ` with 2 members and group Backend`, or nothing.
    pub fn of_new_group(&self) -> String {
        if self.added.count == 0 { String::new() } else { format!(" with {}", self.added.phrase()) }
    }

    /// Removed names before, added names after.
    pub fn change(&self) -> Option<Change> {
        let (old, new) = (self.removed.names(), self.added.names());
        (old.is_some() || new.is_some()).then(|| Change { field: "members".to_owned(), old, new })
    }
}

impl Side {
    fn read(tx: &mut WriteTx<'_>, scope: &AppScope, ids: &[String]) -> Result<Self, Error> {
        let mut side = Side { count: ids.len(), ..Side::default() };
        if ids.is_empty() {
            return Ok(side);
        }
        let group = &scope.resource_types().group().name;
        for member in member::named(tx.looking()?, scope, &ids[..ids.len().min(READ_MEMBERS)])? {
            match member.resource_type == *group {
                true => side.groups.push(member.display().to_owned()),
                false => side.users.extend(member.user_name.or(member.display_name)),
            }
        }
        Ok(side)
    }

    fn phrase(&self) -> String {
        let users = self.count - self.groups.len();
        match (users, self.groups.as_slice()) {
            (users, []) => people(users),
            (0, groups) => named_groups(groups),
            (users, groups) => format!("{} and {}", people(users), named_groups(groups)),
        }
    }

    fn names(&self) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let groups = self.groups.iter().map(|name| format!("group {name}"));
        let shown: Vec<String> = groups.chain(self.users.iter().cloned()).take(NAMED_MEMBERS).collect();
        let mut names = shown.join(", ");
        if self.count > NAMED_MEMBERS {
            names.push_str(&format!(" and {} more", self.count - NAMED_MEMBERS));
        }
        Some(names)
    }
}

/// `1 member`, `3 members`.
fn people(count: usize) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{count} members") }
}

/// `group A`, `groups A and B`, `groups A, B and C`, `4 groups`.
pub(super) fn named_groups<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [one] => format!("group {one}"),
        [before @ .., last] if names.len() <= SUMMARISED_GROUPS => format!("groups {} and {last}", before.join(", ")),
        _ => format!("{} groups", names.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(count: usize, groups: &[&str], users: &[&str]) -> Side {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Side { count, groups: owned(groups), users: owned(users) }
    }

    #[test]
    fn words() {
        for (added, removed, summary, old, new) in [
            (side(1, &[], &["a"]), side(0, &[], &[]), "Added 1 member to group X", None, Some("a")),
            (
                side(2, &["G"], &["a"]),
                side(0, &[], &[]),
                "Added 1 member and group G to group X",
                None,
                Some("group G, a"),
            ),
            (
                side(0, &[], &[]),
                side(2, &["G", "H"], &[]),
                "Removed groups G and H from group X",
                Some("group G, group H"),
                None,
            ),
            (side(3, &[], &[]), side(5, &[], &[]), "Added 3 members to group X and removed 5", Some(""), Some("")),
            (
                side(4, &["G", "H", "I", "J"], &[]),
                side(4, &["K", "L", "M"], &["a"]),
                "Added 4 groups to group X and removed 1 member and groups K, L and M",
                Some("group K, group L, group M, a"),
                Some("group G, group H, group I, group J"),
            ),
        ] {
            let words = MemberWords { added, removed };
            let change = words.change().unwrap();
            assert_eq!(
                (words.summary("X").as_str(), change.old.as_deref(), change.new.as_deref()),
                (summary, old, new)
            );
        }
        let many = side(600, &["G"], &["a"; 499]);
        assert_eq!(many.phrase(), "599 members and group G");
        assert_eq!(many.names().unwrap(), format!("group G, {} and 580 more", ["a"; 19].join(", ")));
        let none = MemberWords { added: side(0, &[], &[]), removed: side(0, &[], &[]) };
        assert_eq!((none.of_new_group(), none.change()), (String::new(), None));
    }
}
