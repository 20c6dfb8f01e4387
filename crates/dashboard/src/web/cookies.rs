//! The cookies: session, anonymous visitor, theme, notice. Only the first two are secrets.

use crate::shell::{Notice, Theme};
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret, SecretString};

const THEME: &str = "rollcall_theme";
const NOTICE: &str = "rollcall_notice";

/// `__Host-` ties a cookie to this host and to https; browsers refuse it over plain http.
fn session_name(https: bool) -> &'static str {
    if https { "__Host-rollcall" } else { "rollcall_session" }
}

fn visitor_name(https: bool) -> &'static str {
    if https { "__Host-rollcall-visitor" } else { "rollcall_visitor" }
}

fn build(name: &'static str, value: String, https: bool) -> Cookie<'static> {
    Cookie::build(name, value).path("/").http_only(true).same_site(SameSite::Lax).secure(https).finish()
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    request.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// The session's secret, as the browser sent it.
pub fn session(request: &HttpRequest, https: bool) -> Option<String> {
    value(request, session_name(https))
}

/// Keeps the browser signed in until it is closed or the session ends on the server.
pub fn set_session(secret: &SecretString, https: bool) -> Cookie<'static> {
    build(session_name(https), secret.expose_secret().to_owned(), https)
}

/// Signs the browser out.
pub fn clear_session(https: bool) -> Cookie<'static> {
    removed(build(session_name(https), String::new(), https))
}

/// The random value that forms before sign-in are bound to.
pub fn visitor(request: &HttpRequest, https: bool) -> Option<String> {
    value(request, visitor_name(https))
}

/// Remembers the anonymous browser.
pub fn set_visitor(secret: &SecretString, https: bool) -> Cookie<'static> {
    build(visitor_name(https), secret.expose_secret().to_owned(), https)
}

/// The theme chosen in this browser.
pub fn theme(request: &HttpRequest) -> Theme {
    value(request, THEME).map_or(Theme::System, |name| Theme::from_name(&name))
}

/// Remembers the theme for a year; the system's needs no cookie.
pub fn set_theme(theme: Theme, https: bool) -> Cookie<'static> {
    let mut cookie = build(THEME, theme.name().to_owned(), https);
    cookie.set_max_age(Duration::days(365));
    if theme == Theme::System { removed(cookie) } else { cookie }
}

/// What the page after a redirect is to say.
pub fn notice(request: &HttpRequest) -> Option<Notice> {
    value(request, NOTICE).and_then(|name| Notice::from_name(&name))
}

/// Says something on the next page.
pub fn set_notice(notice: Notice, https: bool) -> Cookie<'static> {
    let mut cookie = build(NOTICE, notice.name().to_owned(), https);
    cookie.set_max_age(Duration::seconds(30));
    cookie
}

/// It has been said.
pub fn clear_notice(https: bool) -> Cookie<'static> {
    removed(build(NOTICE, String::new(), https))
}

fn removed(mut cookie: Cookie<'static>) -> Cookie<'static> {
    cookie.set_value("");
    cookie.set_max_age(Duration::ZERO);
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_cookies_are_as_strict_as_the_address_allows() {
        let secret: SecretString = "x".into();
        assert_eq!(set_session(&secret, true).to_string(), "__Host-rollcall=x; HttpOnly; SameSite=Lax; Secure; Path=/");
        assert_eq!(set_session(&secret, false).to_string(), "rollcall_session=x; HttpOnly; SameSite=Lax; Path=/");
        assert!(clear_session(true).to_string().contains("Max-Age=0"));
    }
}
