//! What the work inside `Database::read` and `Database::write` is given.

use crate::dialect::together;
use crate::id::{IdSource, Kind};
use crate::insert::{Insert, Waiting};
use crate::{Connection, Error, Id, Timestamp, dialect};

/// A read. Each statement sees the latest committed data; there is no transaction around them.
pub struct ReadTx<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) now: Timestamp,
}

impl ReadTx<'_> {
    /// The time at which the read began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Where to run queries.
    pub fn connection(&mut self) -> &mut Connection {
        self.connection
    }
}

/// A write: everything in it happens, or nothing does. One operation has one time.
///
/// On PostgreSQL it costs as few round trips as its work allows. It begins with the first statement that locks or changes
/// something ([`WriteTx::locking`], [`WriteTx::connection`]); what only looks ([`WriteTx::looking`]) needs no transaction under READ COMMITTED,
/// where each statement sees what is committed when it begins. New rows ([`WriteTx::insert`]) wait for the end and go in one
/// statement, which is a transaction by itself if none has begun.
pub struct WriteTx<'a> {
    connection: &'a mut Connection,
    now: Timestamp,
    ids: &'a IdSource,
    waiting: Waiting,
    state: State,
    may_have_changed: bool,
}

/// How far a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It begins when it has to; `lock_timeout_ms`: what it then sets, where the session does not keep it.
    NotBegun { lock_timeout_ms: Option<u64> },
    /// BEGIN was sent and answered.
    Begun,
    /// What waited was sent outside of a transaction: it is kept, or was refused.
    Sent,
}

impl<'a> WriteTx<'a> {
    pub(crate) fn new(connection: &'a mut Connection, now: Timestamp, ids: &'a IdSource, state: State) -> Self {
        WriteTx { connection, now, ids, waiting: Waiting::default(), state, may_have_changed: false }
    }

    /// The time at which the write began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Where to run statements. What waits is written before.
    ///
    /// # Errors
    /// When the transaction cannot begin, or what waits is refused.
    pub fn connection(&mut self) -> Result<&mut Connection, Error> {
        self.begin()?;
        self.may_have_changed = true;
        together::insert_all(self.connection, &self.waiting.take())?;
        Ok(self.connection)
    }

    /// Where to run queries that lock what they find and change nothing: a write that fails after no more than that leaves
    /// nothing to be undone. What waits is written before.
    ///
    /// # Errors
    /// As [`WriteTx::connection`].
    pub fn locking(&mut self) -> Result<&mut Connection, Error> {
        self.begin()?;
        if self.waiting.is_empty() { Ok(self.connection) } else { self.connection() }
    }

    /// Where to run queries that lock nothing and find something out that may have changed by the end: a row that is then
    /// in the way is found by a unique index. What waits is written before.
    ///
    /// # Errors
    /// As [`WriteTx::connection`].
    pub fn looking(&mut self) -> Result<&mut Connection, Error> {
        if self.waiting.is_empty() { Ok(self.connection) } else { self.connection() }
    }

    /// Adds rows, at the latest when the transaction ends. An index or a foreign key that refuses them makes it fail then:
    /// `Database::write` gives the error.
    pub fn insert(&mut self, rows: Insert) {
        self.waiting.add(rows);
    }

    /// Waits until no other write holds this name, and holds it until this one ends. For a rule about many rows at once,
    /// such as "no group is inside itself", which no lock on a row can guard; row locks come first.
    ///
    /// # Errors
    /// As [`WriteTx::connection`].
    pub fn lock_name(&mut self, name: &str) -> Result<(), Error> {
        Ok(dialect::lock_name(self.locking()?, name)?)
    }

    /// An id that nothing has yet.
    pub fn new_id<K: Kind>(&mut self) -> Id<K> {
        self.ids.new_id(self.now)
    }

    /// Begins the transaction, if it has not begun.
    pub(crate) fn begin(&mut self) -> Result<(), Error> {
        match self.state {
            State::Begun => Ok(()),
            State::NotBegun { lock_timeout_ms } => {
                dialect::begin_write(self.connection, lock_timeout_ms)?;
                self.state = State::Begun;
                Ok(())
            }
            State::Sent => Err(Error::other("a statement after the end of a write")),
        }
    }

    /// Sends what waits. Where no transaction has begun, it is kept then.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        let waiting = self.waiting.take();
        if !waiting.is_empty() {
            if matches!(self.state, State::NotBegun { .. }) {
                self.state = State::Sent;
            }
            self.may_have_changed = true;
            together::insert_all(self.connection, &waiting)?;
        }
        Ok(())
    }

    /// Whether there may be anything to undo.
    pub(crate) fn may_have_changed(&self) -> bool {
        self.may_have_changed
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }
}
