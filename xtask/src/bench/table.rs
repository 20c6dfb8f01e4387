//! What was measured, as a table for people, as JSON to compare with, and compared.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::measure::Outcome;

/// One step at one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub step: String,
    pub users: usize,
    pub requests: usize,
    pub errors: usize,
    /// The last of them.
    pub error: Option<String>,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    /// CPU time of the server for each request; `None` if it cannot be watched.
    pub cpu_us: Option<f64>,
    /// The same of the database's own processes.
    pub database_cpu_us: Option<f64>,
    pub memory_mb: Option<f64>,
    /// Of an answer's body, on average.
    pub bytes: usize,
}

/// Below this a difference of CPU time is how the clock ticks.
const NOTICEABLE_US: f64 = 10.0;

impl Row {
    pub fn of(step: &str, users: usize, outcome: &Outcome) -> Row {
        let requests = outcome.latencies.len();
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / requests.max(1) as f64;
        let ms = |share: f64| outcome.percentile(share).as_secs_f64() * 1_000.0;
        Row {
            step: step.to_owned(),
            users,
            requests,
            errors: outcome.errors,
            error: outcome.error.clone(),
            per_second: requests as f64 / outcome.elapsed.as_secs_f64().max(1e-9),
            p50_ms: ms(0.50),
            p95_ms: ms(0.95),
            p99_ms: ms(0.99),
            cpu_us: outcome.server_cpu.map(each),
            database_cpu_us: outcome.database_cpu.map(each),
            memory_mb: outcome.memory_mb,
            bytes: outcome.bytes / requests.max(1),
        }
    }

    /// CPU time a request, wherever it is spent.
    fn all_cpu_us(&self) -> Option<f64> {
        Some(self.cpu_us? + self.database_cpu_us.unwrap_or(0.0))
    }

    pub fn to_json(&self) -> Value {
        json!({
            "step": self.step, "users": self.users, "requests": self.requests, "errors": self.errors,
            "per_second": self.per_second, "p50_ms": self.p50_ms, "p95_ms": self.p95_ms, "p99_ms": self.p99_ms,
            "cpu_us": self.cpu_us, "database_cpu_us": self.database_cpu_us, "memory_mb": self.memory_mb, "bytes": self.bytes,
        })
    }

    pub fn from_json(value: &Value) -> Result<Row> {
        let number = |name: &str| value.get(name).and_then(Value::as_f64);
        let needed = |name: &str| number(name).with_context(|| format!("no number {name} in {value}"));
        let step = value.get("step").and_then(Value::as_str).context("a row without a step")?.to_owned();
        Ok(Row {
            step,
            users: needed("users")? as usize,
            requests: needed("requests")? as usize,
            errors: needed("errors")? as usize,
            error: None,
            per_second: needed("per_second")?,
            p50_ms: needed("p50_ms")?,
            p95_ms: needed("p95_ms")?,
            p99_ms: needed("p99_ms")?,
            cpu_us: number("cpu_us"),
            database_cpu_us: number("database_cpu_us"),
            memory_mb: number("memory_mb"),
            bytes: needed("bytes")? as usize,
        })
    }

    fn cells(&self) -> [String; 9] {
        let or_dash = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"));
        [
            format!("{:.0}", self.per_second),
            format!("{:.2}", self.p50_ms),
            format!("{:.2}", self.p95_ms),
            format!("{:.2}", self.p99_ms),
            or_dash(self.cpu_us),
            or_dash(self.database_cpu_us),
            or_dash(self.memory_mb),
            self.bytes.to_string(),
            self.errors.to_string(),
        ]
    }

    /// A line for a terminal.
    pub fn line(&self) -> String {
        line(&self.step, &self.cells())
    }
}

const HEADINGS: [&str; 9] =
    ["req/s", "p50 ms", "p95 ms", "p99 ms", "CPU us/req", "DB CPU us", "memory MB", "bytes", "errors"];

fn line(step: &str, cells: &[String; 9]) -> String {
    let cells: String = cells.iter().map(|cell| format!(" {cell:>10}")).collect();
    format!("{step:<62}{cells}")
}

/// The line above the lines.
pub fn heading() -> String {
    line("", &HEADINGS.map(str::to_owned))
}

