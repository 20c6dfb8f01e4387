//! SCIM errors for what the web framework refuses by itself under `/t/{tenant}/scim/`: clients such as Okta give up on
//! anything that is not the JSON of RFC 7644 §3.12.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use scim_model::ScimError;

const MEDIA_TYPE: &str = "application/scim+json";

/// Rewrites error answers under the SCIM paths that are not SCIM JSON yet.
pub async fn scim_refusal<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !is_scim(request.path()) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let response = next.call(request).await?;
    let status = response.status();
    if status.as_u16() < 400 || is_scim_json(response.headers()) {
        return Ok(response.map_into_left_body());
    }
    Ok(response.into_response(refusal(status).map_into_right_body()))
}

/// `/t/{tenant}/scim` and everything below it.
pub(super) fn is_scim(path: &str) -> bool {
    let mut parts = path.split('/');
    (parts.next(), parts.next(), parts.nth(1)) == (Some(""), Some("t"), Some("scim"))
}

fn is_scim_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.starts_with(MEDIA_TYPE))
}

fn refusal(status: StatusCode) -> HttpResponse {
    let detail = match status {
        StatusCode::NOT_FOUND => {
            "There is nothing at this address. The SCIM base URL of an application ends in /v2; copy it from the \
             application's page in Rollcall."
        }
        StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed here.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request's body is larger than this server accepts.",
        status if status.is_client_error() => "The request could not be understood.",
        _ => "Something went wrong inside Rollcall. Try again later.",
    };
    answer(status, detail)
}

/// A SCIM error with this status and `detail`.
pub(super) fn answer(status: StatusCode, detail: &str) -> HttpResponse {
    let error = ScimError { status: status.as_u16(), scim_type: None, detail: detail.to_owned() };
    HttpResponse::build(status).content_type(MEDIA_TYPE).body(error.to_json())
}

#[cfg(test)]
mod tests {
    use super::is_scim;

    #[test]
    fn scim_paths() {
        for (path, expected) in [
            ("/t/acme/scim", true),
            ("/t/acme/scim/x/v2/Users", true),
            ("/t/acme/scims/x", false),
            ("/t/acme/users", false),
            ("/scim/v2", false),
            ("/", false),
        ] {
            assert_eq!(is_scim(path), expected, "{path}");
        }
    }
}
