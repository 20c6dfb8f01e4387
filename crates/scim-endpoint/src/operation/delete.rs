//! DELETE /Users/{id}, DELETE /Groups/{id} (RFC 7644 §3.6).

use std::sync::Arc;

use actix_web::HttpResponse;
use scim_model::schema::ResourceType;

use super::if_match;
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn delete(incoming: &Incoming<'_>, ty: &Arc<ResourceType>, id: &str) -> Result<HttpResponse, Failure> {
    let provisioning = &incoming.endpoint.provisioning;
    provisioning.delete(incoming.scope, incoming.call, ty, id, if_match(incoming.request)).await?;
    Ok(HttpResponse::NoContent().finish())
}
