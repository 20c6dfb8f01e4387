use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use database::schema::tenant;
use database::testing::Scratch;
use database::{Database, DatabaseConfig, Error, LockRow, SystemClock, SystemRandom, WriteTx};
use diesel::prelude::*;

use super::support::{insert_tenant, slugs};

fn open_impatient(url: &str, max_connections: u32) -> Database {
    let config = DatabaseConfig { url: url.to_owned(), max_connections, busy_timeout_ms: 50 };
    Database::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

#[tokio::test]
async fn a_read_cannot_write_on_sqlite() {
    let scratch = Scratch::sqlite();
    let database = scratch.open();
    let outcome = database.read(|tx| insert_tenant(tx.connection(), "sneaky")).await;
    assert!(matches!(outcome, Err(Error::Other(_))), "{outcome:?}");
    assert!(slugs(&database).await.is_empty());
}

/// Two `Database`s on one file behave as two processes do.
#[tokio::test]
async fn another_process_that_writes_makes_us_busy_and_no_more() {
    let scratch = Scratch::sqlite();
    let database = scratch.open();
    let other = open_impatient(scratch.url(), 1);
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let (open, gate) = mpsc::channel::<()>();
    let writing = database.clone();
    let long = tokio::spawn(async move {
        writing
            .write(move |tx| {
                begun.try_send(()).unwrap();
                gate.recv().unwrap();
                insert_tenant(tx.connection()?, "long")
            })
            .await
    });
    has_begun.recv().await.unwrap();
    let outcome = other.write(|tx| insert_tenant(tx.connection()?, "other")).await;
    assert!(matches!(outcome, Err(Error::Busy)), "{outcome:?}");
    assert!(slugs(&other).await.is_empty(), "readers go on");
    open.send(()).unwrap();
    long.await.unwrap().unwrap();
    other.write(|tx| insert_tenant(tx.connection()?, "other")).await.unwrap();
    assert_eq!(slugs(&database).await, ["long", "other"]);
}

#[tokio::test]
async fn more_reads_than_connections_wait_and_are_then_told_busy() {
    for (name, scratch) in Scratch::both() {
        scratch.open();
        let database = open_impatient(scratch.url(), 1);
        let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
        let (open, gate) = mpsc::channel::<()>();
        let reading = database.clone();
        let long = tokio::spawn(async move {
            reading
                .read(move |_| {
                    begun.try_send(()).unwrap();
                    gate.recv().unwrap();
                    Ok::<_, Error>(())
                })
                .await
        });
        has_begun.recv().await.unwrap();
        let outcome = database.read(|_| Ok::<_, Error>(())).await;
        assert!(matches!(outcome, Err(Error::Busy)), "{name} {outcome:?}");
        let outcome = database.look_up(|_| Ok::<_, Error>(())).await;
        assert!(matches!(outcome, Err(Error::Busy)), "{name} {outcome:?}");
        open.send(()).unwrap();
        long.await.unwrap().unwrap();
        database.read(|_| Ok::<_, Error>(())).await.unwrap();
        database.look_up(|_| Ok::<_, Error>(())).await.unwrap();
    }
}

#[tokio::test]
async fn a_look_up_stays_on_its_thread_on_sqlite() {
    for (scratch, stays) in [(Scratch::sqlite(), true), (Scratch::postgres(), false)] {
        let database = scratch.open();
        let thread = database.look_up(|_| Ok::<_, Error>(std::thread::current().id())).await.unwrap();
        assert_eq!(thread == std::thread::current().id(), stays);
        let outcome: Result<(), Error> = database.look_up(|_| panic!("as it should")).await;
        assert!(matches!(outcome, Err(Error::Other(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_read_that_panics_is_an_error() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let outcome: Result<(), Error> = database.read(|_| panic!("as it should")).await;
        assert!(matches!(outcome, Err(Error::Other(_))), "{name} {outcome:?}");
        assert!(slugs(&database).await.is_empty());
    }
}

/// PostgreSQL breaks a deadlock by failing one of the two, which is then done again.
#[tokio::test]
async fn the_loser_of_a_deadlock_is_done_again() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    database.write(|tx| insert_tenant(tx.connection()?, "a")).await.unwrap();
    database.write(|tx| insert_tenant(tx.connection()?, "b")).await.unwrap();
    let meeting = Arc::new(std::sync::Barrier::new(2));
    let runs = Arc::new(AtomicUsize::new(0));
    let lock = |first: &'static str, second: &'static str| {
        let (meeting, runs) = (Arc::clone(&meeting), Arc::clone(&runs));
        database.write(move |tx| {
            let update = |slug: &str| format!("UPDATE tenant SET name = name || 'x' WHERE slug = '{slug}'");
            diesel::sql_query(update(first)).execute(tx.connection()?)?;
            if runs.fetch_add(1, Ordering::Relaxed) < 2 {
                meeting.wait();
            }
            diesel::sql_query(update(second)).execute(tx.connection()?)?;
            Ok::<_, Error>(())
        })
    };
    let (one, two) = tokio::join!(lock("a", "b"), lock("b", "a"));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    // On a slow machine both may be given up.
    assert!(runs.load(Ordering::Relaxed) >= 3);
    let names: Vec<String> =
        database.read(|tx| Ok::<_, Error>(tenant::table.select(tenant::name).load(tx.connection())?)).await.unwrap();
    assert!(names.iter().all(|name| name.ends_with("xx") && !name.ends_with("xxx")), "each once: {names:?}");
}

/// A way of taking something for the rest of a write.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lock {
    Row,
    RowToChange,
    HeldRow,
    Name(&'static str),
}

impl Lock {
    fn take(self, tx: &mut WriteTx<'_>) -> Result<(), Error> {
        let row = tenant::table.filter(tenant::slug.eq("a")).select(tenant::slug);
        let found: String = match self {
            Lock::Row => row.lock_row().get_result(tx.connection()?)?,
            Lock::RowToChange => row.lock_row_to_change().get_result(tx.connection()?)?,
            Lock::HeldRow => row.hold_row().get_result(tx.connection()?)?,
            Lock::Name(name) => return tx.lock_name(name),
        };
        assert_eq!(found, "a");
        Ok(())
    }
}

#[tokio::test]
async fn a_lock_keeps_out_what_it_says() {
    locks_keep_out_what_they_say(&Scratch::postgres()).await;
}

/// Who waits gives up in time, although no session keeps the timeout.
#[tokio::test]
async fn a_lock_keeps_out_what_it_says_through_a_proxy() {
    locks_keep_out_what_they_say(&Scratch::pooled()).await;
}

async fn locks_keep_out_what_they_say(scratch: &Scratch) {
    use Lock::{HeldRow, Name, Row, RowToChange};
    let database = scratch.open();
    database.write(|tx| insert_tenant(tx.connection()?, "a")).await.unwrap();
    let impatient = open_impatient(scratch.url(), 1);
    for (taken, asked, is_given) in [
        (Row, Row, false),
        (Row, RowToChange, false),
        (Row, HeldRow, false),
        (RowToChange, Row, false),
        (RowToChange, RowToChange, false),
        (RowToChange, HeldRow, true),
        (HeldRow, Row, false),
        (HeldRow, RowToChange, true),
        (HeldRow, HeldRow, true),
        (Name("x"), Name("x"), false),
        (Name("x"), Name("y"), true),
        (Name("x"), Row, true),
    ] {
        let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
        let (open, gate) = mpsc::channel::<()>();
        let holding = database.write(move |tx| {
            taken.take(tx)?;
            begun.try_send(()).unwrap();
            gate.recv().unwrap();
            Ok::<_, Error>(())
        });
        let asking = async {
            has_begun.recv().await.unwrap();
            let outcome = impatient.write(move |tx| asked.take(tx)).await;
            open.send(()).unwrap();
            outcome
        };
        let (held, outcome) = tokio::join!(holding, asking);
        held.unwrap();
        assert_eq!(outcome.is_ok(), is_given, "{taken:?}, then {asked:?}: {outcome:?}");
        assert!(is_given || matches!(outcome, Err(Error::Busy)), "{taken:?}, then {asked:?}: {outcome:?}");
        // Nobody has it any more.
        impatient.write(move |tx| taken.take(tx)).await.unwrap();
    }
}

#[tokio::test]
async fn every_lock_is_free_on_sqlite() {
    let scratch = Scratch::sqlite();
    let database = scratch.open();
    database.write(|tx| insert_tenant(tx.connection()?, "a")).await.unwrap();
    for lock in [Lock::Row, Lock::RowToChange, Lock::HeldRow, Lock::Name("x")] {
        database.write(move |tx| lock.take(tx)).await.unwrap();
    }
}

#[tokio::test]
async fn the_last_clone_leaves_one_whole_file() {
    let scratch = Scratch::sqlite();
    let database = scratch.open();
    database.write(|tx| insert_tenant(tx.connection()?, "first")).await.unwrap();
    let wal = std::path::PathBuf::from(format!("{}-wal", scratch.url().trim_start_matches("sqlite:")));
    let unmerged = || std::fs::metadata(&wal).map_or(0, |file| file.len());
    assert!(unmerged() > 0);
    // The write holds a clone, and is the last to do so.
    let mut inside = Some(database.clone());
    database
        .write(move |tx| {
            let _dropped_at_the_end = inside.take();
            insert_tenant(tx.connection()?, "last")
        })
        .await
        .unwrap();
    assert_eq!(slugs(&database).await, ["first", "last"]);
    drop(database);
    assert_eq!(unmerged(), 0);
}
