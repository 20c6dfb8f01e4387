//! Sending requests the way one client does, and what was said so far.

use super::Failure;
use crate::http::{BaseUrl, Exchange, HttpClient, HttpError, Request, Sleeper, TokioSleeper};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What a client does about a 429. One without patience takes it for a refusal like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The wait after a 429 without a usable `Retry-After`; doubled each time.
    pub default_wait: Duration,
    /// After so many times 429 the request is given up.
    pub attempts: u32,
}

/// A client's connection: its headers on every request, its content type on those with a body.
pub struct Session {
    http: HttpClient,
    headers: Vec<(&'static str, String)>,
    content_type: &'static str,
    patience: Option<Patience>,
    sleeper: Arc<dyn Sleeper>,
}

impl Session {
    /// A session with the server at `base_url`. Nothing is sent yet. Error: an address [`BaseUrl::parse`] refuses.
    pub fn new(
        base_url: &str,
        headers: Vec<(&'static str, String)>,
        content_type: &'static str,
    ) -> Result<Self, HttpError> {
        Ok(Self {
            http: HttpClient::new(BaseUrl::parse(base_url)?),
            headers,
            content_type,
            patience: None,
            sleeper: Arc::new(TokioSleeper),
        })
    }

    /// Waits after a 429 and tries again.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Waits through `sleeper`, so that tests need not.
    pub fn set_sleeper(&mut self, sleeper: Arc<dyn Sleeper>) {
        self.sleeper = sleeper;
    }

    /// Sends a header from now on, in the place of one of that name or after all others.
    pub fn set_header(&mut self, name: &'static str, value: String) {
        match self.headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, held)) => *held = value,
            None => self.headers.push((name, value)),
        }
    }

    /// The connection below, for its transcript and its timeout.
    pub fn http(&mut self) -> &mut HttpClient {
        &mut self.http
    }

    /// The whole conversation so far, oldest first: `GET /Users?count=1 200`, targets below the base URL.
    pub fn conversation(&self) -> Vec<String> {
        let base = self.http.base().path();
        let line = |exchange: &Arc<Exchange>| {
            let target = exchange.target.strip_prefix(base).unwrap_or(&exchange.target);
            format!("{} {target} {}", exchange.method, exchange.status)
        };
        self.http.transcript().iter().map(line).collect()
    }

    /// A request with the client's headers, and its content type when there is a body. `Host` and `Content-Length` follow after them.
    pub fn request(&self, method: &str, target: &str, body: Option<&Value>) -> Request {
        self.request_as(self.content_type, method, target, body)
    }

    /// As [`Session::request`], the body declared as another type.
    pub fn request_as(&self, content_type: &str, method: &str, target: &str, body: Option<&Value>) -> Request {
        let start = Request::new(method, target);
        let request = self.headers.iter().fold(start, |request, (name, value)| request.header(name, value));
        match body {
            Some(body) => request.header("Content-Type", content_type).body(body.to_string()),
            None => request,
        }
    }

    /// Sends a request and gives its answer, whatever the status.
    pub async fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<Arc<Exchange>, Failure> {
        self.send(self.request(method, target, body)).await
    }

    /// As [`Session::call`] for a request made before. After a 429 a patient client waits and sends it again.
    pub async fn send(&mut self, request: Request) -> Result<Arc<Exchange>, Failure> {
        let mut doubled_wait = self.patience.map_or(Duration::ZERO, |patience| patience.default_wait);
        let attempts = self.patience.map_or(1, |patience| patience.attempts);
        let mut attempt = 1;
        loop {
            let sent = self.http.send(request.clone()).await;
            let exchange = sent.map_err(|error| Failure::unanswered(request.line(self.http.base()), &error))?;
            if exchange.status != 429 || attempt >= attempts {
                return Ok(exchange);
            }
            // Only whole seconds count; an HTTP date is as good as nothing. Okta documents doubling without saying whether a given
            // time is doubled too: it is obeyed here.
            let asked = exchange.response_header("retry-after").and_then(|value| value.trim().parse().ok());
            self.sleeper.sleep(asked.map_or(doubled_wait, Duration::from_secs)).await;
            doubled_wait = doubled_wait.saturating_mul(2);
            attempt += 1;
        }
    }

    /// As [`Session::call`] without a body, for a target that is no URI; see [`HttpClient::send_as_written`].
    pub async fn call_as_written(&mut self, method: &str, target: &str) -> Result<Arc<Exchange>, Failure> {
        let request = self.request(method, target, None);
        let line = request.line(self.http.base());
        self.http.send_as_written(request).await.map_err(|error| Failure::unanswered(line, &error))
    }

    /// Sends a request and loses its answer on the way; see [`HttpClient::send_and_hang_up`].
    pub async fn send_and_hang_up(&mut self, request: Request) -> Result<(), Failure> {
        let line = request.line(self.http.base());
        self.http.send_and_hang_up(request).await.map_err(|error| Failure::unanswered(line, &error))
    }
}
