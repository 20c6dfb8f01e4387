//! POST /Bulk (RFC 7644 §3.7): many operations in one request, each as if it had come by itself. They are done one after
//! the other, so that a large bulk request takes no more of the server than any other one does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use provisioning::{Answer, Call, Creation, Refusal, Representation, Step};
use scim_model::message::bulk::{BulkMethod, BulkRequest, BulkRun, OperationResult, ReadyOperation, Work};
use scim_model::project::Projection;
use scim_model::{ResourceType, ScimError, ScimType};

use super::precondition;
use crate::answer::{etag, json, versions_in};
use crate::body;
use crate::failure::Failure;
use crate::handle::{Incoming, not_allowed, nothing_at, refused, reported};
use crate::route::{Path, Route};

/// What is not begun by then is answered 429: a client that waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// What stands in a part of a path as it is (RFC 3986 §2.3).
const IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where a resource is, its version if it still has one, and its id.
struct Done {
    id: String,
    result: OperationResult,
}

pub(crate) async fn bulk(incoming: &Incoming<'_>, payload: web::Payload) -> Result<HttpResponse, Failure> {
    let too_large =
        |limit| format!("The bulk request is larger than maxPayloadSize ({limit} bytes). Send it in several requests.");
    let body = body::read_up_to(incoming, payload, too_large).await?;
    let (scope, limits) = (incoming.scope, incoming.endpoint.provisioning.limits());
    let request = match BulkRequest::parse(&body, scope.base_url(), limits) {
        Ok(request) => request,
        Err(error) => {
            let code = error.scim_type.map_or("tooLarge", ScimType::as_str);
            return Err(refused(incoming.endpoint, scope, incoming.call, code, error).await);
        }
    };
    drop(body);
    let mut run = BulkRun::new(request, scope.resource_types());
    let deadline = Instant::now() + PATIENCE;
    while let Some(work) = run.next_work() {
        match work {
            Work::Refused { index, operation, error } => refuse(incoming, &mut run, index, operation, error).await,
            Work::One(operation) => one(incoming, &mut run, operation).await,
            Work::Circle(operations) => circle(incoming, &mut run, operations).await,
        }
        if Instant::now() >= deadline {
            run.give_up(ScimError::too_many_requests(format!(
                "This operation was not begun: the operations before it took the {} seconds that a bulk request has. Send it again.",
                PATIENCE.as_secs()
            )));
        }
        // Refusals wait for nothing by themselves.
        tokio::task::yield_now().await;
    }
    Ok(json(run.into_response()))
}

/// Keeps the row of an operation that is not begun.
async fn refuse(
    incoming: &Incoming<'_>,
    run: &mut BulkRun,
    index: usize,
    operation: Option<ReadyOperation>,
    error: ScimError,
) {
    let call = call(incoming, run, index, 1);
    let (scope, provisioning) = (incoming.scope, &incoming.endpoint.provisioning);
    let location = location(incoming, run, index, operation.as_ref());
    let attempted = operation.as_ref().map(|operation| (operation, route(incoming, operation)));
    match &attempted {
        Some((operation, Route::Type(ty))) if operation.method == BulkMethod::Post => {
            provisioning
                .record_not_begun(scope, &call, ty, operation.method, None, &operation.data, error.clone())
                .await;
        }
        Some((operation, Route::Resource(ty, id))) if operation.method != BulkMethod::Post => {
            provisioning
                .record_not_begun(scope, &call, ty, operation.method, Some(id), &operation.data, error.clone())
                .await;
        }
        _ => record_refused(incoming, &call, error.scim_type.map_or("invalidRequest", ScimType::as_str), &error).await,
    }
    run.failed(index, location, error);
}

/// Does an operation that stands by itself.
async fn one(incoming: &Incoming<'_>, run: &mut BulkRun, operation: ReadyOperation) {
    let (index, call) = (operation.index, call(incoming, run, operation.index, 1));
    let location = location(incoming, run, index, Some(&operation));
    match operate(incoming, &call, operation).await {
        Ok(Done { id, result }) => run.succeeded(index, &id, result),
        Err(error) => run.failed(index, location, error),
    }
}

