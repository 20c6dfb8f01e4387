//! One step: the same kind of request from several connections for a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::client::{Client, Request, Target};

/// How to measure.
pub struct Step<'a> {
    pub name: &'a str,
    pub connections: usize,
    pub time: Duration,
    /// Goes on beyond the time until so many requests were sent.
    pub minimum: usize,
    /// The server's process, to ask for its CPU time.
    pub process: Option<u32>,
}

#[derive(Default)]
struct Outcome {
    latencies: Vec<Duration>,
    errors: usize,
    /// What the last error was.
    error: Option<String>,
    ids: Vec<(usize, String)>,
}

/// Sends what `make` gives for the numbers 0, 1, 2 … and prints the step's line. Gives the `id`s of the resources that
/// were answered to POST, in the order of the numbers.
pub fn measure(target: &Target, step: &Step<'_>, make: &(dyn Fn(usize) -> Request + Sync)) -> Result<Vec<String>> {
    let next = AtomicUsize::new(0);
    let cpu_before = step.process.and_then(cpu_time);
    let start = Instant::now();
    let mut all = Outcome::default();
    std::thread::scope(|scope| -> Result<()> {
        let work = || connection(target, step, make, &next, start);
        let threads: Vec<_> = (0..step.connections).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let outcome = thread.join().map_err(|_| anyhow!("a thread of the measurement panicked"))??;
            all.latencies.extend(outcome.latencies);
            all.errors += outcome.errors;
            all.error = outcome.error.or(all.error.take());
            all.ids.extend(outcome.ids);
        }
        Ok(())
    })?;
    let elapsed = start.elapsed();
    let cpu = cpu_before.zip(step.process.and_then(cpu_time)).map(|(before, after)| after.saturating_sub(before));
    print(step.name, &mut all, elapsed, cpu);
    all.ids.sort();
    Ok(all.ids.into_iter().map(|(_, id)| id).collect())
}

fn connection(
    target: &Target,
    step: &Step<'_>,
    make: &(dyn Fn(usize) -> Request + Sync),
    next: &AtomicUsize,
    start: Instant,
) -> Result<Outcome> {
    let mut client = Client::connect(target)?;
    let mut outcome = Outcome::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if start.elapsed() >= step.time && number >= step.minimum {
            return Ok(outcome);
        }
        let request = make(number);
        let sent = Instant::now();
        let answer = client.send(&request)?;
        outcome.latencies.push(sent.elapsed());
        match answer.status {
            201 => outcome.ids.extend(id(&answer.body).map(|id| (number, id))),
            200 | 204 => {}
            status => {
                outcome.errors += 1;
                outcome.error = Some(format!("{status} {}", String::from_utf8_lossy(&answer.body)));
            }
        }
    }
}

fn id(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(body).ok()?.get("id")?.as_str().map(str::to_owned)
}

fn print(name: &str, all: &mut Outcome, elapsed: Duration, cpu: Option<Duration>) {
    all.latencies.sort();
    let count = all.latencies.len();
    let milliseconds = |share: f64| {
        let at = ((count as f64 * share) as usize).min(count.saturating_sub(1));
        all.latencies.get(at).map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
    };
    let cpu = cpu.map_or_else(|| "-".to_owned(), |cpu| format!("{:.0}", cpu.as_secs_f64() * 1e6 / count.max(1) as f64));
    let rate = count as f64 / elapsed.as_secs_f64();
    let (p50, p95, p99) = (milliseconds(0.50), milliseconds(0.95), milliseconds(0.99));
    eprintln!("{name:<28} {rate:>9.0} {p50:>9.2} {p95:>9.2} {p99:>9.2} {cpu:>14} {:>7}", all.errors);
    if let Some(error) = &all.error {
        eprintln!("    the last error: {error}");
    }
}

/// User and system time of a process. Linux counts it in hundredths of a second.
fn cpu_time(process: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold spaces; the fields behind it are the third and on.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}
