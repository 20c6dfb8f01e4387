//! POST /Users, POST /Groups (RFC 7644 §3.3).

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use scim_model::schema::ResourceType;

use crate::answer::resource;
use crate::body;
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn create(
    incoming: &Incoming<'_>,
    ty: &Arc<ResourceType>,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let projection = incoming.projection(ty).await?;
    let body = body::read(incoming, payload).await?;
    let provisioning = &incoming.endpoint.provisioning;
    let created = provisioning.create(incoming.scope, incoming.call, ty, &body, projection).await?;
    Ok(resource(StatusCode::CREATED, created))
}
