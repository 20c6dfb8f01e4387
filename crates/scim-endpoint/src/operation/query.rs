//! GET /Users, GET /Groups (RFC 7644 §3.4.2).

use std::sync::Arc;

use actix_web::HttpResponse;
use provisioning::Question;
use scim_model::message::query::Query;
use scim_model::schema::ResourceType;

use crate::answer::json;
use crate::failure::Failure;
use crate::handle::{Incoming, refused};

pub(crate) async fn query(incoming: &Incoming<'_>, ty: &Arc<ResourceType>) -> Result<HttpResponse, Failure> {
    let provisioning = &incoming.endpoint.provisioning;
    let query = match Query::parse(incoming.parameters.pairs(), provisioning.limits()) {
        Ok(query) => query,
        Err(error) => {
            return Err(refused(incoming.endpoint, incoming.scope, incoming.call, "invalidValue", error).await);
        }
    };
    let question = Question {
        filter: query.filter,
        // Echoed in the answer, where clients read a 32-bit integer.
        start_index: query.start_index.min(i32::MAX as u64),
        count: query.count,
        projection: incoming.projection(ty).await?,
    };
    let answer = provisioning.query(incoming.scope, incoming.call, ty, question).await?;
    Ok(json(answer.body))
}
