//! Connections to PostgreSQL that break.

use database::testing::Scratch;
use database::{Database, Error};
use diesel::prelude::*;

use super::support::{insert_tenant, slugs};

/// Ends every other connection to this database, as a restart of the server does.
fn break_connections(scratch: &Scratch) {
    let mut own = PgConnection::establish(scratch.url()).unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    diesel::sql_query(sql).execute(&mut own).unwrap();
}

/// Fills the pool with more than one connection.
async fn use_connections(database: &Database) {
    let barrier = std::sync::Arc::new(std::sync::Barrier::new(3));
    let read = || {
        let barrier = std::sync::Arc::clone(&barrier);
        database.read(move |tx| {
            diesel::sql_query("SELECT 1").execute(tx.connection())?;
            barrier.wait();
            Ok::<_, Error>(())
        })
    };
    let (a, b, c) = tokio::join!(read(), read(), read());
    a.and(b).and(c).unwrap();
}

#[tokio::test]
async fn a_write_does_not_notice_that_the_resting_connections_broke() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    use_connections(&database).await;
    break_connections(&scratch);
    database.write(|tx| insert_tenant(tx.connection()?, "a")).await.unwrap();
    assert_eq!(slugs(&database).await, ["a"]);
}

#[tokio::test]
async fn at_most_one_read_notices() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    use_connections(&database).await;
    break_connections(&scratch);
    let read = || database.read(|tx| Ok::<_, Error>(diesel::sql_query("SELECT 1").execute(tx.connection())?));
    let first = read().await;
    assert!(matches!(first, Err(Error::Unavailable(_))), "{first:?}");
    for _ in 0..5 {
        read().await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_write_is_reported_and_nothing_is_kept() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    let outcome = database.write(|tx| {
        insert_tenant(tx.connection()?, "a")?;
        diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(tx.connection()?)?;
        Ok::<_, Error>(())
    });
    let outcome = outcome.await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert!(slugs(&database).await.is_empty());
}
