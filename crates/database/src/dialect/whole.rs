//! Statements about all tables at once, whatever they are: the database is asked which there are, so that a new table needs
//! nothing here.

use std::collections::BTreeSet;

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel_migrations::MigrationHarness;

use super::{CountRow, MIGRATION_LOCK, POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS, TextRow};
use crate::connection::MultiBackend;
use crate::{Connection, Error};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    Integer,
    /// PostgreSQL only; SQLite has integers for it.
    Boolean,
    Binary,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Names of columns.
    pub(crate) primary_key: Vec<String>,
}

/// One value, typed even where it is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Boolean(Option<bool>),
    Binary(Option<Vec<u8>>),
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    /// Position in the primary key, from 1; 0 outside of it.
    #[diesel(sql_type = BigInt)]
    key_position: i64,
}

/// All tables by name, but for those of the databases themselves and of the migrations.
pub(crate) fn tables(connection: &mut Connection) -> Result<Vec<Table>, Error> {
    let sql = match connection {
        Connection::Postgres(_) => {
            "SELECT t.relname::text AS table_name, a.attname::text AS column_name,
                    COALESCE(array_position(k.conkey, a.attnum), 0)::bigint AS key_position,
                    format_type(a.atttypid, a.atttypmod) AS kind
             FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
             LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
             WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = current_schema()::regnamespace
               AND t.relname NOT LIKE '\\_\\_diesel%'
             ORDER BY t.relname COLLATE \"C\", a.attnum"
        }
        Connection::Sqlite(_) => {
            "SELECT t.name AS table_name, c.name AS column_name, c.pk AS key_position, lower(c.type) AS kind
             FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'
             ORDER BY t.name, c.cid"
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    let mut keys: Vec<(i64, String)> = Vec::new();
    for row in diesel::sql_query(sql).load::<ColumnRow>(connection)? {
        let kind = match row.kind.as_str() {
            "text" => ColumnKind::Text,
            "bigint" | "integer" => ColumnKind::Integer,
            "boolean" => ColumnKind::Boolean,
            "blob" | "bytea" => ColumnKind::Binary,
            other => {
                let (table, column) = (row.table_name, row.column_name);
                return Err(Error::other(format!("column {column} of table {table} is of the unknown type {other}")));
            }
        };
        if tables.last().is_none_or(|table| table.name != row.table_name) {
            keys.clear();
            tables.push(Table { name: row.table_name, columns: Vec::new(), primary_key: Vec::new() });
        }
        if row.key_position > 0 {
            keys.push((row.key_position, row.column_name.clone()));
            keys.sort();
        }
        if let Some(table) = tables.last_mut() {
            table.columns.push(Column { name: row.column_name, kind });
            table.primary_key = keys.iter().map(|(_, name)| name.clone()).collect();
        }
    }
    Ok(tables)
}

/// Begins a transaction that only reads, and sees the database as it is at its first statement, however long it takes.
pub(crate) fn begin_snapshot(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Postgres(postgres) => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
            AnsiTransactionManager::begin_transaction_sql(postgres, begin)?;
            // In the order of an index, rows come at once and nothing is sorted on disk.
            postgres.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL enable_sort = off")
        }
        Connection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN"),
    }
}

