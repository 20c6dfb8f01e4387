//! The dashboard: server-rendered administration for people in a browser.
//!
//! | module | for |
//! |---|---|
//! | `pages` | one page = one file here and one template with the same path under `templates/pages/` |
//! | `web` | the ways in (`Administrator`, `Visitor`, `Protected`), the ways out (pages, redirects, failures), cookies |
//! | `shell` | what surrounds a page: navigation, theme, notices |
//! | `assets` | the files of `static/`, embedded |
//! | `chart`, `moment`, `schema_view`, `text` | values turned into what a person reads |
//!
//! Every page works without scripts; nothing inline ever runs (strict CSP). Deliberately not here: rules of the domain
//! (crates `registry` and `provisioning` decide and refuse; a page only shows it), SCIM, configuration.

mod assets;
mod chart;
mod moment;
mod pages;
#[cfg(test)]
mod samples;
mod schema_view;
mod setup_token;
mod shell;
mod text;
mod web;

pub use setup_token::SetupToken;
pub use web::failure::{not_found, unreadable};

use actix_web::web::{Data, ServiceConfig};
use database::Clock;
use provisioning::Provisioning;
use registry::Registry;
use std::sync::Arc;

/// The header under which the server hands every request its id, and under which it goes back to the browser.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// What the pages work on: cheap to clone.
#[derive(Clone)]
pub struct Dashboard {
    pub(crate) registry: Registry,
    pub(crate) provisioning: Provisioning,
    pub(crate) setup_token: Arc<SetupToken>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) public_host: Arc<str>,
    pub(crate) https: bool,
}

impl Dashboard {
    /// A dashboard reached under `public_url` (scheme, host and port). Cookies are `Secure` when that is https.
    pub fn new(
        registry: Registry,
        provisioning: Provisioning,
        setup_token: Arc<SetupToken>,
        public_url: &str,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (scheme, rest) = public_url.split_once("://").unwrap_or(("http", public_url));
        let host = rest.split('/').next().unwrap_or_default();
        Dashboard {
            registry,
            provisioning,
            setup_token,
            clock,
            public_host: host.into(),
            https: scheme.eq_ignore_ascii_case("https"),
        }
    }
}

/// Mounts every page. Paths are exact, so the order among other services does not matter; what nobody serves belongs to
/// [`not_found`], as the application's default service.
pub fn configure(config: &mut ServiceConfig, dashboard: Dashboard) {
    config.app_data(Data::new(dashboard));
    web::routes::mount(config);
}
