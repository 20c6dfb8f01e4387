//! The request that an operation answers, as far as the report needs it. It knows nothing of HTTP libraries.

use std::time::Instant;

use crate::event::record::Step;

/// Who asked for what, and when. Made by the edge, kept in the report.
#[derive(Debug, Clone)]
pub struct Call {
    /// Ties the report row to the log line and to the `X-Request-Id` header.
    pub request_id: String,
    /// `POST`, `PUT`, …
    pub method: String,
    /// Path and query below the SCIM base URL, as sent but for passwords: `/Users?filter=…`.
    pub target: String,
    /// The address that the connection came from.
    pub client_address: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// When the request's head was read; the row's duration counts from here.
    pub received: Instant,
    /// What there is to say of how it came: the row's first steps.
    pub steps: Vec<Step>,
    /// Whether it is one of several operations of a bulk request. Their rows are found by the request's id.
    pub in_bulk: bool,
}

impl Call {
    /// Time since the request came in, in microseconds.
    pub fn elapsed_us(&self) -> i64 {
        i64::try_from(self.received.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}
