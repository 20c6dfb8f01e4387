//! One kept connection.

use super::HttpError;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A connection and the task that drives it. Dropping it closes the socket, whatever is still on the way.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

/// A request that got no answer on a connection.
pub(super) struct Unanswered {
    pub error: hyper::Error,
    /// The request, when not a byte of it was written: it can be sent again without doubt.
    pub unsent: Option<Request<Full<Bytes>>>,
}

impl Connection {
    pub async fn open(authority: &str) -> Result<Self, HttpError> {
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|source| HttpError::Connect { authority: authority.to_owned(), source })?;
        // Small requests must not wait for an acknowledgement; a kernel that refuses only makes it slower.
        let _ = stream.set_nodelay(true);
        let (sender, connection) =
            Builder::new().title_case_headers(true).handshake(TokioIo::new(stream)).await.map_err(HttpError::Broken)?;
        let driver = tokio::spawn(async move {
            // A failure also reaches whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Self { sender, driver })
    }

    /// True when the next request can be written; false once either side closed.
    pub async fn is_usable(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unanswered> {
        self.sender.try_send_request(request).await.map_err(|mut failed| {
            let unsent = failed.take_message();
            Unanswered { error: failed.into_error(), unsent }
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
