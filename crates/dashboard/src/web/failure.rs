//! Why a page could not be shown, and how that looks. A handler returns [`PageFailure`]; the middleware [`show`] turns it
//! into the error page, because only there the request (its id, its theme) is at hand.

use super::{answer, cookies};
use crate::pages::failure::Failure;
use crate::shell::PlainShell;
use crate::{REQUEST_ID_HEADER, text};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use std::error::Error as StdError;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageFailure {
    /// Nobody is signed in.
    #[error("not signed in")]
    SignInFirst,
    /// No such thing in this tenant, or no such tenant for this person.
    #[error("not found")]
    NotFound,
    /// The role does not permit it.
    #[error("not allowed")]
    NotAllowed,
    /// The set-up page was opened without its token.
    #[error("wrong set-up token")]
    WrongSetupToken,
    /// The form came from another site, or its token is none of ours.
    #[error("form refused")]
    FormRefused,
    /// The request itself was no proper HTTP, or more of it than is taken.
    #[error("unreadable request: {detail}")]
    UnreadableRequest { status: StatusCode, detail: &'static str },
    /// The body of the form is too large or not a form.
    #[error("unreadable form")]
    UnreadableForm,
    /// The database is too busy; trying again helps.
    #[error("busy")]
    Busy,
    /// Something of ours broke. The cause is for the log only.
    #[error("internal failure")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl PageFailure {
    /// A failure of our own.
    pub fn internal(error: impl StdError + Send + Sync + 'static) -> Self {
        PageFailure::Internal(Box::new(error))
    }

    /// Title and sentence of the page.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            PageFailure::SignInFirst => ("Sign in first", "Sign in, then send the form again."),
            PageFailure::NotFound => {
                ("There is nothing here", "The address is wrong, or what it showed no longer exists.")
            }
            PageFailure::NotAllowed => (
                "Your role does not permit this",
                "Ask an owner or admin of this tenant to do it, or to change your role.",
            ),
            PageFailure::WrongSetupToken => (
                "This set-up address is not valid",
                "Open the address that the server printed when it started. Once set-up is done, it opens nothing any more.",
            ),
            PageFailure::FormRefused => (
                "This form is no longer valid",
                "You may have signed out in another tab, or cookies are blocked. Go back, reload the page and send it again. Nothing was changed.",
            ),
            PageFailure::UnreadableRequest { detail, .. } => ("This request could not be read", detail),
            PageFailure::UnreadableForm => (
                "This form could not be read",
                "It is too large or damaged. Go back and try again. Nothing was changed.",
            ),
            PageFailure::Busy => ("The server is busy", "Nothing was lost. Try again in a few seconds."),
            PageFailure::Internal(_) => (
                "Something went wrong",
                "It is our fault, not yours. The cause is in the server's log, under the request id below.",
            ),
        }
    }
}

impl ResponseError for PageFailure {
    fn status_code(&self) -> StatusCode {
        match self {
            PageFailure::SignInFirst => StatusCode::UNAUTHORIZED,
            PageFailure::NotFound => StatusCode::NOT_FOUND,
            PageFailure::NotAllowed | PageFailure::WrongSetupToken | PageFailure::FormRefused => StatusCode::FORBIDDEN,
            PageFailure::UnreadableRequest { status, .. } => *status,
            PageFailure::UnreadableForm => StatusCode::BAD_REQUEST,
            PageFailure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            PageFailure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Only a status: [`show`] makes the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<registry::Error> for PageFailure {
    fn from(error: registry::Error) -> Self {
        match error {
            registry::Error::NotFound => PageFailure::NotFound,
            registry::Error::NotAllowed | registry::Error::RevealNotAllowed => PageFailure::NotAllowed,
            registry::Error::Busy => PageFailure::Busy,
            other => PageFailure::internal(other),
        }
    }
}

impl From<provisioning::Error> for PageFailure {
    fn from(error: provisioning::Error) -> Self {
        match error {
            provisioning::Error::Busy => PageFailure::Busy,
            other => PageFailure::internal(other),
        }
    }
}

/// Middleware around every page: shows a [`PageFailure`], or sends to the sign-in page and back.
pub async fn show(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let Some(shown) = response
        .response()
        .error()
        .and_then(|error| error.as_error::<PageFailure>())
        .map(|failure| answer_for(failure, response.request()))
    else {
        return Ok(response.map_into_boxed_body());
    };
    Ok(ServiceResponse::new(response.into_parts().0, shown))
}

/// The application's default service: an address that nothing serves.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    answer_for(&PageFailure::NotFound, &request)
}

/// The page for a request that never got to a page: what it should have been instead.
pub fn unreadable(request: &HttpRequest, status: StatusCode, detail: &'static str) -> HttpResponse {
    answer_for(&PageFailure::UnreadableRequest { status, detail }, request)
}

fn answer_for(failure: &PageFailure, request: &HttpRequest) -> HttpResponse {
    if matches!(failure, PageFailure::SignInFirst) && matches!(*request.method(), Method::GET | Method::HEAD) {
        let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
        return answer::see_other(&text::address("/sign-in", &[("return", here)])).finish();
    }
    let request_id = request_id(request);
    if let PageFailure::Internal(cause) = failure {
        tracing::error!(request.id = request_id, error = &**cause as &dyn StdError, "a page could not be shown");
    }
    let (title, words) = failure.words();
    let page = Failure {
        shell: PlainShell { theme: cookies::theme(request), form_token: String::new() },
        status: failure.status_code().as_u16(),
        title,
        text: words.to_owned(),
        sign_in: matches!(failure, PageFailure::SignInFirst),
        request_id: request_id.to_owned(),
    };
    let mut builder = answer::builder(failure.status_code());
    if matches!(failure, PageFailure::Busy) {
        builder.insert_header((header::RETRY_AFTER, "5"));
    }
    builder.body(page.render().unwrap_or_else(|_| title.to_owned()))
}

/// The id under which this request is in the log.
fn request_id(request: &HttpRequest) -> &str {
    request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok()).unwrap_or("unknown")
}
