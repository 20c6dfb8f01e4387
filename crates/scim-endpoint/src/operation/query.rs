//! GET /Users, GET /Groups, GET of the base URL (RFC 7644 §3.4.2).

use actix_web::HttpResponse;
use provisioning::QueryAt;
use scim_model::message::query::Query;
use scim_model::{ScimError, ScimType};

use crate::answer::json;
use crate::failure::Failure;
use crate::handle::{Incoming, refused};

pub(crate) async fn query(incoming: &Incoming<'_>, at: QueryAt) -> Result<HttpResponse, Failure> {
    let provisioning = &incoming.endpoint.provisioning;
    let query = match Query::parse(incoming.parameters.pairs(), provisioning.limits()) {
        Ok(query) => query,
        Err(error) => return Err(not_understood(incoming, error).await),
    };
    let answer = provisioning.query(incoming.scope, incoming.call, &at, query, None).await?;
    Ok(json(answer.body))
}

/// The failure of a query that cannot even be read.
pub(super) async fn not_understood(incoming: &Incoming<'_>, error: ScimError) -> Failure {
    let code = error.scim_type.map_or("invalidValue", ScimType::as_str);
    refused(incoming.endpoint, incoming.scope, incoming.call, code, error).await
}
