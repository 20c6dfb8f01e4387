//! A connection as actix reads it: the socket with a [`RequestReader`] in between. Answers pass as they are.
//!
//! Bodies are read from the socket right into actix's buffer. Heads are held back until they are whole, at most for so
//! long, and until it is their turn.

#[cfg(test)]
mod tests;

use std::io;
use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::head::KEPT_CAPACITY_BYTES;
use super::reader::{HandedOn, RequestReader};
use super::turn::Turn;

/// How long the rest of a refused request is read and thrown away. Closing at once would reset the connection, and the
/// client might lose the answer with it (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(5);

/// A connection. Holds credentials, so it does not print.
pub struct RequestStream<S> {
    socket: S,
    reader: RequestReader,
    turn: Turn,
    /// Bytes from the socket that the reader has not taken.
    held: Vec<u8>,
    /// Bytes that actix has not taken, and how many of them it has.
    ready: Vec<u8>,
    given: usize,
    head_timeout: Duration,
    opened: Instant,
    /// A first head must come in time; between later ones actix watches over the connection.
    had_a_head: bool,
    deadline: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<S> RequestStream<S> {
    /// A new connection. A head must arrive within the timeout, counted for the first one from now.
    pub fn new(socket: S, head_timeout: Duration) -> Self {
        RequestStream {
            socket,
            reader: RequestReader::default(),
            turn: Turn::default(),
            held: Vec::new(),
            ready: Vec::new(),
            given: 0,
            head_timeout,
            opened: Instant::now(),
            had_a_head: false,
            deadline: None,
            lingering: None,
        }
    }

    /// Through which its requests are answered one by one.
    pub fn turn(&self) -> Turn {
        self.turn.clone()
    }

    fn handed_on(&mut self, head: Option<HandedOn>) {
        if let Some(HandedOn(note)) = head {
            self.turn.take(note);
            self.had_a_head = true;
            self.deadline = None;
        }
    }

    /// Gives actix what is ready for it.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let waiting = &self.ready[self.given..];
        let fits = &waiting[..waiting.len().min(buffer.remaining())];
        buffer.put_slice(fits);
        self.given += fits.len();
        if self.given == self.ready.len() {
            self.given = 0;
            self.ready.clear();
            self.ready.shrink_to(KEPT_CAPACITY_BYTES);
        }
    }

    /// Lets the reader take what was held back.
    fn push_held(&mut self) {
        let held = mem::take(&mut self.held);
        let pushed = self.reader.push(&held, &mut self.ready);
        self.held = held;
        self.held.drain(..pushed.taken);
        if self.held.is_empty() {
            self.held.shrink_to(KEPT_CAPACITY_BYTES);
        }
        self.handed_on(pushed.head);
    }

    /// Ready when a head should have come by now.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let waits = self.reader.is_in_head() || (!self.had_a_head && self.reader.is_between_requests());
        if !waits {
            self.deadline = None;
            return Poll::Pending;
        }
        let since = if self.had_a_head { Instant::now() } else { self.opened };
        let timeout = self.head_timeout;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep_until(since + timeout)));
        deadline.as_mut().poll(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for RequestStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.ready.is_empty() {
                this.give(buffer);
                return Poll::Ready(Ok(()));
            }
            if !this.held.is_empty() {
                if this.reader.is_between_requests() {
                    ready!(this.turn.poll_free(context));
                }
                this.push_held();
                continue;
            }
            if this.reader.has_broken_off() {
                return Poll::Ready(Ok(()));
            }
            let before = buffer.filled().len();
            if pin!(&mut this.socket).poll_read(context, buffer)?.is_pending() {
                ready!(this.poll_deadline(context));
                let head = this.reader.time_out(&mut this.ready);
                this.handed_on(head);
                continue;
            }
            let received = &buffer.filled()[before..];
            if received.is_empty() {
                let Some(head) = this.reader.end(&mut this.ready) else { return Poll::Ready(Ok(())) };
                this.handed_on(Some(head));
                continue;
            }
            let passed = this.reader.pass(received);
            this.held.extend_from_slice(&received[passed..]);
            buffer.set_filled(before + passed);
            if passed > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for RequestStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.socket).poll_shutdown(context))?;
            if !this.reader.leaves_bytes_unread() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = this.lingering.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + LINGER)));
        if lingering.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut thrown_away = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            // A client that is gone needs no answer.
            let read = ready!(Pin::new(&mut this.socket).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
