//! The dashboard as a browser meets it, over its own routes. Whole days of provisioning are the server's tests.

mod access;
mod applications;
mod forms;
mod schemas;

use crate::{Dashboard, SetupToken, configure, not_found};
use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use database::SystemRandom;
use database::testing::{Scratch, SteppingClock};
use provisioning::Provisioning;
use registry::{Registry, Role, SecretKey, SetUp};
use std::sync::Arc;

const PASSWORD: &str = "correct horse battery";
const OWNER: &str = "ada@acme.example";
const SUPPORT: &str = "sam@acme.example";

/// An installation with an empty database of its own.
struct Bench {
    dashboard: Dashboard,
    clock: SteppingClock,
    _scratch: Scratch,
}

/// A browser: keeps cookies, follows no redirect.
struct Browser {
    dashboard: Dashboard,
    cookies: Vec<Cookie<'static>>,
}

/// What came back.
struct Seen {
    status: u16,
    location: String,
    headers: header::HeaderMap,
    body: String,
}

impl Bench {
    fn new() -> Bench {
        let scratch = Scratch::sqlite();
        let clock = SteppingClock::at("2026-11-23T10:00:00Z");
        let database = scratch.open_with(Arc::new(clock.clone()), Arc::new(SystemRandom));
        let url = "http://rollcall.example";
        let registry = Registry::new(database.clone(), &SecretKey::from_bytes([7; 32]), url).unwrap();
        let provisioning = Provisioning::new(database, registry.clone(), scim_model::Limits::default());
        let token = Arc::new(SetupToken::new("one-time".into()));
        let dashboard = Dashboard::new(registry, provisioning, token, url, Arc::new(clock.clone()));
        Bench { dashboard, clock, _scratch: scratch }
    }

    /// With the tenant `acme`, its owner, and somebody of support.
    async fn set_up() -> Bench {
        let bench = Bench::new();
        let registry = &bench.dashboard.registry;
        let owner = SetUp {
            tenant_name: "Acme".into(),
            tenant_slug: "acme".into(),
            email: OWNER.into(),
            password: PASSWORD.into(),
        };
        registry.set_up(owner).await.unwrap();
        let scope = registry.operator_scope("acme").await.unwrap();
        registry.add_administrator(&scope, SUPPORT, Role::Support, PASSWORD.into()).await.unwrap();
        bench
    }

    fn browser(&self) -> Browser {
        Browser { dashboard: self.dashboard.clone(), cookies: Vec::new() }
    }

    /// A browser in which `email` is signed in.
    async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let seen = browser.post("/sign-in", &page, &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!((seen.status, seen.location.as_str()), (303, "/"));
        browser
    }
}

impl Browser {
    async fn get(&mut self, path: &str) -> Seen {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Sends the fields with the token of the form on `page`.
    async fn post(&mut self, path: &str, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        let token = page.value_of("form_token");
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        self.send(TestRequest::post().uri(path).set_form(fields)).await
    }

    async fn send(&mut self, request: TestRequest) -> Seen {
        let dashboard = self.dashboard.clone();
        let app = App::new().configure(|config| configure(config, dashboard)).default_service(web::to(not_found));
        let service = test::init_service(app).await;
        let request = self.cookies.iter().fold(request, |request, cookie| request.cookie(cookie.clone()));
        let response = test::call_service(&service, request.to_request()).await;
        for cookie in response.response().cookies() {
            self.cookies.retain(|known| known.name() != cookie.name());
            if !cookie.value().is_empty() {
                self.cookies.push(cookie.into_owned());
            }
        }
        let headers = response.headers().clone();
        let location = headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        Seen { status: status.as_u16(), location, headers, body }
    }
}

impl Seen {
    /// The value of the first field called `name`.
    fn value_of(&self, name: &str) -> String {
        let (_, rest) = self.body.split_once(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("{}", self.body));
        let (_, rest) = rest.split_once("value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Makes an application and gives the path of its pages.
async fn application(browser: &mut Browser, name: &str) -> String {
    let path = "/t/acme/applications/new/scim-client";
    let page = browser.get(path).await;
    let seen = browser.post(path, &page, &[("name", name), ("authentication", "bearer")]).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER.as_u16(), "{}", seen.body);
    seen.location.trim_end_matches("/connection").to_owned()
}
