//! Who is calling: the `Authorization` header as clients really send it.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provisioning::{Call, Refusal};
use registry::{Authenticated, PresentedCredential, Rejection, RejectionReason};
use scim_model::ScimError;

use crate::ScimEndpoint;
use crate::failure::Failure;

/// One answer for every reason, also for an application that does not exist: it tells a stranger nothing.
const REJECTED: &str = "The credential is missing or not valid for this SCIM base URL. Copy the base URL and the bearer token (or user name and password) again from the application in Rollcall.";

/// Asks the registry who is calling.
pub(crate) async fn authenticate(
    endpoint: &ScimEndpoint,
    request: &HttpRequest,
    tenant: &str,
    application: &str,
) -> Result<Authenticated, Failure> {
    let presented = presented(request);
    let authenticated = endpoint.registry.authenticate(&presented, tenant, application).await;
    authenticated.map_err(|error| match error {
        registry::Error::Busy => ScimError::too_many_requests("Rollcall is busy. Try again in a moment.").into(),
        error => {
            tracing::error!(error = %error, "authentication failed");
            ScimError::internal("Rollcall could not check the credential because of an error of its own. Try again.")
                .into()
        }
    })
}

/// `Bearer …` in any case, `Basic …`, or the bare token (Okta's catalogue apps of kind "Header" send no scheme).
fn presented(request: &HttpRequest) -> PresentedCredential {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let (username, secret) = decoded.split_once(':').unwrap_or_default();
        return PresentedCredential::Basic { username: username.to_owned(), secret: secret.to_owned().into() };
    }
    PresentedCredential::Bearer(rest.to_owned().into())
}

/// The 401, and the report row where the URL names a real application.
pub(crate) async fn rejected(endpoint: &ScimEndpoint, rejection: Rejection, call: &Call) -> Failure {
    let error = ScimError::unauthorized(REJECTED);
    let (code, reason) = match rejection.reason {
        RejectionReason::Malformed if rejection.credential_prefix.is_none() => {
            ("credentialMissing", "The request carried no credential, or nothing that could be one")
        }
        RejectionReason::Malformed | RejectionReason::UnknownCredential => {
            ("credentialUnknown", "No application has this credential; a token copied in part looks like this too")
        }
        RejectionReason::Expired => ("credentialExpired", "The credential has expired"),
        RejectionReason::Revoked => ("credentialRevoked", "The credential was revoked"),
        RejectionReason::OtherApplication | RejectionReason::UnknownApplication => {
            ("credentialForeign", "The credential belongs to another application")
        }
        RejectionReason::UserGone => {
            ("credentialUserGone", "The credential is a user's own, and that user was deleted or is not active")
        }
        RejectionReason::WrongUserName => ("credentialUnknown", "The user name does not belong to the password"),
    };
    if let Some(application) = &rejection.application {
        let refusal = Refusal { code, error: error.clone(), reason: reason.to_owned() };
        let prefix = rejection.credential_prefix.as_deref();
        endpoint.provisioning.record_rejected_credential(application, prefix, call, refusal).await;
    }
    Failure::from(error)
}
