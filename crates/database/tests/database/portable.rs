//! Portable files: from either database into the other and back, whole or not at all.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use database::schema::{credential, tenant};
use database::testing::Scratch;
use database::transfer::{Progress, TransferError, export, import};
use database::{Database, DatabaseConfig, Error, MigrationState, Timestamp};
use diesel::prelude::*;
use diesel::sql_types::Text;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::sample::{HARD, fill};
use super::support::insert_tenant;

fn write_file(scratch: &Scratch, file: &Path) -> u64 {
    let now = Timestamp::from_milliseconds(0);
    export(&DatabaseConfig::new(scratch.url()), file, false, now, &mut |_| ()).unwrap().values().sum()
}

fn read_file(scratch: &Scratch, file: &Path) -> Result<u64, TransferError> {
    import(&DatabaseConfig::new(scratch.url()), file, &mut |_| ()).map(|counts| counts.values().sum())
}

fn told(outcome: Result<u64, TransferError>) -> String {
    let error = outcome.unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source}")
}

fn unpack(file: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn pack(text: &str, file: &Path) {
    let mut gzip = GzEncoder::new(fs::File::create(file).unwrap(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap();
}

/// The lines between head and end, as values: the databases may escape one text in two ways.
fn rows(file: &Path) -> Vec<serde_json::Value> {
    let text = unpack(file);
    let lines: Vec<&str> = text.lines().collect();
    lines[1..lines.len() - 1].iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn filled(scratch: &Scratch) -> Database {
    let database = scratch.open();
    database.write(|tx| fill(tx.connection()?)).await.unwrap();
    database
}

/// What the tables are made of besides their rows: indexes, foreign keys, and what the planner was told.
async fn shape(scratch: &Scratch) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let sql = if scratch.url().starts_with("sqlite") {
        "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS value FROM sqlite_master
         UNION ALL SELECT tbl || ' ' || COALESCE(idx, '') || ' ' || stat FROM sqlite_stat1 ORDER BY 1"
    } else {
        "SELECT indexdef AS value FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace ORDER BY 1"
    };
    let database = scratch.open();
    let lines = database.read(move |tx| Ok::<_, Error>(diesel::sql_query(sql).load::<Line>(tx.connection())?));
    lines.await.unwrap().into_iter().map(|line| line.value).collect()
}

#[tokio::test]
async fn there_and_back_every_table_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (name, from, to, back) in [
        ("SQLite first", Scratch::sqlite(), Scratch::postgres(), Scratch::sqlite()),
        ("PostgreSQL first", Scratch::postgres(), Scratch::sqlite(), Scratch::postgres()),
    ] {
        let file = |step: &str| folder.path().join(format!("{name} {step}"));
        filled(&from).await;
        let written = write_file(&from, &file("1"));
        assert_eq!(read_file(&to, &file("1")).unwrap(), written, "{name}");
        write_file(&to, &file("2"));
        assert_eq!(read_file(&back, &file("2")).unwrap(), written, "{name}");
        write_file(&back, &file("3"));
        let first = rows(&file("1"));
        assert!(first.len() as u64 > written, "{name}: the rows, and a head for each table");
        assert_eq!(first, rows(&file("2")), "{name}");
        assert_eq!(first, rows(&file("3")), "{name}");

        for there in [&to, &back] {
            let database = there.open();
            assert_eq!(database.migration_state().unwrap(), MigrationState::Current, "{name}");
            let found = database.read(|tx| {
                let tenant: (String, bool, i64) = tenant::table
                    .select((tenant::name, tenant::reveal_allowed, tenant::created_at))
                    .first(tx.connection())?;
                let secrets: Vec<Vec<u8>> = credential::table
                    .order(credential::id)
                    .select(credential::secret_encrypted)
                    .load(tx.connection())?;
                Ok::<_, Error>((tenant, secrets))
            });
            let (tenant, secrets) = found.await.unwrap();
            assert_eq!(tenant, (HARD.to_owned(), false, i64::MIN), "{name}");
            assert_eq!(secrets, [(0..=255).collect::<Vec<u8>>(), Vec::new()], "{name}");
            assert!(database.health().await.unwrap().problems.iter().all(|problem| problem.starts_with("setting ")));
        }
        let fresh = if to.url().starts_with("sqlite") { Scratch::sqlite() } else { Scratch::postgres() };
        assert_eq!(shape(&to).await, shape(&fresh).await, "{name}: nothing of the tables got lost on the way");
    }
}

#[tokio::test]
async fn no_table_is_forgotten() {
    // Whoever adds a table adds a row of it to the sample; nothing else is needed.
    let known = include_str!("../../src/schema.rs").matches("diesel::table! {").count();
    let folder = tempfile::tempdir().unwrap();
    for (name, scratch) in Scratch::both() {
        filled(&scratch).await;
        let file = folder.path().join(name);
        let now = Timestamp::from_milliseconds(0);
        let counts = export(&DatabaseConfig::new(scratch.url()), &file, false, now, &mut |_| ()).unwrap();
        assert_eq!(counts.len(), known, "{name}: {counts:?}");
        assert!(counts.values().all(|rows| *rows > 0), "{name}: a table of the sample is empty: {counts:?}");
    }
}

#[tokio::test]
async fn what_is_not_whole_leaves_an_empty_database_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good"), folder.path().join("bad"));
    let from = Scratch::sqlite();
    filled(&from).await;
    write_file(&from, &good);
    let (bytes, text) = (fs::read(&good).unwrap(), unpack(&good));
    let end = text.lines().last().unwrap();
    let without_end = text.strip_suffix(&format!("{end}\n")).unwrap();
    for (name, scratch) in Scratch::both() {
        let refused = |what: &str, expected: &str| {
            let told = told(read_file(&scratch, &bad));
            assert!(told.contains(expected) && told.contains("bad"), "{name}, {what}: {told}");
        };
        for part in [0, 1, 5, 20, 50, 80, 95, 99] {
            fs::write(&bad, &bytes[..bytes.len() * part / 100]).unwrap();
            refused(
                &format!("{part} percent"),
                if part <= 5 { "no file that rollcall export wrote" } else { "is cut off after" },
            );
        }
        fs::write(&bad, &bytes[..bytes.len() - 4]).unwrap();
        refused("without the last bytes", "damaged near line");
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 0x10;
        fs::write(&bad, flipped).unwrap();
        refused("a flipped bit", "cannot be imported");
        for (what, text, expected) in [
            ("another file", "monday\n".to_owned(), "no file that rollcall export wrote"),
            ("cut between lines", without_end.to_owned(), "is cut off"),
            ("a row less", text.replace("[\"00ff\",\"p1\",1,2,3]\n", ""), "damaged near line"),
            ("a changed row", text.replace("[\"00ff\",\"p1\",1,2,3]", "[\"00ff\",\"p1\",1,2,4]"), "damaged near line"),
            ("a value too many", text.replace("[\"00ff\",\"p1\",1,2,3]", "[\"00ff\",\"p1\",1,2,3,4]"), "has 6 values"),
            ("a wrong value", text.replace("[\"00ff\",\"p1\",1,2,3]", "[\"00ff\",\"p1\",1,2,\"3\"]"), "expires_at"),
            ("another table", text.replace("{\"table\":\"session\"", "{\"table\":\"sessions\""), "no table sessions"),
            ("another column", text.replace("\"last_seen_at\"", "\"last_seen\""), "has other columns"),
            ("something behind", format!("{text}\n"), "damaged near line"),
            ("a newer format", text.replacen("\"format_version\":1", "\"format_version\":2", 1), "newer version"),
            (
                "a newer table",
                text.replacen("\"migrations\":[", "\"migrations\":[\"29990101000001\",", 1),
                "29990101000001",
            ),
        ] {
            assert_ne!(text, unpack(&good), "{what}");
            pack(&text, &bad);
            refused(what, expected);
        }
        // The same database takes the whole file afterwards.
        read_file(&scratch, &good).unwrap();
        let fresh = Scratch::both().into_iter().find(|(other, _)| *other == name).unwrap().1;
        assert_eq!(shape(&scratch).await, shape(&fresh).await, "{name}");
    }
}

#[tokio::test]
async fn only_an_empty_database_is_filled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let from = Scratch::postgres();
    filled(&from).await;
    write_file(&from, &file);
    for (name, scratch) in Scratch::both() {
        let database = scratch.open();
        if name == "SQLite" {
            let refused = told(read_file(&scratch, &file));
            assert!(refused.contains("is open: stop every server"), "{refused}");
        }
        drop(database);
        // Empty tables are fine.
        read_file(&scratch, &file).unwrap();
        let refused = told(read_file(&scratch, &file));
        assert!(refused.contains("is not empty") && refused.contains("table administrator"), "{name}: {refused}");
        let again = folder.path().join(name);
        write_file(&scratch, &again);
        assert_eq!(rows(&file), rows(&again), "{name}");
        assert!(matches!(
            export(&DatabaseConfig::new(scratch.url()), &again, false, Timestamp::from_milliseconds(0), &mut |_| ()),
            Err(TransferError::Exists { .. })
        ));
    }
}

