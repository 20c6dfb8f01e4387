//! `column IN (values)` as one statement however many values there are, so that it is prepared once.
//!
//! Where each value is a parameter of its own, every number of values is another statement, and reading one with 500 of them takes
//! SQLite longer than finding their rows. PostgreSQL gets an array. SQLite gets parameters, but only so many texts: the last value
//! is repeated up to a power of two. (A JSON text that it takes apart itself is slower.)

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, SelectableExpression};

/// See the module. For statements that run on the connection of one database, within [`each!`](crate::each).
#[derive(Debug, Clone)]
pub struct OneOf<'a, C> {
    column: C,
    values: Vec<&'a str>,
}

/// Whether the text in `column` is one of `values`.
pub fn one_of<'a, C>(column: C, values: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>) -> OneOf<'a, C> {
    OneOf { column, values: values.into_iter().map(AsRef::as_ref).collect() }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for OneOf<'_, C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" = ANY(");
        pass.push_bind_param::<Array<Text>, _>(&self.values)?;
        pass.push_sql(")");
        Ok(())
    }
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for OneOf<'_, C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" IN (");
        let (values, count) = (&self.values, self.values.len().next_power_of_two());
        for (index, value) in values.iter().chain(values.last().into_iter().cycle()).take(count).enumerate() {
            if index > 0 {
                pass.push_sql(", ");
            }
            pass.push_bind_param::<Text, _>(value)?;
        }
        pass.push_sql(")");
        Ok(())
    }
}

impl<C: Expression> Expression for OneOf<'_, C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, QS: ?Sized> AppearsOnTable<QS> for OneOf<'_, C> {}

impl<C: SelectableExpression<QS>, QS: ?Sized> SelectableExpression<QS> for OneOf<'_, C> {}

impl<C> ValidGrouping<()> for OneOf<'_, C> {
    type IsAggregate = is_aggregate::No;
}

impl<C> QueryId for OneOf<'_, C> {
    type QueryId = ();
    // Found by its text: on SQLite that depends on the number of values.
    const HAS_STATIC_QUERY_ID: bool = false;
}
