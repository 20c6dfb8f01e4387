use std::sync::Arc;

use database::testing::Scratch;
use database::{Database, DatabaseConfig, Error, MigrationState, OpenError, SystemClock, SystemRandom};
use diesel::prelude::*;

use super::support::insert_tenant;

fn open(url: &str) -> Result<Database, OpenError> {
    Database::open(&DatabaseConfig::new(url), Arc::new(SystemClock), Arc::new(SystemRandom))
}

#[test]
fn an_empty_database_gets_its_tables_once_however_many_ask() {
    for (name, scratch) in Scratch::both() {
        let state = open(scratch.url()).unwrap().migration_state().unwrap();
        assert_eq!(state, MigrationState::Empty, "{name}");
        let url = scratch.url();
        let done: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| open(url).unwrap().migrate().unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let by_whom = done.iter().filter(|count| **count > 0).count();
        assert_eq!(by_whom, 1, "{name}: all migrations are run by one of them, {done:?}");
        assert_eq!(open(url).unwrap().migration_state().unwrap(), MigrationState::Current, "{name}");
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_with_a_sentence() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let add = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
        database.write(move |tx| Ok::<_, Error>(diesel::sql_query(add).execute(tx.connection()?)?)).await.unwrap();
        let expected = MigrationState::Newer { unknown: vec!["29990101000001".to_owned()] };
        assert_eq!(database.migration_state().unwrap(), expected, "{name}");
        let message = database.migrate().unwrap_err().to_string();
        assert!(message.contains("newer version") && message.contains("29990101000001"), "{message}");
    }
}

#[tokio::test]
async fn doctor_hears_that_all_is_well() {
    for (name, scratch) in Scratch::both() {
        let health = scratch.open().health().await.unwrap();
        assert!(health.version.starts_with(name), "{}", health.version);
        assert_eq!(health.migrations, MigrationState::Current);
        // The throw-away server runs without fsync, and is told so.
        assert!(health.problems.iter().all(|problem| problem.starts_with("setting ")), "{:?}", health.problems);
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a database, but long enough to look at: ".repeat(50)).unwrap();
    let damaged = format!("sqlite:{}", file.display());
    let below_a_file = format!("sqlite:{}/below/rollcall.db", file.display());
    for (url, expected) in [
        (damaged.as_str(), "file is not a database"),
        (below_a_file.as_str(), "/below: "),
        ("postgres://u:secret@127.0.0.1:1/d", "cannot open the database postgres://u:***@127.0.0.1:1/d"),
    ] {
        let message = open(url).err().unwrap().to_string();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_we_make_is_ours_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let database = open(&format!("sqlite:{}/rollcall.db", data.display())).unwrap();
    database.migrate().unwrap();
    database.write(|tx| insert_tenant(tx.connection()?, "acme")).await.unwrap();
    for (name, mode) in [("", 0o700), ("rollcall.db", 0o600), ("rollcall.db-wal", 0o600)] {
        let found = std::fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}