#[test]
fn an_export_under_writes_is_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    for (name, scratch) in Scratch::both() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let database = scratch.open();
        let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0.. {
                    // Administrators are read first, tenants last: a tenant without its administrator came in between.
                    let write = database.write(move |tx| {
                        insert_tenant(tx.connection()?, &format!("t{number}"))?;
                        let add = format!("INSERT INTO administrator VALUES ('t{number}', 'e', 'e{number}', 'h', 1)");
                        Ok::<_, Error>(diesel::sql_query(add).execute(tx.connection()?)?)
                    });
                    runtime.block_on(write).unwrap();
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                }
            });
            for round in 0..4 {
                let wait_for = |count: usize| {
                    while acknowledged.load(Ordering::SeqCst) < count {
                        std::thread::yield_now();
                    }
                };
                wait_for(round * 20);
                let before = acknowledged.load(Ordering::SeqCst);
                let file = folder.path().join(format!("{name} {round}"));
                // Writes go on in the middle of the export.
                let mut held = false;
                let mut hold = |progress| {
                    if !held && matches!(progress, Progress::Rows { table, .. } if table == "administrator") {
                        held = true;
                        wait_for(acknowledged.load(Ordering::SeqCst) + 2);
                    }
                };
                let config = DatabaseConfig::new(scratch.url());
                let counts = export(&config, &file, false, Timestamp::from_milliseconds(0), &mut hold).unwrap();
                assert_eq!(counts["administrator"], counts["tenant"], "{name}");
                assert!(counts["tenant"] >= before as u64, "{name}");
                assert!(held, "{name}");
            }
            stop.store(true, Ordering::SeqCst);
        });
    }
}
