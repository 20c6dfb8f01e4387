//! The time of the demonstration: a working day that passes while it is played.
//!
//! A real day of Okta takes hours, the played one seconds. So that the report shows it as a day, the clock begins some
//! hours ago and moves on a little with every look at it, slower in the busy hours; once it has caught up, or the day is
//! over, it is the machine's clock. Only the demonstration has it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use database::{Clock, SystemClock, Timestamp};

const HOUR_MS: i64 = 3_600_000;
/// How long ago the played day began.
const DAY_MS: i64 = 9 * HOUR_MS;

/// See the module.
#[derive(Debug)]
pub struct DayClock {
    begun_ms: i64,
    shown_ms: AtomicI64,
    over: AtomicBool,
}

impl DayClock {
    /// A clock whose day begins now, nine hours ago.
    pub fn start() -> Self {
        let begun_ms = SystemClock.now().as_milliseconds() - DAY_MS;
        DayClock { begun_ms, shown_ms: AtomicI64::new(begun_ms), over: AtomicBool::new(false) }
    }

    /// The day has been played: from now on this is the machine's clock.
    pub fn finish(&self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Clock for DayClock {
    fn now(&self) -> Timestamp {
        let real = SystemClock.now();
        if self.over.load(Ordering::Relaxed) {
            return real;
        }
        let passed_ms = self.shown_ms.load(Ordering::Relaxed) - self.begun_ms;
        let shown_ms = self.shown_ms.fetch_add(step_ms(passed_ms), Ordering::Relaxed);
        Timestamp::from_milliseconds(shown_ms.min(real.as_milliseconds()))
    }
}

/// How far one look moves the clock: people are provisioned in the morning and after lunch.
fn step_ms(passed_ms: i64) -> i64 {
    const BY_HOUR: [i64; 9] = [12_600, 7_600, 5_600, 6_700, 9_900, 15_300, 8_100, 7_200, 11_700];
    let hour = usize::try_from(passed_ms / HOUR_MS).unwrap_or(usize::MAX);
    BY_HOUR.get(hour).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_passes_and_never_overtakes_the_machine() {
        let clock = DayClock::start();
        let first = clock.now();
        let mut last = first;
        for _ in 0..20_000 {
            let now = clock.now();
            assert!(last <= now && now <= SystemClock.now());
            last = now;
        }
        assert!(last.milliseconds_since(first) >= DAY_MS - HOUR_MS);
        clock.finish();
        assert!(clock.now() >= last);
    }
}
