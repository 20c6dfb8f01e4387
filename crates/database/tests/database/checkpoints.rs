//! SQLite's write-ahead log is brought into the file while writes go on, and begins anew.

use std::time::Duration;

use database::testing::Scratch;
use database::{Database, Error};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// More than the log may have before it is brought over.
const MANY_PAGES: i64 = 12_000;
/// Fewer than the writer would wait for by itself.
const TOO_MANY_PAGES: i64 = 30_000;

#[derive(QueryableByName)]
struct Log {
    #[diesel(sql_type = BigInt)]
    log: i64,
    #[diesel(sql_type = BigInt)]
    checkpointed: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// A second connection to the file.
fn beside(scratch: &Scratch) -> SqliteConnection {
    SqliteConnection::establish(scratch.url().strip_prefix("sqlite:").unwrap()).unwrap()
}

fn log(connection: &mut SqliteConnection) -> Log {
    diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(connection).unwrap()
}

fn rows(connection: &mut SqliteConnection) -> i64 {
    diesel::sql_query("SELECT COUNT(*) AS rows FROM filler").get_result::<Count>(connection).unwrap().rows
}

async fn with_filler(scratch: &Scratch) -> Database {
    let database = scratch.open();
    database
        .write(|tx| {
            Ok::<_, Error>(diesel::sql_query("CREATE TABLE filler (content BLOB NOT NULL)").execute(tx.connection()?)?)
        })
        .await
        .unwrap();
    database
}

/// One row of so many pages.
async fn write(database: &Database, pages: i64) {
    let insert = format!("INSERT INTO filler VALUES (zeroblob({}))", pages * 4_096);
    database.write(move |tx| Ok::<_, Error>(diesel::sql_query(&insert).execute(tx.connection()?)?)).await.unwrap();
}

/// Writes small rows without a pause until the log has begun anew, and tells how many.
async fn write_until_it_begins_anew(database: &Database, connection: &mut SqliteConnection) -> i64 {
    let mut written = 0;
    loop {
        write(database, 1).await;
        written += 1;
        let state = log(connection);
        if state.log < MANY_PAGES / 2 {
            return written;
        }
        assert!(state.log < TOO_MANY_PAGES, "{} pages, {} of them in the file", state.log, state.checkpointed);
    }
}

#[tokio::test]
async fn the_log_begins_anew_while_writes_go_on() {
    let scratch = Scratch::sqlite();
    let database = with_filler(&scratch).await;
    let mut connection = beside(&scratch);
    for _ in 0..MANY_PAGES / 1_000 {
        write(&database, 1_000).await;
    }
    let small = write_until_it_begins_anew(&database, &mut connection).await;
    assert_eq!(rows(&mut connection), MANY_PAGES / 1_000 + small);
}

#[tokio::test]
async fn who_reads_from_long_ago_is_left_in_peace() {
    let scratch = Scratch::sqlite();
    let database = with_filler(&scratch).await;
    write(&database, 1).await;
    let (mut reader, mut connection) = (beside(&scratch), beside(&scratch));
    diesel::sql_query("BEGIN").execute(&mut reader).unwrap();
    assert_eq!(rows(&mut reader), 1);
    for _ in 0..MANY_PAGES / 1_000 {
        write(&database, 1_000).await;
    }
    let mut small = 0;
    for _ in 0..200 {
        write(&database, 1).await;
        small += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let state = log(&mut connection);
    assert!(state.log > MANY_PAGES && state.checkpointed < 1_000, "{} and {}", state.log, state.checkpointed);
    assert_eq!(rows(&mut reader), 1);
    diesel::sql_query("ROLLBACK").execute(&mut reader).unwrap();
    small += write_until_it_begins_anew(&database, &mut connection).await;
    assert_eq!(rows(&mut reader), 1 + MANY_PAGES / 1_000 + small);
}
