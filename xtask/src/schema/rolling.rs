//! Whether the program of before a migration still works on the tables after it: while nodes are replaced one by one, both
//! programs run on one database.
//!
//! The older program names the columns that it knows, and no other: they must be there, of the same type, and take what it
//! writes; what it does not know must do without it. What is removed was given up by the program one release earlier.

use anyhow::{Result, ensure};

use super::introspect::{Table, Tables};

/// Columns and tables that a migration may remove, as no program of the release before it names them: migration, and
/// `table` or `table.column`.
const GIVEN_UP: [(&str, &str); 0] = [];

/// Compares the tables before and after one migration.
pub fn check(migration: &str, before: &Tables, after: &Tables) -> Result<()> {
    let given_up = |what: &str| GIVEN_UP.contains(&(migration, what));
    for (name, old) in before.iter().filter(|(name, _)| !given_up(name)) {
        let new = after.get(name);
        ensure!(new.is_some(), "{migration} removes the table {name}, which the program before it still uses");
        if let Some(new) = new {
            columns(migration, name, old, new, &given_up)?;
        }
    }
    Ok(())
}

fn columns(migration: &str, table: &str, old: &Table, new: &Table, given_up: &dyn Fn(&str) -> bool) -> Result<()> {
    for column in &old.columns {
        let what = format!("{table}.{}", column.name);
        if given_up(&what) {
            continue;
        }
        let kept = new.columns.iter().find(|new| new.name == column.name);
        ensure!(
            kept.is_some_and(|kept| kept.kind == column.kind && (kept.nullable || !column.nullable)),
            "{migration} takes {what} away from the program before it: it is gone, of another type, or no longer takes NULL. \
             Add first, and remove in a later release"
        );
        ensure!(
            column.default.is_none() || kept.is_some_and(|kept| kept.nullable || kept.default.is_some()),
            "{migration} takes the default of {what} away, which the program before it may rely on"
        );
    }
    for column in new.columns.iter().filter(|new| old.columns.iter().all(|old| old.name != new.name)) {
        ensure!(
            column.nullable || column.default.is_some(),
            "{migration} adds {table}.{}, which the program before it does not write: let it be NULL, or give it a default",
            column.name
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    use super::*;
    use crate::schema::introspect;

    fn tables(sql: &str) -> Tables {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute(sql).unwrap();
        introspect::sqlite(&mut connection).unwrap()
    }

    #[test]
    fn what_the_older_program_needs_stays() {
        const BEFORE: &str = "CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, age INTEGER, size INTEGER NOT NULL DEFAULT 1) STRICT;";
        let before = tables(BEFORE);
        for (change, complaint) in [
            ("ALTER TABLE person ADD COLUMN note TEXT", None),
            ("ALTER TABLE person ADD COLUMN note TEXT NOT NULL DEFAULT ''", None),
            ("CREATE TABLE other (id TEXT NOT NULL PRIMARY KEY) STRICT", None),
            ("CREATE INDEX person_name ON person (name)", None),
            ("ALTER TABLE person DROP COLUMN age", Some("person.age")),
            ("ALTER TABLE person RENAME COLUMN name TO full_name", Some("person.name")),
            ("DROP TABLE person", Some("removes the table person")),
            (
                "DROP TABLE person; CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name INTEGER NOT NULL, age INTEGER, size INTEGER NOT NULL DEFAULT 1) STRICT",
                Some("person.name"),
            ),
            (
                "DROP TABLE person; CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, age INTEGER NOT NULL, size INTEGER NOT NULL DEFAULT 1) STRICT",
                Some("person.age"),
            ),
            (
                "DROP TABLE person; CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, age INTEGER, size INTEGER NOT NULL) STRICT",
                Some("default of person.size"),
            ),
            (
                "DROP TABLE person; CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, age INTEGER, size INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL) STRICT",
                Some("person.note"),
            ),
        ] {
            let outcome = check("m", &before, &tables(&format!("{BEFORE}{change};")));
            match complaint {
                None => outcome.unwrap(),
                Some(complaint) => assert!(outcome.unwrap_err().to_string().contains(complaint), "{change}"),
            }
        }
    }
}
