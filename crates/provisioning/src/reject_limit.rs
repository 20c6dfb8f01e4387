//! How many rejected credentials an application's report takes: whoever guesses tokens must not be able to fill the disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Rows per application and [`PERIOD`]; more are only logged.
const ROWS: u32 = 60;
const PERIOD: Duration = Duration::from_secs(60);

/// The counts of the running periods. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct RejectLimit {
    periods: Arc<Mutex<HashMap<String, (Instant, u32)>>>,
}

impl RejectLimit {
    /// Whether one more row is taken for this application.
    pub fn allow(&self, application_id: &str) -> bool {
        let mut periods = self.periods.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (since, rows) = periods.entry(application_id.to_owned()).or_insert((now, 0));
        if now.duration_since(*since) >= PERIOD {
            (*since, *rows) = (now, 0);
        }
        *rows += 1;
        *rows <= ROWS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_application_has_its_own_limit() {
        let limit = RejectLimit::default();
        let taken = (0..ROWS + 10).filter(|_| limit.allow("one")).count();
        assert_eq!(taken, ROWS as usize);
        assert!(limit.allow("two"));
    }
}
