//! What the work inside `Database::read` and `Database::write` is given.

use crate::id::{IdSource, Kind};
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
pub struct WriteTx<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) now: Timestamp,
    pub(crate) ids: &'a IdSource,
}

impl WriteTx<'_> {
    /// The time at which the write began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Where to run statements.
    pub fn connection(&mut self) -> &mut Connection {
        self.connection
    }

    /// Waits until no other write holds this name, and holds it until this one ends. For a rule about many rows at once,
    /// such as "no group is inside itself", which no lock on a row can guard; row locks come first.
    pub fn lock_name(&mut self, name: &str) -> Result<(), Error> {
        Ok(dialect::lock_name(self.connection, name)?)
    }

    /// An id that nothing has yet.
    pub fn new_id<K: Kind>(&mut self) -> Id<K> {
        self.ids.new_id(self.now)
    }
}
