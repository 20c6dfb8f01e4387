//! The way in to every page of a tenant: a signed-in administrator with a role there.

use super::answer::{self, Answer};
use super::cookies;
use super::failure::PageFailure;
use super::fields::Fields;
use crate::Dashboard;
use crate::moment::Moment;
use crate::shell::{Notice, Section, Shell, Theme};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use database::Timestamp;
use registry::{Registry, Role, Session, TenantScope};
use std::future::Future;
use std::pin::Pin;

/// Somebody signed in, outside of any tenant: for the choice of tenant and the theme.
pub struct SignedIn {
    pub dashboard: web::Data<Dashboard>,
    pub session: Session,
    pub theme: Theme,
    request: HttpRequest,
}

/// Somebody signed in who administers the tenant that the path names. Cannot be made in any other way.
pub struct Administrator {
    pub scope: TenantScope,
    /// The query string.
    pub query: Fields,
    signed_in: SignedIn,
    now: Timestamp,
}

impl SignedIn {
    /// What forms of this session carry.
    pub fn form_token(&self) -> String {
        self.dashboard.registry.form_token(self.session.key())
    }

    async fn from(request: HttpRequest) -> Result<Self, PageFailure> {
        let dashboard = dashboard(&request)?;
        let cookie = cookies::session(&request, dashboard.https).ok_or(PageFailure::SignInFirst)?;
        let session = dashboard.registry.session(&cookie).await?.ok_or(PageFailure::SignInFirst)?;
        Ok(SignedIn { dashboard, session, theme: cookies::theme(&request), request })
    }
}

impl Administrator {
    /// Refuses those who may only look.
    pub fn must_change(&self) -> Result<(), PageFailure> {
        if self.may_change() { Ok(()) } else { Err(PageFailure::NotAllowed) }
    }

    /// Owner or admin.
    pub fn may_change(&self) -> bool {
        self.scope.role().may_change()
    }

    pub fn dashboard(&self) -> &Dashboard {
        &self.signed_in.dashboard
    }

    pub fn registry(&self) -> &Registry {
        &self.signed_in.dashboard.registry
    }

    pub fn session(&self) -> &Session {
        &self.signed_in.session
    }

    /// The time of this request.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// `at` as this page shows it.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment::new(at.as_milliseconds(), self.now.as_milliseconds())
    }

    /// A part of the path, by its name in the route.
    pub fn path(&self, name: &str) -> &str {
        self.signed_in.request.match_info().get(name).unwrap_or_default()
    }

    /// `/t/{slug}`
    pub fn base(&self) -> String {
        format!("/t/{}", self.scope.slug())
    }

    /// The frame of a page in `section`.
    pub fn shell(&self, section: Section) -> Shell {
        let request = &self.signed_in.request;
        // Where a form was answered with a page, its address cannot be fetched: the section's list can.
        let here = match request.method().is_safe() {
            true => request.uri().path_and_query().map_or("/", |here| here.as_str()),
            false => "/",
        };
        Shell {
            theme: self.signed_in.theme,
            form_token: self.signed_in.form_token(),
            here: here.to_owned(),
            base: self.base(),
            section,
            tenant: self.scope.tenant_name().to_owned(),
            several_tenants: self.session().memberships().len() > 1,
            email: self.session().administrator().email.clone(),
            role: role_label(self.scope.role()),
            may_change: self.may_change(),
            notice: cookies::notice(request),
        }
    }

    /// The page, with 200.
    pub fn page(&self, template: &impl Template) -> Answer {
        self.page_with(StatusCode::OK, template)
    }

    /// The page, with another status: 422 for a form with errors.
    pub fn page_with(&self, status: StatusCode, template: &impl Template) -> Answer {
        let mut response = answer::page(status, template)?;
        if cookies::notice(&self.signed_in.request).is_some() {
            response.add_cookie(&cookies::clear_notice(self.dashboard().https)).map_err(PageFailure::internal)?;
        }
        Ok(response)
    }

    /// After a form that worked: on to `path`, where `notice` is said once.
    pub fn see_other(&self, path: &str, notice: Notice) -> HttpResponse {
        answer::see_other(path).cookie(cookies::set_notice(notice, self.dashboard().https)).finish()
    }

    async fn from(request: HttpRequest) -> Result<Self, PageFailure> {
        let query = Fields::parse(request.query_string());
        let signed_in = SignedIn::from(request).await?;
        let tenant = signed_in.request.match_info().get("tenant").unwrap_or_default();
        let scope = signed_in.session.scope(tenant).ok_or(PageFailure::NotFound)?;
        let now = signed_in.dashboard.clock.now();
        Ok(Administrator { scope, query, signed_in, now })
    }
}

/// What the role is called.
pub fn role_label(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Support => "Support",
    }
}

/// The dashboard that the request came to.
pub fn dashboard(request: &HttpRequest) -> Result<web::Data<Dashboard>, PageFailure> {
    let found = request.app_data::<web::Data<Dashboard>>().cloned();
    found.ok_or_else(|| PageFailure::Internal("the dashboard is not mounted".into()))
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, PageFailure>>>>;

impl FromRequest for SignedIn {
    type Error = PageFailure;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(SignedIn::from(request.clone()))
    }
}

impl FromRequest for Administrator {
    type Error = PageFailure;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Administrator::from(request.clone()))
    }
}
