//! The log: on standard error, as text or as JSON.
//!
//! Never in it: bodies, tokens, query strings, names and addresses of people.

use std::io::{self, IsTerminal};

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::SubscriberBuilder;

use crate::config::{Config, LogFormat};

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