/// Gives every row of a table in the order of its primary key, one at a time, as a JSON array of its columns: numbers for
/// integers and booleans, hexadecimal text for bytes.
pub(crate) fn each_row_as_json<E: From<Error>>(
    connection: &mut Connection,
    table: &Table,
    mut each: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let postgres = matches!(connection, Connection::Postgres(_));
    let expression = |column: &Column| {
        let name = &column.name;
        match (postgres, column.kind) {
            (true, ColumnKind::Boolean) => format!("\"{name}\"::int"),
            (true, ColumnKind::Binary) => format!("upper(encode(\"{name}\", 'hex'))"),
            (false, ColumnKind::Binary) => format!("iif(\"{name}\" IS NULL, NULL, hex(\"{name}\"))"),
            _ => format!("\"{name}\""),
        }
    };
    let list = |names: Vec<String>| names.join(", ");
    let array = list(table.columns.iter().map(expression).collect());
    let order = list(table.primary_key.iter().map(|name| format!("\"{name}\"")).collect());
    let array = if postgres { format!("json_build_array({array})::text") } else { format!("json_array({array})") };
    let query = diesel::sql_query(format!("SELECT {array} AS value FROM \"{}\" ORDER BY {order}", table.name));
    match connection {
        // The usual way would hold all rows in memory.
        Connection::Postgres(postgres) => {
            for row in query.load_iter::<TextRow, PgRowByRowLoadingMode>(postgres).map_err(Error::from)? {
                each(&row.map_err(Error::from)?.value)?;
            }
        }
        Connection::Sqlite(sqlite) => {
            use diesel::connection::DefaultLoadingMode;
            for row in query.load_iter::<TextRow, DefaultLoadingMode>(sqlite).map_err(Error::from)? {
                each(&row.map_err(Error::from)?.value)?;
            }
        }
    }
    Ok(())
}

/// An INSERT of several rows into any table.
pub(crate) struct InsertRows<'a> {
    pub(crate) table: &'a Table,
    pub(crate) rows: &'a [Vec<Value>],
    /// Whether a statement for just so many rows comes again.
    pub(crate) usual_length: bool,
}

impl QueryFragment<MultiBackend> for InsertRows<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        if !self.usual_length {
            pass.unsafe_to_cache_prepared();
        }
        pass.push_sql("INSERT INTO ");
        pass.push_identifier(&self.table.name)?;
        for (index, column) in self.table.columns.iter().enumerate() {
            pass.push_sql(if index == 0 { " (" } else { ", " });
            pass.push_identifier(&column.name)?;
        }
        for (index, row) in self.rows.iter().enumerate() {
            pass.push_sql(if index == 0 { ") VALUES (" } else { "), (" });
            for (index, value) in row.iter().enumerate() {
                if index > 0 {
                    pass.push_sql(", ");
                }
                match value {
                    Value::Text(value) => pass.push_bind_param::<Nullable<Text>, _>(value)?,
                    Value::Integer(value) => pass.push_bind_param::<Nullable<BigInt>, _>(value)?,
                    Value::Boolean(value) => pass.push_bind_param::<Nullable<Bool>, _>(value)?,
                    Value::Binary(value) => pass.push_bind_param::<Nullable<Binary>, _>(value)?,
                }
            }
        }
        pass.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertRows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Connection> for InsertRows<'_> {}

/// How many rows a table has.
pub(crate) fn count(connection: &mut Connection, table: &str) -> QueryResult<u64> {
    let count: CountRow =
        diesel::sql_query(format!("SELECT COUNT(*) AS value FROM \"{table}\"")).get_result(connection)?;
    Ok(u64::try_from(count.value).unwrap_or(0))
}

/// Whether a table has any row.
pub(crate) fn has_rows(connection: &mut Connection, table: &str) -> QueryResult<bool> {
    let any = format!("SELECT COUNT(*) AS value FROM (SELECT 1 FROM \"{table}\" LIMIT 1) AS first");
    diesel::sql_query(any).get_result::<CountRow>(connection).map(|row| row.value > 0)
}

/// Keeps everybody else away from the tables until the transaction ends. Nothing on SQLite, where the file is held alone.
pub(crate) fn lock_tables(connection: &mut Connection, tables: &[Table]) -> QueryResult<()> {
    if let Connection::Postgres(postgres) = connection {
        let names: Vec<String> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
        postgres.batch_execute(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", ")))?;
        postgres.batch_execute("SET LOCAL statement_timeout = 0")?;
    }
    Ok(())
}

/// Keeps migrations of other processes away for as long as the connection lives. Nothing on SQLite.
pub(crate) fn hold_migrations(connection: &mut Connection) -> QueryResult<()> {
    if let Connection::Postgres(postgres) = connection {
        postgres.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    }
    Ok(())
}

