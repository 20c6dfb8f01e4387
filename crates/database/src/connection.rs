//! One connection type over both databases, and the few pieces of diesel that `MultiConnection` leaves out.
//!
//! Queries are written once against [`EitherConnection`], called `database::Connection` outside (the derive cannot
//! stand an enum of that name). What it cannot do: batch inserts need [`each!`](crate::each), `ON CONFLICT` needs
//! [`Both`] (or `each!`). Not here: SQL that differs between the databases (`dialect`), pooling (`pool`).

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

/// A connection to either database. Made only by this crate: the derived `establish` tries one database after the other
/// and swallows errors, so it must never be called.
#[derive(diesel::MultiConnection)]
pub enum EitherConnection {
    /// PostgreSQL, through libpq.
    Postgres(PgConnection),
    /// The embedded database.
    Sqlite(SqliteConnection),
}

/// Runs one expression against the concrete connection: `each!(connection, c =>
/// insert_into(t::table).values(&rows).execute(c))`. For batch inserts, which `MultiConnection` has no SQL for.
#[macro_export]
macro_rules! each {
    ($connection:expr, $concrete:ident => $run:expr) => {
        match $connection {
            $crate::Connection::Postgres($concrete) => $run,
            $crate::Connection::Sqlite($concrete) => $run,
        }
    };
}

/// A statement that is valid on both databases but not on diesel's `MultiBackend`: `Both(insert … on_conflict
/// …).execute(connection)`. It is written with the rules of the database at hand.
#[derive(Debug, Clone, Copy)]
pub struct Both<Q>(pub Q);

impl<Q> QueryFragment<MultiBackend> for Both<Q>
where
    Q: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<Q: QueryId> QueryId for Both<Q> {
    type QueryId = Both<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<EitherConnection> for Both<Q> {}
