//! The body of a request: its type, its size, its bytes. Read only after the credential is accepted.

use std::time::Duration;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use scim_model::ScimError;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::handle::{Incoming, refused};

/// A body that takes longer holds its connection for nothing: Okta itself gives up after 60 seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Reads the body.
///
/// # Errors
/// 415 for a type that is not JSON, 413 for a body over the limit, 408 for one that does not arrive, 400 for one that
/// breaks off.
pub(crate) async fn read(incoming: &Incoming<'_>, payload: web::Payload) -> Result<Vec<u8>, Failure> {
    let too_large =
        |limit| format!("The body is larger than {limit} bytes. Send fewer members or attributes at a time.");
    read_up_to(incoming, payload, too_large).await
}

/// As [`read`], with other words for a body over the limit.
pub(crate) async fn read_up_to(
    incoming: &Incoming<'_>,
    payload: web::Payload,
    too_large: impl Fn(usize) -> String,
) -> Result<Vec<u8>, Failure> {
    match read_checked(incoming, payload, too_large).await {
        Ok(body) => Ok(body),
        Err((code, error)) => Err(refused(incoming.endpoint, incoming.scope, incoming.call, code, error).await),
    }
}

async fn read_checked(
    incoming: &Incoming<'_>,
    mut payload: web::Payload,
    too_large: impl Fn(usize) -> String,
) -> Result<Vec<u8>, (&'static str, ScimError)> {
    check_type(incoming.request)?;
    let limit = incoming.endpoint.provisioning.limits().body_bytes;
    let too_large = || ("tooLarge", ScimError::payload_too_large(too_large(limit)));
    let announced = incoming.request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let announced: usize = announced.unwrap_or(0);
    if announced > limit {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(announced);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let next = tokio::time::timeout_at(deadline, payload.next()).await;
        let Some(chunk) = next.map_err(|_| ("tooSlow", too_slow()))? else { break };
        let chunk =
            chunk.map_err(|_| ("invalidSyntax", ScimError::invalid_syntax("The body broke off before its end.")))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_slow() -> ScimError {
    let detail = format!("The body did not arrive within {} seconds. Send it again.", PATIENCE.as_secs());
    ScimError { status: 408, scim_type: None, detail }
}

/// `application/scim+json` or `application/json`, with or without parameters; a missing header is taken as SCIM.
fn check_type(request: &HttpRequest) -> Result<(), (&'static str, ScimError)> {
    let Some(value) = request.headers().get(CONTENT_TYPE) else { return Ok(()) };
    let value = value.to_str().unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if ["application/scim+json", "application/json"].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let detail = format!(
        "The content type \"{}\" is not supported. Send application/scim+json.",
        media_type.chars().take(80).collect::<String>()
    );
    Err(("mediaType", ScimError::unsupported_media_type(detail)))
}
