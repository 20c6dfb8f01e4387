//! Answers for requests that the connection could not read, and for URLs that are too long to keep: as SCIM JSON under the
//! SCIM paths, as a page elsewhere.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use super::scim_refusal;
use crate::connection::{LONGEST_URI_BYTES, Note};

/// Answers what has a [`Note`], but passes on that a URL was encoded, and leaves a long URL under the SCIM paths to the endpoint: only that knows whether its
/// sender may be told, and what it was for.
pub async fn unreadable<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let note = request.extensions().get::<Note>().copied();
    let answer = match note {
        None => return next.call(request).await.map(ServiceResponse::map_into_left_body),
        Some(Note::UriEncoded) => {
            request.extensions_mut().insert(scim_endpoint::UriEncoded);
            return next.call(request).await.map(ServiceResponse::map_into_left_body);
        }
        Some(Note::Refused(defect)) => refusal(request.request(), defect.status(), defect.detail()),
        Some(Note::UriTooLong(too_long)) if scim_refusal::is_scim(request.path()) => {
            request.extensions_mut().insert(scim_endpoint::UriTooLong {
                bytes: too_long.bytes,
                limit_bytes: LONGEST_URI_BYTES,
                filter_bytes: too_long.filter_bytes,
            });
            return next.call(request).await.map(ServiceResponse::map_into_left_body);
        }
        Some(Note::UriTooLong(_)) => refusal(request.request(), 414, "The address is too long. Shorten it."),
    };
    Ok(request.into_response(answer.map_into_right_body()))
}

fn refusal(request: &HttpRequest, status: u16, detail: &'static str) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    if scim_refusal::is_scim(request.path()) {
        scim_refusal::answer(status, detail)
    } else {
        dashboard::unreadable(request, status, detail)
    }
}
