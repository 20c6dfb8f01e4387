//! The operations of RFC 7644 §3, each from its HTTP request to its HTTP answer.

pub(crate) mod bulk;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod me;
pub(crate) mod modify;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod replace;
pub(crate) mod search;

use actix_web::http::header::IF_MATCH;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use provisioning::{Answer, IfMatch};

use crate::answer::{etag, resource, versions};

/// The precondition of a write (RFC 7644 §3.14).
fn if_match(request: &HttpRequest) -> IfMatch {
    precondition(versions(request, IF_MATCH))
}

/// Versions of which the current one must be among; none or an empty list takes any.
fn precondition(versions: Option<Vec<i64>>) -> IfMatch {
    match versions {
        Some(versions) if !versions.is_empty() => IfMatch::Versions(versions),
        _ => IfMatch::Any,
    }
}

/// The answer to a PUT or PATCH.
fn changed(answer: Answer) -> HttpResponse {
    match answer {
        Answer::Resource(representation) => resource(StatusCode::OK, representation),
        Answer::Empty { version, location } => HttpResponse::NoContent()
            .insert_header((header::ETAG, etag(version)))
            .insert_header((header::CONTENT_LOCATION, location))
            .finish(),
    }
}
