//! [`Room`]: few large answers are put together at once, as each of them takes many times the memory of others.
//!
//! How large an answer will be is known only in the middle of reading it. So a read asks for room then, and where there is
//! none it is given up, waits without a connection, and is done again. Not here: what counts as large.

use std::sync::Arc;

use crate::fair::gate::{Gate, Place};

/// One in so many connections may be putting a large answer together.
pub(crate) const CONNECTIONS_PER_LARGE: u32 = 4;

/// Room is waited for so many times as long as a connection: large answers take seconds each, and who asks for one knows.
pub(crate) const PATIENCE: u32 = 6;

/// There is no room now; the read will be done again when there is.
#[derive(Debug)]
pub struct NoRoomYet;

impl From<NoRoomYet> for crate::Error {
    fn from(_: NoRoomYet) -> Self {
        // Nobody sees it: the read is done again.
        crate::Error::Busy
    }
}

/// What a read has to ask before it puts together a large answer.
pub struct Room {
    gate: Arc<Gate>,
    place: Option<Place>,
    was_refused: bool,
}

impl Room {
    pub(crate) fn new(gate: &Arc<Gate>) -> Room {
        Room { gate: Arc::clone(gate), place: None, was_refused: false }
    }

    pub(crate) fn was_refused(&self) -> bool {
        self.was_refused
    }

    /// With a place that was waited for.
    pub(crate) fn with(&mut self, place: Place) {
        self.place = Some(place);
        self.was_refused = false;
    }

    /// Asks for room until the end of the read. The read must end with the error if there is none.
    pub fn for_large_answer(&mut self) -> Result<(), NoRoomYet> {
        if self.place.is_none() {
            self.place = self.gate.try_enter();
        }
        self.was_refused = self.place.is_none();
        if self.was_refused { Err(NoRoomYet) } else { Ok(()) }
    }
}
