//! One step: the same kind of request from several connections, for a while or until there is nothing more to ask.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::process::Processes;
use crate::client::{Answer, Client, Request, Target};

/// The status of every answer is looked at, and the content of one in so many: the client shares the processor with the
/// server.
const CONTENT_EVERY: usize = 16;

/// The next request of a connection, if there is one: its number among all requests of the step, and the answer to the one
/// before.
pub type Script<'a> = Box<dyn FnMut(usize, Option<&Answer>) -> Option<Request> + Send + 'a>;

/// How to measure.
pub struct Step<'a> {
    pub connections: usize,
    pub time: Duration,
    /// Goes on beyond the time until so many requests were sent …
    pub minimum: usize,
    /// … and ends before it with so many.
    pub maximum: usize,
    /// What each connection asks for.
    pub script: &'a (dyn Fn(usize) -> Script<'a> + Sync),
    /// Whether an answer of 200, 201 or 204 has the content that it must have.
    pub is_right: &'a (dyn Fn(&Answer) -> bool + Sync),
}

/// Whose costs are counted.
#[derive(Clone, Default)]
pub struct Watched {
    pub server: Processes,
    pub database: Processes,
}

/// What came of a step.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub elapsed: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
    pub errors: usize,
    /// What the last error was.
    pub error: Option<String>,
    /// Of all bodies that were answered.
    pub bytes: usize,
    /// Number of the request and `id` of each resource that was answered with 201, in the order of the requests.
    pub made: Vec<(usize, String)>,
    pub server_cpu: Option<Duration>,
    pub database_cpu: Option<Duration>,
    pub memory_mb: Option<f64>,
}

impl Outcome {
    /// The latency that this share of the requests had at most.
    pub fn percentile(&self, share: f64) -> Duration {
        let count = self.latencies.len();
        let at = ((count as f64 * share) as usize).min(count.saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

pub fn measure(target: &Target, watched: &Watched, step: &Step<'_>) -> Result<Outcome> {
    let next = AtomicUsize::new(0);
    let before = (watched.server.cpu_time(), watched.database.cpu_time());
    let start = Instant::now();
    let mut all = Outcome::default();
    let mut ids = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> = (0..step.connections)
            .map(|number| {
                let (next, script) = (&next, (step.script)(number));
                scope.spawn(move || connection(target, step, script, next, start))
            })
            .collect();
        for thread in threads {
            let (outcome, made) = thread.join().map_err(|_| anyhow!("a thread of the measurement panicked"))??;
            all.latencies.extend(outcome.latencies);
            all.errors += outcome.errors;
            all.error = outcome.error.or(all.error.take());
            all.bytes += outcome.bytes;
            ids.extend(made);
        }
        Ok(())
    })?;
    all.elapsed = start.elapsed();
    let spent = |before: Option<Duration>, processes: &Processes| {
        before.zip(processes.cpu_time()).map(|(before, after)| after.saturating_sub(before))
    };
    all.server_cpu = spent(before.0, &watched.server);
    all.database_cpu = spent(before.1, &watched.database);
    all.memory_mb = watched.server.memory_mb();
    all.latencies.sort();
    ids.sort();
    all.made = ids;
    Ok(all)
}

fn connection(
    target: &Target,
    step: &Step<'_>,
    mut script: Script<'_>,
    next: &AtomicUsize,
    start: Instant,
) -> Result<(Outcome, Vec<(usize, String)>)> {
    let mut client = Client::connect(target)?;
    let (mut outcome, mut ids, mut last) = (Outcome::default(), Vec::new(), None);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= step.maximum || (start.elapsed() >= step.time && number >= step.minimum) {
            return Ok((outcome, ids));
        }
        let Some(request) = script(number, last.as_ref()) else { return Ok((outcome, ids)) };
        let sent = Instant::now();
        let answer = client.send(&request)?;
        outcome.latencies.push(sent.elapsed());
        outcome.bytes += answer.body.len();
        let succeeded = matches!(answer.status, 200 | 201 | 204);
        if !succeeded || (number.is_multiple_of(CONTENT_EVERY) && !(step.is_right)(&answer)) {
            outcome.errors += 1;
            let body = String::from_utf8_lossy(&answer.body);
            outcome.error = Some(format!("{}: {} {:.300}", request.line(), answer.status, body));
        }
        if answer.status == 201 {
            ids.extend(id(&answer.body).map(|id| (number, id)));
        }
        last = Some(answer);
    }
}

/// The `id` of a resource, without reading all of it: in the answers of every server that was looked at, no other `id` comes
/// first. A value that is none shows as an error of the next step.
fn id(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let rest = text.split_once("\"id\"")?.1.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let outcome =
            |count: u64| Outcome { latencies: (1..=count).map(Duration::from_millis).collect(), ..Outcome::default() };
        for (count, share, expected) in [(100, 0.5, 51), (100, 0.99, 100), (1, 0.99, 1), (2, 0.5, 2), (0, 0.5, 0)] {
            assert_eq!(outcome(count).percentile(share), Duration::from_millis(expected), "{share} of {count}");
        }
    }

    #[test]
    fn ids_are_found() {
        assert_eq!(id(br#"{"schemas":["x"],"id" : "a-1","name":"b"}"#).as_deref(), Some("a-1"));
        assert_eq!(id(b"{}"), None);
    }
}
