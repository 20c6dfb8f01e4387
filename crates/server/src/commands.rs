//! What the program does when it is called.

mod administrator;
mod application;
mod backup;
mod doctor;
mod events;
mod export;
mod import;
mod migrate;
mod output;
mod progress;
mod restore;
mod schema;
mod serve;
mod tenant;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use database::{SystemClock, SystemRandom};
use registry::{Registry, TenantScope};

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::installation::Installation;
use crate::{demo, telemetry};

pub(crate) use output::say;
pub(crate) use serve::run_until_stopped;

/// Parses the command line and runs the command. Exit code 0: done; 1: not done, with one line on standard error that says
/// why; 2: the command line was not understood.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let ran = actix_web::rt::System::new().block_on(run(cli));
    match ran {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("error: {}", one_line(&error)));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let mut options = cli.options;
    if !matches!(cli.command, None | Some(Command::Serve)) {
        // A command answers in its own words, and the day that `demo` plays would fill the screen with its requests.
        options.log.get_or_insert_with(|| "warn".to_owned());
    }
    let load = || -> Result<Config> {
        let config = Config::load(&options)?;
        telemetry::start(&config)?;
        Ok(config)
    };
    match cli.command.unwrap_or(Command::Serve) {
        // The doctor tells about wrong settings itself.
        Command::Doctor { deep } => return doctor::doctor(&options, deep).await,
        // It may have more to start than a log.
        Command::Serve => serve::serve(&Config::load(&options)?).await?,
        Command::Demo => demo::demo(&load()?).await?,
        Command::Tenant(command) => tenant::run(&load()?, command).await?,
        Command::Administrator(command) => administrator::run(&load()?, command).await?,
        Command::Application(command) => application::run(&load()?, command).await?,
        Command::Backup { file, force } => backup::backup(&load()?, &file, force)?,
        Command::Export { file, force } => export::export(&load()?, &file, force)?,
        Command::Import { file } => import::import(&load()?, &file).await?,
        Command::Restore { file } => restore::restore(&load()?, &file).await?,
        Command::Events(command) => events::run(&load()?, command).await?,
        Command::Migrate => migrate::migrate(&load()?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The registry of the installation, for a command beside the server. A new installation is made on the way.
async fn open(config: &Config) -> Result<Registry> {
    let public_url = config.public_url_for(config.listen);
    let opened = Installation::open(config, public_url, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    Ok(opened.registry)
}

/// The operator's scope for a tenant.
async fn tenant_scope(registry: &Registry, slug: &str) -> Result<TenantScope> {
    match registry.operator_scope(slug).await {
        Err(registry::Error::NotFound) => {
            let tenants = registry.tenants().await?;
            let known: Vec<&str> = tenants.iter().map(|tenant| tenant.slug.as_str()).collect();
            if known.is_empty() {
                anyhow::bail!("there is no tenant yet: make one with rollcall tenant add {slug} --name NAME");
            }
            anyhow::bail!("there is no tenant {slug:?}; there are: {}", known.join(", "));
        }
        found => found.context("the tenant could not be read"),
    }
}

/// The error and its causes on one line. A refused argument is named.
fn one_line(error: &anyhow::Error) -> String {
    let text = match error.downcast_ref() {
        Some(registry::Error::InvalidField { field, message }) => format!("{field}: {message}"),
        _ => format!("{error:#}"),
    };
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
