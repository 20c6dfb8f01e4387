//! How a failure goes over the wire: always SCIM JSON, with the headers that its status asks for.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use scim_model::ScimError;

use crate::answer::SCIM_JSON;

/// When to try again, unless said otherwise. Integer seconds: Okta waits five minutes for anything else.
const RETRY_AFTER_S: &str = "5";

/// Room is made by people.
const RETRY_AFTER_NO_ROOM_S: &str = "60";

/// An error answer.
#[derive(Debug)]
pub(crate) struct Failure {
    error: ScimError,
    allow: Option<&'static str>,
    retry_after_s: &'static str,
}

impl From<ScimError> for Failure {
    fn from(error: ScimError) -> Self {
        Failure { error, allow: None, retry_after_s: RETRY_AFTER_S }
    }
}

impl From<provisioning::Error> for Failure {
    fn from(error: provisioning::Error) -> Self {
        error.to_scim().into()
    }
}

impl Failure {
    /// With an `Allow` header (RFC 9110 §15.5.6).
    pub fn allowing(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// With another `Retry-After` on an answer that has one.
    pub fn retrying_after_s(mut self, seconds: &'static str) -> Self {
        self.retry_after_s = seconds;
        self
    }

    /// The answer.
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.content_type(SCIM_JSON);
        match status {
            StatusCode::UNAUTHORIZED => {
                response.append_header((header::WWW_AUTHENTICATE, "Bearer realm=\"Rollcall SCIM\""));
                response.append_header((header::WWW_AUTHENTICATE, "Basic realm=\"Rollcall SCIM\", charset=\"UTF-8\""));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                response.insert_header((header::RETRY_AFTER, self.retry_after_s));
            }
            StatusCode::INSUFFICIENT_STORAGE => {
                response.insert_header((header::RETRY_AFTER, RETRY_AFTER_NO_ROOM_S));
            }
            _ => {}
        }
        if let Some(methods) = self.allow {
            response.insert_header((header::ALLOW, methods));
        }
        response.body(self.error.to_json())
    }
}
