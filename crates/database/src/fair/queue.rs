//! [`Queue`]: many put in, one thread takes out, round the lines of the parties.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{Full, Lines, Party};

pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    lines: Lines<T>,
    is_closed: bool,
}

/// Why nothing more is taken.
#[derive(Debug)]
pub(crate) enum Refused {
    Full,
    Closed,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { state: Mutex::new(State { lines: Lines::default(), is_closed: false }), changed: Condvar::new() }
    }
}

impl<T> Queue<T> {
    pub fn push(&self, party: Party, item: T) -> Result<(), Refused> {
        let mut state = self.state();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        state.lines.push(party, item).map_err(|Full| Refused::Full)?;
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next one, as soon as there is one; `None` once it is closed and empty. Blocks.
    pub fn wait(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            match state.lines.pop() {
                Some(item) => return Some(item),
                None if state.is_closed => return None,
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// The next one, if there is one now.
    pub fn try_next(&self) -> Option<T> {
        self.state().lines.pop()
    }

    pub fn len(&self) -> usize {
        self.state().lines.len()
    }

    /// Takes nothing more. What is in it is still given out.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
