//! From spans of `tracing` to spans of a trace.
//!
//! A trace begins at `http.request`. What lies within one is a part of it, everything else (flushing the report, deleting old
//! rows) is not recorded. Only the spans and fields that are listed here are sent, so that a field which somebody adds for the
//! log cannot get out by this way.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use database::{Clock, RandomSource};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::TraceMetrics;
use super::context::Parent;

/// The span around a request.
const REQUEST: &str = "http.request";
const SPANS: [&str; 4] = [REQUEST, "scim.change", "db.read", "db.write"];

/// Where a request's span has the header of its caller. Read, not sent.
const CALLER: &str = "traceparent";
const STATUS: &str = "http.response.status_code";
const METHOD: &str = "http.request.method";
const OPERATION: &str = "operation";

/// Fields that are sent, and as what.
const FIELDS: [(&str, &str); 7] = [
    (METHOD, METHOD),
    ("http.route", "http.route"),
    (STATUS, STATUS),
    ("tenant.slug", "rollcall.tenant.slug"),
    ("application.id", "rollcall.application.id"),
    ("request.id", "rollcall.request.id"),
    (OPERATION, "rollcall.operation"),
];

/// Whether a span may be a part of a trace. The answer is the same each time, and `tracing` keeps it.
pub fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && SPANS.contains(&metadata.name())
}

/// A span as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedSpan {
    pub trace: [u8; 16],
    pub id: [u8; 8],
    pub parent: Option<[u8; 8]>,
    pub name: String,
    pub is_server: bool,
    pub failed: bool,
    pub started_ns: u64,
    pub ended_ns: u64,
    pub attributes: Vec<(&'static str, Value)>,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(u64),
}

/// Records spans and queues them when they end.
pub struct TraceLayer {
    queue: mpsc::Sender<FinishedSpan>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn RandomSource>,
    metrics: Arc<TraceMetrics>,
}

/// What all spans of a trace share. The clock is asked once: a clock that is set while a request is answered must not put its
/// spans in disorder.
struct Trace {
    id: [u8; 16],
    next_span: AtomicU64,
    began_at_ns: u64,
    began: Instant,
}

