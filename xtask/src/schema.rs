//! `cargo xtask schema`: holds the two sets of migrations and `crates/database/src/schema.rs` together.
//!
//! Both sets are applied to scratch databases, taken back, and applied again. Then the tables of both must be the same in columns, types, keys,
//! indexes and checks; SQLite's must be STRICT, PostgreSQL's texts must sort as SQLite's do, and every primary, unique and foreign key of a tenant's data must
//! begin with `tenant_id`.

mod introspect;
mod render;
mod rolling;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::{postgres, root};
use introspect::Tables;

/// What to do with `schema.rs`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    Check,
}

const SCHEMA: &str = "crates/database/src/schema.rs";

/// Tables that belong to no tenant.
const GLOBAL: [&str; 3] = ["tenant", "administrator", "session"];

/// Foreign keys that PostgreSQL does without: table, columns, and why.
const ON_SQLITE_ALONE: [(&str, &str, &str); 4] = [
    (
        "provisioning_event_detail",
        "tenant_id, event_id",
        "both tables are partitioned there, and a check of such a key takes longer than the insert: a trigger deletes the details",
    ),
    ("provisioning_event", "tenant_id", SHARED_BY_ALL),
    ("directory_user", "tenant_id", SHARED_BY_ALL),
    ("resource", "tenant_id, application_id", SHARED_BY_ALL),
];

/// Why the rows that every request writes do not point to the tenant or the application on PostgreSQL.
const SHARED_BY_ALL: &str =
    "each check locks the one row that all requests of the tenant share, and which nothing deletes";

/// Unique keys of a tenant's data that do not start with the tenant: table, columns, and why.
const ACROSS_TENANTS: [(&str, &str, &str); 1] = [(
    "credential",
    "secret_hash",
    "a request brings nothing but the secret: its hash is what finds the tenant. Distributed by tenant, it needs a table of its own \
     that every node has",
)];

/// Runs the command.
pub fn run(mode: Mode) -> Result<()> {
    let root = root();
    let names = migration_names(&root, "sqlite")?;
    ensure!(
        names == migration_names(&root, "postgres")?,
        "migrations/sqlite and migrations/postgres hold different migrations"
    );

    let mut sqlite = SqliteConnection::establish(":memory:")?;
    apply_twice(&mut sqlite, &root, "sqlite", &names, introspect::sqlite)?;
    let tables = introspect::sqlite(&mut sqlite)?;

    let (url, _stopped_at_the_end) = postgres::server()?;
    let (of_postgres, unique_constraints) = with_scratch(&url, |postgres| {
        apply_twice(postgres, &root, "postgres", &names, introspect::postgres)?;
        Ok((introspect::postgres(postgres)?, introspect::unique_constraints(postgres)?))
    })?;

    compare(&as_on_postgres(tables.clone())?, &of_postgres)?;
    check_tenancy(&tables)?;
    let wanted = render::schema(&root, &tables, &unique_constraints)?;
    let path = root.join(SCHEMA);
    if std::fs::read_to_string(&path).unwrap_or_default() == wanted {
        eprintln!("xtask: both databases have the same {} tables, and {SCHEMA} has them too", tables.len());
        return Ok(());
    }
    ensure!(mode == Mode::Write, "{SCHEMA} is not what the migrations say: run `cargo xtask schema` and commit it");
    std::fs::write(&path, wanted).with_context(|| format!("cannot write {SCHEMA}"))?;
    eprintln!("xtask: wrote {SCHEMA} ({} tables)", tables.len());
    Ok(())
}

