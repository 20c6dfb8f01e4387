//! What becomes of the bytes of a connection, whole and in pieces; and that actix's own parser ends each request at the
//! same byte.

mod agreement;
mod pieces;
mod requests;

use super::*;
use crate::connection::note::UriTooLong;

/// What came of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
struct Transcript {
    /// Head and body of each request as actix reads it, with what is said beside it.
    requests: Vec<(Vec<u8>, Option<Note>)>,
    /// Nothing of the last body is missing.
    is_complete: bool,
    broken_off: bool,
}

impl Transcript {
    /// Everything up to the client's end, which comes in these pieces.
    fn of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let (mut reader, mut transcript) = (RequestReader::default(), Transcript::default());
        for piece in pieces {
            let mut rest = piece;
            while !rest.is_empty() {
                let mut out = Vec::new();
                let pushed = reader.push(rest, &mut out);
                assert!(pushed.taken > 0, "nothing taken of {rest:?}");
                transcript.add(pushed.head, &out);
                rest = &rest[pushed.taken..];
            }
        }
        let mut out = Vec::new();
        let head = reader.end(&mut out);
        transcript.add(head, &out);
        transcript.is_complete = !matches!(reader.state, State::Body { .. } | State::BrokenOff);
        transcript.broken_off = reader.has_broken_off();
        transcript
    }

    fn add(&mut self, head: Option<HandedOn>, out: &[u8]) {
        match (head, self.requests.last_mut()) {
            (Some(HandedOn(note)), _) => self.requests.push((out.to_vec(), note)),
            (None, Some((request, _))) => request.extend_from_slice(out),
            (None, None) => assert_eq!(out, b"", "bytes without a head"),
        }
    }

    fn refused(&self) -> Option<Defect> {
        self.requests.iter().find_map(|(_, note)| match note {
            Some(Note::Refused(defect)) => Some(*defect),
            _ => None,
        })
    }

    fn texts(&self) -> Vec<(String, Option<Note>)> {
        self.requests.iter().map(|(request, note)| (String::from_utf8_lossy(request).into_owned(), *note)).collect()
    }
}
