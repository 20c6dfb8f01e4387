//! `GET /healthz`: for load balancers and service managers. 200 when the server answers and its database does, 503 when the
//! database does not. Needs no credential and tells nothing else.

use actix_web::HttpResponse;
use actix_web::web::Data;
use registry::Registry;

/// Answers `/healthz`.
pub async fn health(registry: Data<Registry>) -> HttpResponse {
    // Any cheap indexed read shows that the database answers and has its tables.
    match registry.is_set_up().await {
        Ok(_) => HttpResponse::Ok().content_type("application/json").body(r#"{"status":"ok"}"#),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database does not answer");
            HttpResponse::ServiceUnavailable()
                .content_type("application/json")
                .body(r#"{"status":"the database does not answer"}"#)
        }
    }
}
