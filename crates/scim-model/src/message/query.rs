//! Parameters of a query (RFC 7644 §3.4.2).

use crate::limits::Limits;
use crate::message::error::ScimError;

/// What a client asks for. Sorting is not offered, so `sortBy` and `sortOrder` are among the ignored parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The filter text.
    pub filter: Option<String>,
    /// 1-based position of the first result, 1 or more.
    pub start_index: u64,
    /// Most results to return; 0 asks for the total only.
    pub count: u64,
    /// Attributes to return.
    pub attributes: Option<String>,
    /// Attributes to leave out.
    pub excluded_attributes: Option<String>,
}

impl Query {
    /// From decoded query parameters. Unknown ones are ignored, an empty value counts as absent.
    pub fn parse<K: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (K, V)>,
        limits: &Limits,
    ) -> Result<Self, ScimError> {
        todo!()
    }
}
