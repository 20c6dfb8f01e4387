//! PATCH /Users/{id}, PATCH /Groups/{id} (RFC 7644 §3.5.2).

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use scim_model::schema::ResourceType;

use super::{changed, if_match};
use crate::body;
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn modify(
    incoming: &Incoming<'_>,
    ty: &Arc<ResourceType>,
    id: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let projection = incoming.projection(ty).await?;
    // Who asks for certain attributes wants an answer with a body (RFC 7644 §3.5.2).
    let answer_wanted = incoming.parameters.get("attributes").is_some();
    let body = body::read(incoming, payload).await?;
    let provisioning = &incoming.endpoint.provisioning;
    let precondition = if_match(incoming.request);
    let answer = provisioning
        .modify(incoming.scope, incoming.call, ty, id, precondition, &body, projection, answer_wanted)
        .await?;
    Ok(changed(answer))
}
