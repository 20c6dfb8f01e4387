//! Backups of SQLite, and putting them back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use database::testing::Scratch;
use database::transfer::{Restore, TransferError, back_up};
use database::{Database, DatabaseConfig, Error, OpenError, SystemClock, SystemRandom, Timestamp};

use super::support::{insert_tenant, slugs};

const NOON: Timestamp = Timestamp::from_milliseconds(1_795_694_400_000);

/// A database in a folder of its own, and a place for backups.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> DatabaseConfig {
        config_of(&self.path("rollcall.db"))
    }

    async fn with_tenants(names: &[&'static str]) -> Place {
        let place = Place::new();
        let database = open(&place.config()).unwrap();
        database.migrate().unwrap();
        for name in names {
            add(&database, name).await;
        }
        place
    }

    fn back_up(&self, name: &str) -> PathBuf {
        let file = self.path(name);
        back_up(&self.config(), &file, false, &mut |_| ()).unwrap();
        file
    }

    fn prepare(&self, file: &Path) -> Result<Restore, TransferError> {
        Restore::prepare(&self.config(), file, &mut |_| ())
    }

    /// All names in the folder but the lock's.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "rollcall.db.lock");
        names.sort();
        names
    }
}

fn config_of(path: &Path) -> DatabaseConfig {
    DatabaseConfig::new(format!("sqlite:{}", path.display()))
}

fn open(config: &DatabaseConfig) -> Result<Database, OpenError> {
    Database::open(config, Arc::new(SystemClock), Arc::new(SystemRandom))
}

async fn add(database: &Database, slug: &'static str) {
    database.write(move |tx| insert_tenant(tx.connection()?, slug)).await.unwrap();
}

async fn slugs_in(path: &Path) -> Vec<String> {
    slugs(&open(&config_of(path)).unwrap()).await
}

fn message(outcome: Result<Restore, TransferError>) -> String {
    outcome.err().unwrap().to_string()
}

#[test]
fn a_backup_under_writes_is_one_moment_with_every_acknowledged_write() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let place = Place::new();
    let database = open(&place.config()).unwrap();
    database.migrate().unwrap();
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                // Each write is a pair: half of one must never be in a backup.
                let write = database.write(move |tx| {
                    insert_tenant(tx.connection()?, &format!("a{number}"))?;
                    insert_tenant(tx.connection()?, &format!("b{number}"))
                });
                runtime.block_on(write).unwrap();
                acknowledged.fetch_add(1, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        for round in 0..5 {
            while acknowledged.load(Ordering::SeqCst) < round * 20 {
                std::thread::yield_now();
            }
            let before = acknowledged.load(Ordering::SeqCst);
            let file = place.back_up(&format!("backup-{round}"));
            let copied = runtime.block_on(slugs_in(&file));
            let of = |kind| copied.iter().filter(|slug| slug.starts_with(kind)).count();
            assert_eq!(of('a'), of('b'), "round {round}");
            assert!(of('a') >= before, "round {round}: {} of at least {before}", of('a'));
        }
        stop.store(true, Ordering::SeqCst);
    });
}

#[tokio::test]
async fn a_backup_replaces_nothing_unasked_and_leaves_nothing_else_behind() {
    let place = Place::with_tenants(&["a"]).await;
    let file = place.back_up("backup");
    assert_eq!(place.names(), ["backup", "rollcall.db"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let first = fs::read(&file).unwrap();
    add(&open(&place.config()).unwrap(), "b").await;
    let refused = back_up(&place.config(), &file, false, &mut |_| ()).unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), first);
    back_up(&place.config(), &file, true, &mut |_| ()).unwrap();
    assert_eq!(place.names(), ["backup", "rollcall.db"]);
    assert_eq!(slugs_in(&file).await, ["a", "b"]);
}

#[tokio::test]
async fn there_is_no_backup_of_nothing() {
    let place = Place::new();
    let outcome = back_up(&place.config(), &place.path("backup"), false, &mut |_| ());
    assert!(matches!(outcome, Err(TransferError::NoDatabase { .. })), "{outcome:?}");
    assert!(place.names().is_empty(), "{:?}", place.names());
    drop(open(&place.config()).unwrap());
    let outcome = back_up(&place.config(), &place.path("backup"), false, &mut |_| ());
    assert!(matches!(outcome, Err(TransferError::NoTables { .. })), "{outcome:?}");
    assert_eq!(place.names(), ["rollcall.db"]);
}

