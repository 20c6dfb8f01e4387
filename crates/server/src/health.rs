//! `GET /healthz` and `GET /readyz`: for service managers and load balancers. They need no credential and tell nothing else.
//!
//! Whoever restarts a process asks whether it lives; whoever sends it requests asks whether it is ready. A database that is
//! away is no reason to restart the server, so `/healthz` does not look at it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use database::{Database, MigrationState};

/// Load balancers give up on an answer sooner than the pool gives up on a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the server was asked to stop. Set once and never taken back.
#[derive(Debug, Default)]
pub struct Stopping(AtomicBool);

impl Stopping {
    /// From now on the server is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Answers `/healthz`: 200 as long as the process answers at all.
pub async fn healthz() -> HttpResponse {
    answer(StatusCode::OK, "ok")
}

/// Answers `/readyz`: 200 when requests may be sent here, 503 with the reason when they may not.
pub async fn readyz(database: Data<Database>, stopping: Data<Stopping>) -> HttpResponse {
    let reason = if stopping.has_begun() { Some("the server is stopping") } else { unready(&database).await };
    match reason {
        None => answer(StatusCode::OK, "ok"),
        Some(reason) => answer(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

/// Why the database keeps the server from working. A database that a newer program has changed is none: during an upgrade
/// the older servers go on until they are replaced.
async fn unready(database: &Database) -> Option<&'static str> {
    match tokio::time::timeout(PATIENCE, database.migrations()).await {
        Ok(Ok(MigrationState::Current | MigrationState::Newer { .. })) => None,
        Ok(Ok(MigrationState::Empty | MigrationState::Older { .. })) => {
            tracing::warn!("the database is older than this program: run `rollcall migrate`, or start the server anew");
            Some("the database must be migrated")
        }
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the database does not answer");
            Some("the database does not answer")
        }
        Err(_elapsed) => {
            tracing::warn!("the database does not answer in time");
            Some("the database does not answer in time")
        }
    }
}

fn answer(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("application/json")
        .insert_header(("cache-control", "no-store"))
        .body(format!(r#"{{"status":"{text}"}}"#))
}
