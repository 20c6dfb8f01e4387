//! Which statements keep their prepared form.

use std::sync::atomic::{AtomicUsize, Ordering};

use database::schema::{tenant, tenant::dsl};
use database::testing::Scratch;
use database::{CacheStatement, Error};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;

use crate::support::insert_tenant;

/// Counts the statements that a connection keeps.
fn counting(kept: &'static AtomicUsize) -> impl FnMut(InstrumentationEvent<'_>) {
    move |event| {
        if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
            kept.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn updates_and_inserts_are_prepared_once() {
    for (name, scratch) in Scratch::both() {
        let kept: &'static AtomicUsize = Box::leak(Box::new(AtomicUsize::new(0)));
        scratch
            .open()
            .write(move |tx| {
                insert_tenant(tx.connection()?, "acme")?;
                let connection = tx.connection()?;
                connection.set_instrumentation(counting(kept));
                let acme = dsl::slug.eq("acme");
                let mut counts = Vec::new();
                for new in ["A", "B"] {
                    diesel::update(tenant::table.filter(acme)).set(dsl::name.eq(new)).execute(connection)?;
                    counts.push(kept.load(Ordering::Relaxed));
                }
                assert_eq!(counts, [0, 0], "{name}: if diesel keeps it by itself, `cached` has no use any more");
                for new in ["C", "D"] {
                    database::each!(connection, connection => {
                        diesel::update(tenant::table.filter(acme)).set(dsl::name.eq(new)).cached().execute(connection)
                    })?;
                    counts.push(kept.load(Ordering::Relaxed));
                }
                assert_eq!(counts, [0, 0, 1, 1], "{name}");
                let tenant: String = tenant::table.filter(acme).select(dsl::id).first(connection)?;
                let before = kept.load(Ordering::Relaxed);
                // On SQLite each number of rows up to 16 is a text of its own: 40 are 16, 16 and 8.
                let is_postgres = name == "PostgreSQL";
                for (rows, on_sqlite) in [(2, 1), (2, 1), (3, 2), (40, 4), (24, 4)] {
                    let names: Vec<String> = (0..rows).map(|row| format!("{rows} {row}")).collect();
                    let rows = names.iter().map(|name| [tenant.as_str().into(), name.as_str().into(), "s".into()]);
                    let rows = database::insert_rows!(event_identifier: [tenant_id, folded, subject_id], rows);
                    tx.insert(rows.passing_over_conflicts());
                    tx.connection()?;
                    let expected = if is_postgres { 1 } else { on_sqlite };
                    assert_eq!(kept.load(Ordering::Relaxed) - before, expected, "{name}");
                }
                let names = database::schema::event_identifier::table;
                assert_eq!(names.count().get_result::<i64>(tx.connection()?)?, 69, "{name}");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }
}
