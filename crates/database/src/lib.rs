//! Connections, transactions, the difference between the two databases, the tables, and typed ids.
//!
//! [`Database::read`] and [`Database::write`] are the only ways to the data. They own the hop to a blocking thread, the
//! admission of work, fair between tenants (a bounded wait, then [`Error::Busy`]) and the transaction; nothing else in the product calls
//! `spawn_blocking` or begins a transaction. Queries are written once, in diesel, against [`Connection`], with the
//! tables in [`schema`].
//!
//! Not here: what a row means (`registry`, `provisioning`), and any SQL about users, groups or events.

mod among;
mod cached;
mod checkpoint;
mod clock;
mod config;
mod connection;
mod database;
mod dialect;
mod error;
mod fair;
mod hold;
mod id;
mod insert;
mod metrics;
mod migration;
mod one_of;
mod pool;
mod pooling;
mod room;
pub mod schema;
#[cfg(feature = "testing")]
#[expect(clippy::expect_used, clippy::panic, reason = "a test's set-up fails by panicking")]
pub mod testing;
mod timestamp;
mod transaction;
pub mod transfer;
mod watch;
mod writer;

pub use among::{Among, among};
pub use cached::{CacheStatement, Cached};
pub use clock::{Clock, RandomSource, SystemClock, SystemRandom};
pub use config::{DatabaseConfig, OpenError};
pub use connection::{Both, EitherConnection as Connection, MultiBackend};
pub use database::{Database, Health};
pub use dialect::partitions::{EventPartition, drop_event_partition, event_partitions_before, hold_event_partitions};
pub use dialect::{ForKeyShare, ForNoKeyUpdate, ForUpdate, Lock, LockRow, Locked};
pub use error::{Cause, Error};
pub use id::{Id, InvalidId, Kind, MAX_ID_LENGTH, kind};
pub use insert::{Insert, Value};
pub use migration::{MigrateError, MigrationState};
pub use one_of::{OneOf, one_of};
pub use room::{NoRoomYet, Room};
pub use timestamp::Timestamp;
pub use transaction::{ReadTx, WriteTx};
