//! The database itself, past the server: everything that it holds as one text, to look for what must be nowhere in it;
//! more users than a test has the time to create one by one; and somebody else who keeps the server from writing.

use std::sync::atomic::Ordering;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::application::TestApplication;
use super::server::TestServer;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The text of every column of every table, report rows that waited in memory included.
pub async fn all_text(server: &TestServer) -> String {
    server.provisioning.flush_report().await.unwrap();
    match server.database_url.strip_prefix("sqlite:") {
        Some(path) => sqlite(path),
        None => postgres(&server.database_url),
    }
}

fn sqlite(path: &str) -> String {
    let mut connection = SqliteConnection::establish(path).unwrap();
    connection.batch_execute("PRAGMA query_only = ON").unwrap();
    let columns: Vec<Line> = diesel::sql_query(
        "SELECT 'SELECT CAST(\"' || c.name || '\" AS TEXT) AS line FROM ' || t.name || ' WHERE \"' || c.name || '\" IS NOT NULL' AS line
         FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
    )
    .load(&mut connection)
    .unwrap();
    assert!(columns.len() > 100, "{}", columns.len());
    let mut all = String::new();
    for column in columns {
        // The one column of bytes holds encrypted secrets.
        if column.line.contains("secret_encrypted") {
            continue;
        }
        let values: Vec<Line> = diesel::sql_query(column.line).load(&mut connection).unwrap();
        values.iter().for_each(|value| {
            all.push_str(&value.line);
            all.push('\n');
        });
    }
    all
}

fn postgres(url: &str) -> String {
    let mut connection = PgConnection::establish(url).unwrap();
    let tables: Vec<Line> = diesel::sql_query(
        "SELECT 'SELECT x::text AS line FROM ' || table_name || ' x' AS line FROM information_schema.tables
         WHERE table_schema = 'public'",
    )
    .load(&mut connection)
    .unwrap();
    assert!(tables.len() > 15, "{}", tables.len());
    let mut all = String::new();
    for table in tables {
        let rows: Vec<Line> = diesel::sql_query(table.line).load(&mut connection).unwrap();
        rows.iter().for_each(|row| {
            all.push_str(&row.line);
            all.push('\n');
        });
    }
    all
}

/// Puts so many users into an application, and gives their ids in order.
pub fn many_users(server: &TestServer, application: &TestApplication, count: usize) -> Vec<String> {
    let insert = format!(
        r#"INSERT INTO resource (tenant_id, application_id, id, resource_type, user_name, user_name_folded, active, document,
                                 version, created_at, last_modified_at)
           WITH RECURSIVE number (n) AS (SELECT 100000 UNION ALL SELECT n + 1 FROM number WHERE n < 100000 + {count} - 1)
           SELECT '{}', '{}', 'many-' || n, 'User', 'user' || n, 'user' || n, true,
                  '{{"id":"many-' || n || '","userName":"user' || n || '","active":true,"meta":{{"resourceType":"User"}}}}', 1, 0, 0
           FROM number"#,
        application.scope.tenant_id(),
        application.id
    );
    sql(server, &insert);
    (0..count).map(|number| format!("many-{}", 100_000 + number)).collect()
}

/// Runs a statement past the server.
pub fn sql(server: &TestServer, statement: &str) {
    server.tampered.store(true, Ordering::Relaxed);
    match server.database_url.strip_prefix("sqlite:") {
        Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(statement).unwrap(),
        None => PgConnection::establish(&server.database_url).unwrap().batch_execute(statement).unwrap(),
    }
}

/// A transaction past the server, open until it is let go.
pub enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Begins one. On PostgreSQL it has what the statement locks; on SQLite nobody else can write at all.
pub fn hold(server: &TestServer, lock: &str) -> Held {
    match server.database_url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();
            Held::Sqlite(connection)
        }
        None => {
            let mut connection = PgConnection::establish(&server.database_url).unwrap();
            connection.batch_execute(&format!("BEGIN; {lock}")).unwrap();
            Held::Postgres(connection)
        }
    }
}

impl Held {
    pub fn let_go(self) {
        match self {
            Held::Sqlite(mut connection) => connection.batch_execute("COMMIT").unwrap(),
            Held::Postgres(mut connection) => connection.batch_execute("COMMIT").unwrap(),
        }
    }
}
