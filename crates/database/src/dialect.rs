//! Every place where the two databases differ; what concerns all tables at once is in `whole`, the months of the report are in
//! `partitions`. No other file of the workspace matches on the backend (but [`each!`](crate::each), which runs the same
//! expression on both).

pub(crate) mod partitions;
pub(crate) mod together;
pub(crate) mod whole;

use std::marker::PhantomData;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::MultiBackend;
use crate::error::DEADLOCK;
use crate::{Connection, Error};

pub(crate) const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Held while the tables are changed; any number that no other program on the same server uses.
const MIGRATION_LOCK: &str = "7274650417";

/// Begins a write transaction. SQLite must take its write lock at BEGIN: a transaction that reads first and writes
/// later fails at once when another process wrote in between, whatever the busy timeout. `lock_timeout_ms`: where the session
/// does not keep it (see `pooling`).
pub(crate) fn begin_write(connection: &mut Connection, lock_timeout_ms: Option<u64>) -> QueryResult<()> {
    match connection {
        Connection::Postgres(postgres) => match lock_timeout_ms {
            None => AnsiTransactionManager::begin_transaction_sql(postgres, "BEGIN"),
            // One message, one round trip.
            Some(ms) => AnsiTransactionManager::begin_transaction_sql(
                postgres,
                &format!("BEGIN; SET LOCAL lock_timeout = {ms}; SET LOCAL client_min_messages = warning"),
            ),
        },
        Connection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
    }
}

/// How deep in transactions and savepoints the connection is: 0 outside of any.
pub(crate) fn transaction_depth(connection: &mut Connection) -> QueryResult<u32> {
    let status = match connection {
        Connection::Postgres(postgres) => AnsiTransactionManager::transaction_manager_status_mut(postgres),
        Connection::Sqlite(sqlite) => AnsiTransactionManager::transaction_manager_status_mut(sqlite),
    };
    status.transaction_depth().map(|depth| depth.map_or(0, u32::from))
}

/// Adds `.lock_row()`, `.lock_row_to_change()` and `.hold_row()` to a query inside a write: the rows it finds stay as they
/// are until the transaction ends.
///
/// A locking clause on PostgreSQL; nothing on SQLite, whose writers run one at a time. Ends the query: filter, order and
/// limit come before.
pub trait LockRow: Sized {
    /// The query that also locks what it finds, for a transaction that may remove it or hide it (`FOR UPDATE`): nobody
    /// else holds it meanwhile.
    fn lock_row(self) -> Locked<Self, ForUpdate> {
        Locked { query: self, lock: PhantomData }
    }

    /// The query that also locks what it finds, for a transaction that is going to change it and nothing else
    /// (`FOR NO KEY UPDATE`): others can hold it, and make rows that point to it, but not change it.
    fn lock_row_to_change(self) -> Locked<Self, ForNoKeyUpdate> {
        Locked { query: self, lock: PhantomData }
    }

    /// The query that also holds what it finds, for a transaction that relies on its being there: others can hold it too,
    /// or change it, but nobody can [`lock_row`](LockRow::lock_row) it (`FOR KEY SHARE`).
    fn hold_row(self) -> Locked<Self, ForKeyShare> {
        Locked { query: self, lock: PhantomData }
    }
}

impl<Q: Query> LockRow for Q {}

/// See [`LockRow`]. Which lock it is stands in the type, so that a statement is known by its type.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Locked<Q, L> {
    query: Q,
    lock: PhantomData<L>,
}

/// A locking clause of PostgreSQL.
pub trait Lock {
    /// With a space before it.
    const CLAUSE: &'static str;
}

/// See [`LockRow::lock_row`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ForUpdate;
/// See [`LockRow::lock_row_to_change`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ForNoKeyUpdate;
/// See [`LockRow::hold_row`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ForKeyShare;

impl Lock for ForUpdate {
    const CLAUSE: &'static str = " FOR UPDATE";
}
impl Lock for ForNoKeyUpdate {
    const CLAUSE: &'static str = " FOR NO KEY UPDATE";
}
impl Lock for ForKeyShare {
    const CLAUSE: &'static str = " FOR KEY SHARE";
}

impl<Q: QueryFragment<MultiBackend>, L: Lock> QueryFragment<MultiBackend> for Locked<Q, L> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.query.walk_ast(pass.reborrow())?;
        if matches!(pass.backend(), MultiBackend::Postgres(_)) {
            pass.push_sql(L::CLAUSE);
        }
        Ok(())
    }
}

impl<Q: QueryFragment<Pg>, L: Lock> QueryFragment<Pg> for Locked<Q, L> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(pass.reborrow())?;
        pass.push_sql(L::CLAUSE);
        Ok(())
    }
}

impl<Q: QueryFragment<Sqlite>, L: Lock> QueryFragment<Sqlite> for Locked<Q, L> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.query.walk_ast(pass)
    }
}

impl<Q: Query, L> Query for Locked<Q, L> {
    type SqlType = Q::SqlType;
}

impl<Q, L> RunQueryDsl<Connection> for Locked<Q, L> {}

impl<Q, L> RunQueryDsl<PgConnection> for Locked<Q, L> {}

impl<Q, L> RunQueryDsl<SqliteConnection> for Locked<Q, L> {}

