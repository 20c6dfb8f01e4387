//! Bringing the tables up to date. The SQL lies in `migrations/`, in pairs, and is embedded in the program.
//!
//! Migrations only ever add first and remove later, so that an older server keeps working while a newer one is deployed
//! beside it.

use std::collections::BTreeSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

use crate::dialect::{self, SQLITE_MIGRATIONS};
use crate::{Connection, Error};

/// How a database's tables stand to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationState {
    /// No migration was ever run.
    Empty,
    /// Some are missing.
    Older {
        /// How many.
        missing: usize,
    },
    /// Just right.
    Current,
    /// A newer program changed the tables.
    Newer {
        /// The versions that this program does not know.
        unknown: Vec<String>,
    },
}

/// Why a database was not brought up to date.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MigrateError {
    /// The tables are newer than this program.
    #[error(
        "the database was changed by a newer version of Rollcall (it has migration {}): start that version, or restore a backup \
         from before the upgrade",
        unknown.join(", ")
    )]
    Newer {
        /// The versions that this program does not know.
        unknown: Vec<String>,
    },
    /// The database said no.
    #[error("the database could not be brought up to date")]
    Database(#[from] Error),
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// What is embedded; both databases have the same versions, which `cargo xtask schema` checks.
pub(crate) fn embedded() -> Result<BTreeSet<String>, Error> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> =
        SQLITE_MIGRATIONS.migrations().map_err(|error| Error::Other(error.into()))?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// What was run, in a database that has the table for it.
pub(crate) fn applied(connection: &mut Connection) -> Result<BTreeSet<String>, Error> {
    let applied: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(connection)?;
    Ok(BTreeSet::from_iter(applied))
}

/// Compares what was run with what is embedded.
pub(crate) fn state(connection: &mut Connection) -> Result<MigrationState, Error> {
    let embedded = embedded()?;
    if !dialect::has_migration_table(connection)? {
        return Ok(MigrationState::Empty);
    }
    let applied = applied(connection)?;
    let unknown: Vec<String> = applied.difference(&embedded).cloned().collect();
    let missing = embedded.difference(&applied).count();
    Ok(match (unknown.is_empty(), missing) {
        (false, _) => MigrationState::Newer { unknown },
        (true, 0) => MigrationState::Current,
        (true, _) if applied.is_empty() => MigrationState::Empty,
        (true, missing) => MigrationState::Older { missing },
    })
}

/// Runs what is missing. `is_pooled`: see `pooling`.
pub(crate) fn migrate(connection: &mut Connection, is_pooled: bool) -> Result<usize, MigrateError> {
    match state(connection)? {
        MigrationState::Newer { unknown } => Err(MigrateError::Newer { unknown }),
        MigrationState::Current => Ok(0),
        MigrationState::Empty | MigrationState::Older { .. } => Ok(dialect::run_migrations(connection, is_pooled)?),
    }
}
