//! How far a long command is, on standard error.

use std::time::{Duration, Instant};

use super::output::complain;

/// At most one line in so long a time.
const EVERY: Duration = Duration::from_secs(2);

/// Prints a line now and then.
pub(super) struct ProgressLines {
    last: Instant,
}

impl ProgressLines {
    /// Nothing is said in the first seconds: a command that is done by then needs no progress.
    pub(super) fn new() -> ProgressLines {
        ProgressLines { last: Instant::now() }
    }

    /// Says it if the last line is long enough ago.
    pub(super) fn now_and_then(&mut self, line: impl FnOnce() -> String) {
        if self.last.elapsed() >= EVERY {
            self.always(&line());
        }
    }

    /// Says it in any case.
    pub(super) fn always(&mut self, line: &str) {
        self.last = Instant::now();
        complain(line);
    }
}

/// `12.3 MB`.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::megabytes;

    #[test]
    fn sizes_for_people() {
        for (bytes, words) in [(0, "0.0 MB"), (99_999, "0.0 MB"), (1_250_000, "1.2 MB"), (12_000_000_000, "12000.0 MB")]
        {
            assert_eq!(megabytes(bytes), words);
        }
    }
}
