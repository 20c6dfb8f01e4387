//! PUT /Users/{id}, PUT /Groups/{id} (RFC 7644 §3.5.1).

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use scim_model::schema::ResourceType;

use super::{changed, if_match};
use crate::body;
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn replace(
    incoming: &Incoming<'_>,
    ty: &Arc<ResourceType>,
    id: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let projection = incoming.projection(ty).await?;
    let body = body::read(incoming, payload).await?;
    let provisioning = &incoming.endpoint.provisioning;
    let precondition = if_match(incoming.request);
    let answer = provisioning.replace(incoming.scope, incoming.call, ty, id, precondition, &body, projection).await?;
    Ok(changed(answer))
}
