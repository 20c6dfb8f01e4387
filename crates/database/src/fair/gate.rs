//! [`Gate`]: so many may be inside at once, the others wait in the lines of their parties.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Full, Lines, Party};

/// Its lock is held for a few instructions only, never while anybody waits.
pub(crate) struct Gate {
    state: Mutex<State>,
}

struct State {
    /// None is free while somebody waits.
    free: usize,
    lines: Lines<Waiter>,
    /// Of the last one that had to wait.
    number: u64,
}

struct Waiter {
    number: u64,
    admit: oneshot::Sender<()>,
}

/// A place inside; dropping it gives it to the next.
pub(crate) struct Place {
    gate: Arc<Gate>,
}

/// A place in a line; dropping it leaves the line.
pub(crate) struct Waiting {
    gate: Arc<Gate>,
    party: Party,
    number: u64,
    admitted: oneshot::Receiver<()>,
    /// The place inside was taken over from here.
    is_inside: bool,
}

impl Gate {
    pub fn new(places: usize) -> Arc<Gate> {
        Arc::new(Gate { state: Mutex::new(State { free: places.max(1), lines: Lines::default(), number: 0 }) })
    }

    /// A place that is free now. Nobody is overtaken: a place that somebody waits for is never free.
    pub fn try_enter(self: &Arc<Self>) -> Option<Place> {
        let mut state = self.state();
        state.free = state.free.checked_sub(1)?;
        drop(state);
        Some(Place { gate: Arc::clone(self) })
    }

    /// A place in the party's line, which may lead inside at once.
    pub fn line_up(self: &Arc<Self>, party: Party) -> Result<Waiting, Full> {
        let (admit, admitted) = oneshot::channel();
        let mut state = self.state();
        state.number += 1;
        let number = state.number;
        if state.free > 0 {
            state.free -= 1;
            // Its other end is here.
            let _received = admit.send(());
        } else {
            state.lines.push(party, Waiter { number, admit })?;
        }
        drop(state);
        Ok(Waiting { gate: Arc::clone(self), party, number, admitted, is_inside: false })
    }

    /// Gives a place to the next who waits.
    fn pass_on(&self) {
        let mut state = self.state();
        match state.lines.pop() {
            None => state.free += 1,
            Some(waiter) => {
                drop(state);
                // One who has just gone away finds itself out of its line, and passes the place on.
                let _gone = waiter.admit.send(());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Waits for the place. `None` if it can never come.
    pub async fn place(mut self) -> Option<Place> {
        let admitted = (&mut self.admitted).await;
        self.is_inside = true;
        admitted.ok().map(|()| Place { gate: Arc::clone(&self.gate) })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_inside {
            return;
        }
        let was_in_line = self.gate.state().lines.remove(self.party, |waiter| waiter.number == self.number);
        if !was_in_line {
            self.gate.pass_on();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.pass_on();
    }
}
