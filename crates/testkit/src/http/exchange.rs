//! One request with its answer, as kept in the transcript.

use super::redact::{is_secret_header, redacted_body};
use bytes::Bytes;
use std::time::Duration;

/// What was sent and what came back. `Debug` leaves out credentials and passwords; the fields themselves hold everything.
#[derive(Clone)]
pub struct Exchange {
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// In sending order. `Content-Length` is missing when the client added it by itself.
    pub request_headers: Vec<(String, String)>,
    pub request_body: Bytes,
    pub status: u16,
    /// Names in lower case.
    pub response_headers: Vec<(String, String)>,
    /// Empty when the client hung up before reading it ([`Exchange::abandoned`]).
    pub response_body: Bytes,
    /// From the first byte written to the last byte read.
    pub elapsed: Duration,
    /// The connection was dropped on purpose as soon as the answer began, so the caller never saw it.
    pub abandoned: bool,
}

impl Exchange {
    /// `GET /t/acme/scim/x/v2/Users HTTP/1.1`.
    pub fn request_line(&self) -> String {
        format!("{} {} HTTP/1.1", self.method, self.target)
    }

    /// The first response header of that name, in any case.
    pub fn response_header(&self, name: &str) -> Option<&str> {
        find(&self.response_headers, name)
    }

    /// The first request header of that name, in any case.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        find(&self.request_headers, name)
    }

    /// The answer's body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_slice(&self.response_body)
    }

    /// The answer's body as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.response_body).into_owned()
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "> {}", self.request_line())?;
        for (name, value) in &self.request_headers {
            let shown = if is_secret_header(name) { "[redacted]" } else { value };
            writeln!(formatter, "> {name}: {shown}")?;
        }
        if !self.request_body.is_empty() {
            writeln!(formatter, "> {}", redacted_body(&self.request_body))?;
        }
        writeln!(formatter, "< {} after {} ms", self.status, self.elapsed.as_millis())?;
        for (name, value) in &self.response_headers {
            let shown = if is_secret_header(name) { "[redacted]" } else { value };
            writeln!(formatter, "< {name}: {shown}")?;
        }
        if self.abandoned {
            write!(formatter, "< (hung up before reading the body)")
        } else {
            write!(formatter, "< {}", redacted_body(&self.response_body))
        }
    }
}