/// Waits until no other transaction has locked this name, and locks it until this one ends. For a rule about many rows at
/// once, which no lock on a row can guard. PostgreSQL keeps a hash of the name: two names may wait for each other. Nothing
/// on SQLite, whose writers run one at a time.
pub(crate) fn lock_name(connection: &mut Connection, name: &str) -> QueryResult<()> {
    if let Connection::Postgres(postgres) = connection {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(name)
            .execute(postgres)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Whether migrations were ever run here.
pub(crate) fn has_migration_table(connection: &mut Connection) -> QueryResult<bool> {
    let sql = match connection {
        Connection::Postgres(_) => {
            "SELECT COUNT(*) AS value FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations')"
        }
        Connection::Sqlite(_) => {
            "SELECT COUNT(*) AS value FROM sqlite_master WHERE type = 'table' AND name = '__diesel_schema_migrations'"
        }
    };
    diesel::sql_query(sql).get_result::<CountRow>(connection).map(|row| row.value > 0)
}

/// Runs what is missing of the migrations, one process at a time, and tells how many were.
pub(crate) fn run_migrations(connection: &mut Connection, is_pooled: bool) -> Result<usize, Error> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Other(error.into());
    match connection {
        Connection::Postgres(postgres) if is_pooled => {
            // The session is not ours to lock: all of it in one transaction.
            let begin = format!(
                "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL client_min_messages = warning;
                 SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
            );
            AnsiTransactionManager::begin_transaction_sql(postgres, &begin)?;
            match postgres.run_pending_migrations(POSTGRES_MIGRATIONS).map(|versions| versions.len()).map_err(failed) {
                Ok(count) => {
                    AnsiTransactionManager::commit_transaction(postgres)?;
                    Ok(count)
                }
                Err(error) => {
                    AnsiTransactionManager::rollback_transaction(postgres)?;
                    Err(error)
                }
            }
        }
        Connection::Postgres(postgres) => {
            // A session lock: it goes with the connection if this process dies, and lets a later migration run outside
            // of a transaction.
            postgres.batch_execute("SET lock_timeout = 0")?;
            postgres.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let done = run_beside_others(postgres).map_err(failed);
            postgres.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            done
        }
        Connection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
            match sqlite.run_pending_migrations(SQLITE_MIGRATIONS).map(|versions| versions.len()).map_err(failed) {
                Ok(count) => {
                    AnsiTransactionManager::commit_transaction(sqlite)?;
                    Ok(count)
                }
                Err(error) => {
                    AnsiTransactionManager::rollback_transaction(sqlite)?;
                    Err(error)
                }
            }
        }
    }
}

/// So often a migration is tried while other servers write.
const MIGRATION_ATTEMPTS: usize = 20;

/// Runs the pending migrations while servers of the version before go on. A migration locks whole tables, one after the
/// other, and may meet somebody who holds them in another order: if PostgreSQL then gives up the migration, of which nothing
/// is kept, it is tried again. Those before it stay.
fn run_beside_others(postgres: &mut PgConnection) -> diesel::migration::Result<usize> {
    let pending = postgres.pending_migrations(POSTGRES_MIGRATIONS)?.len();
    let mut attempts = 1;
    loop {
        match postgres.run_pending_migrations(POSTGRES_MIGRATIONS).map(|_last_ones| pending) {
            Err(error) if attempts < MIGRATION_ATTEMPTS && error.to_string().contains(DEADLOCK) => {
                tracing::info!("a migration met a transaction of another server and is tried again");
                attempts += 1;
            }
            outcome => return outcome,
        }
    }
}

/// The database's own name and version: `SQLite 3.51.1`, `PostgreSQL 15.14 (Debian …)`.
pub(crate) fn version(connection: &mut Connection) -> QueryResult<String> {
    let sql = match connection {
        Connection::Postgres(_) => "SELECT 'PostgreSQL ' || current_setting('server_version') AS value",
        Connection::Sqlite(_) => "SELECT 'SQLite ' || sqlite_version() AS value",
    };
    diesel::sql_query(sql).get_result::<TextRow>(connection).map(|row| row.value)
}

/// What is wrong with the database's own files or settings, each as a sentence.
pub(crate) fn problems(connection: &mut Connection) -> QueryResult<Vec<String>> {
    let sql = match connection {
        Connection::Postgres(_) => {
            "SELECT 'setting ' || name || ' is ' || setting || ': an acknowledged write can be lost in a power failure' AS value
             FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
             UNION ALL
             SELECT 'the database''s encoding is ' || pg_encoding_to_char(encoding) || ', not UTF8' FROM pg_database
             WHERE datname = current_database() AND pg_encoding_to_char(encoding) <> 'UTF8'"
        }
        Connection::Sqlite(_) => {
            "SELECT 'the file is damaged: ' || quick_check AS value FROM pragma_quick_check WHERE quick_check <> 'ok'
             UNION ALL
             SELECT 'a row of ' || \"table\" || ' points to a row of ' || parent || ' that does not exist' FROM pragma_foreign_key_check"
        }
    };
    Ok(diesel::sql_query(sql).load::<TextRow>(connection)?.into_iter().map(|row| row.value).collect())
}
