//! /Me (RFC 7644 §3.11): the user whose own credential it is, with the operations of `/Users/{id}`. Deliberately not here:
//! what of themselves users may change (crate `provisioning`).

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, web};
use provisioning::{Call, Step};
use scim_model::{ResourceKind, ResourceType, ScimError};

use super::{delete, modify, read, replace};
use crate::failure::Failure;
use crate::handle::{Incoming, not_allowed, refused};
use crate::route::Route;

pub(crate) async fn me(incoming: &Incoming<'_>, payload: web::Payload) -> Result<HttpResponse, Failure> {
    let mut types = incoming.scope.resource_types().all().iter();
    let (Some(id), Some(ty)) = (incoming.scope.subject(), types.find(|ty| ty.kind() == ResourceKind::User)) else {
        let detail = "/Me is the user whose own credential is presented, and this one is the application's. Ask for /Users/{id}.";
        return Err(not_offered(incoming, detail).await);
    };
    let location = format!("{}{}/{id}", incoming.scope.base_url(), ty.endpoint);
    let step = Step::new("Me", format!("A user's own credential: /Me is {}/{id}", ty.endpoint));
    let call = Call { steps: vec![step], ..incoming.call.clone() };
    let incoming = Incoming { call: &call, ..*incoming };
    let mut response = match operate(&incoming, ty, id.as_str(), payload).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    };
    // The permanent address, on every answer but that it leads nowhere.
    if response.status() != StatusCode::NOT_FOUND
        && let Ok(location) = header::HeaderValue::from_str(&location)
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn operate(
    incoming: &Incoming<'_>,
    ty: &Arc<ResourceType>,
    id: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Failure> {
    match *incoming.request.method() {
        Method::GET => read::read(incoming, ty, id).await,
        Method::PUT => replace::replace(incoming, ty, id, payload).await,
        Method::PATCH => modify::modify(incoming, ty, id, payload).await,
        // Refused by the domain, with a row that says whose account it was.
        Method::DELETE => delete::delete(incoming, ty, id).await,
        Method::POST => {
            let detail = "Accounts are not made at /Me: the identity provider creates users at /Users.";
            Err(not_offered(incoming, detail).await)
        }
        ref method => {
            let (error, methods) = (not_allowed(method.as_str(), &Route::Me), Route::Me.methods());
            Err(refused(incoming.endpoint, incoming.scope, incoming.call, "method", error).await.allowing(methods))
        }
    }
}

async fn not_offered(incoming: &Incoming<'_>, detail: &str) -> Failure {
    refused(incoming.endpoint, incoming.scope, incoming.call, "notOffered", ScimError::not_implemented(detail)).await
}
