//! `rollcall serve`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use database::{SystemClock, SystemRandom};

use super::say;
use crate::application::{Application, StopHandle};
use crate::config::Config;
use crate::signals::{HangUps, StopSignals};
use crate::telemetry;
use crate::tls::Tls;
use crate::traces::{Exporting, TraceMetrics, traces};

/// Starts the server, prints the one line with the URL to open, and runs until it is asked to stop.
pub(super) async fn serve(config: &Config) -> Result<()> {
    let metrics = Arc::new(TraceMetrics::default());
    let exporting = match &config.otlp_endpoint {
        None => {
            telemetry::start(config)?;
            None
        }
        Some(endpoint) => {
            let (layer, exporter) = traces(endpoint.clone(), &metrics, Arc::new(SystemClock), Arc::new(SystemRandom));
            telemetry::start_with_traces(config, layer)?;
            tracing::info!(collector = %endpoint, "sending traces");
            Some(Exporting::start(exporter))
        }
    };
    // Before anything that takes time: a service manager may say "reload" as soon as it has started the process.
    let hang_ups = HangUps::listen().context("signals cannot be received")?;
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let application = Application::build_counting(config, metrics, clock, random).await?;
    tracing::info!(address = %application.address(), "listening");
    if let Some(address) = application.metrics_address() {
        tracing::info!(%address, "listening for /metrics");
    }
    actix_web::rt::spawn(reload_when_told(hang_ups, application.tls()));
    say(&format!("Rollcall is ready: open {}", application.url_to_open()))?;
    let stopped = run_until_stopped(application).await;
    if let Some(exporting) = exporting {
        exporting.finish().await;
    }
    stopped
}

/// At each SIGHUP, reads the certificate again that the server was started with.
async fn reload_when_told(mut hang_ups: HangUps, tls: Option<Arc<Tls>>) {
    loop {
        hang_ups.next().await;
        match tls.as_ref().map(|tls| tls.reload()) {
            Some(Ok(())) => tracing::info!("new connections have the TLS certificate that was read just now"),
            Some(Err(error)) => {
                tracing::error!(error = %format!("{error:#}"), "the TLS certificate was not replaced, the old one is in use");
            }
            None => tracing::info!("SIGHUP: there is no TLS certificate to read again, everything goes on as it was"),
        }
    }
}

/// Runs the server until SIGTERM or SIGINT. It is not ready from then on, but goes on answering for the time that a load
/// balancer needs to see that; a second signal cuts this time short.
pub(crate) async fn run_until_stopped(application: Application) -> Result<()> {
    let (stop, drain) = (application.stop_handle(), application.drain());
    actix_web::rt::spawn(async move {
        if let Err(error) = wait_for_stop(&stop, drain).await {
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

/// Completes when it is time to take no more connections.
async fn wait_for_stop(stop: &StopHandle, drain: Duration) -> io::Result<()> {
    let mut signals = StopSignals::listen()?;
    signals.requested().await?;
    stop.announce();
    if drain.is_zero() {
        return Ok(());
    }
    tracing::info!(seconds = drain.as_secs(), "not ready any more, still answering until load balancers have seen it");
    tokio::select! {
        () = tokio::time::sleep(drain) => Ok(()),
        again = signals.requested() => again,
    }
}
