//! What the tests of every crate share: scratch databases of both kinds, a clock that moves only when told, repeatable
//! randomness. Behind the feature `testing`, for dev-dependencies only.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};

use crate::{Clock, Database, DatabaseConfig, RandomSource, SystemClock, SystemRandom, Timestamp};

/// Names the throw-away PostgreSQL server: a URL of a database from which others can be made.
pub const POSTGRES_URL_VARIABLE: &str = "ROLLCALL_TEST_POSTGRES_URL";

/// Names a proxy in front of that server that pools transactions.
pub const PGBOUNCER_URL_VARIABLE: &str = "ROLLCALL_TEST_PGBOUNCER_URL";

/// An empty database of its own, gone when this is dropped.
pub struct Scratch {
    url: String,
    place: Place,
}

enum Place {
    Folder { _removed_at_the_end: tempfile::TempDir },
    Server { admin_url: String, name: String },
}

impl Scratch {
    /// A file in a temporary folder.
    pub fn sqlite() -> Scratch {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("rollcall.db").display());
        Scratch { url, place: Place::Folder { _removed_at_the_end: folder } }
    }

    /// A database on the throw-away server. Panics without one: a test is never skipped silently.
    pub fn postgres() -> Scratch {
        let Ok(admin_url) = std::env::var(POSTGRES_URL_VARIABLE) else {
            panic!(
                "this test needs PostgreSQL ({POSTGRES_URL_VARIABLE} is not set): run `cargo xtask test`, which starts one"
            );
        };
        let mut random = [0; 8];
        SystemRandom.fill(&mut random);
        let name = format!("rollcall_test_{:016x}", u64::from_be_bytes(random));
        let mut admin = PgConnection::establish(&admin_url).expect("the test's PostgreSQL answers");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database can be made");
        let (server, query) =
            admin_url.split_once('?').map_or((admin_url.as_str(), ""), |(server, query)| (server, query));
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        let url = if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") };
        Scratch { url, place: Place::Server { admin_url, name } }
    }

    /// As [`Scratch::postgres`], reached through the proxy.
    pub fn pooled() -> Scratch {
        let Ok(proxy) = std::env::var(PGBOUNCER_URL_VARIABLE) else {
            panic!(
                "this test needs pgbouncer ({PGBOUNCER_URL_VARIABLE} is not set): run `cargo xtask test`, which starts one"
            );
        };
        let mut direct = Scratch::postgres();
        let Place::Server { name, .. } = &direct.place else { panic!("a database on the server") };
        let url =
            format!("{}/{name}?pgbouncer=true", proxy.rsplit_once('/').map_or(proxy.as_str(), |(server, _)| server));
        direct.url = url;
        direct
    }

    /// One of each, with a name for messages.
    pub fn both() -> [(&'static str, Scratch); 2] {
        [("SQLite", Scratch::sqlite()), ("PostgreSQL", Scratch::postgres())]
    }

    /// The URL of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens it with all its tables, the machine's clock and real randomness.
    pub fn open(&self) -> Database {
        self.open_with(Arc::new(SystemClock), Arc::new(SystemRandom))
    }

    /// Opens it with all its tables.
    pub fn open_with(&self, clock: Arc<dyn Clock>, random: Arc<dyn RandomSource>) -> Database {
        let database =
            Database::open(&DatabaseConfig::new(&self.url), clock, random).expect("the scratch database opens");
        database.migrate().expect("the scratch database takes its tables");
        database
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Place::Server { admin_url, name } = &self.place
            && let Ok(mut admin) = PgConnection::establish(admin_url)
        {
            // Left behind if this fails; the server itself is thrown away at the end.
            let _kept = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A clock that stands still until it is told to move. Clones share the time.
#[derive(Debug, Clone)]
pub struct SteppingClock(Arc<AtomicI64>);

impl SteppingClock {
    /// Stands at an RFC 3339 time.
    pub fn at(text: &str) -> SteppingClock {
        let start = Timestamp::parse(text).expect("an RFC 3339 time");
        SteppingClock(Arc::new(AtomicI64::new(start.as_milliseconds())))
    }

    /// Moves by so many milliseconds, back when negative.
    pub fn step(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run (SplitMix64), so that snapshots can hold ids. Clones go on from the same state.
#[derive(Debug, Clone)]
pub struct SeededRandom(Arc<AtomicU64>);

impl SeededRandom {
    /// Starts at `seed`.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom(Arc::new(AtomicU64::new(seed)))
    }
}

impl RandomSource for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        for chunk in bytes.chunks_mut(8) {
            let mut mixed = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(&mixed.to_le_bytes()[..chunk.len()]);
        }
    }
}
