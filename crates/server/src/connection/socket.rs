//! What a connection runs over: TCP, or TLS over TCP.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The first byte of everything that begins with a handshake (RFC 8446 §5.1). No method of HTTP begins with it.
const HANDSHAKE: u8 = 22;

/// For a person who forgot the s of https, and for a client that should learn it from more than a closed connection. Not a
/// redirect: whoever is led on silently goes on sending the first request, and its credential, in clear.
const USE_HTTPS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 68\r\n\
    Connection: close\r\n\r\nThis port speaks https only: begin the URL with https:// and retry.\n";

/// How long what such a client sends is read and thrown away. Closing at once would reset the connection, and it might lose
/// the answer with it (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(2);

/// A connection below HTTP.
pub enum Socket {
    Plain(TcpStream),
    /// Many times as large as the other.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    /// Over TCP as it is.
    pub fn plain(stream: TcpStream) -> Socket {
        send_at_once(&stream);
        Socket::Plain(stream)
    }

    /// Completes the handshake. Who speaks plain HTTP is told so. The caller watches the time.
    ///
    /// # Errors
    /// When there is no TLS to speak; the connection is then closed.
    pub async fn secure(stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<Socket> {
        send_at_once(&stream);
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            refuse(stream).await;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the client does not speak TLS"));
        }
        Ok(Socket::Tls(Box::new(acceptor.accept(stream).await?)))
    }
}

/// No part of an answer waits until the client has acknowledged the part before, as it does otherwise (RFC 9293 §3.7.4):
/// clients put that off by 40 ms.
fn send_at_once(stream: &TcpStream) {
    // Fails where the connection is gone already; who reads from it is told so.
    let _gone = stream.set_nodelay(true);
}

/// Says what is wrong, and closes.
async fn refuse(mut stream: TcpStream) {
    let said = async {
        stream.write_all(USE_HTTPS).await?;
        stream.shutdown().await?;
        let mut thrown_away = [0; 4096];
        while stream.read(&mut thrown_away).await? > 0 {}
        io::Result::Ok(())
    };
    // A client that is gone, or goes on for ever, needs no answer.
    let _closed = timeout(LINGER, said).await;
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Socket::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Socket::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(stream) => Pin::new(stream).poll_flush(context),
            Socket::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Socket::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn parts_of_an_answer_do_not_wait_for_each_other() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        assert!(matches!(Socket::plain(stream), Socket::Plain(stream) if stream.nodelay().unwrap()));
    }
}
