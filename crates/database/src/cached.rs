//! Statements that keep their prepared form although diesel would not keep it.
//!
//! diesel prepares every UPDATE, `ON CONFLICT DO UPDATE`, insert of several rows and `IN (…)` anew, since their text depends on values: a
//! round trip more on PostgreSQL, and parsing on SQLite. Ours have few texts, and a prepared statement is found by its
//! text. They run on the connection of one database, within [`each!`](crate::each): a `MultiConnection` asks each part of a
//! statement again whether it may be kept. Not for statements whose text has no bound, such as inserts of any number of rows or lists of any length.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper;
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::{PgConnection, RunQueryDsl, SqliteConnection};

/// Adds `.cached()` to a statement.
pub trait CacheStatement: Sized {
    /// The statement, prepared once for each connection and text.
    fn cached(self) -> Cached<Self> {
        Cached { statement: self }
    }
}

impl<T> CacheStatement for T {}

/// See [`CacheStatement`].
#[derive(Debug, Clone, Copy)]
pub struct Cached<T> {
    statement: T,
}

impl<T: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Cached<T>
where
    DB::QueryBuilder: Default,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let is_about_values = pass.bind_collector().is_some() || pass.debug_binds().is_some();
        if is_about_values {
            return self.statement.walk_ast(pass);
        }
        // The statement itself would say now that it is not to be kept.
        let mut text = DB::QueryBuilder::default();
        self.statement.to_sql(&mut text, pass.backend())?;
        pass.push_sql(&text.finish());
        Ok(())
    }
}

impl<T> QueryId for Cached<T> {
    type QueryId = ();
    // Found by its text: that also depends on values.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: Query> Query for Cached<T> {
    type SqlType = T::SqlType;
}

impl<T> RunQueryDsl<PgConnection> for Cached<T> {}

impl<T> RunQueryDsl<SqliteConnection> for Cached<T> {}
