//! How far a long command is, on standard error.

use std::time::{Duration, Instant};

use super::output::complain;

/// At most one line in so long a time.
const EVERY: Duration = Duration::from_secs(2);

/// Prints a line now and then.
pub(super) struct ProgressLines {
    begun: Instant,
    last: Instant,
    /// Rows of the tables that are done, and the table that is not.
    rows_before: u64,
    table: String,
    rows: u64,
}

impl ProgressLines {
    /// Nothing is said in the first seconds: a command that is done by then needs no progress.
    pub(super) fn new() -> ProgressLines {
        let now = Instant::now();
        ProgressLines { begun: now, last: now, rows_before: 0, table: String::new(), rows: 0 }
    }

    /// Says it if the last line is long enough ago.
    pub(super) fn now_and_then(&mut self, line: impl FnOnce() -> String) {
        if self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            complain(&line());
        }
    }

    /// So many rows of a table are done.
    pub(super) fn rows(&mut self, table: &str, rows: u64) {
        if table != self.table {
            self.rows_before += self.rows;
            table.clone_into(&mut self.table);
        }
        self.rows = rows;
        let rate = self.rate();
        self.now_and_then(|| format!("{table}: {rows} rows ({rate} rows/s so far)"));
    }

    /// Rows of all tables for each second since the beginning.
    pub(super) fn rate(&self) -> u64 {
        let milliseconds = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        (self.rows_before + self.rows).saturating_mul(1_000) / milliseconds
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