/// Odd, so that adding it comes to no number twice (a Weyl sequence).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Trace {
    /// An id of its own for each span, from a random one on: asking for randomness costs as much as all the rest of a span.
    fn new_span_id(&self) -> [u8; 8] {
        match self.next_span.fetch_add(STEP, Ordering::Relaxed) {
            // Means that there is none.
            0 => self.new_span_id(),
            id => id.to_be_bytes(),
        }
    }

    fn now_ns(&self) -> u64 {
        self.began_at_ns.saturating_add(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

/// A span that has begun, kept by the registry beside it.
struct OpenSpan {
    trace: Arc<Trace>,
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    started_ns: u64,
    fields: Fields,
}

impl TraceLayer {
    pub(super) fn new(
        queue: mpsc::Sender<FinishedSpan>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
        metrics: Arc<TraceMetrics>,
    ) -> TraceLayer {
        TraceLayer { queue, clock, random, metrics }
    }

    /// A trace begins, or the caller's goes on. `None` if the caller does not record it.
    fn begin(&self, caller: Option<Parent>) -> Option<(Arc<Trace>, Option<[u8; 8]>)> {
        if caller.is_some_and(|caller| !caller.is_sampled) {
            return None;
        }
        let now_ms = u64::try_from(self.clock.now().as_milliseconds()).unwrap_or(0);
        let (mut id, mut first_span) = ([0; 16], [0; 8]);
        self.random.fill(&mut first_span);
        match caller {
            Some(caller) => id = caller.trace,
            None => self.random.fill(&mut id),
        }
        let trace = Trace {
            id,
            next_span: AtomicU64::new(u64::from_ne_bytes(first_span)),
            began_at_ns: now_ms.saturating_mul(1_000_000),
            began: Instant::now(),
        };
        Some((Arc::new(trace), caller.map(|caller| caller.span)))
    }

    fn finish(&self, name: &'static str, span: OpenSpan) {
        let ended_ns = span.trace.now_ns();
        let is_server = name == REQUEST;
        let failed = matches!(span.fields.get(STATUS), Some(Value::Number(500..)));
        let name = match (is_server, span.fields.get(METHOD), span.fields.get(OPERATION)) {
            (true, Some(Value::Text(method)), Some(Value::Text(operation))) => format!("{method} {operation}"),
            _ => name.to_owned(),
        };
        let attributes = span.fields.sent.into_iter().map(|(index, value)| (FIELDS[index].1, value)).collect();
        let finished = FinishedSpan {
            trace: span.trace.id,
            id: span.id,
            parent: span.parent,
            name,
            is_server,
            failed,
            started_ns: span.started_ns,
            ended_ns,
            attributes,
        };
        if self.queue.try_send(finished).is_err() {
            self.metrics.dropped.increment();
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TraceLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let place = if span.name() == REQUEST {
            self.begin(fields.caller)
        } else {
            span.parent().and_then(|parent| {
                parent.extensions().get::<OpenSpan>().map(|open| (Arc::clone(&open.trace), Some(open.id)))
            })
        };
        let Some((trace, parent)) = place else { return };
        let started_ns = trace.now_ns();
        let id = trace.new_span_id();
        span.extensions_mut().insert(OpenSpan { trace, id, parent, started_ns, fields });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<OpenSpan>() {
            values.record(&mut open.fields);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let open = span.extensions_mut().remove::<OpenSpan>();
        if let Some(open) = open {
            self.finish(span.name(), open);
        }
    }
}

/// The fields of a span that are on the list, by their place in it.
#[derive(Default)]
struct Fields {
    sent: Vec<(usize, Value)>,
    caller: Option<Parent>,
}

impl Fields {
    fn get(&self, name: &str) -> Option<&Value> {
        self.sent.iter().find(|(index, _)| FIELDS[*index].0 == name).map(|(_, value)| value)
    }

    fn set(&mut self, field: &Field, value: impl FnOnce() -> Value) {
        if let Some(index) = FIELDS.iter().position(|(name, _)| *name == field.name()) {
            self.sent.retain(|(known, _)| *known != index);
            self.sent.push((index, value()));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == CALLER {
            self.caller = Parent::read(value);
        } else {
            self.set(field, || Value::Text(value.to_owned()));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, || Value::Number(value));
    }

    /// Of everything else nothing is sent.
    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use database::testing::{SeededRandom, SteppingClock};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// What is queued, of so many places, and how many spans were dropped.
    fn recorded(places: usize, work: impl FnOnce()) -> (Vec<FinishedSpan>, u64) {
        let (queue, mut recorded) = mpsc::channel(places);
        let metrics = Arc::new(TraceMetrics::default());
        let clock = Arc::new(SteppingClock::at("2026-11-24T09:00:00Z"));
        let layer = TraceLayer::new(queue, clock, Arc::new(SeededRandom::new(1)), Arc::clone(&metrics));
        let filtered = layer.with_filter(tracing_subscriber::filter::filter_fn(is_traced));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(filtered), work);
        let spans = std::iter::from_fn(|| recorded.try_recv().ok()).collect();
        (spans, metrics.dropped.get())
    }

    #[test]
    fn only_what_is_listed_is_sent() {
        let (spans, dropped) = recorded(10, || {
            let request = tracing::trace_span!(
                "http.request",
                http.request.method = "GET",
                operation = "find",
                url.full = "/Users?filter=ada",
                http.response.status_code = tracing::field::Empty,
            );
            request.in_scope(|| {
                // What lies between does not break the line.
                tracing::info_span!("something.else", operation = "x").in_scope(|| {
                    let read = tracing::debug_span!("db.read", statement = "SELECT ada", request.id = ?"ada");
                    read.in_scope(|| tracing::error!("ada is in the log"));
                });
            });
            request.record("http.response.status_code", 200_u16);
            request.record("http.response.status_code", 503_u16);
        });
        let [read, server] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!((read.name.as_str(), &read.attributes[..], read.is_server), ("db.read", &[][..], false));
        assert_eq!((read.trace, read.parent), (server.trace, Some(server.id)));
        assert_eq!(
            (server.name.as_str(), server.parent, server.is_server, server.failed),
            ("GET find", None, true, true)
        );
        let attributes = [
            ("http.request.method", Value::Text("GET".to_owned())),
            ("rollcall.operation", Value::Text("find".to_owned())),
            ("http.response.status_code", Value::Number(503)),
        ];
        assert_eq!(server.attributes, attributes);
        assert!(server.started_ns >= 1_795_510_800_000_000_000 && server.ended_ns >= read.ended_ns, "{server:?}");
        assert!(read.started_ns >= server.started_ns && read.ended_ns >= read.started_ns, "{read:?}");
        assert!(!format!("{spans:?}").contains("ada"), "{spans:?}");
        assert_eq!(dropped, 0);
    }

    #[test]
    fn nothing_outside_of_a_request_is_recorded() {
        let (spans, dropped) = recorded(10, || {
            tracing::info_span!("scim.change", operation = "create").in_scope(|| {
                tracing::debug_span!("db.write").in_scope(|| ());
            });
        });
        assert_eq!((spans, dropped), (vec![], 0));
    }

    #[test]
    fn a_caller_s_trace_goes_on_if_the_caller_records_it() {
        let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        for (flags, expected) in [("01", 2), ("00", 0)] {
            let (spans, _) = recorded(10, || {
                let caller = format!("00-{trace}-{span}-{flags}");
                tracing::trace_span!("http.request", traceparent = caller).in_scope(|| {
                    tracing::debug_span!("db.read").in_scope(|| ());
                });
            });
            assert_eq!(spans.len(), expected, "{flags}");
            let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            for recorded in &spans {
                assert_eq!(hexadecimal(&recorded.trace), trace);
            }
            if let Some(server) = spans.last() {
                assert_eq!(server.parent.map(|parent| hexadecimal(&parent)).as_deref(), Some(span));
            }
        }
    }

    #[test]
    fn a_full_queue_makes_nobody_wait() {
        let (spans, dropped) = recorded(3, || {
            for _ in 0..10 {
                tracing::trace_span!("http.request").in_scope(|| ());
            }
        });
        assert_eq!((spans.len(), dropped), (3, 7));
    }
}
