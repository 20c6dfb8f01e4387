//! From a request to its answer: authenticate, route, run the operation.

use std::time::Instant;

use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use provisioning::{Call, QueryAt, Refusal, Step};
use registry::{AppScope, Authenticated};
use scim_model::project::Projection;
use scim_model::redact::Secrets;
use scim_model::{ResourceType, ScimError};

use crate::failure::Failure;
use crate::operation::{bulk, create, delete, me, modify, query, read, replace, search};
use crate::parameters::{Parameters, redacted};
use crate::route::{Path, Route};
use crate::{REQUEST_ID_HEADER, ScimEndpoint, credential, discovery, long_uri, received};

/// A pause lasts longer than a busy moment. Okta retries a 429 up to ten times by itself, and nothing else.
const RETRY_AFTER_PAUSED_S: &str = "120";

/// A request that has a valid credential, with what every operation needs.
pub(crate) struct Incoming<'a> {
    pub endpoint: &'a ScimEndpoint,
    pub scope: &'a AppScope,
    pub call: &'a Call,
    pub request: &'a HttpRequest,
    pub parameters: &'a Parameters,
}

impl Incoming<'_> {
    /// Which attributes the answer should have (RFC 7644 §3.9); what makes no sense is refused, with a row.
    pub async fn projection(&self, ty: &ResourceType) -> Result<Projection, Failure> {
        match self.parameters.projection(ty) {
            Ok(projection) => Ok(projection),
            Err(error) => Err(refused(self.endpoint, self.scope, self.call, "invalidPath", error).await),
        }
    }
}

/// Answers every request below an application's base URL.
pub(crate) async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    endpoint: web::Data<ScimEndpoint>,
) -> HttpResponse {
    match answer(&request, payload, &endpoint).await {
        Ok(response) => response,
        Err(failure) => failure.into_response(),
    }
}

/// Answers for a version of the protocol that we do not speak. It knows of no application, so that it tells a stranger nothing.
pub(crate) async fn other_version(request: HttpRequest) -> HttpResponse {
    let version = request.match_info().get("version").unwrap_or_default();
    let detail = format!(
        "{} is not spoken here. The SCIM base URL of an application ends in /v2; copy it from the application's page in Rollcall.",
        version.chars().take(20).collect::<String>()
    );
    Failure::from(ScimError::invalid_version(detail)).into_response()
}

async fn answer(
    request: &HttpRequest,
    payload: web::Payload,
    endpoint: &ScimEndpoint,
) -> Result<HttpResponse, Failure> {
    let (tenant, application, below) =
        (request.match_info().get("tenant"), request.match_info().get("application"), below(request));
    let (tenant, application) = (tenant.unwrap_or_default(), application.unwrap_or_default());
    let sent =
        if request.query_string().is_empty() { below.clone() } else { format!("{below}?{}", request.query_string()) };
    let mut call = call(request, redacted_query(&sent, Secrets::default));
    let path = Path::parse(&below);
    // Clients read how to authenticate before they can (RFC 7643 §5).
    if path.as_ref().is_ok_and(Path::is_service_provider_config)
        && request.method() == Method::GET
        && !request.headers().contains_key(AUTHORIZATION)
    {
        return Ok(discovery::anonymous_configuration(endpoint, request));
    }
    let scope = match credential::authenticate(endpoint, request, tenant, application).await? {
        Authenticated::Accepted(scope) => scope,
        Authenticated::Paused(scope) => return Err(paused(endpoint, &scope, &call).await),
        Authenticated::Rejected(rejection) => return Err(credential::rejected(endpoint, rejection, &call).await),
    };
    endpoint.registry.note_use(&scope);
    call.target = reported(&sent, &scope);
    let parameters = Parameters::parse(request.query_string());
    if let Ok(parameters) = &parameters {
        let adjustments = received::adjustments(request, &below, parameters, scope.resource_types());
        call.steps.extend(Step::received(&adjustments));
    }
    let refuse = |code, error: ScimError| refused(endpoint, &scope, &call, code, error);
    let route = path.map(|path| Route::of(&path, scope.resource_types()));
    if let Some((code, error)) = long_uri::refusal(request, route.as_ref(), endpoint.provisioning.limits()) {
        return Err(refuse(code, error).await);
    }
    let (route, parameters) = match (route, parameters) {
        (Ok(route), Ok(parameters)) => (route, parameters),
        (Err(error), _) | (_, Err(error)) => return Err(refuse("invalidValue", error).await),
    };
    if scope.subject().is_some() && !route.is_for_users() {
        // Else a user's token would be an administrator's.
        let detail = "This credential belongs to one user: it opens /Me and discovery, nothing else. Use a credential of the application itself.";
        return Err(refuse("credentialOfUser", ScimError::forbidden(detail)).await);
    }
    let incoming = Incoming { endpoint, scope: &scope, call: &call, request, parameters: &parameters };
    match (route, request.method()) {
        (Route::Root, &Method::GET) => query::query(&incoming, QueryAt::Root).await,
        (Route::Type(ty), &Method::GET) => query::query(&incoming, QueryAt::Type(ty)).await,
        (Route::Search(ty), &Method::POST) => search::search(&incoming, ty, payload).await,
        (Route::Type(ty), &Method::POST) => create::create(&incoming, &ty, payload).await,
        (Route::Resource(ty, id), &Method::GET) => read::read(&incoming, &ty, &id).await,
        (Route::Resource(ty, id), &Method::PUT) => replace::replace(&incoming, &ty, &id, payload).await,
        (Route::Resource(ty, id), &Method::PATCH) => modify::modify(&incoming, &ty, &id, payload).await,
        (Route::Resource(ty, id), &Method::DELETE) => delete::delete(&incoming, &ty, &id).await,
        (Route::ServiceProviderConfig, &Method::GET) => discovery::service_provider_config(&incoming),
        (Route::ResourceTypes(id), &Method::GET) => discovery::resource_types(&incoming, id.as_deref()),
        (Route::Schemas(id), &Method::GET) => discovery::schemas(&incoming, id.as_deref()),
        (Route::Bulk, &Method::POST) => bulk::bulk(&incoming, payload).await,
        (Route::Me, _) => me::me(&incoming, payload).await,
        (Route::Unknown, _) => Err(refuse("notFound", nothing_at(&below, &scope)).await),
        (route, method) => {
            let error = not_allowed(method.as_str(), &route);
            Err(refuse("method", error).await.allowing(route.methods()))
        }
    }
}

