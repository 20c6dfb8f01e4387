//! How a success goes over the wire.

use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use provisioning::{Parts, Representation};

/// Exactly this, without parameters: some checkers compare the header as a whole.
pub(crate) const SCIM_JSON: &str = "application/scim+json";

/// A JSON text.
pub(crate) fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type(SCIM_JSON).body(body)
}

/// One resource: with its ETag and `Content-Location`, and `Location` if it is new (RFC 7644 §3.3, §3.14).
pub(crate) fn resource(status: StatusCode, representation: Representation) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response
        .content_type(SCIM_JSON)
        .insert_header((header::ETAG, etag(representation.version)))
        .insert_header((header::CONTENT_LOCATION, representation.location.as_str()));
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, representation.location.as_str()));
    }
    response.body(representation.body)
}

/// A resource whose text comes in parts; each is asked for when the one before has gone out. If one fails, the connection is
/// closed before the end that the client was told to wait for.
pub(crate) fn in_parts(parts: Parts) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type(SCIM_JSON)
        .insert_header((header::ETAG, etag(parts.version)))
        .insert_header((header::CONTENT_LOCATION, parts.location.as_str()));
    response.streaming(stream::try_unfold(parts, async |mut parts| -> Result<_, provisioning::Error> {
        let part = parts.next().await.inspect_err(|error| {
            tracing::error!(error = %error, "a large answer had to be broken off");
        });
        Ok(part?.map(|part| (Bytes::from(part), parts)))
    }))
}

/// The weak ETag of a version.
pub(crate) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// The versions in an `If-Match` or `If-None-Match` header; `None` without the header. `*` gives an empty list.
pub(crate) fn versions(request: &HttpRequest, name: header::HeaderName) -> Option<Vec<i64>> {
    Some(versions_in(request.headers().get(name)?.to_str().unwrap_or_default()))
}

/// The versions in a list of ETags; empty for `*`.
pub(crate) fn versions_in(list: &str) -> Vec<i64> {
    if list.trim() == "*" {
        return Vec::new();
    }
    // What is not one of our versions matches none: -1 stands for it, so that the list does not become empty.
    let version = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1);
    list.split(',').map(version).collect()
}
