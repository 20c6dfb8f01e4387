//! Somebody who is not signed in, on the pages that need nobody to be: set-up and sign-in. A random cookie stands in for
//! the session, so that their forms are protected too.

use super::administrator::dashboard;
use super::answer::{self, Answer};
use super::cookies;
use super::failure::PageFailure;
use super::fields::Fields;
use crate::Dashboard;
use crate::shell::PlainShell;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use std::future::{Ready, ready};

/// A browser without a session.
pub struct Visitor {
    pub dashboard: web::Data<Dashboard>,
    /// The query string.
    pub query: Fields,
    value: SecretString,
    /// The browser does not have the cookie yet.
    new: bool,
    request: HttpRequest,
}

impl Visitor {
    /// The frame of a page.
    pub fn shell(&self) -> PlainShell {
        PlainShell {
            theme: cookies::theme(&self.request),
            form_token: self.dashboard.registry.form_token(self.value.expose_secret()),
        }
    }

    /// The page, with the cookie that its form is bound to.
    pub fn page(&self, status: StatusCode, template: &impl Template) -> Answer {
        let mut response = answer::page(status, template)?;
        if self.new {
            let cookie = cookies::set_visitor(&self.value, self.dashboard.https);
            response.add_cookie(&cookie).map_err(PageFailure::internal)?;
        }
        Ok(response)
    }

    fn from(request: &HttpRequest) -> Result<Self, PageFailure> {
        let dashboard = dashboard(request)?;
        let known = cookies::visitor(request, dashboard.https);
        Ok(Visitor {
            query: Fields::parse(request.query_string()),
            new: known.is_none(),
            value: known.map_or_else(|| dashboard.registry.unguessable(), SecretString::from),
            dashboard,
            request: request.clone(),
        })
    }
}

impl FromRequest for Visitor {
    type Error = PageFailure;
    type Future = Ready<Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Visitor::from(request))
    }
}
