//! `GET /metrics`: numbers about the server for Prometheus.
//!
//! Labels are operations and outcomes, of which there are a few. No tenant, application or person is ever one, so the text
//! stays small and tells nothing about whose data is here. Counting is a few atomic additions a request
//! ([decision](../../../docs/decisions/0014-own-metrics-of-atomics.md)).
//!
//! Deliberately not here: what the crates below count about themselves; they add it to the text.

mod access;
mod operation;
mod process;

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use database::Database;
use measure::{Counter, Durations, Gauge, Inside, Kind, Text};
use provisioning::Provisioning;

use crate::traces::TraceMetrics;

pub use access::{MetricsAccess, check_listen};
pub use operation::Operation;

/// How a request ended, by its status.
const OUTCOMES: [&str; 8] =
    ["ok", "client_error", "unauthorized", "conflict", "throttled", "server_error", "unavailable", "storage_full"];

fn outcome(status: u16) -> usize {
    match status {
        0..=399 => 0,
        401 => 2,
        409 => 3,
        429 => 4,
        503 => 6,
        507 => 7,
        400..=499 => 1,
        _ => 5,
    }
}

/// What is counted about requests.
#[derive(Debug)]
pub struct RequestMetrics {
    under_way: Gauge,
    requests: [[Counter; OUTCOMES.len()]; Operation::ALL.len()],
    durations: [Durations; Operation::ALL.len()],
}

impl Default for RequestMetrics {
    fn default() -> Self {
        RequestMetrics {
            under_way: Gauge::default(),
            requests: [const { [const { Counter::new() }; OUTCOMES.len()] }; Operation::ALL.len()],
            durations: [const { Durations::durations() }; Operation::ALL.len()],
        }
    }
}

impl RequestMetrics {
    /// A request begins; it is under way until the result is dropped.
    pub fn begin(&self) -> Inside<'_> {
        self.under_way.enter()
    }

    /// A request was answered.
    pub fn answered(&self, operation: Operation, status: u16, duration: Duration) {
        let index = operation as usize;
        if let (Some(outcomes), Some(durations)) = (self.requests.get(index), self.durations.get(index)) {
            if let Some(counter) = outcomes.get(outcome(status)) {
                counter.increment();
            }
            durations.observe(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        }
    }

    /// What never happened is left out, but for the SCIM operations' successes: a rate needs a zero to start from.
    fn write(&self, text: &mut Text) {
        let name = "rollcall_requests_under_way";
        text.single(name, Kind::Gauge, "Requests that are being answered, this one included.", self.under_way.get());
        let name = "rollcall_requests_total";
        text.metric(name, Kind::Counter, "Answered requests, by operation and by how they ended.");
        for (operation, outcomes) in Operation::ALL.iter().zip(&self.requests) {
            for (index, (outcome, counter)) in OUTCOMES.iter().zip(outcomes).enumerate() {
                if counter.get() > 0 || index == 0 {
                    let labels = format!(r#"operation="{}",outcome="{outcome}""#, operation.name());
                    text.sample(name, &labels, counter.get());
                }
            }
        }
        let name = "rollcall_request_seconds";
        text.metric(name, Kind::Histogram, "From the request's head to the answer's, by operation.");
        for (operation, durations) in Operation::ALL.iter().zip(&self.durations) {
            if durations.count() > 0 {
                text.histogram(name, &format!(r#"operation="{}""#, operation.name()), 1e6, durations);
            }
        }
    }
}

/// Answers `/metrics`.
pub async fn metrics(
    request: HttpRequest,
    access: Data<MetricsAccess>,
    requests: Data<RequestMetrics>,
    database: Data<Database>,
    provisioning: Data<Provisioning>,
    traces: Data<TraceMetrics>,
) -> HttpResponse {
    if !access.allows(&request) {
        return HttpResponse::Unauthorized()
            .insert_header(("www-authenticate", "Bearer realm=\"metrics\""))
            .content_type("text/plain; charset=utf-8")
            .body("Send the token of metrics_token_file as `Authorization: Bearer TOKEN`.\n");
    }
    let mut text = Text::default();
    let kind = if database.location().starts_with("sqlite:") { "sqlite" } else { "postgresql" };
    text.metric("rollcall_build_info", Kind::Gauge, "Always 1; its labels say which program this is.");
    text.sample("rollcall_build_info", &format!(r#"version="{}",database="{kind}""#, env!("CARGO_PKG_VERSION")), 1);
    requests.write(&mut text);
    database.write_metrics(&mut text);
    provisioning.write_metrics(&mut text);
    traces.write(&mut text);
    process::write(&mut text);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header(("cache-control", "no-store"))
        .body(text.finish())
}
