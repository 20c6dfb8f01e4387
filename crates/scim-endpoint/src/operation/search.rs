//! POST /Users/.search, POST /Groups/.search, POST /.search (RFC 7644 §3.4.3): a query without personal data in its URL.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use provisioning::QueryAt;
use scim_model::message::query::Query;
use scim_model::schema::ResourceType;

use super::query::not_understood;
use crate::answer::json;
use crate::body;
use crate::failure::Failure;
use crate::handle::Incoming;

pub(crate) async fn search(
    incoming: &Incoming<'_>,
    ty: Option<Arc<ResourceType>>,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    let body = body::read(incoming, payload).await?;
    let provisioning = &incoming.endpoint.provisioning;
    let query = match Query::from_search_request(&body, provisioning.limits()) {
        Ok(query) => query,
        Err(error) => return Err(not_understood(incoming, error).await),
    };
    let at = ty.map_or(QueryAt::Root, QueryAt::Type);
    let answer = provisioning.query(incoming.scope, incoming.call, &at, query, Some(&body)).await?;
    Ok(json(answer.body))
}
