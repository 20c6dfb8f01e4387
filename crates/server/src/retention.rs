//! Deleting what is older than the operator wants it kept: now and then by the server, or once by a command.
//!
//! In small steps with a pause after each, four times as long as the step took: at most a fifth of the time of SQLite's one
//! writer goes into this, however slow the disk is. Several servers on one database may all do it. Sessions that ended need no
//! setting: signing in deletes them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use database::{Clock, Timestamp};
use provisioning::{IdentifierWalk, Provisioning};
use registry::{Registry, TenantScope};

/// After a start others come first.
const FIRST_AFTER: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Shortest pause after a step.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
/// The pause in relation to the step.
const PAUSE_FACTOR: u32 = 4;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is deleted, and when.
pub struct Retention {
    pub registry: Registry,
    pub provisioning: Provisioning,
    pub clock: Arc<dyn Clock>,
    /// `None`: the report is kept for ever.
    pub event_days: Option<u32>,
    /// `None`: the acts of administrators are kept for ever.
    pub audit_days: Option<u32>,
}

/// What one round deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Whole months of the report, where the database keeps them apart.
    pub months: usize,
    pub events: usize,
    pub identifiers: usize,
    pub acts: usize,
}

impl Retention {
    /// Deletes once an hour, until the server stops. A failure is logged and tried again an hour later.
    pub async fn run_for_ever(self) {
        if self.event_days.is_none() && self.audit_days.is_none() {
            return;
        }
        tokio::time::sleep(FIRST_AFTER).await;
        loop {
            match self.run_once().await {
                Ok(pruned) if pruned == Pruned::default() => {}
                Ok(Pruned { months, events, identifiers, acts }) => {
                    tracing::info!(months, events, identifiers, acts, "deleted what was kept long enough");
                }
                Err(error) => {
                    tracing::warn!(error = %format!("{error:#}"), "what was kept long enough could not be deleted");
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Deletes what is too old now, of every tenant.
    pub async fn run_once(&self) -> Result<Pruned> {
        let mut pruned = Pruned::default();
        if let Some(before) = self.before(self.event_days) {
            while self.provisioning.drop_old_events(before).await? {
                pruned.months += 1;
            }
        }
        for tenant in self.registry.tenants().await? {
            let scope = match self.registry.operator_scope(&tenant.slug).await {
                // Removed since.
                Err(registry::Error::NotFound) => continue,
                scope => scope?,
            };
            if let Some(before) = self.before(self.event_days) {
                let (events, identifiers) = self.prune_report(&scope, before, pruned.months > 0).await?;
                pruned.events += events;
                pruned.identifiers += identifiers;
            }
            if let Some(before) = self.before(self.audit_days) {
                pruned.acts += step_by_step(async || Ok(self.registry.prune_audit(&scope, before).await?)).await?;
            }
        }
        Ok(pruned)
    }

    /// The moment before which rows are too old.
    pub fn before(&self, days: Option<u32>) -> Option<Timestamp> {
        days.map(|days| self.clock.now().plus_milliseconds(-i64::from(days) * DAY_MS))
    }

    /// Rows, then identifiers that lead nowhere any more: they are only looked for when rows were deleted, here or before.
    async fn prune_report(&self, scope: &TenantScope, before: Timestamp, any_gone: bool) -> Result<(usize, usize)> {
        let events = step_by_step(async || Ok(self.provisioning.prune_events(scope, before).await?)).await?;
        let mut identifiers = 0;
        let mut walk = (events > 0 || any_gone).then(IdentifierWalk::default);
        while let Some(step) = walk {
            let begun = Instant::now();
            walk = self.provisioning.prune_identifiers(scope, step).await?;
            identifiers += walk.as_ref().map_or(0, IdentifierWalk::removed);
            tokio::time::sleep(pause_after(begun.elapsed())).await;
        }
        Ok((events, identifiers))
    }
}

/// Takes steps with pauses until one did nothing, and tells how much all did.
async fn step_by_step(mut step: impl AsyncFnMut() -> Result<usize>) -> Result<usize> {
    let mut all = 0;
    loop {
        let begun = Instant::now();
        let done = step().await?;
        if done == 0 {
            return Ok(all);
        }
        all += done;
        tokio::time::sleep(pause_after(begun.elapsed())).await;
    }
}

fn pause_after(step: Duration) -> Duration {
    (step * PAUSE_FACTOR).max(SHORTEST_PAUSE)
}
