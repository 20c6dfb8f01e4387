//! `rollcall import`: a portable file into an empty database.
//!
//! All or nothing, so that there is nothing to clean up and no question which rows are there. On SQLite a new file is filled
//! beside the database and takes its place at the end, which also saves the journal; on PostgreSQL all rows are one
//! transaction. A load that can be resumed would have to remember in the file and in the database how far it got, and half of
//! a directory is of no use to anybody meanwhile.
//!
//! The tables are brought to the shape that the file was written from, filled, and only then brought up to date: an old file
//! goes through the same migrations as an old database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::prelude::*;

use super::files::{Unfinished, failed};
use super::format::{ExportReader, Head, Line, TableHead, from_hexadecimal};
use super::{Counts, Progress, TransferError, sqlite};
use crate::config::{Target, without_password};
use crate::dialect::whole::{self, ColumnKind, InsertRows, Table, Value};
use crate::hold::Hold;
use crate::pool::{Purpose, connect};
use crate::{Connection, DatabaseConfig, MigrateError, MigrationState, OpenError, dialect, migration};

/// Values in one statement: with more, preparing it costs more than it saves.
const VALUES_IN_A_STATEMENT: usize = 1_000;
/// Bytes of rows that are held in memory, but for a single larger row.
const BYTES_IN_A_STATEMENT: usize = 4 << 20;

/// Reads `file` into an empty database, and tells how many rows each table has got.
pub fn import(
    config: &DatabaseConfig,
    file: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Counts, TransferError> {
    let from = File::open(file).map_err(failed("read", file))?;
    let unreadable = |error| TransferError::Export { path: file.to_owned(), problem: error };
    let (reader, head) = ExportReader::new(from).map_err(unreadable)?;
    let mut load = Load { file, reader, head, progress };
    load.refuse_newer()?;
    match Target::parse(&config.url)? {
        Target::Sqlite(database) => load.fill_sqlite(config, &database),
        target @ Target::Postgres(_) => load.fill_postgres(config, &target),
    }
}

/// A file on its way into a database.
struct Load<'a, R: Read> {
    file: &'a Path,
    reader: ExportReader<R>,
    head: Head,
    progress: &'a mut dyn FnMut(Progress),
}

