//! A small HTTP/1.1 client that shows what went over the wire: header names in title case and in the order given, one kept connection,
//! and a transcript of every exchange.
//!
//! [`BaseUrl::parse`] takes only `http://` to this machine: the simulators play against a server started beside them, and their credentials
//! never travel further. [`BaseUrl::anywhere`] is for a person who names a server of theirs; the feature `tls` adds `https://` to it.
//! Not here: redirects, cookies, decompression, HTTP/2.

mod as_written;
mod base_url;
mod client;
mod connection;
mod exchange;
mod redact;
mod request;
mod sleeper;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;

pub use base_url::BaseUrl;
pub use client::HttpClient;
pub use exchange::Exchange;
pub use redact::redacted_body;
pub use request::Request;
pub use sleeper::{Sleeper, TokioSleeper};

use std::time::Duration;

/// Why there is no answer to look at. A status of 400 and above is an answer, not an error.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("`{url}` cannot be called by this client: {reason}")]
    Url { url: String, reason: &'static str },
    #[error("the request cannot be written as HTTP: {0}")]
    Request(String),
    #[error("cannot connect to {authority}")]
    Connect { authority: String, source: std::io::Error },
    #[error("no secure connection: {0}")]
    Tls(String),
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    #[error("the connection broke before the answer was complete")]
    Broken(#[source] hyper::Error),
    #[error("the connection broke before the answer was complete")]
    BrokenSocket(#[source] std::io::Error),
    #[error("the answer is no HTTP: {0}")]
    Unreadable(&'static str),
    #[error("the answer is packed with Content-Encoding `{0}`, which this client does not unpack")]
    Encoded(String),
}