/// What is said of a path that leads nowhere.
pub(crate) fn nothing_at(below: &str, scope: &AppScope) -> ScimError {
    ScimError::not_found(format!(
        "There is nothing at {}. Below the SCIM base URL are {}, /Bulk, /ServiceProviderConfig, /ResourceTypes and /Schemas.",
        below.chars().take(120).collect::<String>(),
        scope.resource_types().all().iter().map(|ty| ty.endpoint.as_str()).collect::<Vec<_>>().join(", ")
    ))
}

/// What is said of a method that a path does not take.
pub(crate) fn not_allowed(method: &str, route: &Route) -> ScimError {
    ScimError::method_not_allowed(format!("{method} is not allowed here; allowed: {}.", route.methods()))
}

/// The path below the base URL, as sent (still percent-encoded).
fn below(request: &HttpRequest) -> String {
    // /t/{tenant}/scim/{application}/v2 is five parts. Not from the router, which has decoded what it gives.
    let path = request.uri().path();
    let end_of_base = path.match_indices('/').nth(5).map_or(path.len(), |(index, _)| index);
    path[end_of_base..].to_owned()
}

fn call(request: &HttpRequest, target: String) -> Call {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Call {
        request_id: header(REQUEST_ID_HEADER).unwrap_or_default(),
        method: request.method().to_string(),
        target,
        client_address: request.peer_addr().map(|address| address.ip().to_string()),
        user_agent: header("user-agent"),
        received: Instant::now(),
        steps: Vec::new(),
        in_bulk: false,
    }
}

/// A path with its query as the report keeps it: without what the application's schemas never return.
pub(crate) fn reported(target: &str, scope: &AppScope) -> String {
    redacted_query(target, || Secrets::of(scope.resource_types().all().iter().map(AsRef::as_ref)))
}

fn redacted_query(target: &str, secrets: impl FnOnce() -> Secrets) -> String {
    match target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", redacted(query, &secrets())),
        None => target.to_owned(),
    }
}

/// Keeps the row of a request that got to no operation, and gives its failure.
pub(crate) async fn refused(
    endpoint: &ScimEndpoint,
    scope: &AppScope,
    call: &Call,
    code: &'static str,
    error: ScimError,
) -> Failure {
    let refusal = Refusal { code, reason: error.detail.clone(), error: error.clone() };
    endpoint.provisioning.record_refused_request(scope, call, refusal).await;
    Failure::from(error)
}

async fn paused(endpoint: &ScimEndpoint, scope: &AppScope, call: &Call) -> Failure {
    let detail = format!(
        "The application \"{}\" is paused in Rollcall. Requests are taken again once an administrator resumes it.",
        scope.application_name()
    );
    refused(endpoint, scope, call, "paused", ScimError::too_many_requests(detail))
        .await
        .retrying_after_s(RETRY_AFTER_PAUSED_S)
}
