//! What a request did to a group's members, operation by operation.

use std::collections::HashSet;

/// Added and removed members, as ids.
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
