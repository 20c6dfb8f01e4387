//! What can go wrong in a database, in one type, translated from diesel in one place.
//!
//! `Display` never contains a value of a row: a statement's own message is only in `source`, for the log. Not here:
//! what a client is told.

use std::sync::Arc;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use crate::schema::UNIQUE_CONSTRAINTS;

/// Why a read or a write did not happen. Nothing of a failed write is kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Too much work is waiting, a lock was not given in time, or PostgreSQL broke a deadlock. The same call may
    /// succeed later.
    #[error("the database is busy")]
    Busy,
    /// A row with these values exists. `constraint` is PostgreSQL's name of it, on both databases: see
    /// [`Error::violates`].
    #[error("a unique constraint forbids this: {constraint}")]
    Unique {
        /// Name of the unique constraint or index.
        constraint: String,
    },
    /// A row that this one points to does not exist, or one that points here still does.
    #[error("a foreign key forbids this{}", constraint.as_deref().map(|name| format!(": {name}")).unwrap_or_default())]
    ForeignKey {
        /// Name of the constraint; SQLite does not tell it.
        constraint: Option<String>,
    },
    /// The database cannot be reached, or the connection broke. Whether a write that was under way is kept is then
    /// unknown.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Cause),
    /// There is no room left on the database's disk, or the disk fails. Nothing of the write is kept; reads may go on, and so
    /// do writes once there is room.
    #[error("the database cannot write to its disk")]
    Storage(#[source] Cause),
    /// Anything else: a defect of ours, a damaged file.
    #[error("the database refused a statement")]
    Other(#[source] Cause),
}

/// The error below, for the log.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

impl Error {
    /// Whether this is the violation of the unique constraint or index of that name, on either database.
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, Error::Unique { constraint } if constraint == name)
    }

    /// Whether PostgreSQL gave up this transaction for the sake of another one.
    pub(crate) fn is_conflict(error: &DieselError) -> bool {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
            DieselError::DatabaseError(_, information) => information.message().contains(DEADLOCK),
            _ => false,
        }
    }

    /// Whether the connection broke.
    pub(crate) fn is_lost(error: &DieselError) -> bool {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | DieselError::BrokenTransactionManager => true,
            DieselError::DatabaseError(_, information) => says_closed(information.message()),
            _ => false,
        }
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Error::Unavailable(Arc::new(Reason(reason.into())))
    }

    pub(crate) fn other(reason: impl Into<String>) -> Self {
        Error::Other(Arc::new(Reason(reason.into())))
    }
}

/// A cause that has no error type of its own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(String);

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation => Error::Unique { constraint: unique_constraint(&**information) },
                DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
                    Error::ForeignKey { constraint: information.constraint_name().map(str::to_owned) }
                }
                DatabaseErrorKind::SerializationFailure => Error::Busy,
                DatabaseErrorKind::ClosedConnection => Error::Unavailable(Arc::new(error)),
                _ if says_busy(information.message()) => Error::Busy,
                _ if says_closed(information.message()) => Error::Unavailable(Arc::new(error)),
                _ if says_full(information.message()) => Error::Storage(Arc::new(error)),
                _ => Error::Other(Arc::new(error)),
            },
            DieselError::BrokenTransactionManager => Error::Unavailable(Arc::new(error)),
            _ => Error::Other(Arc::new(error)),
        }
    }
}

/// PostgreSQL tells the name; SQLite tells the columns (`UNIQUE constraint failed: tenant.slug`), from which the name
/// follows.
fn unique_constraint(information: &dyn DatabaseErrorInformation) -> String {
    if let Some(name) = information.constraint_name() {
        return name.to_owned();
    }
    let columns = information.message().strip_prefix("UNIQUE constraint failed: ").unwrap_or_default();
    let known = UNIQUE_CONSTRAINTS.iter().find(|(_, of)| *of == columns);
    known.map_or("unknown", |(name, _)| *name).to_owned()
}

/// What PostgreSQL says of a deadlock that it broke.
pub(crate) const DEADLOCK: &str = "deadlock detected";

/// diesel keeps neither SQLite's result code nor PostgreSQL's SQLSTATE, so the message has to do: SQLITE_BUSY,
/// SQLITE_LOCKED, 40P01 (deadlock) and 55P03 (lock not available). A server that speaks another language gives
/// [`Error::Other`] instead.
fn says_busy(message: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "database is locked",
        "database table is locked",
        "database schema is locked",
        DEADLOCK,
        "due to lock timeout",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// The ends of a connection that diesel does not recognise: the server says goodbye (57P01) before it closes the
/// socket.
fn says_closed(message: &str) -> bool {
    const SIGNS: [&str; 4] = [
        "terminating connection",
        "server closed the connection",
        "no connection to the server",
        "the database system is shutting down",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// SQLITE_FULL, SQLITE_IOERR (a quota, among others), 53100 (disk full) and what PostgreSQL says of a file that it cannot
/// extend.
fn says_full(message: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "database or disk is full",
        "disk I/O error",
        "No space left on device",
        "Disk quota exceeded",
        "could not extend file",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_keeps_the_database_message_to_the_source() {
        let message = "invalid input: \"secret@example.org\"".to_owned();
        let error = Error::from(DieselError::DatabaseError(DatabaseErrorKind::CheckViolation, Box::new(message)));
        assert_eq!(error.to_string(), "the database refused a statement");
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn messages_become_kinds() {
        for (message, expected) in [
            ("database is locked", "busy"),
            ("deadlock detected", "busy"),
            ("canceling statement due to lock timeout", "busy"),
            ("terminating connection due to administrator command", "unavailable"),
            ("server closed the connection unexpectedly", "unavailable"),
            ("disk I/O error", "storage"),
            ("database or disk is full", "storage"),
            ("could not extend file \"base/5/16601\": No space left on device", "storage"),
            ("could not extend file \"base/5/16601\": wrote only 4096 of 8192 bytes at block 7", "storage"),
            ("relation \"tenant\" does not exist", "other"),
        ] {
            let kind = DatabaseErrorKind::UnableToSendCommand;
            let found = match Error::from(DieselError::DatabaseError(kind, Box::new(message.to_owned()))) {
                Error::Busy => "busy",
                Error::Unavailable(_) => "unavailable",
                Error::Storage(_) => "storage",
                _ => "other",
            };
            assert_eq!(found, expected, "{message}");
        }
    }
}
