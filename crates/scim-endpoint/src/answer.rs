//! How a success goes over the wire.

use actix_web::http::{StatusCode, Version, header};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use provisioning::{Parts, Representation};

use crate::handle::Incoming;

/// Exactly this, without parameters: some checkers compare the header as a whole.
pub(crate) const SCIM_JSON: &str = "application/scim+json";

/// A JSON text.
pub(crate) fn json(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type(SCIM_JSON).body(body)
}

/// One resource: with its ETag and `Content-Location`, and `Location` if it is new (RFC 7644 §3.3, §3.14).
pub(crate) fn resource(status: StatusCode, representation: Representation) -> HttpResponse {
    let mut response = head(status, representation.version, &representation.location);
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, representation.location.as_str()));
    }
    response.body(representation.body)
}

/// A resource whose text comes in parts; each is asked for when the one before has gone out. If one fails, the connection is
/// closed before the end that the client was told to wait for. HTTP/1.0 has no such end: there all parts come in one piece.
pub(crate) async fn in_parts(incoming: &Incoming<'_>, mut parts: Parts) -> Result<HttpResponse, provisioning::Error> {
    let mut response = head(StatusCode::OK, parts.version, &parts.location);
    if incoming.request.version() < Version::HTTP_11 {
        let mut whole = String::new();
        while let Some(part) = parts.next().await? {
            whole.push_str(&part);
        }
        return Ok(response.body(whole));
    }
    let request_id = incoming.call.request_id.clone();
    let parts = stream::try_unfold((parts, request_id), async |(mut parts, request_id)| {
        let part = parts.next().await;
        if let Err(error) = &part {
            tracing::error!(request.id = request_id, error = %error, "a large answer had to be broken off");
        }
        part.map(|part| part.map(|part| (Bytes::from(part), (parts, request_id))))
    });
    Ok(response.streaming(parts))
}

/// What every answer with one resource says of it.
fn head(status: StatusCode, version: i64, location: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type(SCIM_JSON)
        .insert_header((header::ETAG, etag(version)))
        .insert_header((header::CONTENT_LOCATION, location));
    response
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
