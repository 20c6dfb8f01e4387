//! Where a page begins in a list that is read by cursor, and the cursor that says so (RFC 9865).
//!
//! A position is a place in the order of the list, not a number of resources: while others come and go, each resource that
//! stays is met once.

use registry::{AppScope, CursorError, Registry};
use scim_model::{Limits, ScimError};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::search::order::Edge;

/// Where a page begins, and in which direction it lies from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The resource type, in a list that has one type after the other; empty in one that is sorted.
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    pub resource_type: String,
    #[serde(rename = "e")]
    pub edge: Edge,
    /// Whether what stands on the edge belongs to the page.
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    pub inclusive: bool,
    /// Whether the page ends there instead: the way back.
    #[serde(rename = "b", default, skip_serializing_if = "std::ops::Not::not")]
    pub backward: bool,
    /// How many there were in all when the first page was read, if counting takes looking at everything.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

impl Position {
    /// The way back from the same edge, with what stands on it: nothing was met beyond it.
    pub fn turned(&self) -> Self {
        Position { inclusive: true, backward: !self.backward, ..self.clone() }
    }
}

/// What a cursor holds.
#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(flatten)]
    position: Position,
    #[serde(rename = "c")]
    count: u64,
}

/// Makes and reads the cursors of one query.
pub(crate) struct CursorsOf<'a> {
    pub registry: &'a Registry,
    pub limits: &'a Limits,
    pub scope: &'a AppScope,
    /// Everything that the order and the choice of resources depend on. A cursor is good for nothing else.
    pub query: &'a str,
    pub count: u64,
}

impl CursorsOf<'_> {
    /// The cursor of a position.
    pub fn cursor(&self, position: Position) -> Result<String, Error> {
        let content = serde_json::to_vec(&Content { position, count: self.count })?;
        let sealed = self.registry.seal_cursor(self.scope, self.query, &content, self.limits.cursor_timeout_s);
        sealed.map_err(|error| Error::Internal(Box::new(error)))
    }

    /// The position that a client's cursor leads to.
    ///
    /// # Errors
    /// `invalidCursor`, `expiredCursor`, and `invalidCount` for another page size than that of the page before.
    pub fn position(&self, cursor: &str) -> Result<Position, Error> {
        let content = match self.registry.open_cursor(self.scope, self.query, cursor) {
            Ok(content) => content,
            Err(CursorError::Expired) => return Err(self.expired()),
            Err(CursorError::Invalid) => return Err(invalid()),
        };
        let content: Content = serde_json::from_slice(&content).map_err(|_| invalid())?;
        if content.count != self.count {
            return Err(Error::Protocol(ScimError::invalid_count(format!(
                "count was {} on the page before. Keep it while paging, or begin again with an empty cursor.",
                content.count
            ))));
        }
        Ok(content.position)
    }

    fn expired(&self) -> Error {
        Error::Protocol(ScimError::expired_cursor(format!(
            "The cursor has expired: it is good for {} seconds. Begin again with an empty cursor.",
            self.limits.cursor_timeout_s
        )))
    }
}

/// One sentence for every reason, as for a wrong credential.
pub(crate) fn invalid() -> Error {
    Error::Protocol(ScimError::invalid_cursor(
        "The cursor was not given for this query. Send the nextCursor or previousCursor of a page with the very same \
         parameters, or begin again with an empty cursor.",
    ))
}
