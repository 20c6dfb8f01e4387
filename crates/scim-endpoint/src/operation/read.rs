//! GET /Users/{id}, GET /Groups/{id} (RFC 7644 §3.4.1).

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use provisioning::Read;
use scim_model::schema::ResourceType;

use crate::answer::{etag, in_parts, resource, versions};
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn read(incoming: &Incoming<'_>, ty: &Arc<ResourceType>, id: &str) -> Result<HttpResponse, Failure> {
    let projection = incoming.projection(ty).await?;
    let provisioning = &incoming.endpoint.provisioning;
    let found = provisioning.read(incoming.scope, incoming.call, ty, id, projection).await?;
    let version = found.version();
    let known = versions(incoming.request, IF_NONE_MATCH);
    if known.is_some_and(|known| known.is_empty() || known.contains(&version)) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag(version))).finish());
    }
    Ok(match found {
        Read::Whole(representation) => resource(StatusCode::OK, representation),
        Read::InParts(parts) => in_parts(incoming, parts).await?,
    })
}
