//! The id of a request, the one line that the log has about it, its place in the metrics, and the span of its trace.
//!
//! The line's fields are a contract: `http.method`, `http.route` (the pattern, never the path), `http.status`,
//! `duration_us`, `tenant.slug`, `application.id`, `request.id`. Bodies, tokens, query strings, names and addresses of people
//! are never in it.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use database::Database;
use scim_endpoint::REQUEST_ID_HEADER;
use tracing::Instrument;

use crate::metrics::{Operation, RequestMetrics};

/// Gives the request an id, hands it on in the request's and the answer's `X-Request-Id`, and logs the answer. A request id
/// that the client sent is replaced: ours must be unique.
pub async fn request_log<B: MessageBody>(
    database: Data<Database>,
    metrics: Data<RequestMetrics>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = new_id(&database);
    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
    let name = HeaderName::from_static(REQUEST_ID_HEADER);
    request.headers_mut().insert(name.clone(), header.clone());
    let operation = Operation::of(request.method(), request.path(), request.query_string());
    let _under_way = metrics.begin();
    let method = method(request.method());
    let (tenant, application) = place(request.path());
    let (tenant, application) = (tenant.map(str::to_owned), application.map(str::to_owned));

    // Nobody wants it unless traces are sent; it then costs a look at one atomic.
    let span = tracing::trace_span!(
        "http.request",
        traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok()),
        http.request.method = method,
        http.route = tracing::field::Empty,
        http.response.status_code = tracing::field::Empty,
        tenant.slug = tenant.as_deref(),
        application.id = application.as_deref(),
        request.id = id.as_str(),
        operation = operation.name(),
    );
    let answered = next.call(request).instrument(span.clone()).await;

    let duration = started.elapsed();
    let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let (status, route) = match &answered {
        Ok(response) => (response.status().as_u16(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code().as_u16(), None),
    };
    metrics.answered(operation, status, duration);
    if !span.is_disabled() {
        span.record("http.response.status_code", status);
        span.record("http.route", route.as_deref());
    }
    tracing::info!(
        target: "rollcall::request",
        {
            http.method = method,
            http.route = route.as_deref().unwrap_or("none"),
            http.status = status,
            duration_us,
            tenant.slug = tenant,
            application.id = application,
            request.id = id,
        },
        "answered"
    );
    answered.map(|mut response| {
        response.headers_mut().insert(name, header);
        response
    })
}

/// UUIDv7: the lines of a log sort by it.
fn new_id(database: &Database) -> String {
    let mut random = [0; 10];
    database.fill_random(&mut random);
    let now_ms = u64::try_from(database.now().as_milliseconds()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid().to_string()
}

/// A client can send any word as method; only the usual ones are logged.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Tenant slug and application id of a path, as far as it has their shape.
fn place(path: &str) -> (Option<&str>, Option<&str>) {
    let shaped = |text: &&str| {
        (1..=40).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let mut parts = path.split('/');
    if (parts.next(), parts.next()) != (Some(""), Some("t")) {
        return (None, None);
    }
    let tenant = parts.next().filter(shaped);
    let application = match parts.next() {
        Some("scim" | "applications") => parts.next().filter(shaped).filter(|id| id.len() == 12),
        _ => None,
    };
    (tenant, application)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_of_paths() {
        let table = [
            ("/", (None, None)),
            ("/t", (None, None)),
            ("/t/acme", (Some("acme"), None)),
            ("/t/acme/users/018f", (Some("acme"), None)),
            ("/t/acme/scim/abcdefghijk1/v2/Users/ada@example.com", (Some("acme"), Some("abcdefghijk1"))),
            ("/t/acme/applications/abcdefghijk1/features", (Some("acme"), Some("abcdefghijk1"))),
            ("/t/acme/applications/new", (Some("acme"), None)),
            ("/t/ada@example.com/scim/x", (None, None)),
            ("/static/t/acme", (None, None)),
        ];
        for (path, expected) in table {
            assert_eq!(place(path), expected, "{path}");
        }
    }
}
