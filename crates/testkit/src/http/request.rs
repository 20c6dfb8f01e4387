//! One request to be sent.

use super::BaseUrl;
use bytes::Bytes;

/// Method, target, headers in sending order and body. Nothing is checked here: tests of bad input send what they like, as far as
/// the HTTP library can write it ([`super::HttpClient::send_bytes`] writes the rest).
#[derive(Clone)]
pub struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) below_base: bool,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Option<Bytes>,
}

impl Request {
    /// A request whose `target` (path and query, percent-encoded) is appended to the path of the base URL.
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), below_base: true, headers: Vec::new(), body: None }
    }

    /// A request whose `target` starts at the root of the server.
    pub fn at_origin(method: &str, target: &str) -> Self {
        Self { below_base: false, ..Self::new(method, target) }
    }

    /// Adds a header after those already there; the same name may come twice. `Host` and `Content-Length` are added by the client
    /// when they are not given.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Method and target as they go over the wire, for error texts.
    pub(crate) fn line(&self, base: &BaseUrl) -> String {
        format!("{} {}{}", self.method, if self.below_base { base.path() } else { "" }, self.target)
    }

    /// Sets the body, any bytes.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Headers and body may hold the credential and a password.
        write!(formatter, "Request({} {})", self.method, self.target)
    }
}
