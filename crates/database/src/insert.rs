//! Rows that a transaction adds, sent together when it ends: see [`WriteTx::insert`](crate::WriteTx::insert).
//!
//! What a request writes is mostly new rows whose fate nobody asks about before the end. Kept until then, they go to
//! PostgreSQL as one statement (one round trip instead of nine), and rows for the same table go into it as one insert on both databases.
//! Here is what such rows are and how they are gathered; how they are sent differs between the databases, so that stands in
//! `dialect::together`.

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Boolean(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(Some(text))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Value::Text(text.map(str::to_owned))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Value::Boolean(boolean)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Value::Integer(number)
    }
}

impl From<crate::Timestamp> for Value {
    fn from(time: crate::Timestamp) -> Self {
        Value::Integer(Some(time.as_milliseconds()))
    }
}

/// What becomes of a row that a unique index does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// It is an error, and nothing of the transaction is kept.
    Refuse,
    /// It is left out.
    PassOver,
    /// The last column is a number that is added to the row which is there; the columns before it are the key.
    Add,
}

/// Rows for one table. Made by [`insert_row!`](crate::insert_row) and [`insert_rows!`](crate::insert_rows).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: Vec<Vec<Value>>,
    /// Whether the number of rows is a matter of the data: then no statement's text depends on it where that can be.
    pub(crate) is_list: bool,
    pub(crate) on_conflict: OnConflict,
}

impl Insert {
    /// Names are ours, never a client's: they go into the text as they are.
    #[doc(hidden)]
    pub fn list<const N: usize>(
        table: &'static str,
        columns: &'static [&'static str; N],
        rows: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        let rows = rows.into_iter().map(Vec::from).collect();
        Insert { table, columns, rows, is_list: true, on_conflict: OnConflict::Refuse }
    }

    /// See [`Insert::list`].
    #[doc(hidden)]
    pub fn row<const N: usize>(table: &'static str, columns: &'static [&'static str; N], row: [Value; N]) -> Self {
        Insert { table, columns, rows: vec![Vec::from(row)], is_list: false, on_conflict: OnConflict::Refuse }
    }

    /// Rows that a unique index does not take are left out, instead of an error.
    #[must_use]
    pub fn passing_over_conflicts(self) -> Self {
        Insert { on_conflict: OnConflict::PassOver, ..self }
    }

    /// The last column is a number. Where a row with the same values of the columns before it exists (they are the table's
    /// primary key), the number is added to the one that is there.
    #[must_use]
    pub fn adding_to_what_is_there(self) -> Self {
        Insert { on_conflict: OnConflict::Add, ..self }
    }

    fn goes_with(&self, other: &Insert) -> bool {
        self.table == other.table && self.columns == other.columns && self.on_conflict == other.on_conflict
    }

    fn take_in(&mut self, rows: Vec<Vec<Value>>) {
        for row in rows {
            if self.on_conflict == OnConflict::Add && self.add_to_own(&row) {
                continue;
            }
            self.rows.push(row);
        }
    }

    /// No statement may add to one row twice. Says whether there was one to add to.
    fn add_to_own(&mut self, row: &[Value]) -> bool {
        let Some((Value::Integer(Some(by)), key)) = row.split_last() else { return false };
        for own in &mut self.rows {
            if let Some((Value::Integer(Some(sum)), own_key)) = own.split_last_mut()
                && own_key == key
            {
                *sum = sum.saturating_add(*by);
                return true;
            }
        }
        false
    }
}

/// One row: `insert_row!(table: { column: value, column: value })`; each value becomes a [`Value`](crate::Value) by `into`.
#[macro_export]
macro_rules! insert_row {
    ($table:ident: { $($column:ident: $value:expr),+ $(,)? }) => {
        $crate::Insert::row(
            stringify!($table),
            &[$(<$crate::schema::$table::$column as diesel::Column>::NAME),+],
            [$($crate::Value::from($value)),+],
        )
    };
}

/// `insert_rows!(table: [column, column], rows)`, with `rows` any number of `[value.into(), value.into()]`.
#[macro_export]
macro_rules! insert_rows {
    ($table:ident: [$($column:ident),+ $(,)?], $rows:expr) => {
        $crate::Insert::list(
            stringify!($table),
            &[$(<$crate::schema::$table::$column as diesel::Column>::NAME),+],
            $rows,
        )
    };
}

/// What waits to be sent, in the order in which tables were first named: rows come after those that they point to.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Vec<Insert>);

impl Waiting {
    /// Adds rows, to others for the same table where there are any.
    pub fn add(&mut self, insert: Insert) {
        if insert.rows.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|waiting| waiting.goes_with(&insert)) {
            Some(waiting) => waiting.take_in(insert.rows),
            None => self.0.push(insert),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that waits; nothing does afterwards.
    pub fn take(&mut self) -> Vec<Insert> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(of: &str, by: i64) -> Insert {
        insert_row!(resource_count: { tenant_id: "t", application_id: "a", resource_type: of, total: by })
            .adding_to_what_is_there()
    }

    fn identifier(folded: &str) -> Insert {
        let rows = [["t".into(), folded.into(), "s".into()]];
        insert_rows!(event_identifier: [tenant_id, folded, subject_id], rows)
    }

    #[test]
    fn rows_for_one_table_are_gathered_in_the_order_of_tables() {
        let mut waiting = Waiting::default();
        for insert in [count("User", 1), identifier("ada"), count("Group", 1), identifier("bob"), count("User", 2)] {
            waiting.add(insert);
        }
        let [counts, identifiers] = waiting.take().try_into().expect("two tables");
        assert_eq!(counts.rows.len(), 2);
        assert_eq!(counts.rows[0], ["t".into(), "a".into(), "User".into(), Value::Integer(Some(3))]);
        assert_eq!(identifiers.rows.len(), 2);
        assert!(waiting.is_empty());
    }

    #[test]
    fn rows_with_another_fate_stay_apart() {
        let mut waiting = Waiting::default();
        waiting.add(identifier("ada"));
        waiting.add(identifier("bob").passing_over_conflicts());
        waiting.add(insert_rows!(event_identifier: [tenant_id, folded, subject_id], []));
        assert_eq!(waiting.take().len(), 2);
    }
}
