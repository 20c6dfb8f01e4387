use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc;

use database::schema::{administrator_role, tenant};
use database::testing::{Scratch, SeededRandom, SteppingClock};
use database::{Both, Error, Id, LockRow, Timestamp, WriteTx, each, kind, one_of};
use diesel::prelude::*;

use super::support::{insert_tenant, slugs};

#[tokio::test]
async fn a_write_has_one_time_and_typed_ids_that_come_back() {
    for (name, scratch) in Scratch::both() {
        let clock = SteppingClock::at("2026-11-23T10:00:00.5Z");
        let database = scratch.open_with(Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)));
        let moving = clock.clone();
        let (id, event) = database
            .write(move |tx| {
                let before = tx.now();
                moving.step(1_000);
                assert_eq!(tx.now(), before);
                let id: Id<kind::Tenant> = tx.new_id();
                diesel::insert_into(tenant::table)
                    .values((
                        tenant::id.eq(&id),
                        tenant::slug.eq("acme"),
                        tenant::name.eq("Acme"),
                        tenant::reveal_allowed.eq(false),
                        tenant::created_at.eq(tx.now()),
                    ))
                    .execute(tx.connection()?)?;
                Ok::<_, Error>((id, tx.new_id::<kind::Event>()))
            })
            .await
            .unwrap();
        let row: (Id<kind::Tenant>, bool, Timestamp) = database
            .read(|tx| {
                let query = tenant::table.select((tenant::id, tenant::reveal_allowed, tenant::created_at));
                Ok::<_, Error>(query.get_result(tx.connection())?)
            })
            .await
            .unwrap();
        assert_eq!((row.0, row.1, row.2.to_string()), (id, false, "2026-11-23T10:00:00.500Z".to_owned()), "{name}");
        assert!(event.as_str().starts_with("01a207d9-22f4-7"), "{event}");
        assert_eq!(database.now().milliseconds_since(row.2), 1_000);
    }
}

/// On SQLite the writer is held up until all of them wait, so that they share one transaction.
#[tokio::test]
async fn a_write_that_fails_or_panics_takes_only_itself_back() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let (open, gate) = mpsc::channel::<()>();
        let writing = database.clone();
        let mut gate = Some(gate);
        let first = tokio::spawn(async move {
            writing
                .write(move |tx| {
                    // Once only: it is run again when another one of its group fails.
                    if let Some(gate) = gate.take() {
                        gate.recv().unwrap();
                    }
                    insert_tenant(tx.connection()?, "first")
                })
                .await
        });
        let mut others = Vec::new();
        for slug in ["good-1", "bad", "panics", "panics-nested", "good-2", "duplicate", "good-3"] {
            let database = database.clone();
            others.push(tokio::spawn(async move {
                let outcome = database
                    .write(move |tx| {
                        let connection = tx.connection()?;
                        insert_tenant(connection, slug)?;
                        match slug {
                            "bad" => Err(Error::Busy),
                            "panics" => panic!("as it should"),
                            "panics-nested" => connection.transaction(|_| panic!("as it should")),
                            "duplicate" => insert_tenant(connection, "duplicate"),
                            _ => Ok(()),
                        }
                    })
                    .await;
                (slug, outcome)
            }));
        }
        // One thread runs all tasks: after this each of them has handed in its write.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        open.send(()).unwrap();
        first.await.unwrap().unwrap();
        for other in others {
            match other.await.unwrap() {
                ("bad", outcome) => assert!(matches!(outcome, Err(Error::Busy)), "{name} {outcome:?}"),
                ("panics" | "panics-nested", outcome) => {
                    assert!(matches!(outcome, Err(Error::Other(_))), "{name} {outcome:?}");
                }
                ("duplicate", outcome) => assert!(matches!(outcome, Err(Error::Unique { .. })), "{name} {outcome:?}"),
                (slug, outcome) => assert!(outcome.is_ok(), "{name} {slug} {outcome:?}"),
            }
        }
        assert_eq!(slugs(&database).await, ["first", "good-1", "good-2", "good-3"], "{name}");
    }
}

/// A foreign key that is checked only at COMMIT makes COMMIT itself fail.
#[tokio::test]
async fn when_the_commit_fails_everybody_in_the_group_is_told() {
    let scratch = Scratch::sqlite();
    let database = scratch.open();
    let (open, gate) = mpsc::channel::<()>();
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let writing = database.clone();
    let hold = tokio::spawn(async move {
        writing
            .write(move |_| {
                begun.try_send(()).unwrap();
                gate.recv().unwrap();
                Ok::<_, Error>(())
            })
            .await
    });
    has_begun.recv().await.unwrap();
    let innocent = database.write(|tx| insert_tenant(tx.connection()?, "innocent"));
    let guilty = database.write(|tx| {
        diesel::sql_query("PRAGMA defer_foreign_keys = ON").execute(tx.connection()?)?;
        let role = (
            administrator_role::tenant_id.eq("nobody"),
            administrator_role::administrator_id.eq("nobody"),
            administrator_role::role.eq("owner"),
        );
        diesel::insert_into(administrator_role::table).values(role).execute(tx.connection()?)?;
        Ok::<_, Error>(())
    });
    let release = async { open.send(()).unwrap() };
    let (held, innocent, guilty, ()) = tokio::join!(hold, innocent, guilty, release);
    held.unwrap().unwrap();
    assert!(matches!(innocent, Err(Error::ForeignKey { .. })), "{innocent:?}");
    assert!(matches!(guilty, Err(Error::ForeignKey { .. })), "{guilty:?}");
    assert!(slugs(&database).await.is_empty());
    database.write(|tx| insert_tenant(tx.connection()?, "after")).await.unwrap();
    assert_eq!(slugs(&database).await, ["after"]);
}

