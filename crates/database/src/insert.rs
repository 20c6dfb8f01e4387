//! Inserts of several rows in one statement, alike on both databases and prepared once for each number of rows.
//!
//! diesel's own batch inserts have no SQL on a `MultiConnection`, and are prepared anew each time: a round trip more on
//! PostgreSQL. Only for tables of texts and booleans, which is what names, keys and memberships are made of.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
use diesel::{QueryResult, RunQueryDsl};

use crate::cached::FEW_ROWS;
use crate::{Connection, MultiBackend};

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Text(&'a str),
    Boolean(bool),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(boolean: bool) -> Self {
        Value::Boolean(boolean)
    }
}

/// `INSERT INTO table (columns) VALUES (…), (…)`. Made by [`insert_rows!`](crate::insert_rows). Nothing to insert is not
/// for this: no SQL says it.
#[derive(Debug)]
pub struct InsertRows<'a, const N: usize> {
    table: &'static str,
    columns: [&'static str; N],
    rows: Vec<[Value<'a>; N]>,
    passes_over: bool,
}

impl<'a, const N: usize> InsertRows<'a, N> {
    /// Names are ours, never a client's: they go into the text as they are.
    #[doc(hidden)]
    pub fn new(table: &'static str, columns: [&'static str; N], rows: Vec<[Value<'a>; N]>) -> Self {
        InsertRows { table, columns, rows, passes_over: false }
    }

    /// Rows that a unique index does not take are left out, instead of an error.
    #[must_use]
    pub fn passing_over_conflicts(self) -> Self {
        InsertRows { passes_over: true, ..self }
    }
}

/// `insert_rows!(table: [column, column], rows)`, with `rows` a list of `[value.into(), value.into()]`.
#[macro_export]
macro_rules! insert_rows {
    ($table:ident: [$($column:ident),+ $(,)?], $rows:expr) => {
        $crate::InsertRows::new(
            stringify!($table),
            [$(<$crate::schema::$table::$column as diesel::Column>::NAME),+],
            $rows,
        )
    };
}

impl<const N: usize> QueryFragment<MultiBackend> for InsertRows<'_, N> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        if self.rows.len() > FEW_ROWS {
            pass.unsafe_to_cache_prepared();
        }
        pass.push_sql("INSERT INTO ");
        pass.push_identifier(self.table)?;
        for (index, column) in self.columns.iter().enumerate() {
            pass.push_sql(if index == 0 { " (" } else { ", " });
            pass.push_identifier(column)?;
        }
        pass.push_sql(") VALUES ");
        for (index, row) in self.rows.iter().enumerate() {
            pass.push_sql(if index == 0 { "(" } else { ", (" });
            for (index, value) in row.iter().enumerate() {
                if index > 0 {
                    pass.push_sql(", ");
                }
                match value {
                    Value::Text(text) => pass.push_bind_param::<Text, &str>(text)?,
                    Value::Boolean(boolean) => pass.push_bind_param::<Bool, bool>(boolean)?,
                }
            }
            pass.push_sql(")");
        }
        if self.passes_over {
            pass.push_sql(" ON CONFLICT DO NOTHING");
        }
        Ok(())
    }
}

impl<const N: usize> QueryId for InsertRows<'_, N> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<const N: usize> RunQueryDsl<Connection> for InsertRows<'_, N> {}