async fn operate(incoming: &Incoming<'_>, call: &Call, operation: ReadyOperation) -> Result<Done, ScimError> {
    let (scope, provisioning) = (incoming.scope, &incoming.endpoint.provisioning);
    let precondition = precondition(operation.version.as_deref().map(versions_in));
    let body = operation.data.to_string();
    let body = body.as_bytes();
    let failed = |error: provisioning::Error| error.to_scim();
    match (route(incoming, &operation), operation.method) {
        (Route::Type(ty), BulkMethod::Post) => {
            let created = provisioning.create(scope, call, &ty, body, everything(&ty)?).await;
            created.map(Done::created).map_err(failed)
        }
        (Route::Resource(ty, id), BulkMethod::Put) => {
            let answer = provisioning.replace(scope, call, &ty, &id, precondition, body, everything(&ty)?).await;
            answer.map(|answer| Done::changed(id, answer)).map_err(failed)
        }
        (Route::Resource(ty, id), BulkMethod::Patch) => {
            let answer = provisioning.modify(scope, call, &ty, &id, precondition, body, everything(&ty)?, false).await;
            answer.map(|answer| Done::changed(id, answer)).map_err(failed)
        }
        (Route::Resource(ty, id), BulkMethod::Delete) => {
            let location = format!("{}{}/{id}", scope.base_url(), ty.endpoint);
            let deleted = provisioning.delete(scope, call, &ty, &id, precondition).await;
            deleted.map(|()| Done::new(id, 204, location, None)).map_err(failed)
        }
        (route, method) => {
            let (code, error) = misplaced(incoming, &call.target, &route, method);
            record_refused(incoming, call, code, &error).await;
            Err(error)
        }
    }
}

/// Does POSTs that refer to each other: all of them or none.
async fn circle(incoming: &Incoming<'_>, run: &mut BulkRun, operations: Vec<ReadyOperation>) {
    let mut creations = Vec::with_capacity(operations.len());
    let mut misplaced_at = None;
    for (place, operation) in operations.iter().enumerate() {
        let call = call(incoming, run, operation.index, operations.len());
        match route(incoming, operation) {
            Route::Type(ty) => creations.push(Creation {
                call,
                ty,
                bulk_id: operation.bulk_id.clone().unwrap_or_default(),
                body: operation.data.to_string().into_bytes(),
            }),
            route => {
                let (code, error) = misplaced(incoming, &call.target, &route, operation.method);
                record_refused(incoming, &call, code, &error).await;
                misplaced_at = Some((place, error));
                break;
            }
        }
    }
    let made = match misplaced_at {
        Some(misplaced) => Err(misplaced),
        None => {
            let made = incoming.endpoint.provisioning.create_circle(incoming.scope, creations).await;
            made.map_err(|(place, error)| (place, error.to_scim()))
        }
    };
    match made {
        Ok(representations) => {
            for (operation, created) in operations.iter().zip(representations) {
                let Done { id, result } = Done::created(created);
                run.succeeded(operation.index, &id, result);
            }
        }
        Err((culprit, error)) => {
            let need = operations.get(culprit).map_or(0, |operation| operation.index);
            for (place, operation) in operations.into_iter().enumerate() {
                if place == culprit {
                    run.failed(operation.index, None, error.clone());
                } else {
                    let (index, error) = (operation.index, run.needs_failed(operation.index, need));
                    refuse(incoming, run, index, Some(operation), error).await;
                }
            }
        }
    }
}

impl Done {
    fn new(id: String, status: u16, location: String, version: Option<i64>) -> Self {
        let result = OperationResult { status, location: Some(location), version: version.map(etag), error: None };
        Done { id, result }
    }

