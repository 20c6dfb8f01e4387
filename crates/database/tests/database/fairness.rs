//! Many requests of one tenant do not keep out another's.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use database::testing::Scratch;
use database::{Database, DatabaseConfig, Error, Id, SystemClock, SystemRandom, kind};

use super::support::insert_tenant;

/// Longer than a test lasts: who is told to come again was told so at once.
const PATIENCE_MS: u64 = 600_000;

/// So many of one tenant may wait.
const LINE_LENGTH: usize = 512;

fn one_connection(scratch: &Scratch) -> Database {
    scratch.open();
    let config = DatabaseConfig { url: scratch.url().to_owned(), max_connections: 1, busy_timeout_ms: PATIENCE_MS };
    Database::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

fn tenant(name: &str) -> Id<kind::Tenant> {
    Id::parse(name).unwrap()
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Read,
    LookUp,
    Write,
}

impl Way {
    async fn go(self, database: &Database, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let mut work = Some(work);
        let mut once = move || {
            if let Some(work) = work.take() {
                work();
            }
            Ok(())
        };
        match self {
            Way::Read => database.read(move |_| once()).await,
            Way::LookUp => database.look_up(move |_| once()).await,
            Way::Write => database.write(move |_| once()).await,
        }
    }
}

/// The runtime has one thread, so that tasks begin in the order in which they were spawned.
async fn flood(name: &str, scratch: &Scratch, way: Way) {
    let database = one_connection(scratch);
    let (greedy, modest) = (database.of_tenant(&tenant("greedy")), database.of_tenant(&tenant("modest")));
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let (open, gate) = mpsc::channel::<()>();
    let holding = greedy.clone();
    let holder = tokio::spawn(async move {
        // Not a look-up, which would keep the runtime's only thread.
        let way = if matches!(way, Way::Write) { Way::Write } else { Way::Read };
        way.go(&holding, move || {
            begun.try_send(()).unwrap();
            gate.recv().unwrap();
        })
        .await
    });
    has_begun.recv().await.unwrap();
    let ask = |database: &Database, who: &'static str| {
        let (database, order) = (database.clone(), Arc::clone(&order));
        tokio::spawn(async move { way.go(&database, move || order.lock().unwrap().push(who)).await })
    };
    let many: Vec<_> = (0..LINE_LENGTH + 88).map(|_| ask(&greedy, "greedy")).collect();
    let one = ask(&modest, "modest");
    let last = tokio::spawn(async move { open.send(()).unwrap() });
    last.await.unwrap();
    one.await.unwrap().unwrap();
    holder.await.unwrap().unwrap();
    let mut refused = 0;
    for (place, asked) in many.into_iter().enumerate() {
        match asked.await.unwrap() {
            Ok(()) => assert!(place < LINE_LENGTH, "{name} {way:?} {place}"),
            Err(error) => {
                assert!(matches!(error, Error::Busy), "{name} {way:?} {error:?}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 88, "{name} {way:?}");
    let order = order.lock().unwrap().clone();
    assert_eq!(order.len(), LINE_LENGTH + 1);
    let turn = order.iter().position(|who| *who == "modest").unwrap();
    assert!(turn <= 1, "{name} {way:?}: {turn} of the other tenant went first");
    let mut text = measure::Text::default();
    database.write_metrics(&mut text);
    let text = text.finish();
    assert!(text.contains("rollcall_database_refused_total 88\n"), "{text}");
    assert!(text.contains("rollcall_database_waiting 0\n"), "{text}");
}

#[tokio::test]
async fn one_request_of_a_tenant_waits_for_one_of_another_that_sends_hundreds() {
    for (name, scratch) in Scratch::both() {
        for way in [Way::Read, Way::LookUp, Way::Write] {
            flood(name, &scratch, way).await;
        }
    }
}

/// A group that was begun takes by turns as well, also what came after its beginning.
#[tokio::test]
async fn a_write_gets_into_a_group_of_another_tenant() {
    let scratch = Scratch::sqlite();
    let database = one_connection(&scratch);
    let (greedy, modest) = (database.of_tenant(&tenant("greedy")), database.of_tenant(&tenant("modest")));
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(2);
    let hold = |database: &Database, name: &'static str| {
        let (database, begun, order) = (database.clone(), begun.clone(), Arc::clone(&order));
        let (open, gate) = mpsc::channel::<()>();
        let write = async move {
            database
                .write(move |tx| {
                    order.lock().unwrap().push(name);
                    begun.try_send(()).unwrap();
                    gate.recv().unwrap();
                    insert_tenant(tx.connection()?, name)
                })
                .await
        };
        (open, tokio::spawn(write))
    };
    let write = |database: &Database, name: &'static str| {
        let (database, order) = (database.clone(), Arc::clone(&order));
        tokio::spawn(async move {
            database
                .write(move |tx| {
                    order.lock().unwrap().push(name);
                    insert_tenant(tx.connection()?, name)
                })
                .await
        })
    };
    let (open_first, first) = hold(&database, "first");
    has_begun.recv().await.unwrap();
    let (open_second, second) = hold(&greedy, "greedy1");
    let mut writes = vec![first, second];
    writes.extend(["greedy2", "greedy3", "greedy4"].map(|name| write(&greedy, name)));
    tokio::task::yield_now().await;
    open_first.send(()).unwrap();
    has_begun.recv().await.unwrap();
    writes.push(write(&modest, "modest"));
    tokio::task::yield_now().await;
    open_second.send(()).unwrap();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    let order = order.lock().unwrap().clone();
    assert_eq!(order[..2], ["first", "greedy1"]);
    // Its turn is after the line that was there before it.
    assert!(order.iter().position(|name| *name == "modest").unwrap() <= 3, "{order:?}");
}

/// Else whoever waits behind slow writes would wait for 128 of them.
#[tokio::test]
async fn a_slow_group_is_committed_early() {
    let scratch = Scratch::sqlite();
    let database = one_connection(&scratch);
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let (open_first, first_gate) = mpsc::channel::<()>();
    let (open_last, last_gate) = mpsc::channel::<()>();
    let (one, two, three) = (database.clone(), database.clone(), database.clone());
    let first = tokio::spawn(async move {
        one.write(move |_| {
            begun.try_send(()).unwrap();
            first_gate.recv().unwrap();
            Ok::<_, Error>(())
        })
        .await
    });
    has_begun.recv().await.unwrap();
    let slow = tokio::spawn(async move {
        two.write(|tx| {
            std::thread::sleep(Duration::from_millis(60));
            insert_tenant(tx.connection()?, "slow")
        })
        .await
    });
    let last = tokio::spawn(async move {
        three
            .write(move |tx| {
                last_gate.recv().unwrap();
                insert_tenant(tx.connection()?, "last")
            })
            .await
    });
    tokio::task::yield_now().await;
    open_first.send(()).unwrap();
    first.await.unwrap().unwrap();
    let slow = tokio::time::timeout(Duration::from_secs(60), slow).await.expect("not in one group with the last");
    slow.unwrap().unwrap();
    open_last.send(()).unwrap();
    last.await.unwrap().unwrap();
}

/// Whoever waits for room keeps nobody from a connection.
#[tokio::test]
async fn large_answers_are_put_together_a_few_at_a_time() {
    for (name, scratch) in Scratch::both() {
        scratch.open();
        let config = DatabaseConfig { url: scratch.url().to_owned(), max_connections: 4, busy_timeout_ms: PATIENCE_MS };
        let database = Database::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
        let greedy = database.of_tenant(&tenant("greedy"));
        let (asked, mut has_asked) = tokio::sync::mpsc::channel(8);
        let (open, gate) = mpsc::channel::<()>();
        let (first, first_asked) = (greedy.clone(), asked.clone());
        let first = tokio::spawn(async move {
            first
                .read_large(move |_, room| {
                    room.for_large_answer()?;
                    room.for_large_answer()?;
                    first_asked.try_send(true).unwrap();
                    gate.recv().unwrap();
                    Ok::<_, Error>(1)
                })
                .await
        });
        assert_eq!(has_asked.recv().await, Some(true), "{name}");
        let second = tokio::spawn(async move {
            let mut runs = 0;
            greedy
                .read_large(move |_, room| {
                    runs += 1;
                    let found = room.for_large_answer();
                    asked.try_send(found.is_ok()).unwrap();
                    found?;
                    Ok::<_, Error>(runs)
                })
                .await
        });
        assert_eq!(has_asked.recv().await, Some(false), "{name}");
        // Three at once: the one that waits has no connection.
        let meeting = Arc::new(std::sync::Barrier::new(3));
        let meet = || {
            let (database, meeting) = (database.clone(), Arc::clone(&meeting));
            async move {
                database
                    .read(move |_| {
                        meeting.wait();
                        Ok::<_, Error>(())
                    })
                    .await
            }
        };
        let (one, two, three) = tokio::join!(meet(), meet(), meet());
        assert!(one.is_ok() && two.is_ok() && three.is_ok(), "{name}");
        let small = database.read_large(|_, _| Ok::<_, Error>(())).await;
        assert!(small.is_ok(), "{name}: what is small asks for no room");
        open.send(()).unwrap();
        assert_eq!(first.await.unwrap().unwrap(), 1, "{name}");
        assert_eq!(has_asked.recv().await, Some(true), "{name}");
        assert_eq!(second.await.unwrap().unwrap(), 2, "{name}: done again");
    }
}
