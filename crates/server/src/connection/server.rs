//! The server of actix, over connections of ours.
//!
//! What `actix_web::HttpServer` does for one listener, but for the type of its connections.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::{HttpMessage, HttpService, Protocol, Request, Response};
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service, map_config,
};
use actix_web::Error;
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;

use super::socket::Socket;
use super::stream::RequestStream;
use super::turn::{AnswerBody, Turn};
use crate::tls::Tls;

/// For the last bytes of an answer, and for a body that nobody reads any more.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How a server treats its connections.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// For a connection without a request.
    pub keep_alive: Duration,
    /// For the head of a request, and before it for the handshake of TLS.
    pub head_timeout: Duration,
    /// For requests under way when the server is stopped.
    pub stop_timeout_s: u64,
    /// Threads; `None`: one per processor core.
    pub workers: Option<usize>,
}

/// A server that takes connections from the listener once it is polled, of https if there is a certificate. The factory
/// makes the application, once per worker.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve<F, I, S, B>(
    listener: TcpListener,
    settings: Settings,
    tls: Option<Arc<Tls>>,
    factory: F,
) -> io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Error = Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let mut builder = Server::build().shutdown_timeout(settings.stop_timeout_s).disable_signals();
    if let Some(workers) = settings.workers {
        builder = builder.workers(workers);
    }
    let stopping = builder.graceful_shutdown_signal();
    let builder = builder.listen("rollcall", listener, move || {
        let (stopping, tls, also_stopping) = (stopping.clone(), tls.clone(), stopping.clone());
        let application = apply_fn_factory(factory().into_factory(), answer::<S::Service, B>);
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(settings.keep_alive)
            // The connection has it: actix would answer nothing but a status.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .on_connect_ext(|stream: &RequestStream<Socket>, data| {
                data.insert(stream.turn());
            })
            // Only for URLs that the framework would make; ours begin with the public URL.
            .finish(map_config(application, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| {
            let (tls, stopping) = (tls.clone(), also_stopping.clone());
            async move {
                let peer = stream.peer_addr().ok();
                let socket = match tls {
                    None => Socket::plain(stream),
                    Some(tls) => secure(stream, &tls, settings.head_timeout, &stopping).await?,
                };
                Ok((RequestStream::new(socket, settings.head_timeout), Protocol::Http1, peer))
            }
        })
        .and_then(http)
    })?;
    Ok(builder.run())
}

/// The handshake, in the task of this connection alone. It is broken off when it takes too long, and when the server stops:
/// no request can be under way yet.
async fn secure(
    stream: TcpStream,
    tls: &Tls,
    timeout: Duration,
    stopping: &GracefulShutdownSignal,
) -> Result<Socket, DispatchError> {
    let handshake = tokio::time::timeout(timeout, Socket::secure(stream, tls.acceptor()));
    let opened = tokio::select! {
        opened = handshake => opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
        () = stopping.notified() => Err(io::ErrorKind::ConnectionAborted.into()),
    };
    // Port scanners make these by the thousand: nothing that an operator should read by day.
    opened.inspect_err(|error| tracing::debug!(%error, "no TLS handshake")).map_err(DispatchError::Io)
}

/// Hands a request to the application, with what its connection has to say about it, and gives the next one its turn
/// once the answer is complete.
fn answer<S, B>(
    request: Request,
    application: &S,
) -> impl Future<Output = Result<Response<AnswerBody>, Error>> + use<S, B>
where
    S: Service<Request, Error = Error>,
    S::Response: Into<Response<B>>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    let turn = request.conn_data::<Turn>().cloned().unwrap_or_default();
    let (note, answering) = turn.begin();
    if let Some(note) = note {
        request.extensions_mut().insert(note);
    }
    let answered = application.call(request);
    async move {
        let response = match answered.await {
            Ok(response) => response.into().map_body(|_, body| body.boxed()),
            Err(error) => error.error_response().into(),
        };
        Ok(answering.with(response))
    }
}
