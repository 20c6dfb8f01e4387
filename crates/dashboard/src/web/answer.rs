//! What goes back to the browser: a page with the headers that every page has, or a redirect.

use super::failure::PageFailure;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

/// No script, style or connection that is not ours; nothing inline; no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a handler gives back.
pub type Answer = Result<HttpResponse, PageFailure>;

/// A page with `status`.
pub fn page(status: StatusCode, template: &impl Template) -> Answer {
    Ok(builder(status).body(template.render().map_err(PageFailure::internal)?))
}

/// `303 See Other`: the answer to a form that worked.
pub fn see_other(path: &str) -> HttpResponseBuilder {
    let mut builder = HttpResponse::SeeOther();
    builder.insert_header((header::LOCATION, path)).insert_header((header::CACHE_CONTROL, "no-store"));
    builder
}

/// An answer with the headers of every page and no body yet.
pub fn builder(status: StatusCode) -> HttpResponseBuilder {
    let mut builder = HttpResponseBuilder::new(status);
    builder
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Not `no-referrer`: it would turn the `Origin` of our own forms into `null`.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"));
    builder
}

/// `path` if it is a path of this site, otherwise the start page: a redirect must never leave the site.
pub fn local(path: &str) -> &str {
    let inside = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.chars().all(|character| !character.is_control());
    if inside { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_here() {
        for path in ["/", "/t/x/reports/provisioning?identifier=a%20b", "/a//b"] {
            assert_eq!(local(path), path);
        }
        for path in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\r\nSet-Cookie: x", "evil", "\t/x"]
        {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }
}
