//! Traces for OpenTelemetry: what each request spent its time on, sent to a collector by OTLP over HTTP.
//!
//! The spans are those of `tracing` that are there anyway: `http.request` around each request, `scim.change`, `db.read`,
//! `db.write` within it. Without `otlp_endpoint` there is no layer that wants them, and an unwanted span costs a look at one
//! atomic. With it, a finished span goes into a queue that has an end: a request never waits for a collector, and what finds
//! no place, or is not taken by the collector, is dropped and counted.
//!
//! What is sent is a list ([`layer`]): route patterns, statuses, slugs, ids of ours. No URL, no header, no text of a log line,
//! nothing of a person. ([decision](../../../docs/decisions/0016-own-otlp-exporter.md))
//!
//! Deliberately not here: metrics and logs by OTLP, sampling of our own (a caller's decision is kept, and collectors have
//! better means), TLS to the collector, and trying again: traces are for looking at, not for keeping books.

mod context;
mod endpoint;
mod exporter;
mod layer;
mod protobuf;

use std::sync::Arc;

use database::{Clock, RandomSource};
use measure::{Counter, Kind, Text};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

pub use endpoint::Endpoint;
pub use exporter::Exporter;
pub use layer::{TraceLayer, is_traced};

/// Finished spans that wait to be sent: a few megabytes at the most.
const QUEUED: usize = 4_096;

/// What became of spans; all at nothing while there are no traces.
#[derive(Debug, Default)]
pub struct TraceMetrics {
    pub(crate) exported: Counter,
    pub(crate) dropped: Counter,
}

impl TraceMetrics {
    /// Adds them to the text for Prometheus.
    pub fn write(&self, text: &mut Text) {
        let name = "rollcall_trace_spans_total";
        text.metric(
            name,
            Kind::Counter,
            "Spans of traces: taken by the collector, or dropped because it did not take them.",
        );
        text.sample(name, r#"outcome="exported""#, self.exported.get());
        text.sample(name, r#"outcome="dropped""#, self.dropped.get());
    }
}

/// The two ends of the queue: the layer fills it, the exporter empties it.
pub fn traces(
    endpoint: Endpoint,
    metrics: &Arc<TraceMetrics>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn RandomSource>,
) -> (TraceLayer, Exporter) {
    let (sender, receiver) = mpsc::channel(QUEUED);
    let mut instance = [0; 16];
    random.fill(&mut instance);
    let exporter = Exporter::new(endpoint, receiver, instance, Arc::clone(metrics));
    (TraceLayer::new(sender, clock, random, Arc::clone(metrics)), exporter)
}

/// An exporter at work beside the server.
pub struct Exporting {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Exporting {
    /// Starts it on this thread.
    pub fn start(exporter: Exporter) -> Exporting {
        let (stop, stopped) = oneshot::channel();
        Exporting { stop, task: actix_web::rt::spawn(exporter.run(stopped)) }
    }

    /// Sends what still waits, for as long as the collector takes it in good time.
    pub async fn finish(self) {
        // It is gone if it panicked, and then nothing waits.
        let _gone = self.stop.send(());
        let _gone = self.task.await;
    }
}
