//! Discovery (RFC 7644 §4): what this service provider can do, and with which schemas.

use actix_web::{HttpRequest, HttpResponse};
use registry::Feature;
use scim_model::{ScimError, discovery};

use crate::ScimEndpoint;
use crate::answer::json;
use crate::failure::Failure;
use crate::handle::Incoming;

/// GET /ServiceProviderConfig without a credential. It tells nobody which applications exist, and so nothing about their
/// features: passwords are not taken, as in a new application.
pub(crate) fn anonymous_configuration(endpoint: &ScimEndpoint, request: &HttpRequest) -> HttpResponse {
    let info = request.match_info();
    let (tenant, application) = (info.get("tenant").unwrap_or_default(), info.get("application").unwrap_or_default());
    let base_url = endpoint.registry.base_url(tenant, application);
    json(discovery::service_provider_config(&base_url, endpoint.provisioning.limits(), false))
}

/// GET /ServiceProviderConfig.
pub(crate) fn service_provider_config(incoming: &Incoming<'_>) -> Result<HttpResponse, Failure> {
    no_filter(incoming)?;
    let takes_passwords = incoming.scope.settings().features.is_on(Feature::SyncPassword);
    let limits = incoming.endpoint.provisioning.limits();
    Ok(json(discovery::service_provider_config(incoming.scope.base_url(), limits, takes_passwords)))
}

/// GET /ResourceTypes, /ResourceTypes/{id}.
pub(crate) fn resource_types(incoming: &Incoming<'_>, id: Option<&str>) -> Result<HttpResponse, Failure> {
    no_filter(incoming)?;
    let (base_url, types) = (incoming.scope.base_url(), incoming.scope.resource_types());
    match id {
        None => Ok(json(discovery::resource_types(base_url, types))),
        Some(id) => found(discovery::resource_type(base_url, types, id), "resource type", id),
    }
}

/// GET /Schemas, /Schemas/{id}.
pub(crate) fn schemas(incoming: &Incoming<'_>, id: Option<&str>) -> Result<HttpResponse, Failure> {
    no_filter(incoming)?;
    let (base_url, types) = (incoming.scope.base_url(), incoming.scope.resource_types());
    match id {
        None => Ok(json(discovery::schemas(base_url, types))),
        Some(id) => found(discovery::schema(base_url, types, id), "schema", id),
    }
}

fn found(body: Option<String>, what: &str, id: &str) -> Result<HttpResponse, Failure> {
    let shown: String = id.chars().take(120).collect();
    body.map(json).ok_or_else(|| ScimError::not_found(format!("There is no {what} \"{shown}\".")).into())
}

/// RFC 7644 §4: a filter here is answered with 403.
fn no_filter(incoming: &Incoming<'_>) -> Result<(), Failure> {
    match incoming.parameters.get("filter") {
        Some(_) => Err(ScimError::forbidden("Discovery endpoints take no filter.").into()),
        None => Ok(()),
    }
}
