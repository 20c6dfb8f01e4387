//! One kept connection.

use super::{BaseUrl, HttpError};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
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

/// TCP, or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// How connections are opened.
#[derive(Clone, Default)]
pub(super) struct Opener {
    /// Made with the first secure connection.
    #[cfg(feature = "tls")]
    pub tls: Option<super::tls::Tls>,
}

impl Opener {
    pub async fn open(&mut self, base: &BaseUrl) -> Result<Connection, HttpError> {
        let authority = base.authority();
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|source| HttpError::Connect { authority: authority.to_owned(), source })?;
        // Small requests must not wait for an acknowledgement; a kernel that refuses only makes it slower.
        let _ = stream.set_nodelay(true);
        let stream: Box<dyn Stream> =
            if base.is_secure() { self.secure(base, stream).await? } else { Box::new(stream) };
        Connection::over(stream).await
    }

    #[cfg(feature = "tls")]
    async fn secure(&mut self, base: &BaseUrl, stream: TcpStream) -> Result<Box<dyn Stream>, HttpError> {
        let tls = match &self.tls {
            Some(tls) => tls.clone(),
            None => self.tls.insert(super::tls::Tls::of_this_machine()?).clone(),
        };
        Ok(Box::new(tls.secure(base, stream).await?))
    }

    #[cfg(not(feature = "tls"))]
    async fn secure(&mut self, _: &BaseUrl, _: TcpStream) -> Result<Box<dyn Stream>, HttpError> {
        Err(HttpError::Tls("this program was built without TLS".to_owned()))
    }
}

impl Connection {
    async fn over(stream: Box<dyn Stream>) -> Result<Self, HttpError> {
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