#[tokio::test]
async fn a_backup_takes_the_place_of_the_database_which_is_kept() {
    let place = Place::with_tenants(&["a"]).await;
    let file = place.back_up("backup");
    let database = open(&place.config()).unwrap();
    add(&database, "b").await;
    let refused = message(place.prepare(&file));
    assert!(refused.contains("is open: stop every server"), "{refused}");
    drop(database);

    let restore = place.prepare(&file).unwrap();
    let refused = open(&place.config()).err().unwrap();
    assert!(matches!(refused, OpenError::BeingReplaced { .. }), "{refused}");
    assert_eq!(slugs(&open(&restore.copy()).unwrap()).await, ["a"], "the copy can be looked into");
    let old = restore.finish(NOON).unwrap().old_database.unwrap();
    assert_eq!(old, place.path("rollcall.db.before-restore-20261126T120000.000Z"));
    assert_eq!(place.names(), ["backup", "rollcall.db", "rollcall.db.before-restore-20261126T120000.000Z"]);
    assert_eq!(slugs_in(&place.path("rollcall.db")).await, ["a"]);
    assert_eq!(slugs_in(&old).await, ["a", "b"]);
}

#[tokio::test]
async fn a_restore_that_is_given_up_changes_nothing() {
    let place = Place::with_tenants(&["a"]).await;
    let file = place.back_up("backup");
    add(&open(&place.config()).unwrap(), "b").await;
    let restore = place.prepare(&file).unwrap();
    drop(open(&restore.copy()).unwrap());
    drop(restore);
    assert_eq!(place.names(), ["backup", "rollcall.db"]);
    assert_eq!(slugs_in(&place.path("rollcall.db")).await, ["a", "b"]);
}

#[tokio::test]
async fn a_restore_needs_no_database_and_no_sound_one() {
    let from = Place::with_tenants(&["a"]).await;
    let file = from.back_up("backup");

    let empty = Place::new();
    assert_eq!(empty.prepare(&file).unwrap().finish(NOON).unwrap().old_database, None);
    assert_eq!(slugs_in(&empty.path("rollcall.db")).await, ["a"]);

    let damaged = Place::new();
    fs::write(damaged.path("rollcall.db"), "no database, but long enough to look at ".repeat(50)).unwrap();
    fs::write(damaged.path("rollcall.db-wal"), "of the damaged one").unwrap();
    let old = damaged.prepare(&file).unwrap().finish(NOON).unwrap().old_database.unwrap();
    assert!(fs::read_to_string(&old).unwrap().starts_with("no database"));
    assert_eq!(slugs_in(&damaged.path("rollcall.db")).await, ["a"]);
    let wal = format!("{}-wal", old.display());
    assert_eq!(fs::read_to_string(wal).unwrap(), "of the damaged one", "and not of the new one");
}

#[tokio::test]
async fn what_is_no_whole_backup_of_this_version_is_refused() {
    let place = Place::with_tenants(&["a", "b"]).await;
    let file = place.back_up("backup");
    let good = fs::read(&file).unwrap();

    let mut torn = good.clone();
    torn.truncate(good.len() / 2);
    let mut overwritten = good.clone();
    overwritten[4096..].fill(0x5a);
    let newer = {
        let database = open(&config_of(&file)).unwrap();
        let add = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
        database
            .write(move |tx| Ok::<_, Error>(diesel::RunQueryDsl::execute(diesel::sql_query(add), tx.connection()?)?))
            .await
            .unwrap();
        drop(database);
        fs::read(&file).unwrap()
    };
    let foreign = {
        let path = place.path("foreign");
        drop(open(&config_of(&path)).unwrap());
        fs::read(&path).unwrap()
    };
    for (what, bytes, expected) in [
        ("torn", torn, "damaged"),
        ("overwritten", overwritten, "damaged"),
        ("newer", newer, "29990101000001"),
        ("foreign", foreign, "not one of Rollcall"),
        ("an export", vec![0x1f, 0x8b, 8, 0], "rollcall import"),
        ("text", b"monday".to_vec(), "no backup of Rollcall"),
        ("empty", Vec::new(), "no backup of Rollcall"),
    ] {
        fs::write(&file, bytes).unwrap();
        let refused = message(place.prepare(&file));
        assert!(refused.contains(expected) && refused.contains("backup"), "{what}: {refused}");
    }
    assert!(message(place.prepare(&place.path("missing"))).contains("cannot read"));
    let names = place.names();
    assert!(names.iter().all(|name| !name.contains("partial") && !name.contains("before")), "{names:?}");
    assert_eq!(slugs_in(&place.path("rollcall.db")).await, ["a", "b"]);
}

#[test]
fn a_sqlite_backup_is_not_restored_to_postgresql() {
    let scratch = Scratch::postgres();
    let refused = message(Restore::prepare(&DatabaseConfig::new(scratch.url()), Path::new("backup"), &mut |_| ()));
    assert!(refused.contains("rollcall export"), "{refused}");
}
