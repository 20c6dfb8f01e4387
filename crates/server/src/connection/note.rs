//! What the reader of a connection found out about a request and cannot say in HTTP. It goes with the request past actix,
//! from the connection to the middleware, so that nothing a client sends can pass for it.

use super::defect::Defect;

/// About the request that is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// What came is no request: this one stands for it, with as much of method and path as was understood.
    Refused(Defect),
    /// The request is as sent but for its target, which has lost its query.
    UriTooLong(UriTooLong),
    /// Characters of the target had to be percent-encoded.
    UriEncoded,
}

/// A target that is longer than a URI may be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UriTooLong {
    /// How long it was, as sent.
    pub bytes: u64,
    /// How long the filter in its query was, decoded.
    pub filter_bytes: Option<u64>,
}
