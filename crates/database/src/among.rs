//! `column IN (subquery)` that looks the subquery's few values up first, whatever the planner knows of the tables.
//!
//! A PostgreSQL that has no statistics yet may turn the subquery into a join and walk all rows for each of its values. As an
//! array it is read once, and its values are sought by index. SQLite does so with `IN`.

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;
use diesel::{QueryResult, SelectableExpression};

use crate::MultiBackend;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Among<C, Q> {
    column: C,
    subquery: Q,
}

/// Whether the value of `column` is one of those that `subquery` gives.
pub fn among<C, Q>(column: C, subquery: Q) -> Among<C, Q> {
    Among { column, subquery }
}

impl<C: QueryFragment<MultiBackend>, Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Among<C, Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let is_postgres = matches!(pass.backend(), MultiBackend::Postgres(_));
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(if is_postgres { " = ANY(ARRAY(" } else { " IN (" });
        self.subquery.walk_ast(pass.reborrow())?;
        pass.push_sql(if is_postgres { "))" } else { ")" });
        Ok(())
    }
}

impl<C: Expression, Q> Expression for Among<C, Q> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, Q, QS: ?Sized> AppearsOnTable<QS> for Among<C, Q> {}

impl<C: SelectableExpression<QS>, Q, QS: ?Sized> SelectableExpression<QS> for Among<C, Q> {}

impl<C, Q> ValidGrouping<()> for Among<C, Q> {
    type IsAggregate = is_aggregate::No;
}

impl<C, Q> QueryId for Among<C, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