    fn created(created: Representation) -> Self {
        Done::new(created.id, 201, created.location, Some(created.version))
    }

    fn changed(id: String, answer: Answer) -> Self {
        match answer {
            Answer::Resource(resource) => Done::new(id, 200, resource.location, Some(resource.version)),
            Answer::Empty { version, location } => Done::new(id, 204, location, Some(version)),
        }
    }
}

/// A result holds no resource (RFC 7644 §3.7.3 leaves it out), so nobody asks for less than all of it.
fn everything(ty: &Arc<ResourceType>) -> Result<Projection, ScimError> {
    Projection::parse(None, None, ty)
}

fn route(incoming: &Incoming<'_>, operation: &ReadyOperation) -> Route {
    Route::of(&Path::of_parts(&operation.parts), incoming.scope.resource_types())
}

/// Why an operation cannot be done at its path, whatever it says.
fn misplaced(incoming: &Incoming<'_>, path: &str, route: &Route, method: BulkMethod) -> (&'static str, ScimError) {
    let path = path.split('?').next().unwrap_or_default();
    match route {
        Route::Root | Route::Type(_) | Route::Resource(..) => ("method", not_allowed(method.as_str(), route)),
        Route::ServiceProviderConfig | Route::ResourceTypes(_) | Route::Schemas(_) => {
            ("method", not_allowed(method.as_str(), route))
        }
        Route::Unknown => ("notFound", nothing_at(path, incoming.scope)),
        Route::Bulk => {
            let detail = "path: a bulk request cannot hold another one; put its operations into this one.";
            ("invalidValue", ScimError::invalid_value(detail))
        }
        // What is no operation on a resource, or not by its permanent address.
        _ => {
            let detail = format!("path: {path} cannot be part of a bulk request.");
            ("invalidValue", ScimError::invalid_value(detail))
        }
    }
}

async fn record_refused(incoming: &Incoming<'_>, call: &Call, code: &'static str, error: &ScimError) {
    let refusal = Refusal { code, reason: error.detail.clone(), error: error.clone() };
    incoming.endpoint.provisioning.record_refused_request(incoming.scope, call, refusal).await;
}

/// The operation as a request of its own; `together` counts those that are done with it.
fn call(incoming: &Incoming<'_>, run: &BulkRun, index: usize, together: usize) -> Call {
    let operations = run.operations();
    let mut text = format!("Operation {} of {} of a bulk request", index + 1, operations.len());
    let (mut method, mut target) = (incoming.call.method.clone(), incoming.call.target.clone());
    if let Some(operation) = operations.get(index) {
        if !operation.method.is_empty() {
            (method, target) = (operation.method.clone(), reported(&operation.path, incoming.scope));
        }
        if let Some(bulk_id) = &operation.bulk_id {
            text.push_str(&format!(", bulkId \"{}\"", bulk_id.chars().take(80).collect::<String>()));
        }
    }
    match together {
        0 | 1 => {}
        together => text.push_str(&format!("; {together} operations that refer to each other are done together")),
    }
    let steps = vec![Step::new("Bulk", text)];
    Call { method, target, received: Instant::now(), steps, in_bulk: true, ..incoming.call.clone() }
}

/// Where the resource of an operation is that fails. A failed POST has none (RFC 7644 §3.7.3).
fn location(
    incoming: &Incoming<'_>,
    run: &BulkRun,
    index: usize,
    operation: Option<&ReadyOperation>,
) -> Option<String> {
    let written = run.operations().get(index).filter(|operation| operation.method != BulkMethod::Post.as_str())?;
    let base_url = incoming.scope.base_url();
    match operation.map(|operation| route(incoming, operation)) {
        Some(Route::Resource(ty, id)) => {
            Some(format!("{base_url}{}/{}", ty.endpoint, utf8_percent_encode(&id, IN_A_PATH)))
        }
        _ if written.path.is_empty() => None,
        _ => Some(format!("{base_url}/{}", written.path.trim_start_matches('/'))),
    }
}
