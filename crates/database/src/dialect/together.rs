//! How rows that waited for the end of a transaction are sent.
//!
//! PostgreSQL: one statement, `WITH w0 AS (INSERT …), w1 AS (INSERT …) INSERT …`. Foreign keys are looked at when all of it is done,
//! so that a row and the one it points to can come in it together. Sent outside of a transaction it is one by itself: one round
//! trip writes everything and commits. Lists go as one array a column, so that a statement's text, by which it is kept
//! prepared, does not depend on how many names or e-mails a user has. SQLite: one insert a table, which costs it no round
//! trips.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, Bool, HasSqlType, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, SqliteConnection};

use crate::Connection;
use crate::insert::{Insert, OnConflict, Value};

/// So many rows go into one statement of SQLite: what one user brings of names, e-mails and identifiers. There are as many texts
/// of each insert, all kept prepared; reading a longer one anew takes longer than running this one several times.
const ROWS_AT_ONCE: usize = 16;

/// Sends the rows. On PostgreSQL all of them are kept or none is, also outside of a transaction.
pub(crate) fn insert_all(connection: &mut Connection, inserts: &[Insert]) -> QueryResult<()> {
    match connection {
        Connection::Postgres(postgres) => {
            if !inserts.is_empty() {
                Together(inserts.iter().map(Part::of).collect()).execute(postgres)?;
            }
        }
        Connection::Sqlite(sqlite) => {
            for insert in inserts {
                for rows in insert.rows.chunks(ROWS_AT_ONCE) {
                    Rows { insert, rows }.execute(sqlite)?;
                }
            }
        }
    }
    Ok(())
}

/// `INSERT INTO table (columns) `
fn push_into<'b, DB: Backend>(insert: &'b Insert, pass: &mut AstPass<'_, 'b, DB>) {
    pass.push_sql("INSERT INTO ");
    pass.push_sql(insert.table);
    for (index, column) in insert.columns.iter().enumerate() {
        pass.push_sql(if index == 0 { " (" } else { ", " });
        pass.push_sql(column);
    }
    pass.push_sql(") ");
}

/// `(value, value)`
fn push_row<'b, DB>(row: &'b [Value], pass: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Bool>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    bool: ToSql<Bool, DB>,
{
    for (index, value) in row.iter().enumerate() {
        pass.push_sql(if index == 0 { "(" } else { ", " });
        match value {
            Value::Text(text) => pass.push_bind_param::<Nullable<Text>, _>(text)?,
            Value::Integer(number) => pass.push_bind_param::<Nullable<BigInt>, _>(number)?,
            Value::Boolean(boolean) => pass.push_bind_param::<Bool, _>(boolean)?,
        }
    }
    pass.push_sql(")");
    Ok(())
}

/// ` ON CONFLICT …`
fn push_on_conflict<DB: Backend>(insert: &Insert, pass: &mut AstPass<'_, '_, DB>) {
    match (insert.on_conflict, insert.columns.split_last()) {
        (OnConflict::PassOver, _) => pass.push_sql(" ON CONFLICT DO NOTHING"),
        (OnConflict::Add, Some((number, key))) => {
            let (key, table) = (key.join(", "), insert.table);
            pass.push_sql(&format!(
                " ON CONFLICT ({key}) DO UPDATE SET {number} = {table}.{number} + excluded.{number}"
            ));
        }
        (OnConflict::Add | OnConflict::Refuse, _) => {}
    }
}

/// Some rows of an insert, as SQLite gets them.
struct Rows<'a> {
    insert: &'a Insert,
    rows: &'a [Vec<Value>],
}

impl QueryFragment<Sqlite> for Rows<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        push_into(self.insert, &mut pass);
        for (index, row) in self.rows.iter().enumerate() {
            pass.push_sql(if index == 0 { "VALUES " } else { ", " });
            push_row(row, &mut pass)?;
        }
        push_on_conflict(self.insert, &mut pass);
        Ok(())
    }
}

impl QueryId for Rows<'_> {
    type QueryId = ();
    // Found by its text: that depends on values.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Rows<'_> {}

/// The values of one column, of many rows.
enum Column<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Boolean(Vec<Option<bool>>),
}

/// An insert as PostgreSQL gets it.
enum Part<'a> {
    Row(&'a Insert, &'a [Value]),
    Columns(&'a Insert, Vec<Column<'a>>),
}

impl<'a> Part<'a> {
    fn of(insert: &'a Insert) -> Self {
        match insert.rows.as_slice() {
            [row] if !insert.is_list => Part::Row(insert, row),
            rows => Part::Columns(insert, columns(insert.columns.len(), rows)),
        }
    }

    fn walk<'b>(&'b self, pass: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let insert = match self {
            Part::Row(insert, row) => {
                push_into(insert, pass);
                pass.push_sql("VALUES ");
                push_row(row, pass)?;
                insert
            }
            Part::Columns(insert, columns) => {
                push_into(insert, pass);
                for (index, column) in columns.iter().enumerate() {
                    pass.push_sql(if index == 0 { "SELECT * FROM unnest(" } else { ", " });
                    match column {
                        Column::Text(texts) => pass.push_bind_param::<Array<Nullable<Text>>, _>(texts)?,
                        Column::Integer(numbers) => pass.push_bind_param::<Array<Nullable<BigInt>>, _>(numbers)?,
                        Column::Boolean(booleans) => pass.push_bind_param::<Array<Nullable<Bool>>, _>(booleans)?,
                    }
                }
                pass.push_sql(")");
                insert
            }
        };
        push_on_conflict(insert, pass);
        Ok(())
    }
}

/// Rows turned into columns. A column's first value tells its type; a row of another shape is no row of this table, which
/// `insert_rows!` does not let happen.
fn columns<'a>(count: usize, rows: &'a [Vec<Value>]) -> Vec<Column<'a>> {
    let column = |index: usize| {
        let values = || rows.iter().map(move |row| row.get(index));
        match rows.first().and_then(|row| row.get(index)) {
            Some(Value::Integer(_)) => Column::Integer(
                values().map(|value| if let Some(Value::Integer(number)) = value { *number } else { None }).collect(),
            ),
            Some(Value::Boolean(_)) => Column::Boolean(
                values()
                    .map(|value| if let Some(Value::Boolean(boolean)) = value { Some(*boolean) } else { None })
                    .collect(),
            ),
            Some(Value::Text(_)) | None => Column::Text(
                values()
                    .map(|value| if let Some(Value::Text(text)) = value { text.as_deref() } else { None })
                    .collect(),
            ),
        }
    };
    (0..count).map(column).collect()
}

/// Several inserts as one statement.
struct Together<'a>(Vec<Part<'a>>);

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((last, others)) = self.0.split_last() else { return Ok(()) };
        for (index, part) in others.iter().enumerate() {
            pass.push_sql(if index == 0 { "WITH w" } else { ", w" });
            pass.push_sql(&index.to_string());
            pass.push_sql(" AS (");
            part.walk(&mut pass)?;
            pass.push_sql(")");
        }
        if !others.is_empty() {
            pass.push_sql(" ");
        }
        last.walk(&mut pass)
    }
}

impl QueryId for Together<'_> {
    type QueryId = ();
    // Found by its text: which tables get rows depends on values.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Together<'_> {}
