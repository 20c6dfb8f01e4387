//! One request at a time on a connection: the next head goes to actix when the answer before it is complete.
//!
//! Actix reads ahead, and what it learns from the next request (its method, its version, whether it closes) then shapes
//! the answer to the one before: a HEAD behind a GET would take the body from the GET's answer. With turns it cannot, and
//! a [`Note`] can go from the connection to the service without being mistaken for another request's.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_http::Response;
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use super::note::Note;

/// Shared by a connection and the service that answers its requests.
#[derive(Debug, Clone, Default)]
pub struct Turn(Rc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    is_taken: Cell<bool>,
    note: Cell<Option<Note>>,
    waiting: RefCell<Option<Waker>>,
}

impl Turn {
    /// A head is handed on, with what must be said about it.
    pub fn take(&self, note: Option<Note>) {
        self.0.is_taken.set(true);
        self.0.note.set(note);
    }

    /// Waits until no request is being answered.
    pub fn poll_free(&self, context: &Context<'_>) -> Poll<()> {
        if !self.0.is_taken.get() {
            return Poll::Ready(());
        }
        *self.0.waiting.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }

    /// The service has got the request. The turn lasts until the result is dropped.
    pub fn begin(&self) -> (Option<Note>, Answering) {
        (self.0.note.take(), Answering(self.clone()))
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Answering(Turn);

impl Answering {
    /// The answer; the turn lasts until its body has been sent, or given up.
    pub fn with<B: MessageBody + 'static>(self, response: Response<B>) -> Response<AnswerBody> {
        response.map_body(|_, body| AnswerBody { body: body.boxed(), _answering: self })
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let shared = &self.0.0;
        shared.is_taken.set(false);
        if let Some(waker) = shared.waiting.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct AnswerBody {
    body: BoxBody,
    _answering: Answering,
}

impl MessageBody for AnswerBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.get_mut().body.as_pin_mut().poll_next(context)
    }
}
