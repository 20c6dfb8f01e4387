//! `rollcall serve`.

use std::sync::Arc;

use anyhow::Result;
use database::{SystemClock, SystemRandom};

use super::say;
use crate::application::Application;
use crate::config::Config;
use crate::signals::stop_requested;

/// Starts the server, prints the one line with the URL to open, and runs until it is asked to stop.
pub(super) async fn serve(config: &Config) -> Result<()> {
    let application = Application::build(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    tracing::info!(address = %application.address(), "listening");
    say(&format!("Rollcall is ready: open {}", application.url_to_open()))?;
    run_until_stopped(application).await
}

/// Runs the server until SIGTERM or SIGINT.
pub(crate) async fn run_until_stopped(application: Application) -> Result<()> {
    let stop = application.stop_handle();
    actix_web::rt::spawn(async move {
        if let Err(error) = stop_requested().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "signals cannot be received: kill the process to stop it"
            );
            return;
        }
        tracing::info!("stopping");
        stop.stop().await;
    });
    application.run().await
}
