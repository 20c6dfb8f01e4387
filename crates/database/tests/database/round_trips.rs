//! What a write costs in round trips to PostgreSQL, and what becomes of rows that wait for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use database::schema::tenant;
use database::testing::Scratch;
use database::{Database, Error, Insert, LockRow};
use diesel::prelude::*;

use crate::support::{insert_application, insert_tenant, slugs};

fn row(id: &str, slug: &str) -> Insert {
    database::insert_row!(tenant: { id: id, slug: slug, name: "A", created_at: 1_i64 })
}

/// Statements sent to PostgreSQL so far.
fn statements(database: &Database) -> u64 {
    let mut text = measure::Text::default();
    database.write_metrics(&mut text);
    let text = text.finish();
    let line = text.lines().find(|line| line.starts_with("rollcall_database_statements_total ")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_write_sends_no_more_than_it_must() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    let first = || tenant::table.filter(tenant::slug.eq("a")).select(tenant::slug);
    let mut spent = Vec::new();
    let mut before = statements(&database);
    let mut note = |database: &Database| {
        let now = statements(database);
        spent.push(now - before);
        before = now;
    };
    // Rows alone: one statement, which commits.
    let write = |tx: &mut database::WriteTx<'_>| {
        tx.insert(row("1", "a"));
        tx.insert(row("2", "b"));
        let folded = [["1".into(), "x".into(), "s".into()]];
        tx.insert(database::insert_rows!(event_identifier: [tenant_id, folded, subject_id], folded));
        Ok::<_, Error>(())
    };
    database.write(write).await.unwrap();
    note(&database);
    // A look before.
    database
        .write(move |tx| {
            let _found: Option<String> = first().first(tx.looking()?).optional()?;
            tx.insert(row("3", "c"));
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    note(&database);
    // Only a look.
    database.write(move |tx| Ok::<_, Error>(first().first::<String>(tx.looking()?).optional()?)).await.unwrap();
    note(&database);
    // A lock: BEGIN, the lock, the row, COMMIT.
    database
        .write(move |tx| {
            let _locked: String = first().lock_row().get_result(tx.connection()?)?;
            tx.insert(row("4", "d"));
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    note(&database);
    assert_eq!(spent, [1, 2, 1, 4]);
    assert_eq!(slugs(&database).await, ["a", "b", "c", "d"]);
}

/// Whoever was slower is done again, and then finds what the faster one wrote.
#[tokio::test]
async fn a_row_that_was_faster_is_found_by_the_second_attempt() {
    let scratch = Scratch::postgres();
    let database = scratch.open();
    let other = scratch.open();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let found: Option<String> = database
        .write(move |tx| {
            let by_slug = tenant::table.filter(tenant::slug.eq("a")).select(tenant::id);
            let found: Option<String> = by_slug.first(tx.looking()?).optional()?;
            if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                assert_eq!(found, None);
                // The other one comes in between.
                let (sent, done) = std::sync::mpsc::channel();
                let other = other.clone();
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    sent.send(runtime.block_on(other.write(|tx| {
                        tx.insert(row("theirs", "a"));
                        Ok::<_, Error>(())
                    })))
                });
                done.recv().unwrap()?;
            }
            if found.is_none() {
                tx.insert(row("ours", "a"));
            }
            Ok::<_, Error>(found)
        })
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("theirs"));
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn rows_are_kept_together_or_not_at_all() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        database.write(|tx| insert_tenant(tx.connection()?, "taken")).await.unwrap();
        for statement_before in [false, true] {
            let error = database
                .write(move |tx| {
                    if statement_before {
                        tx.connection()?;
                    }
                    tx.insert(row("1", "new"));
                    let identifier = [["1".into(), "x".into(), "s".into()]];
                    tx.insert(database::insert_rows!(event_identifier: [tenant_id, folded, subject_id], identifier));
                    tx.insert(row("2", "taken"));
                    Ok::<_, Error>(())
                })
                .await
                .unwrap_err();
            assert!(error.violates("tenant_slug_key"), "{name} {error:?}");
            assert_eq!(slugs(&database).await, ["taken"], "{name}");
        }
        // What waits is seen by what comes after it.
        let seen = database
            .write(|tx| {
                tx.insert(row("1", "new"));
                let seen = tenant::table.count().get_result::<i64>(tx.looking()?)?;
                tx.insert(row("2", "newer"));
                Ok::<_, Error>((seen, tenant::table.count().get_result::<i64>(tx.connection()?)?))
            })
            .await
            .unwrap();
        assert_eq!(seen, (2, 3), "{name}");
    }
}

#[tokio::test]
async fn numbers_are_added_to_what_is_there() {
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        let counted = |by: i64| {
            move |tx: &mut database::WriteTx<'_>| {
                for by in [by, by] {
                    let row = database::insert_row!(resource_count: {
                        tenant_id: "t", application_id: "app", resource_type: "User", total: by,
                    });
                    tx.insert(row.adding_to_what_is_there());
                }
                Ok::<_, Error>(())
            }
        };
        database
            .write(|tx| {
                insert_tenant(tx.connection()?, "t")?;
                insert_application(tx.connection()?, "app", "Okta")
            })
            .await
            .unwrap();
        database.write(counted(2)).await.unwrap();
        database.write(counted(-1)).await.unwrap();
        let total = database::schema::resource_count::table.select(database::schema::resource_count::total);
        let total: i64 = database.read(move |tx| Ok::<_, Error>(total.first(tx.connection())?)).await.unwrap();
        assert_eq!(total, 2, "{name}");
    }
}
