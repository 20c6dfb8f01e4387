//! Rows for answered questions, written in batches.
//!
//! A look-up or a page of an import changes nothing, so nothing is lost if its row is: rows wait here in memory and are
//! written together by the server: when a batch is full, and now and then; at the latest when the report is opened.
//! So do the rows of requests that were turned away before any operation. Changes, and changes that failed, never pass
//! through here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use database::{Database, Timestamp};
use measure::Counter;
use tokio::sync::{Mutex as Turn, Notify};

use crate::call::Call;
use crate::error::Error;
use crate::event::count::change::{self, CountedBy};
use crate::event::record::{EventDraft, Origin, Stamp, record};

/// More waiting rows than this are not kept: the report is never worth the server's memory.
const WAITING_ROWS: usize = 20_000;

/// So many rows are written in one transaction. Everybody else who writes waits for it on SQLite.
const BATCH_ROWS: usize = 200;

/// Up to so many rows whoever asks leaves the writing to the server. With more of them requests have outrun it, and each that
/// fills a batch writes one.
const LEFT_TO_SERVER: usize = 2_000;

/// Rows that waited longer than this may belong to time that was counted already (`count::roll` waits for twice as long).
const LATE_MS: i64 = 30_000;

/// A row with everything that it is made of.
type Waiting = (Stamp, Origin, Call, EventDraft);

/// The waiting rows. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    waiting: Arc<Mutex<Vec<Waiting>>>,
    /// One batch is written at a time, so that who flushes knows that all rows from before are in the report.
    writing: Arc<Turn<()>>,
    /// Told when there is a batch to write.
    full: Arc<Notify>,
    dropped: Arc<Counter>,
}

impl Recorder {
    /// Keeps a row for the next flush, and tells the server when there is a batch. Says whether the caller must write one: its
    /// client waits for that, so only one in many does, and only when the server does not keep up.
    pub fn keep(&self, stamp: Stamp, origin: Origin, call: Call, draft: EventDraft) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING_ROWS {
            waiting.push((stamp, origin, call, draft));
        } else {
            self.dropped.increment();
            tracing::warn!(event.name = "report.row.dropped", "too many rows are waiting to be written");
        }
        let is_full = waiting.len().is_multiple_of(BATCH_ROWS);
        if is_full {
            self.full.notify_one();
        }
        is_full && waiting.len() > LEFT_TO_SERVER
    }

    /// Waits until there is a batch to write.
    pub async fn filled(&self) {
        self.full.notified().await;
    }

    /// How many rows wait, since when the oldest of them does, and how many were not kept so far.
    pub fn state(&self) -> (usize, Option<Timestamp>, u64) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        (waiting.len(), waiting.first().map(|(stamp, ..)| stamp.occurred_at), self.dropped.get())
    }

    /// Writes everything that waits, after what is being written.
    ///
    /// # Errors
    /// What the database says. If it is only busy, the rows wait for the next flush; otherwise the batch that it refused
    /// is gone, so that one row that cannot be written does not hold up all others.
    pub async fn flush(&self, database: &Database) -> Result<(), Error> {
        let _turn = self.writing.lock().await;
        while self.write_batch(database, 1).await? {}
        Ok(())
    }

    /// Writes the full batches of what waits: rows that wait for others cost less.
    ///
    /// # Errors
    /// As [`Recorder::flush`].
    pub async fn flush_full(&self, database: &Database) -> Result<(), Error> {
        let _turn = self.writing.lock().await;
        while self.write_batch(database, BATCH_ROWS).await? {}
        Ok(())
    }

    /// Writes one batch of what waits.
    ///
    /// # Errors
    /// As [`Recorder::flush`].
    pub async fn flush_batch(&self, database: &Database) -> Result<(), Error> {
        let _turn = self.writing.lock().await;
        self.write_batch(database, 1).await.map(drop)
    }

    /// Writes a batch if at least so many rows wait, and says whether they did.
    async fn write_batch(&self, database: &Database, at_least: usize) -> Result<bool, Error> {
        let batch: Arc<Vec<Waiting>> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() < at_least {
                return Ok(false);
            }
            let count = waiting.len().min(BATCH_ROWS);
            Arc::new(waiting.drain(..count).collect())
        };
        let rows = Arc::clone(&batch);
        let written = database
            .write(move |tx| -> Result<(), Error> {
                let late = late(&rows, tx.now());
                let mut held = Vec::new();
                for (tenant_id, counted_by) in late {
                    held.push((tenant_id, change::hold(tx.connection()?, tenant_id)?, counted_by));
                }
                for (stamp, origin, call, draft) in rows.iter() {
                    record(tx, stamp.clone(), origin, call, draft.clone())?;
                }
                for (tenant_id, held, counted_by) in held {
                    change::came_late(tx.connection()?, tenant_id, held, counted_by)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = written {
            if matches!(error, Error::Busy | Error::NoRoom) {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.splice(..0, batch.iter().cloned());
            }
            return Err(error);
        }
        Ok(true)
    }
}

/// The rows that come late, by tenant, as far as they are counted.
fn late(rows: &[Waiting], now: Timestamp) -> BTreeMap<&str, Vec<CountedBy>> {
    let mut late: BTreeMap<&str, Vec<CountedBy>> = BTreeMap::new();
    for (stamp, origin, _, draft) in rows.iter().filter(|row| now.milliseconds_since(row.0.occurred_at) > LATE_MS) {
        late.entry(origin.tenant_id.as_str()).or_default().push((
            stamp.occurred_at.as_milliseconds(),
            origin.application_id.to_string(),
            draft.operation.as_str().to_owned(),
            draft.outcome.as_str().to_owned(),
            draft.error_code.map(str::to_owned),
        ));
    }
    late
}
