//! SCIM over HTTP (RFC 7644): the per-tenant, per-application endpoints below `/t/{tenant}/scim/{application}/v2`.
//!
//! [`configure`] mounts one route; `route` says in one screen what lies below it. A request is authenticated before its
//! body is read. Every answer, every refusal included, is SCIM JSON. Deliberately not here: what an operation does (crate
//! `provisioning`), what a document means (crate `scim-model`), who may do it (crate `registry`).

mod answer;
mod body;
mod credential;
mod discovery;
mod failure;
mod handle;
mod long_uri;
mod operation;
mod parameters;
mod received;
mod route;

use actix_web::web;
use provisioning::Provisioning;
use registry::Registry;

pub use long_uri::UriTooLong;
pub use received::UriEncoded;

/// Where the application's SCIM endpoints begin; also the pattern under which requests are logged.
pub const PATTERN: &str = "/t/{tenant}/scim/{application}/v2{below:(/.*)?}";

/// Where another version of the protocol would be (RFC 7644 §3.13).
const OTHER_VERSION: &str = "/t/{tenant}/scim/{application}/{version:[vV][0-9]+}{below:(/.*)?}";

/// The name of the request header in which the server hands over the request's id.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// What the endpoints work with.
#[derive(Clone)]
pub struct ScimEndpoint {
    pub provisioning: Provisioning,
    pub registry: Registry,
}

/// Mounts the endpoints.
pub fn configure(config: &mut web::ServiceConfig, endpoint: ScimEndpoint) {
    config.service(web::resource(PATTERN).app_data(web::Data::new(endpoint)).default_service(web::to(handle::handle)));
    config.service(web::resource(OTHER_VERSION).default_service(web::to(handle::other_version)));
}
