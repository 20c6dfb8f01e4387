//! Why a copy was not made, in sentences for the operator.

use std::path::PathBuf;

use super::format::ReadError;
use crate::{Error, OpenError};

/// See the variants. Whatever it is, the database is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is nothing to copy.
    #[error("there is no database at {}: check --database-url and --data-dir", path.display())]
    NoDatabase {
        /// Where it should be.
        path: PathBuf,
    },
    /// The database has no tables yet.
    #[error("the database {location} has no tables of Rollcall: check --database-url and --data-dir")]
    NoTables {
        /// The database, without a password.
        location: String,
    },
    /// The file to write is there already.
    #[error("{} exists already: choose another name, or say --force to replace it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot {act} {}", path.display())]
    File {
        /// `read`, `write`.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A server or a command has the database open.
    #[error("the database {} is open: stop every server and command that uses it, then try again", path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// The file to restore is of another kind.
    #[error("{} is {what}", path.display())]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do with it.
        what: &'static str,
    },
    /// The copy is not whole.
    #[error("{} is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        problem: String,
    },
    /// The file comes from a newer version.
    #[error(
        "{} was made by a newer version of Rollcall (it has migration {}): use that version or a later one",
        path.display(), unknown.join(", ")
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The versions that this program does not know.
        unknown: Vec<String>,
    },
    /// The database was changed by a newer version.
    #[error(
        "the database {location} was changed by a newer version of Rollcall (it has migration {}): use that version",
        unknown.join(", ")
    )]
    NewerDatabase {
        /// The database, without a password.
        location: String,
        /// The versions that this program does not know.
        unknown: Vec<String>,
    },
    /// The database to fill is not empty.
    #[error(
        "the database{}{location} is not empty (look at its table {table}): an import needs an empty one, so that two \
         installations are never mixed", if location.is_empty() { "" } else { " " }
    )]
    NotEmpty {
        /// The database, without a password.
        location: String,
        /// A table that is there, or has rows.
        table: String,
    },
    /// The portable file is not whole.
    #[error("{} cannot be imported, and nothing was changed", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        problem: ReadError,
    },
    /// The portable file is whole, but does not fit.
    #[error("{} cannot be imported: line {line}: {problem}; nothing was changed", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// What does not fit.
        problem: String,
    },
    /// The database refused rows of the portable file.
    #[error("{} cannot be imported: the database refused rows of the table {table} before line {line}", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// The last of the rows, from 1.
        line: u64,
        /// Their table.
        table: String,
        /// What it said.
        source: Error,
    },
    /// A table does not have the rows that were written.
    #[error("{rows} rows were written into the table {table}, but it has {found}; nothing was changed")]
    Lost {
        /// The table.
        table: String,
        /// Written.
        rows: u64,
        /// Found.
        found: u64,
    },
    /// The database said no.
    #[error("the database could not be copied")]
    Database(#[from] Error),
}

impl From<diesel::result::Error> for TransferError {
    fn from(error: diesel::result::Error) -> Self {
        TransferError::Database(error.into())
    }
}
