//! The error of every simulator: which request, which answer, and what the client cannot accept about it.

use crate::http::{Exchange, HttpError};
use crate::message::text_at;
use std::time::Duration;

/// Why a client stopped. Its text is for whoever reads a failed test: it holds no credential and no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{request}{}: {wrong}", .status.map(|status| format!(" answered {status}")).unwrap_or_default())]
pub struct Failure {
    /// Method and target as sent, such as `GET /scim/v2/Users?count=1`; what the client was doing when it noticed without asking.
    pub request: String,
    /// `None` when there was no answer.
    pub status: Option<u16>,
    pub wrong: Wrong,
}

/// What a client cannot accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    #[error("{0}")]
    NoAnswer(String),
    /// A status that the client does not know what to do with.
    #[error("{} was due: {detail}", one_of(.expected))]
    Status { expected: &'static [u16], detail: Detail },
    /// The first word of the body.
    #[error("the body is not JSON: {0:?}")]
    NotJson(String),
    /// A ListResponse (RFC 7644 §3.4.2) that does not hold together, or that is none.
    #[error("{0}")]
    List(String),
    /// A resource that is not the one asked for or sent.
    #[error("{0}")]
    Resource(String),
    /// Answers that contradict each other, or a step that needs one before it.
    #[error("{0}")]
    Contradiction(String),
}

/// What a refusal says for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Detail {
    #[error("{0}")]
    Said(String),
    #[error("no detail given")]
    Missing,
    /// The first word of a body that is no JSON.
    #[error("the body is not JSON: {0:?}")]
    NotJson(String),
}

impl Failure {
    /// An answer that arrived but is not what it has to be.
    pub fn with(exchange: &Exchange, wrong: Wrong) -> Self {
        let request = format!("{} {}", exchange.method, exchange.target);
        Self { request, status: Some(exchange.status), wrong }
    }

    /// A status other than those expected.
    pub fn refused(exchange: &Exchange, expected: &'static [u16]) -> Self {
        let detail = match exchange.json() {
            Ok(body) => text_at(&body, "/detail").map_or(Detail::Missing, |detail| Detail::Said(detail.to_owned())),
            Err(_) => Detail::NotJson(first_word(exchange)),
        };
        Self::with(exchange, Wrong::Status { expected, detail })
    }

    /// A body that should have been JSON.
    pub fn not_json(exchange: &Exchange) -> Self {
        Self::with(exchange, Wrong::NotJson(first_word(exchange)))
    }

    /// Something the client notices by itself while `doing` something.
    pub fn local(doing: impl Into<String>, text: impl Into<String>) -> Self {
        Self { request: doing.into(), status: None, wrong: Wrong::Contradiction(text.into()) }
    }

    /// A request without an answer.
    pub(super) fn unanswered(request: String, error: &HttpError) -> Self {
        use std::error::Error as _;
        let wrong = match error {
            HttpError::Timeout(after) => Wrong::TimedOut(*after),
            _ => Wrong::NoAnswer(error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))),
        };
        Self { request, status: None, wrong }
    }

    /// Whether the answer was a refusal of this status.
    pub fn is_status(&self, status: u16) -> bool {
        self.status == Some(status) && matches!(self.wrong, Wrong::Status { .. })
    }
}

fn first_word(exchange: &Exchange) -> String {
    exchange.text().trim_start().chars().take_while(|character| !character.is_whitespace()).take(40).collect()
}

fn one_of(statuses: &[u16]) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}
