//! Counting in the background: the rows of the report, so that charts over millions of them are quick
//! (`Provisioning::count_events`), and resources by ranges of ids, so that a page in the middle of a long list is
//! (`Provisioning::lay_ranges`). And making the months that rows of the report go into
//! (`Provisioning::make_room_for_events`).
//!
//! In small steps with a pause after each. Several servers on one database may all do it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use database::{Clock, Timestamp};
use provisioning::Provisioning;
use registry::Registry;

/// After a start others come first.
const FIRST_AFTER: Duration = Duration::from_secs(10);
/// As often as there is a whole minute to count.
const EVERY: Duration = Duration::from_secs(60);
/// The pause after a step is as long as the step, and no shorter than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
/// A clock that is behind by more than this, after what passed in between, was set back.
const SET_BACK: Duration = Duration::from_secs(5);
/// How long before the earliest time since the clock was set back rows are counted again.
const AGAIN_MS: i64 = 10 * 60 * 1_000;
/// So many resources go into a range. To find a page all ranges are read, and one of them at most is walked.
const RANGE: i64 = 2_000;

/// What counts, and by which clock rows are written.
pub struct Counting {
    pub registry: Registry,
    pub provisioning: Provisioning,
    pub clock: Arc<dyn Clock>,
}

impl Counting {
    /// Counts once a minute, until the server stops. A failure is logged and tried again a minute later.
    pub async fn run_for_ever(self) {
        let mut seen = None;
        loop {
            tokio::time::sleep(if seen.is_none() { FIRST_AFTER } else { EVERY }).await;
            let now = (Instant::now(), self.clock.now());
            if let Err(error) = self.run_once(again_from(seen, now)).await {
                tracing::warn!(error = %format!("{error:#}"), "rows could not be counted");
            }
            seen = Some(now);
        }
    }

    /// Counts what there is to count, of every tenant; what is counted from that moment on, anew.
    pub async fn run_once(&self, again_from: Timestamp) -> Result<()> {
        self.provisioning.make_room_for_events().await?;
        for tenant in self.registry.tenants().await? {
            let scope = match self.registry.operator_scope(&tenant.slug).await {
                // Removed since.
                Err(registry::Error::NotFound) => continue,
                scope => scope?,
            };
            self.provisioning.count_events_again(&scope, again_from).await?;
            Self::to_the_end(|| self.provisioning.count_events(&scope)).await?;
            Self::to_the_end(|| self.provisioning.lay_ranges(&scope, RANGE)).await?;
        }
        Ok(())
    }

    /// Takes steps as long as each says that there may be more.
    async fn to_the_end(step: impl AsyncFn() -> Result<bool, provisioning::Error>) -> Result<()> {
        loop {
            let begun = Instant::now();
            if !step().await? {
                return Ok(());
            }
            tokio::time::sleep(begun.elapsed().max(SHORTEST_PAUSE)).await;
        }
    }
}

/// From when on counts are to be made again: from now on, as nothing of the future can have been counted, or from before the
/// time to which the clock was set back since it was `seen`.
fn again_from(seen: Option<(Instant, Timestamp)>, (at, now): (Instant, Timestamp)) -> Timestamp {
    let behind_ms = seen.map_or(0, |(then, time)| {
        let passed = at.saturating_duration_since(then).saturating_sub(SET_BACK);
        i64::try_from(passed.as_millis()).unwrap_or(i64::MAX).saturating_sub(now.milliseconds_since(time))
    });
    if behind_ms > 0 { now.plus_milliseconds(-AGAIN_MS) } else { now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_is_noticed() {
        let (then, time) = (Instant::now(), Timestamp::from_milliseconds(1_000_000_000));
        for (passed_s, shown_s, again) in
            [(60, 60, false), (60, 57, false), (60, 4_000, false), (60, 50, true), (60, -3_540, true)]
        {
            let now = (then + Duration::from_secs(passed_s), time.plus_milliseconds(shown_s * 1_000));
            let from = again_from(Some((then, time)), now);
            assert_eq!(from == now.1.plus_milliseconds(-AGAIN_MS), again, "{passed_s} {shown_s}");
            assert!(again || from == now.1);
        }
        assert_eq!(again_from(None, (then, time)), time);
    }
}