#[tokio::test]
async fn writes_that_read_first_do_not_lose_updates() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        database.write(|tx| insert_tenant(tx.connection()?, "counter")).await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..40 {
            let database = database.clone();
            tasks.push(tokio::spawn(async move {
                database
                    .write(|tx| {
                        let row = tenant::table.filter(tenant::slug.eq("counter"));
                        let count: i64 = row.select(tenant::created_at).lock_row().get_result(tx.connection()?)?;
                        diesel::update(row).set(tenant::created_at.eq(count + 1)).execute(tx.connection()?)?;
                        Ok::<_, Error>(())
                    })
                    .await
            }));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let query =
            |connection: &mut database::Connection| tenant::table.select(tenant::created_at).get_result(connection);
        let count: i64 = database.read(move |tx| Ok::<_, Error>(query(tx.connection())?)).await.unwrap();
        assert_eq!(count, 40, "{name}");
    }
}

#[tokio::test]
async fn many_rows_in_one_statement_and_upserts_work_on_both() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        database
            .write(|tx| {
                let row = |slug: &'static str| {
                    (
                        tenant::id.eq(slug),
                        tenant::slug.eq(slug),
                        tenant::name.eq("before"),
                        tenant::created_at.eq(0_i64),
                    )
                };
                let rows = vec![row("a"), row("b")];
                let done = each!(tx.connection()?, c => diesel::insert_into(tenant::table).values(&rows).execute(c))?;
                assert_eq!(done, 2);
                let again = diesel::insert_into(tenant::table)
                    .values(row("b"))
                    .on_conflict(tenant::slug)
                    .do_update()
                    .set(tenant::name.eq("after"));
                Both(again).execute(tx.connection()?)?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        let names: Vec<String> = database
            .read(|tx| Ok::<_, Error>(tenant::table.select(tenant::name).order(tenant::slug).load(tx.connection())?))
            .await
            .unwrap();
        assert_eq!(names, ["before", "after"], "{name}");
    }
}

/// Whatever their number, and whatever characters are in them.
#[tokio::test]
async fn one_of_finds_what_is_named() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let slugs: Vec<String> = (0..20).map(|number| format!("it's \"{number}\", é\\")).collect();
        let rows = slugs.clone();
        let insert = move |tx: &mut WriteTx<'_>| rows.iter().try_for_each(|slug| insert_tenant(tx.connection()?, slug));
        database.write(insert).await.unwrap();
        for count in [0, 1, 2, 3, 8, 9, 20] {
            let wanted: Vec<String> = slugs.iter().take(count).cloned().collect();
            let (asked, strangers) = (wanted.clone(), ["nobody", "", "it's"]);
            let found: Vec<String> = database
                .read(move |tx| {
                    let values = asked.iter().map(String::as_str).chain(strangers);
                    let query = tenant::table.filter(one_of(tenant::slug, values)).select(tenant::slug);
                    Ok::<_, Error>(each!(tx.connection(), c => query.load(c))?)
                })
                .await
                .unwrap();
            assert_eq!(HashSet::<String>::from_iter(found), HashSet::from_iter(wanted), "{name} {count}");
        }
        let found: Vec<String> = database
            .read(|tx| {
                let query = tenant::table.filter(one_of(tenant::slug, &[] as &[String])).select(tenant::slug);
                Ok::<_, Error>(each!(tx.connection(), c => query.load(c))?)
            })
            .await
            .unwrap();
        assert!(found.is_empty(), "{name}");
    }
}

/// A write whose caller went away is finished all the same, and the connection serves on.
#[tokio::test]
async fn a_caller_that_hangs_up_stops_nothing() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
        let (open, gate) = mpsc::channel::<()>();
        let writing = database.clone();
        let task = tokio::spawn(async move {
            writing
                .write(move |tx| {
                    begun.try_send(()).unwrap();
                    gate.recv().unwrap();
                    insert_tenant(tx.connection()?, "abandoned")
                })
                .await
        });
        has_begun.recv().await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        open.send(()).unwrap();
        // The writer runs writes in order; PostgreSQL has no order, so wait until the row lock-free insert is seen.
        database.write(|tx| insert_tenant(tx.connection()?, "next")).await.unwrap();
        while slugs(&database).await.len() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(slugs(&database).await, ["abandoned", "next"], "{name}");
    }
}