impl<R: Read> Load<'_, R> {
    fn refuse_newer(&self) -> Result<(), TransferError> {
        let known = migration::embedded()?;
        let unknown: Vec<String> =
            self.head.migrations.iter().filter(|version| !known.contains(*version)).cloned().collect();
        if unknown.is_empty() { Ok(()) } else { Err(TransferError::Newer { path: self.file.to_owned(), unknown }) }
    }

    fn fill_sqlite(&mut self, config: &DatabaseConfig, database: &Path) -> Result<Counts, TransferError> {
        crate::database::make_folder(database)?;
        let in_use = || TransferError::InUse { path: database.to_path_buf() };
        let _alone = Hold::alone(database).map_err(failed("write", database))?.ok_or_else(in_use)?;
        if database.exists() {
            refuse_rows(&mut sqlite::open(database, config.busy_timeout_ms)?, config)?;
            sqlite::close_into_one_file(database, config.busy_timeout_ms)?.ok_or_else(in_use)?;
        }
        let unfinished = Unfinished::new(database, true)?;
        let mut connection = sqlite::open(unfinished.path(), config.busy_timeout_ms)?;
        whole::fill_without_safety(&mut connection)?;
        let counts = self.fill(&mut connection)?;
        drop(connection);
        unfinished.sync()?;
        (self.progress)(Progress::Checking);
        sqlite::check(unfinished.path())?;
        unfinished.name(true)?;
        Ok(counts)
    }

    fn fill_postgres(&mut self, config: &DatabaseConfig, target: &Target) -> Result<Counts, TransferError> {
        let location = without_password(&config.url);
        let mut connection = connect(target, Purpose::Write, config.busy_timeout_ms)
            .map_err(|reason| OpenError::Connect { location, reason })?;
        whole::hold_migrations(&mut connection)?;
        refuse_rows(&mut connection, config)?;
        let counts = self.fill(&mut connection)?;
        whole::analyze(&mut connection)?;
        Ok(counts)
    }

    /// Makes the tables, fills them, and brings them up to date.
    fn fill(&mut self, connection: &mut Connection) -> Result<Counts, TransferError> {
        whole::migrate_to(connection, &self.head.migrations.iter().cloned().collect::<BTreeSet<_>>())?;
        let tables = whole::tables(connection)?;
        // Lasts as long as it has to: nobody else writes here.
        dialect::begin_write(connection, None)?;
        whole::lock_tables(connection, &tables)?;
        for table in &tables {
            // A migration may fill a table, and a server may have been quick.
            if whole::has_rows(connection, &table.name)? {
                return Err(TransferError::NotEmpty { table: table.name.clone(), location: String::new() });
            }
        }
        let make_again = whole::drop_indexes(connection)?;
        let counts = self.rows(connection, tables)?;
        for statement in make_again {
            (self.progress)(Progress::Indexing);
            connection.batch_execute(&statement)?;
        }
        for (table, rows) in &counts {
            (self.progress)(Progress::Checking);
            let found = whole::count(connection, table)?;
            if found != *rows {
                return Err(TransferError::Lost { table: table.clone(), rows: *rows, found });
            }
        }
        Connection::commit_transaction(connection)?;
        // Locks are the session's here, which a pooler has not: the operator is told to connect without one.
        migration::migrate(connection, false).map_err(|error| match error {
            MigrateError::Newer { unknown } => TransferError::Newer { path: self.file.to_owned(), unknown },
            MigrateError::Database(error) => TransferError::Database(error),
        })?;
        Ok(counts)
    }

    /// All rows of the file, up to its end.
    fn rows(&mut self, connection: &mut Connection, tables: Vec<Table>) -> Result<Counts, TransferError> {
        let mut missing: BTreeMap<String, Table> =
            tables.into_iter().map(|table| (table.name.clone(), table)).collect();
        let mut batch: Option<Batch> = None;
        loop {
            let line = self.reader.next().map_err(|error| self.unreadable(error))?;
            match line {
                Line::Row => {
                    let Some(batch) = &mut batch else { return Err(self.unfit("a row before its table".to_owned())) };
                    let text = self.reader.text();
                    let row = row(&batch.table, text).map_err(|problem| self.unfit(problem))?;
                    batch.push(row, text.len());
                    if batch.is_full() {
                        self.insert(connection, batch)?;
                    }
                }
                Line::Table(head) => {
                    self.insert_last(connection, batch.take())?;
                    let table = missing.remove(&head.table);
                    let table = table.ok_or_else(|| self.unfit(format!("there is no table {}", head.table)))?;
                    batch = Some(Batch::new(arranged(table, &head).map_err(|problem| self.unfit(problem))?));
                }
                Line::End => {
                    self.insert_last(connection, batch.take())?;
                    if let Some(table) = missing.keys().next() {
                        return Err(self.unfit(format!("the table {table} is not in it")));
                    }
                    return Ok(self.reader.counts().clone());
                }
            }
        }
    }

    fn insert_last(&mut self, connection: &mut Connection, batch: Option<Batch>) -> Result<(), TransferError> {
        match batch {
            Some(mut batch) => self.insert(connection, &mut batch),
            None => Ok(()),
        }
    }

    fn insert(&mut self, connection: &mut Connection, batch: &mut Batch) -> Result<(), TransferError> {
        if !batch.rows.is_empty() {
            let usual_length = batch.rows.len() == batch.usual_length();
            let insert = InsertRows { table: &batch.table, rows: &batch.rows, usual_length };
            insert.execute(connection).map_err(|source| TransferError::Rows {
                path: self.file.to_owned(),
                line: self.reader.number(),
                table: batch.table.name.clone(),
                source: source.into(),
            })?;
            batch.inserted += batch.rows.len() as u64;
            batch.rows.clear();
            batch.bytes = 0;
        }
        (self.progress)(Progress::Rows { table: batch.table.name.clone(), rows: batch.inserted });
        Ok(())
    }

    fn unreadable(&self, problem: super::format::ReadError) -> TransferError {
        TransferError::Export { path: self.file.to_owned(), problem }
    }

    fn unfit(&self, problem: String) -> TransferError {
        TransferError::Unfit { path: self.file.to_owned(), line: self.reader.number(), problem }
    }
}