/// Drops all that makes a load slow (indexes but for those of keys, and on PostgreSQL foreign keys), and gives the statements
/// that make it again: building an index at once is much faster than row by row, and foreign keys are checked at once.
pub(crate) fn drop_indexes(connection: &mut Connection) -> Result<Vec<String>, Error> {
    let (drops, creates) = match connection {
        Connection::Postgres(_) => (
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS value
             FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0
             UNION ALL
             SELECT format('DROP INDEX %s', i.indexrelid::regclass)
             FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('i', 'I') AND NOT c.relispartition
               AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))",
            // Of a partitioned table it says ONLY, which would leave the partitions without.
            "SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') AS value
             FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('i', 'I') AND NOT c.relispartition
               AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
             UNION ALL
             SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0",
        ),
        // What the migrations told the planner goes with an index and is put back.
        Connection::Sqlite(_) => (
            "SELECT 'CREATE TEMP TABLE kept_stat AS SELECT * FROM sqlite_stat1' AS value
             UNION ALL
             SELECT 'DROP INDEX \"' || name || '\"' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
            "SELECT sql AS value FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
             UNION ALL SELECT 'DELETE FROM sqlite_stat1'
             UNION ALL SELECT 'INSERT INTO sqlite_stat1 SELECT * FROM kept_stat'
             UNION ALL SELECT 'DROP TABLE kept_stat'",
        ),
    };
    let creates: Vec<TextRow> = diesel::sql_query(creates).load(connection)?;
    for drop in diesel::sql_query(drops).load::<TextRow>(connection)? {
        connection.batch_execute(&drop.value)?;
    }
    Ok(creates.into_iter().map(|row| row.value).collect())
}

/// Prepares a SQLite connection for filling a file that is thrown away if anything fails: no journal, no waiting for the
/// disk, and sorting on disk. Nothing on PostgreSQL.
pub(crate) fn fill_without_safety(connection: &mut Connection) -> QueryResult<()> {
    if let Connection::Sqlite(sqlite) = connection {
        sqlite.batch_execute(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA temp_store = FILE;
             PRAGMA cache_size = -65536;",
        )?;
    }
    Ok(())
}

/// Gathers what the planner should know, after a load. SQLite's migrations have told it already.
pub(crate) fn analyze(connection: &mut Connection) -> QueryResult<()> {
    match connection {
        Connection::Postgres(postgres) => postgres.batch_execute("ANALYZE"),
        Connection::Sqlite(_) => Ok(()),
    }
}

/// Runs or takes back migrations until exactly `versions` are applied. For a database without rows.
pub(crate) fn migrate_to(connection: &mut Connection, versions: &BTreeSet<String>) -> Result<(), Error> {
    let outcome = match connection {
        Connection::Postgres(postgres) => migrate_one_to(postgres, POSTGRES_MIGRATIONS, versions),
        Connection::Sqlite(sqlite) => migrate_one_to(sqlite, SQLITE_MIGRATIONS, versions),
    };
    outcome.map_err(|error| Error::Other(error.into()))
}

fn migrate_one_to<C, DB>(
    connection: &mut C,
    source: impl MigrationSource<DB>,
    versions: &BTreeSet<String>,
) -> diesel::migration::Result<()>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let applied: BTreeSet<String> = connection.applied_migrations()?.iter().map(ToString::to_string).collect();
    let mut known: Vec<Box<dyn Migration<DB>>> = source.migrations()?;
    known.sort_unstable_by(|one, other| one.name().version().cmp(&other.name().version()));
    let version = |migration: &dyn Migration<DB>| migration.name().version().to_string();
    for migration in known.iter().rev() {
        let version = version(&**migration);
        if applied.contains(&version) && !versions.contains(&version) {
            connection.revert_migration(&**migration)?;
        }
    }
    for migration in &known {
        let version = version(&**migration);
        if !applied.contains(&version) && versions.contains(&version) {
            connection.run_migration(&**migration)?;
        }
    }
    Ok(())
}
