//! All that a client sends on a connection, and what actix reads instead: requests that it can only understand in the
//! one way that they are meant.
//!
//! Pure: no socket and no time. However the bytes are split into pieces, the result is the same.

#[cfg(test)]
mod tests;

use super::body::{Body, Passed};
use super::defect::Defect;
use super::head::HeadReader;
use super::note::Note;

/// Follows one connection.
#[derive(Default)]
pub struct RequestReader {
    head: HeadReader,
    state: State,
}

#[derive(Default)]
enum State {
    /// Before or in a head.
    #[default]
    Head,
    Body {
        body: Body,
        closes: bool,
    },
    /// The last request is complete. What follows is read by nobody.
    Over,
    /// As `Over`, and the last request was a refused one: more of it may be on its way.
    Refused,
    /// As `Refused`, but in the middle of a body, whose reader must not wait for the rest.
    BrokenOff,
}

/// What [`RequestReader::push`] did.
#[derive(Debug, PartialEq, Eq)]
pub struct Pushed {
    /// How many bytes were taken: up to the end of a request, if there is one.
    pub taken: usize,
    /// A head was handed on.
    pub head: Option<HandedOn>,
}

/// A head that actix will read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOn(pub Option<Note>);

impl RequestReader {
    /// How many of the bytes, from the first, belong to a body and go to actix as they are. Those behind them are for
    /// [`RequestReader::push`].
    pub fn pass(&mut self, bytes: &[u8]) -> usize {
        let State::Body { body, closes } = &mut self.state else { return 0 };
        let (count, next) = match body.pass(bytes) {
            Passed::More => return bytes.len(),
            Passed::End(count) => (count, after(*closes)),
            Passed::Broken(count) => (count, State::BrokenOff),
        };
        self.state = next;
        count
    }

    /// Takes the next bytes, to the end of the request that they belong to, and appends to `out` what actix reads.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Pushed {
        match self.state {
            State::Over | State::Refused | State::BrokenOff => Pushed { taken: bytes.len(), head: None },
            State::Body { .. } => {
                let passed = self.pass(bytes);
                out.extend_from_slice(&bytes[..passed]);
                let taken = if self.has_broken_off() { bytes.len() } else { passed };
                Pushed { taken, head: None }
            }
            State::Head => {
                let (taken, head) = match self.head.push(bytes, out) {
                    Ok(pushed) => pushed,
                    Err(defect) => {
                        return Pushed { taken: bytes.len(), head: Some(self.refuse(defect, out)) };
                    }
                };
                let Some(head) = head else { return Pushed { taken, head: None } };
                self.state = match head.framing.body {
                    Some(body) => State::Body { body, closes: head.framing.closes },
                    None => after(head.framing.closes),
                };
                Pushed { taken, head: Some(HandedOn(head.note)) }
            }
        }
    }

    /// The client sends nothing more. A head that it has begun is refused.
    pub fn end(&mut self, out: &mut Vec<u8>) -> Option<HandedOn> {
        self.is_in_head().then(|| self.refuse(Defect::CutOff, out))
    }

    /// The client has had enough time for a head. One that it has begun is refused; without one the connection ends.
    pub fn time_out(&mut self, out: &mut Vec<u8>) -> Option<HandedOn> {
        if self.is_in_head() {
            return Some(self.refuse(Defect::TooSlow, out));
        }
        self.state = State::BrokenOff;
        None
    }

    fn refuse(&mut self, defect: Defect, out: &mut Vec<u8>) -> HandedOn {
        self.head.substitute(out);
        self.head = HeadReader::default();
        self.state = State::Refused;
        HandedOn(Some(Note::Refused(defect)))
    }

    /// The next byte begins a request, or an empty line before one.
    pub fn is_between_requests(&self) -> bool {
        matches!(self.state, State::Head) && !self.head.has_begun()
    }

    /// A head has begun and is not whole.
    pub fn is_in_head(&self) -> bool {
        matches!(self.state, State::Head) && self.head.has_begun()
    }

    /// Actix must be told now that nothing more comes.
    pub fn has_broken_off(&self) -> bool {
        matches!(self.state, State::BrokenOff)
    }

    /// The client may still be sending what nobody reads.
    pub fn leaves_bytes_unread(&self) -> bool {
        matches!(self.state, State::Refused | State::BrokenOff)
    }
}

fn after(closes: bool) -> State {
    if closes { State::Over } else { State::Head }
}
