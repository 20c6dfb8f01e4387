//! Reads the tables out of a database, in a form in which both databases can be compared.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection};

/// All tables by name, but for diesel's own.
pub type Tables = BTreeMap<String, Table>;

/// One table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// In the order of the table.
    pub columns: Vec<Column>,
    pub primary_key: Vec<String>,
    pub foreign_keys: BTreeSet<ForeignKey>,
    pub indexes: BTreeSet<Index>,
    /// The texts in its CHECK constraints, sorted: PostgreSQL writes the conditions anew, but not these.
    pub checked_texts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// diesel's: `Text`, `BigInt`, `Bool`, `Binary`.
    pub kind: &'static str,
    pub nullable: bool,
    pub default: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub columns: String,
    pub table: String,
    pub of: String,
    pub on_delete: String,
}

/// The name is left out for those that come from UNIQUE: SQLite gives them none of use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index {
    pub columns: String,
    pub unique: bool,
    pub condition: String,
    pub name: Option<String>,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    not_null: i64,
    #[diesel(sql_type = Text)]
    default_value: String,
    /// Position in the primary key, from 1; 0 outside of it.
    #[diesel(sql_type = BigInt)]
    key_position: i64,
}

#[derive(QueryableByName)]
struct ForeignKeyRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    target_columns: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

#[derive(QueryableByName)]
struct IndexRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = BigInt)]
    is_unique: i64,
    #[diesel(sql_type = Text)]
    condition: String,
    /// Empty for those that come from UNIQUE.
    #[diesel(sql_type = Text)]
    index_name: String,
}

#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// The tables of a SQLite database.
pub fn sqlite(connection: &mut SqliteConnection) -> Result<Tables> {
    let columns = diesel::sql_query(
        "SELECT t.name AS table_name, c.name AS column_name, c.\"notnull\" AS not_null, COALESCE(c.dflt_value, '') AS default_value,
                c.pk AS key_position,
                CASE WHEN instr(t.sql, 'CHECK (' || c.name || ' IN (0, 1))') > 0 THEN 'BOOLEAN' ELSE c.type END AS kind
         FROM sqlite_master t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY t.name, c.cid",
    );
    let foreign_keys = diesel::sql_query(
        "SELECT t.name AS table_name, group_concat(f.\"from\", ', ' ORDER BY f.seq) AS columns, f.\"table\" AS target,
                group_concat(f.\"to\", ', ' ORDER BY f.seq) AS target_columns, f.on_delete AS on_delete
         FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' GROUP BY t.name, f.id",
    );
    let indexes = diesel::sql_query(
        "SELECT t.name AS table_name, i.\"unique\" AS is_unique, CASE i.origin WHEN 'c' THEN i.name ELSE '' END AS index_name,
                (SELECT group_concat(x.name, ', ' ORDER BY x.seqno) FROM pragma_index_info(i.name) x) AS columns,
                CASE i.partial WHEN 1 THEN (SELECT substr(s.sql, instr(s.sql, 'WHERE ') + 6) FROM sqlite_master s WHERE s.name = i.name)
                ELSE '' END AS condition
         FROM sqlite_master t JOIN pragma_index_list(t.name) i
         WHERE t.type = 'table' AND i.origin <> 'pk' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
    );
    let checks =
        diesel::sql_query("SELECT name AS table_name, sql AS definition FROM sqlite_master WHERE type = 'table'");
    let loose = diesel::sql_query(
        "SELECT name AS table_name, '' AS definition FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
    );
    let loose: Vec<CheckRow> = loose.load(connection)?;
    if let Some(table) = loose.first() {
        bail!("SQLite: table {} is not STRICT and would take any type in any column", table.table_name);
    }
    assemble(
        columns.load(connection)?,
        foreign_keys.load(connection)?,
        indexes.load(connection)?,
        checks.load(connection)?,
    )
    .context("SQLite")
}

/// The tables of a PostgreSQL database, in the schema `public`. Partitions belong to the table that they are a part of.
pub fn postgres(connection: &mut PgConnection) -> Result<Tables> {
    let columns = diesel::sql_query(
        "SELECT t.relname::text AS table_name, a.attname::text AS column_name, a.attnotnull::int::bigint AS not_null,
                COALESCE(pg_get_expr(d.adbin, d.adrelid), '') AS default_value,
                COALESCE(array_position(k.conkey, a.attnum), 0)::bigint AS key_position,
                format_type(a.atttypid, a.atttypmod) || COALESCE(' ' || c.collname, '') AS kind
         FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
         LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
         LEFT JOIN pg_collation c ON c.oid = a.attcollation
         WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_diesel%'
         ORDER BY t.relname, a.attnum",
    );
    let foreign_keys = diesel::sql_query(
        "SELECT k.conrelid::regclass::text AS table_name, k.confrelid::regclass::text AS target,
                CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' ELSE k.confdeltype::text END AS on_delete,
                (SELECT string_agg(a.attname, ', ' ORDER BY n.at) FROM unnest(k.conkey) WITH ORDINALITY n(num, at)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.num) AS columns,
                (SELECT string_agg(a.attname, ', ' ORDER BY n.at) FROM unnest(k.confkey) WITH ORDINALITY n(num, at)
                 JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.num) AS target_columns
         FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
         WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND NOT t.relispartition",
    );
    let indexes = diesel::sql_query(format!("{POSTGRES_INDEXES} AND NOT i.indisprimary"));
    let checks = diesel::sql_query(
        "SELECT k.conrelid::regclass::text AS table_name, pg_get_constraintdef(k.oid) AS definition
         FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
         WHERE k.contype = 'c' AND k.connamespace = 'public'::regnamespace AND NOT t.relispartition",
    );
    let columns: Vec<ColumnRow> = columns.load(connection)?;
    if let Some(column) = columns.iter().find(|column| column.kind.starts_with("text") && column.kind != "text C") {
        bail!("PostgreSQL: {}.{} needs COLLATE \"C\", to sort as SQLite does", column.table_name, column.column_name);
    }
    assemble(columns, foreign_keys.load(connection)?, indexes.load(connection)?, checks.load(connection)?)
        .context("PostgreSQL")
}

/// `index_name` is empty for those that come from UNIQUE.
const POSTGRES_INDEXES: &str = "
    SELECT i.indrelid::regclass::text AS table_name, i.indisunique::int::bigint AS is_unique,
           CASE WHEN k.oid IS NULL THEN i.indexrelid::regclass::text ELSE '' END AS index_name,
           COALESCE(pg_get_expr(i.indpred, i.indrelid), '') AS condition,
           (SELECT string_agg(a.attname, ', ' ORDER BY n.at) FROM unnest(i.indkey::int[]) WITH ORDINALITY n(num, at)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.num) AS columns
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'u'
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_diesel%'";

#[derive(QueryableByName)]
struct UniqueRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    columns: String,
}

