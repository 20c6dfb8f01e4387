//! Which path leads to which page: all of them, in one screen.

use super::failure;
use crate::assets;
use crate::pages::applications::{
    check, connection, features, list as applications, mapping, new, new_scim_client, okta, remove_schema,
    resource as one_resource, resources, reveal_credential, revoke_credential, schemas,
};
use crate::pages::groups::{detail as group, list as groups};
use crate::pages::reports::{provisioning as report, provisioning_event as event};
use crate::pages::users::{detail as user, list as users};
use crate::pages::{setup, sign_in, tenants};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{Any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, post, resource};
use actix_web::{Error, Resource, Route};

/// Mounts every page.
pub fn mount(config: &mut ServiceConfig) {
    config
        .service(resource("/static/{hash}/{path:.+}").route(get().to(assets::serve)))
        .service(page("/").route(get().to(sign_in::start)))
        .service(page("/setup").route(get().to(setup::show)).route(post().to(setup::submit)))
        .service(page("/sign-in").route(get().to(sign_in::show)).route(post().to(sign_in::submit)))
        .service(page("/sign-out").route(post().to(sign_in::sign_out)))
        .service(page("/tenants").route(get().to(tenants::show)))
        .service(page("/theme").route(post().to(tenants::choose_theme)))
        .service(page("/t/{tenant}{slash:/?}").route(get().to(applications::show)))
        .service(page("/t/{tenant}/applications").route(get().to(applications::show)))
        .service(page("/t/{tenant}/applications/new").route(get().to(new::show)))
        .service(
            page("/t/{tenant}/applications/new/scim-client")
                .route(get().to(new_scim_client::show))
                .route(post().to(new_scim_client::submit)),
        )
        .service(page(APPLICATION).route(get().to(connection::enter)))
        .service(page(&under("connection")).route(get().to(connection::show)))
        .service(page(&under("connection/rename")).route(post().to(connection::rename)))
        .service(page(&under("connection/pause")).route(post().to(connection::pause)))
        .service(page(&under("connection/credentials")).route(post().to(connection::issue)))
        .service(
            page(&under("connection/credentials/{credential}/reveal"))
                .route(get().to(reveal_credential::show))
                .route(post().to(reveal_credential::submit)),
        )
        .service(
            page(&under("connection/credentials/{credential}/revoke"))
                .route(get().to(revoke_credential::show))
                .route(post().to(revoke_credential::submit)),
        )
        .service(page(&under("mapping")).route(get().to(mapping::show)).route(post().to(mapping::submit)))
        .service(page(&under("features")).route(get().to(features::show)).route(post().to(features::submit)))
        .service(page(&under("okta")).route(get().to(okta::show)))
        .service(page(&under("check")).route(get().to(check::show)))
        .service(page(&under("schemas")).route(get().to(schemas::show)).route(post().to(schemas::submit)))
        .service(page(&under("schemas/ready")).route(post().to(schemas::add_ready)))
        .service(
            page(&under("schemas/remove")).route(get().to(remove_schema::show)).route(post().to(remove_schema::submit)),
        )
        .service(page(&under("resources")).route(get().to(resources::show)))
        .service(page(&under("resources/{resource}")).route(get().to(one_resource::show)))
        .service(page("/t/{tenant}/users").route(get().to(users::show)))
        .service(page("/t/{tenant}/users/{user}").route(get().to(user::show)))
        .service(page("/t/{tenant}/groups").route(get().to(groups::show)))
        .service(page("/t/{tenant}/groups/{group}").route(get().to(group::show)))
        .service(page("/t/{tenant}/reports/provisioning").route(get().to(report::show)))
        .service(page("/t/{tenant}/reports/provisioning/{event}").route(get().to(event::show)));
}

const APPLICATION: &str = "/t/{tenant}/applications/{application}";

fn under(step: &str) -> String {
    format!("{APPLICATION}/{step}")
}

/// A page, with its failures shown as pages.
fn page(
    path: &str,
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    resource(path).wrap(from_fn(failure::show))
}

/// Browsers and link checkers may ask for the head alone.
fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}
