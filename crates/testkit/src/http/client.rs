//! The client: sends requests one after the other and keeps the transcript.

use super::connection::{Connection, Opener, Unanswered};
use super::{BaseUrl, Exchange, HttpError, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, Uri};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long Okta waits for an answer before it closes the socket.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// One simulator's way to the server: one connection, kept alive and opened again when the server closed it.
pub struct HttpClient {
    base: BaseUrl,
    timeout: Duration,
    opener: Opener,
    connection: Option<Connection>,
    transcript: Vec<Arc<Exchange>>,
}

impl HttpClient {
    /// A client for the server at `base`. Nothing is sent yet.
    pub fn new(base: BaseUrl) -> Self {
        Self { base, timeout: DEFAULT_TIMEOUT, opener: Opener::default(), connection: None, transcript: Vec::new() }
    }

    /// Sets how long one request may take, connecting and reading included (60 s unless set).
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Trusts these certificates instead of the machine's.
    #[cfg(all(test, feature = "tls"))]
    pub(super) fn trust(&mut self, roots: tokio_rustls::rustls::RootCertStore) {
        self.opener.tls = super::tls::Tls::trusting(roots).ok();
    }

    /// The address given at the start.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Every exchange so far, oldest first. Requests without an answer are not in it.
    pub fn transcript(&self) -> &[Arc<Exchange>] {
        &self.transcript
    }

    /// Takes the exchanges so far out of the transcript, so that a long run does not keep them all.
    pub fn take_transcript(&mut self) -> Vec<Arc<Exchange>> {
        std::mem::take(&mut self.transcript)
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// Errors: no connection, a broken connection, a timeout (the connection is then closed), a request that is no HTTP.
    pub async fn send(&mut self, request: Request) -> Result<Arc<Exchange>, HttpError> {
        self.exchange(request, true).await
    }

    /// Sends a request, lets the server work until its answer begins, and drops the connection without reading it: what a
    /// server sees when its answer is lost on the way. Recorded as [`Exchange::abandoned`].
    pub async fn send_and_hang_up(&mut self, request: Request) -> Result<(), HttpError> {
        let result = self.exchange(request, false).await;
        self.connection = None;
        result.map(drop)
    }

    /// Writes `bytes` as they are to a connection of their own and returns what comes back until the server closes or falls silent
    /// for the timeout: for what no HTTP library would write. Not recorded. The writing side is closed after the last byte.
    pub async fn send_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, HttpError> {
        let authority = self.base.authority();
        if self.base.is_secure() {
            return Err(HttpError::Tls("bytes are only written to a plain connection".to_owned()));
        }
        let mut stream = TcpStream::connect(authority)
            .await
            .map_err(|source| HttpError::Connect { authority: authority.to_owned(), source })?;
        // A server may answer and close before it has read everything; what it said is still of interest.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        match tokio::time::timeout(self.timeout, stream.read_to_end(&mut answer)).await {
            Ok(Err(error)) if answer.is_empty() => Err(HttpError::BrokenSocket(error)),
            Err(_) if answer.is_empty() => Err(HttpError::Timeout(self.timeout)),
            _ => Ok(answer),
        }
    }

    async fn exchange(&mut self, request: Request, read_body: bool) -> Result<Arc<Exchange>, HttpError> {
        let timeout = self.timeout;
        let started = Instant::now();
        let (target, message) = self.write(&request)?;
        let mut exchange = Exchange {
            method: request.method.clone(),
            target,
            request_headers: printable(message.headers(), Some(&request)),
            request_body: request.body.clone().unwrap_or_default(),
            status: 0,
            response_headers: Vec::new(),
            response_body: Bytes::new(),
            elapsed: Duration::ZERO,
            abandoned: !read_body,
        };
        let answered = tokio::time::timeout(timeout, async {
            let response = self.deliver(message).await?;
            exchange.status = response.status().as_u16();
            exchange.response_headers = printable(response.headers(), None);
            if read_body {
                exchange.response_body = read(response).await?;
            }
            Ok(())
        })
        .await;
        exchange.elapsed = started.elapsed();
        match answered {
            Ok(Ok(())) => Ok(self.record(exchange)),
            Ok(Err(error)) => {
                self.connection = None;
                Err(error)
            }
            Err(_) => {
                self.connection = None;
                Err(HttpError::Timeout(timeout))
            }
        }
    }

    /// Puts an exchange into the transcript.
    pub(super) fn record(&mut self, exchange: Exchange) -> Arc<Exchange> {
        let exchange = Arc::new(exchange);
        self.transcript.push(Arc::clone(&exchange));
        exchange
    }

    /// Sends on the kept connection, or on a new one; a request that a closing server never got is sent once more.
    async fn deliver(&mut self, mut message: hyper::Request<Full<Bytes>>) -> Result<Response<Incoming>, HttpError> {
        if let Some(mut kept) = self.connection.take()
            && kept.is_usable().await
        {
            match kept.send(message).await {
                Ok(response) => {
                    self.connection = Some(kept);
                    return Ok(response);
                }
                Err(Unanswered { unsent: Some(unsent), .. }) => message = unsent,
                Err(Unanswered { error, .. }) => return Err(HttpError::Broken(error)),
            }
        }
        let mut fresh = self.opener.open(&self.base).await?;
        let response = fresh.send(message).await.map_err(|failed| HttpError::Broken(failed.error))?;
        self.connection = Some(fresh);
        Ok(response)
    }

    /// The request as the library wants it, and its target as it goes over the wire.
    fn write(&self, request: &Request) -> Result<(String, hyper::Request<Full<Bytes>>), HttpError> {
        let refuse = |error: &dyn std::fmt::Display| HttpError::Request(error.to_string());
        let target =
            if request.below_base { format!("{}{}", self.base.path(), request.target) } else { request.target.clone() };
        let mut message = hyper::Request::new(Full::new(request.body.clone().unwrap_or_default()));
        *message.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(|error| refuse(&error))?;
        *message.uri_mut() = target.parse::<Uri>().map_err(|error| refuse(&error))?;
        let headers = message.headers_mut();
        for (name, value) in &request.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| refuse(&error))?;
            headers.append(name, HeaderValue::from_bytes(value).map_err(|error| refuse(&error))?);
        }
        if !headers.contains_key(HOST) {
            headers.append(HOST, HeaderValue::from_str(self.base.authority()).map_err(|error| refuse(&error))?);
        }
        Ok((target, message))
    }
}

async fn read(response: Response<Incoming>) -> Result<Bytes, HttpError> {
    if let Some(encoding) = response.headers().get(CONTENT_ENCODING) {
        return Err(HttpError::Encoded(String::from_utf8_lossy(encoding.as_bytes()).into_owned()));
    }
    Ok(response.into_body().collect().await.map_err(HttpError::Broken)?.to_bytes())
}

/// Headers as text. The library keeps names in lower case only; those of a request are shown as they were given.
fn printable(headers: &HeaderMap, given: Option<&Request>) -> Vec<(String, String)> {
    let spelling = |name: &HeaderName| {
        given
            .and_then(|request| request.headers.iter().find(|(spelled, _)| spelled.eq_ignore_ascii_case(name.as_str())))
            .map_or_else(|| name.as_str().to_owned(), |(spelled, _)| spelled.clone())
    };
    headers
        .iter()
        .map(|(name, value)| (spelling(name), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