/// A table for each size, and how the cost grew from the first to the last.
pub fn markdown(rows: &[Row], sizes: &[usize]) -> String {
    let mut text = String::new();
    for users in sizes {
        text.push_str(&format!("### {} users\n\n| step | {} |\n|---|", grouped(*users), HEADINGS.join(" | ")));
        text.push_str(&format!("{}\n", "--:|".repeat(HEADINGS.len())));
        for row in of_size(rows, *users) {
            text.push_str(&format!("| {} | {} |\n", row.step, row.cells().join(" | ")));
        }
        text.push('\n');
    }
    if let [first, .., last] = sizes {
        text.push_str(&format!(
            "### Growth\n\nCPU time a request (server and database) and p50 with {} users, divided by those with {}.\n\n\
             | step | CPU | p50 |\n|---|--:|--:|\n",
            grouped(*last),
            grouped(*first)
        ));
        for (small, large) in pairs(of_size(rows, *first), of_size(rows, *last)) {
            let cpu = ratio(large.all_cpu_us(), small.all_cpu_us());
            let p50 = ratio(Some(large.p50_ms), Some(small.p50_ms));
            text.push_str(&format!("| {} | {cpu} | {p50} |\n", small.step));
        }
        text.push('\n');
    }
    text
}

fn of_size(rows: &[Row], users: usize) -> Vec<&Row> {
    rows.iter().filter(|row| row.users == users).collect()
}

fn ratio(new: Option<f64>, old: Option<f64>) -> String {
    match (new, old) {
        (Some(new), Some(old)) if old > 0.0 => format!("{:.2}", new / old),
        _ => "–".to_owned(),
    }
}

/// Rows of the same step.
fn pairs<'a>(old: Vec<&'a Row>, new: Vec<&'a Row>) -> Vec<(&'a Row, &'a Row)> {
    let same = |old: &'a Row| new.iter().find(|new| new.step == old.step).map(|new| (old, *new));
    old.into_iter().filter_map(same).collect()
}

/// What became of an earlier measurement: a line for each step of both, and the steps that cost more than `threshold` times
/// as much CPU time a request as before.
pub fn compare(old: &[Row], new: &[Row], threshold: f64) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut worse) = (Vec::new(), Vec::new());
    for new in new {
        let Some(old) = old.iter().find(|old| old.step == new.step && old.users == new.users) else { continue };
        let (now, before) = (new.all_cpu_us(), old.all_cpu_us());
        let cpu = ratio(now, before);
        let rate = ratio(Some(new.per_second), Some(old.per_second));
        let p50 = ratio(Some(new.p50_ms), Some(old.p50_ms));
        let name = format!("{}, {} users", new.step, grouped(new.users));
        lines.push(format!("{name:<80} CPU {cpu:>6}   req/s {rate:>6}   p50 {p50:>6}"));
        if let (Some(now), Some(before)) = (now, before)
            && now > before * threshold
            && now - before > NOTICEABLE_US
        {
            worse.push(format!("{name}: {now:.0} us instead of {before:.0}"));
        }
    }
    (lines, worse)
}

/// `1,000,000`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn row(step: &str, users: usize, cpu_us: f64) -> Row {
        let outcome = Outcome {
            elapsed: Duration::from_secs(2),
            latencies: (1..=100).map(Duration::from_millis).collect(),
            bytes: 12_300,
            server_cpu: Some(Duration::from_micros((cpu_us * 100.0) as u64)),
            memory_mb: Some(40.0),
            ..Outcome::default()
        };
        Row::of(step, users, &outcome)
    }

    #[test]
    fn rows_are_what_was_measured_and_come_back_from_json() {
        let row = row("get", 1_000, 75.0);
        assert_eq!((row.requests, row.per_second, row.cpu_us, row.bytes), (100, 50.0, Some(75.0), 123));
        assert_eq!((row.p50_ms, row.p99_ms), (51.0, 100.0));
        assert_eq!(Row::from_json(&row.to_json()).unwrap(), row);
        assert!(Row::from_json(&json!({ "step": "get" })).is_err());
    }

    #[test]
    fn tables_have_a_line_for_each_step_and_the_growth() {
        let rows = [row("get", 1_000, 50.0), row("list", 1_000, 10.0), row("get", 1_000_000, 60.0)];
        let text = markdown(&rows, &[1_000, 1_000_000]);
        assert!(text.contains("### 1,000 users") && text.contains("### 1,000,000 users"), "{text}");
        assert_eq!(text.matches("| get |").count(), 3, "{text}");
        assert!(text.contains("| get | 1.20 | 1.00 |"), "{text}");
        assert!(!markdown(&rows, &[1_000]).contains("Growth"));
    }

    #[test]
    fn only_what_costs_noticeably_more_is_a_regression() {
        let old = [row("get", 1_000, 100.0), row("list", 1_000, 8.0), row("gone", 1_000, 1.0)];
        for (get, list, expected) in [(120.0, 8.0, 0), (130.0, 8.0, 1), (50.0, 17.0, 0), (200.0, 40.0, 2)] {
            let new = [row("get", 1_000, get), row("list", 1_000, list), row("new", 1_000, 999.0)];
            let (lines, worse) = compare(&old, &new, 1.25);
            assert_eq!((lines.len(), worse.len()), (2, expected), "{get} {list}: {worse:?}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
