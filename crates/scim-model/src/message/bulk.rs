//! Bulk requests (RFC 7644 §3.7): parse → [run](BulkRun::new) → the answer.
//!
//! [`BulkRequest::parse`] refuses a request that is no bulk request at all; what is wrong with one operation is kept with
//! it and becomes its result, because the others must go on (§3.7.3). [`BulkRun`] then hands out one [`Work`] after the
//! other, in an order in which every `bulkId` reference leads to something that exists, and collects the results.
//! Deliberately not here: what an operation does, and which endpoints there are.

mod parse;
mod plan;
mod reference;
mod response;
mod run;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use crate::message::error::ScimError;

pub use reference::BulkIds;
pub use response::OperationResult;
pub use run::{BulkRun, Work};

/// Most operations that refer to each other in a circle: they are done in one transaction, which holds up others.
pub const CIRCLE_OPERATIONS: usize = 100;

/// A parsed bulk request.
#[derive(Debug)]
pub struct BulkRequest {
    /// After so many failures nothing further is done; `None`: there is no such number.
    fail_on_errors: Option<u64>,
    operations: Vec<BulkOperation>,
}

/// What an operation of a bulk request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkMethod {
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Modifies.
    Patch,
    /// Deletes.
    Delete,
}

impl BulkMethod {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

/// One operation, as far as it could be understood.
#[derive(Debug)]
pub struct BulkOperation {
    /// For the answer: the method in capitals, or what the client wrote in its place. Empty without one.
    pub method: String,
    /// The client's name of the operation.
    pub bulk_id: Option<String>,
    /// Below the base URL, as the client wrote it.
    pub path: String,
    content: Option<Content>,
    /// Why it cannot be done, known without looking at any resource.
    refusal: Option<ScimError>,
}

/// What an operation asks for.
struct Content {
    method: BulkMethod,
    /// The parts of the path, decoded.
    parts: Vec<String>,
    version: Option<String>,
    /// Null for a DELETE.
    data: Value,
}

/// An operation that is ready to be done: its references lead to ids.
pub struct ReadyOperation {
    /// Its place in the request.
    pub index: usize,
    /// What it does.
    pub method: BulkMethod,
    /// The parts of the path below the base URL, decoded: `Users`, `42`. At most three, where three lead nowhere.
    pub parts: Vec<String>,
    /// The version that the client knows, as in `If-Match`.
    pub version: Option<String>,
    /// The body; null for a DELETE.
    pub data: Value,
    /// The client's name of the operation; always there for a POST.
    pub bulk_id: Option<String>,
}

/// Without the data: it may hold a password.
impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method.as_str(), self.parts.join("/"))
    }
}

/// Without the data: it may hold a password.
impl fmt::Debug for ReadyOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} {}", self.index, self.method.as_str(), self.parts.join("/"))
    }
}