/// PostgreSQL's name of every unique constraint and index, primary keys as well, with the columns as SQLite reports
/// them: `tenant.slug`.
pub fn unique_constraints(connection: &mut PgConnection) -> Result<Vec<(String, String)>> {
    let query = diesel::sql_query(
        "SELECT i.indexrelid::regclass::text AS name,
                (SELECT string_agg(t.relname || '.' || a.attname, ', ' ORDER BY n.at) FROM unnest(i.indkey::int[]) WITH ORDINALITY n(num, at)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.num) AS columns
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
         WHERE i.indisunique AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_\\_diesel%'
         ORDER BY 1",
    );
    let rows: Vec<UniqueRow> = query.load(connection)?;
    let mut seen = BTreeSet::new();
    if let Some(twin) = rows.iter().find(|row| !seen.insert(&row.columns)) {
        bail!("two unique constraints on {}: SQLite's message would not tell which of them was violated", twin.columns);
    }
    Ok(rows.into_iter().map(|row| (row.name, row.columns)).collect())
}

fn assemble(
    columns: Vec<ColumnRow>,
    foreign_keys: Vec<ForeignKeyRow>,
    indexes: Vec<IndexRow>,
    checks: Vec<CheckRow>,
) -> Result<Tables> {
    let mut tables = Tables::new();
    let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    for row in columns {
        let table = tables.entry(row.table_name.clone()).or_default();
        if row.key_position > 0 {
            keys.entry(row.table_name.clone()).or_default().insert(row.key_position, row.column_name.clone());
        }
        table.columns.push(Column {
            kind: kind(&row.kind)
                .with_context(|| format!("{}.{}: type {}", row.table_name, row.column_name, row.kind))?,
            name: row.column_name,
            nullable: row.not_null == 0,
            default: default(&row.default_value),
        });
    }
    for (table, key) in keys {
        tables.entry(table).or_default().primary_key = key.into_values().collect();
    }
    for row in foreign_keys {
        tables.entry(row.table_name).or_default().foreign_keys.insert(ForeignKey {
            columns: row.columns,
            table: row.target,
            of: row.target_columns,
            on_delete: row.on_delete,
        });
    }
    for row in indexes {
        tables.entry(row.table_name).or_default().indexes.insert(Index {
            columns: row.columns,
            unique: row.is_unique == 1,
            condition: condition(&row.condition),
            name: Some(row.index_name).filter(|name| !name.is_empty()),
        });
    }
    for row in checks {
        if let Some(table) = tables.get_mut(&row.table_name) {
            // Between quotes is every second piece.
            table.checked_texts.extend(row.definition.split('\'').skip(1).step_by(2).map(str::to_owned));
            table.checked_texts.sort();
        }
    }
    Ok(tables)
}

fn kind(of: &str) -> Result<&'static str> {
    Ok(match of {
        "TEXT" | "text C" => "Text",
        "INTEGER" | "bigint" => "BigInt",
        "BOOLEAN" | "boolean" => "Bool",
        "BLOB" | "bytea" => "Binary",
        _ => bail!("not one of the four types that both databases have"),
    })
}

fn default(of: &str) -> Option<String> {
    match of {
        "" => None,
        "true" => Some("1".to_owned()),
        "false" => Some("0".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// PostgreSQL adds parentheses and types: `((kind = 'User'::text) AND (deleted_at IS NULL))`.
fn condition(of: &str) -> String {
    of.replace("::text", "").replace(['(', ')'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}