fn migration_names(root: &Path, backend: &str) -> Result<Vec<String>> {
    let folder = root.join("migrations").join(backend);
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// Up, down, up: a migration that cannot be taken back, or leaves something behind, fails here; and one that the program
/// of before it could not live with.
fn apply_twice<C: SimpleConnection>(
    connection: &mut C,
    root: &Path,
    backend: &str,
    names: &[String],
    introspect: impl Fn(&mut C) -> Result<Tables>,
) -> Result<()> {
    let apply = |connection: &mut C, name: &str, direction: &str| -> Result<()> {
        let file = format!("migrations/{backend}/{name}/{direction}.sql");
        let sql = std::fs::read_to_string(root.join(&file)).with_context(|| format!("cannot read {file}"))?;
        connection.batch_execute(&sql).with_context(|| file)
    };
    for name in names {
        apply(connection, name, "up")?;
    }
    for name in names.iter().rev() {
        apply(connection, name, "down")?;
    }
    if let Some(left) = introspect(connection)?.keys().next() {
        bail!("{backend}: table {left} is still there after every down.sql");
    }
    let mut before = Tables::new();
    for name in names {
        apply(connection, name, "up").context("after taking everything back")?;
        let after = introspect(connection)?;
        rolling::check(name, &before, &after).with_context(|| backend.to_owned())?;
        before = after;
    }
    Ok(())
}

/// Runs `work` in a new database on that server, and drops it again.
fn with_scratch<T>(url: &str, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
    let mut admin = PgConnection::establish(url).context("cannot connect to PostgreSQL")?;
    let name = format!("rollcall_schema_{}", std::process::id());
    admin.batch_execute(&format!("CREATE DATABASE {name}"))?;
    let (server, query) =
        url.split_once('?').map_or((url, String::new()), |(server, query)| (server, format!("?{query}")));
    let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
    let outcome = PgConnection::establish(&format!("{server}/{name}{query}"))
        .context("cannot connect to the scratch database")
        .and_then(|mut scratch| work(&mut scratch));
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
    outcome
}

/// SQLite's tables without the keys that PostgreSQL does without.
fn as_on_postgres(mut tables: Tables) -> Result<Tables> {
    for (table, columns, why) in ON_SQLITE_ALONE {
        let keys = tables.get_mut(table).map(|table| &mut table.foreign_keys);
        let count = |keys: &std::collections::BTreeSet<introspect::ForeignKey>| keys.len();
        let before = keys.as_deref().map_or(0, count);
        let after = keys.map_or(0, |keys| {
            keys.retain(|key| key.columns != columns);
            keys.len()
        });
        ensure!(
            before == after + 1,
            "the exception for the foreign key {table} ({columns}) is not needed any more ({why})"
        );
    }
    Ok(tables)
}

fn compare(sqlite: &Tables, postgres: &Tables) -> Result<()> {
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    ensure!(names(sqlite) == names(postgres), "SQLite has {:?}, PostgreSQL has {:?}", names(sqlite), names(postgres));
    for (name, table) in sqlite {
        let twin = &postgres[name];
        ensure!(
            table == twin,
            "table {name} differs between the databases\nSQLite:     {}\nPostgreSQL: {}",
            difference(table, twin),
            difference(twin, table)
        );
    }
    Ok(())
}

/// The parts of `one` that `other` does not have.
fn difference(one: &introspect::Table, other: &introspect::Table) -> String {
    let mut parts = Vec::new();
    parts.extend(
        one.columns.iter().filter(|column| !other.columns.contains(column)).map(|column| format!("{column:?}")),
    );
    parts.extend(one.foreign_keys.difference(&other.foreign_keys).map(|key| format!("{key:?}")));
    parts.extend(one.indexes.difference(&other.indexes).map(|index| format!("{index:?}")));
    if one.checked_texts != other.checked_texts {
        parts.push(format!("CHECK {:?}", one.checked_texts));
    }
    if one.primary_key != other.primary_key {
        parts.push(format!("PRIMARY KEY {:?}", one.primary_key));
    }
    if parts.is_empty() { "(the order of the columns)".to_owned() } else { parts.join("; ") }
}

/// A tenant is the unit of distribution: every key of its data, unique or foreign, starts with the tenant.
fn check_tenancy(tables: &Tables) -> Result<()> {
    for (name, table) in tables.iter().filter(|(name, _)| !GLOBAL.contains(&name.as_str())) {
        let first = table.primary_key.first().map(String::as_str);
        ensure!(first == Some("tenant_id"), "table {name}: its primary key starts with {first:?}, not with tenant_id");
        for index in table.indexes.iter().filter(|index| index.unique) {
            let is_across =
                ACROSS_TENANTS.iter().any(|(table, columns, _)| (*table, *columns) == (name, &index.columns));
            ensure!(
                is_across || index.columns.split(", ").next() == Some("tenant_id"),
                "table {name}: the unique key ({}) does not start with tenant_id, so no database that is distributed by \
                 tenant could hold it",
                index.columns
            );
        }
        for key in table.foreign_keys.iter().filter(|key| !GLOBAL.contains(&key.table.as_str())) {
            ensure!(
                key.columns.starts_with("tenant_id, ") && key.of.starts_with("tenant_id, "),
                "table {name}: its foreign key ({}) to {} does not start with tenant_id",
                key.columns,
                key.table
            );
        }
    }
    for (table, columns, why) in ACROSS_TENANTS {
        let is_there =
            |found: &introspect::Table| found.indexes.iter().any(|index| index.unique && index.columns == columns);
        ensure!(
            tables.get(table).is_none_or(is_there),
            "the exception for the unique key {table} ({columns}) is not needed any more ({why})"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sql: &str) -> Tables {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute(sql).unwrap();
        introspect::sqlite(&mut connection).unwrap()
    }

    const USER: &str =
        "CREATE TABLE user (tenant_id TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('a', 'b')),
        active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)), seen INTEGER, PRIMARY KEY (tenant_id, id)) STRICT;";

    #[test]
    fn every_difference_is_found() {
        let index = "CREATE UNIQUE INDEX user_kind ON user (tenant_id, kind) WHERE seen IS NULL;";
        let one = tables(&format!("{USER}{index}"));
        compare(&one, &one).unwrap();
        for (from, to, named) in [
            ("seen INTEGER", "seen INTEGER NOT NULL", "seen"),
            ("DEFAULT 1", "DEFAULT 0", "active"),
            (" CHECK (active IN (0, 1))", "", "active"),
            ("'b'", "'c'", "CHECK"),
            ("(tenant_id, id)", "(id, tenant_id)", "PRIMARY KEY"),
            ("UNIQUE INDEX", "INDEX", "user_kind"),
            (" WHERE seen IS NULL", "", "user_kind"),
            ("user", "person", "person"),
        ] {
            let other = tables(&format!("{USER}{index}").replace(from, to));
            let message = compare(&one, &other).unwrap_err().to_string();
            assert!(message.contains(named), "{from} → {to}: {message}");
        }
    }

    #[test]
    fn a_tenants_rows_start_with_the_tenant() {
        check_tenancy(&tables(USER)).unwrap();
        let wrong = tables(&USER.replace("(tenant_id, id)", "(id, tenant_id)"));
        assert!(check_tenancy(&wrong).unwrap_err().to_string().contains("not with tenant_id"));
        for (further, complaint) in [
            ("CREATE UNIQUE INDEX user_kind ON user (kind);", Some("(kind)")),
            ("CREATE UNIQUE INDEX user_kind ON user (kind, tenant_id);", Some("(kind, tenant_id)")),
            ("CREATE UNIQUE INDEX user_kind ON user (tenant_id, kind);", None),
            ("CREATE INDEX user_kind ON user (kind);", None),
            (
                "CREATE TABLE pet (tenant_id TEXT NOT NULL, id TEXT NOT NULL, owner TEXT REFERENCES user (id),
                 PRIMARY KEY (tenant_id, id)) STRICT;",
                Some("foreign key (owner)"),
            ),
            (
                "CREATE TABLE credential (tenant_id TEXT NOT NULL, id TEXT NOT NULL, secret_hash TEXT UNIQUE,
                 PRIMARY KEY (tenant_id, id)) STRICT;",
                None,
            ),
            (
                "CREATE TABLE credential (tenant_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT;",
                Some("not needed any more"),
            ),
        ] {
            let outcome = check_tenancy(&tables(&format!("{USER}{further}")));
            match complaint {
                None => outcome.unwrap(),
                Some(complaint) => assert!(outcome.unwrap_err().to_string().contains(complaint), "{further}"),
            }
        }
    }

    #[test]
    fn a_loose_table_is_refused() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute("CREATE TABLE loose (id TEXT NOT NULL PRIMARY KEY)").unwrap();
        assert!(introspect::sqlite(&mut connection).unwrap_err().to_string().contains("not STRICT"));
    }
}
