//! The log: on standard error, as text or as JSON. Traces, if there is somebody to send them to, are a layer beside it.
//!
//! Never in it: bodies, tokens, query strings, names and addresses of people.

use std::io::{self, IsTerminal};

use anyhow::{Result, anyhow};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::SubscriberBuilder;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Config, LogFormat};
use crate::traces::{TraceLayer, is_traced};

/// Starts logging, once per process.
pub fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log)?;
    let builder = SubscriberBuilder::default().with_env_filter(filter).with_writer(io::stderr);
    // A line that cannot be written, as on a full disk, would be complained about on standard error, too, and that panics.
    let builder = builder.log_internal_errors(false);
    let started = match config.log_format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow!("logging could not be started: {error}"))
}

/// Starts logging with traces beside it. Each has a filter of its own, so the log says what it says without traces: what only
/// they want does not show in it. [`start`] is not this without a layer, as a filter over everything costs less than one
/// filter for each layer.
pub fn start_with_traces(config: &Config, traces: TraceLayer) -> Result<()> {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).log_internal_errors(false);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry()
        .with(lines.with_filter(EnvFilter::try_new(&config.log)?))
        .with(traces.with_filter(filter_fn(is_traced)));
    subscriber.try_init().map_err(|error| anyhow!("logging could not be started: {error}"))
}