/// Refuses a database that holds anything: importing twice, or into the wrong one, must not mix two installations.
fn refuse_rows(connection: &mut Connection, config: &DatabaseConfig) -> Result<(), TransferError> {
    let location = without_password(&config.url);
    let tables = whole::tables(connection)?;
    match migration::state(connection)? {
        MigrationState::Newer { unknown } => return Err(TransferError::NewerDatabase { location, unknown }),
        MigrationState::Empty => {
            let foreign = tables.into_iter().next();
            return foreign.map_or(Ok(()), |table| Err(TransferError::NotEmpty { table: table.name, location }));
        }
        MigrationState::Older { .. } | MigrationState::Current => {}
    }
    for table in tables {
        if whole::has_rows(connection, &table.name)? {
            return Err(TransferError::NotEmpty { table: table.name, location });
        }
    }
    Ok(())
}

/// The table with its columns in the order of the file.
fn arranged(table: Table, head: &TableHead) -> Result<Table, String> {
    let find = |name: &String| table.columns.iter().find(|column| column.name == *name).cloned();
    let columns: Option<Vec<_>> = head.columns.iter().map(find).collect();
    match columns {
        Some(columns) if columns.len() == table.columns.len() => Ok(Table { columns, ..table }),
        _ => Err(format!("the table {} has other columns in the database", table.name)),
    }
}

/// Rows that wait to be written together.
struct Batch {
    table: Table,
    rows: Vec<Vec<Value>>,
    bytes: usize,
    inserted: u64,
}

impl Batch {
    fn new(table: Table) -> Batch {
        Batch { table, rows: Vec::new(), bytes: 0, inserted: 0 }
    }

    fn usual_length(&self) -> usize {
        (VALUES_IN_A_STATEMENT / self.table.columns.len().max(1)).max(1)
    }

    fn push(&mut self, row: Vec<Value>, bytes: usize) {
        self.rows.push(row);
        self.bytes += bytes;
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.usual_length() || self.bytes >= BYTES_IN_A_STATEMENT
    }
}

/// The values of a row, as the columns of the table want them.
fn row(table: &Table, line: &[u8]) -> Result<Vec<Value>, String> {
    let values: Vec<serde_json::Value> =
        serde_json::from_slice(line).map_err(|_| format!("this is no row of the table {}", table.name))?;
    if values.len() != table.columns.len() {
        return Err(format!("a row of the table {} has {} values", table.name, values.len()));
    }
    let wrong = |name: &str| format!("the value of {name} does not fit into the table {}", table.name);
    let typed = table.columns.iter().zip(values);
    typed.map(|(column, value)| typed_value(column.kind, value).ok_or_else(|| wrong(&column.name))).collect()
}

fn typed_value(kind: ColumnKind, value: serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match (kind, value) {
        (ColumnKind::Text, Json::String(text)) => Value::Text(Some(text)),
        (ColumnKind::Text, Json::Null) => Value::Text(None),
        (ColumnKind::Integer, Json::Number(number)) => Value::Integer(Some(number.as_i64()?)),
        (ColumnKind::Integer, Json::Null) => Value::Integer(None),
        (ColumnKind::Boolean, Json::Number(number)) => Value::Boolean(Some(match number.as_i64()? {
            0 => false,
            1 => true,
            _ => return None,
        })),
        (ColumnKind::Boolean, Json::Null) => Value::Boolean(None),
        (ColumnKind::Binary, Json::String(text)) => Value::Binary(Some(from_hexadecimal(&text)?)),
        (ColumnKind::Binary, Json::Null) => Value::Binary(None),
        _ => return None,
    })
}
