//! Copying a whole database: to a file, from a file, and from one kind of database to the other.
//!
//! | function | for |
//! |---|---|
//! | [`back_up`] | a SQLite file that is whole in itself, made while servers write |
//! | [`Restore`] | such a file in the place of the database |
//! | [`export`] | a file that either database can be filled from, made while servers write |
//! | [`import`] | an empty database, filled from such a file |
//!
//! All of it blocks, reports its [`Progress`], and leaves nothing half done: what is not finished has another name, and gets
//! its own only once it is on disk. Deliberately not here: what the rows mean, and the secret key, which is no part of the
//! database and therefore of no copy of it.

mod backup;
mod error;
mod export;
mod files;
mod format;
mod import;
mod restore;
mod sqlite;
#[cfg(test)]
mod tests;

pub use backup::{Backup, back_up};
pub use error::TransferError;
pub use export::export;
pub use format::ReadError;
pub use import::import;
pub use restore::{Restore, Restored};

/// How many rows each table has.
pub type Counts = std::collections::BTreeMap<String, u64>;

/// What a gzip file begins with.
pub(crate) const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// How far a copy is; told several times a second at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are written, of about so many.
    Bytes {
        /// So far.
        done: u64,
        /// In the end.
        expected: u64,
    },
    /// So many rows of a table are written.
    Rows {
        /// The table.
        table: String,
        /// So far; in the end, all of them.
        rows: u64,
    },
    /// All rows are there, and indexes are made.
    Indexing,
    /// The copy is read again, to see that it is whole.
    Checking,
}
