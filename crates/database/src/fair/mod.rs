//! Fairness between tenants: whoever waits for the database stands in the line of its tenant, and places go round the
//! lines that somebody stands in.
//!
//! While only one tenant asks it may use everything. As soon as others wait, each gets every so many-th place, however many
//! requests the first one sends. A line that is full takes nobody more. Not here: priorities, weights, or ending work that
//! has begun.

pub(crate) mod gate;
pub(crate) mod queue;

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most that wait in one line. It bounds what requests of one tenant take in memory while they wait.
pub(crate) const LINE_LENGTH: usize = 512;
/// Where so many wait in all, only those get into a line that find theirs empty.
const ALL_LINES: usize = 8 * LINE_LENGTH;
/// Lines of those that are not known yet. Few, as anybody may claim to be of any number of tenants.
const STRANGERS: u64 = 32;

/// On whose behalf the database is asked. Those of one party share a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Party {
    /// The server's own work and everything that belongs to no tenant.
    #[default]
    Server,
    /// A hash of the tenant's id. Two tenants that had the same would share a line.
    Tenant(u64),
    /// Whoever has not proved yet which tenant it belongs to.
    Stranger(u64),
}

impl Party {
    pub fn tenant(id: &str) -> Party {
        Party::Tenant(hash(id))
    }

    pub fn stranger(claimed: &str) -> Party {
        Party::Stranger(hash(claimed) % STRANGERS)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The line is full.
#[derive(Debug)]
pub(crate) struct Full;

/// What waits, by party. Keeps nothing of a party that has nothing waiting.
pub(crate) struct Lines<T> {
    lines: HashMap<Party, VecDeque<T>>,
    /// The parties that have something waiting, each once, the next one first.
    turns: VecDeque<Party>,
    waiting: usize,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Lines { lines: HashMap::new(), turns: VecDeque::new(), waiting: 0 }
    }
}

impl<T> Lines<T> {
    /// Puts it at the end of its party's line.
    pub fn push(&mut self, party: Party, item: T) -> Result<(), Full> {
        match self.lines.get_mut(&party) {
            Some(line) if line.len() >= LINE_LENGTH || self.waiting >= ALL_LINES => return Err(Full),
            Some(line) => line.push_back(item),
            None => {
                self.lines.insert(party, VecDeque::from([item]));
                self.turns.push_back(party);
            }
        }
        self.waiting += 1;
        Ok(())
    }

    /// Takes the first of the line whose turn it is. That line's next turn is after all others.
    pub fn pop(&mut self) -> Option<T> {
        let party = self.turns.pop_front()?;
        let line = self.lines.get_mut(&party)?;
        let item = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&party);
        } else {
            self.turns.push_back(party);
        }
        self.waiting = self.waiting.saturating_sub(1);
        item
    }

    /// Takes out one that waits no longer, and says whether it was still there.
    pub fn remove(&mut self, party: Party, is_it: impl FnMut(&T) -> bool) -> bool {
        let Some(line) = self.lines.get_mut(&party) else { return false };
        let Some(place) = line.iter().position(is_it) else { return false };
        line.remove(place);
        if line.is_empty() {
            self.lines.remove(&party);
            self.turns.retain(|turn| *turn != party);
        }
        self.waiting = self.waiting.saturating_sub(1);
        true
    }

    pub fn len(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests;
