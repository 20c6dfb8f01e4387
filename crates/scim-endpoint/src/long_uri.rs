//! A URL that was too long to keep. The server has taken its query away and says so beside the request.

use actix_web::http::Method;
use actix_web::{HttpMessage, HttpRequest};
use scim_model::{Limits, ScimError};

use crate::route::Route;

/// What the server knows of the URL; it puts this into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UriTooLong {
    /// How long it was, as sent.
    pub bytes: u64,
    /// How long it may be.
    pub limit_bytes: usize,
    /// How long the filter in its query was, decoded.
    pub filter_bytes: Option<u64>,
}

/// The error that the request is answered with, and its code in the report, if its URL was too long.
pub(crate) fn refusal(
    request: &HttpRequest,
    route: Result<&Route, &ScimError>,
    limits: &Limits,
) -> Option<(&'static str, ScimError)> {
    let UriTooLong { bytes, limit_bytes, filter_bytes } = *request.extensions().get()?;
    let limit = limits.filter_length_bytes;
    let is_query = matches!(route, Ok(Route::Type(_))) && request.method() == Method::GET;
    match filter_bytes.filter(|length| is_query && *length > limit as u64) {
        // The same answer as to a filter that is too long but fits into a URL.
        Some(length) => {
            let detail = format!(
                "The filter is {length} bytes long; at most {limit} are taken. Ask for fewer values at a time."
            );
            Some(("invalidFilter", ScimError::invalid_filter(detail)))
        }
        None => {
            let detail =
                format!("The URL is {bytes} bytes long; at most {limit_bytes} are taken. Ask for less at a time.");
            Some(("tooLarge", ScimError::uri_too_long(detail)))
        }
    }
}
