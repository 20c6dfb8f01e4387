//! The way in for every form: what changes something must come from a page that we served to this very browser.
//!
//! Three defences, each enough against a different gap: the browser's own word on where the request comes from
//! (`Sec-Fetch-Site`, else `Origin`), a signed token bound to the session or the visitor, and `SameSite=Lax` cookies.

use super::administrator::dashboard;
use super::cookies;
use super::failure::PageFailure;
use super::fields::Fields;
use super::multipart;
use crate::Dashboard;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;

/// More than the largest form of ours can come to (a mapping of a few hundred rows, schemas as JSON).
const LARGEST_FORM: usize = 512 * 1024;

/// A form, read into what its page knows it as.
pub trait Form {
    /// Takes what was sent as it is: checking it is the domain's part.
    fn read(fields: &Fields) -> Self;
}

/// A form whose sender is beyond doubt.
pub struct Protected<T>(pub T);

impl<T: Form> Protected<T> {
    async fn from(request: HttpRequest, payload: web::Payload) -> Result<Self, PageFailure> {
        let dashboard = dashboard(&request)?;
        if !same_site(&request, &dashboard.public_host) {
            return Err(PageFailure::FormRefused);
        }
        let fields = read(&request, payload).await?;
        let bound_to = bound_to(&request, &dashboard).await?;
        let token = fields.text("form_token");
        if !bound_to.is_some_and(|bound_to| dashboard.registry.check_form_token(&bound_to, token)) {
            return Err(PageFailure::FormRefused);
        }
        Ok(Protected(T::read(&fields)))
    }
}

/// What the token must be bound to: the session where there is one, otherwise the visitor.
async fn bound_to(request: &HttpRequest, dashboard: &Dashboard) -> Result<Option<String>, PageFailure> {
    let session = match cookies::session(request, dashboard.https) {
        Some(cookie) => dashboard.registry.session(&cookie).await?,
        None => None,
    };
    // A page before sign-in has a visitor's token even in a browser that is signed in.
    let before_sign_in = ["/sign-in", "/setup"].contains(&request.path());
    Ok(match session {
        Some(session) if !before_sign_in => Some(session.key().to_owned()),
        _ => cookies::visitor(request, dashboard.https),
    })
}

/// Whether the browser says, as far as it says anything, that the request comes from our own pages.
fn same_site(request: &HttpRequest, public_host: &str) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = header("origin") else { return true };
    let origin_host = origin.split_once("://").map_or("", |(_, host)| host);
    let host = header("host").unwrap_or_default();
    [public_host, host].iter().any(|ours| !ours.is_empty() && ours.eq_ignore_ascii_case(origin_host))
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Fields, PageFailure> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let boundary = multipart::boundary(content_type);
    if boundary.is_none() && !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Err(PageFailure::UnreadableForm);
    }
    let bytes = payload.to_bytes_limited(LARGEST_FORM).await.map_err(|_| PageFailure::UnreadableForm)?;
    let bytes = bytes.map_err(|_| PageFailure::UnreadableForm)?;
    if let Some(boundary) = boundary {
        return Fields::multipart(&bytes, boundary).ok_or(PageFailure::UnreadableForm);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| PageFailure::UnreadableForm)?;
    Ok(Fields::parse(text))
}

impl<T: Form + 'static> FromRequest for Protected<T> {
    type Error = PageFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageFailure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let payload = payload.await.map_err(|_| PageFailure::UnreadableForm)?;
            Protected::from(request, payload).await
        })
    }
}
