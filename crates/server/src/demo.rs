//! `rollcall demo`: a server of its own in `./demo-data`, filled by a simulated day of Okta over real HTTP, and left running.
//!
//! Nothing is put into the database behind the server's back but the tenant, its owner and the two applications: every
//! user, group and report row comes from a request that the simulated Okta sent. Only the time is played too: the day
//! is spread over the last hours ([`clock`]).

mod clock;
mod folder;
mod password;

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use database::SystemRandom;
use registry::{CredentialKind, Feature, NewApplication, Registry, Role, TenantScope};
use secrecy::ExposeSecret;
use testkit::okta::{Authentication, DayReport, Kind, OktaClient, People, play};

use crate::application::Application;
use crate::commands::{run_until_stopped, say};
use crate::config::{Config, DatabaseUrl};
use clock::DayClock;
use folder::DemoFolder;

const FOLDER: &str = "demo-data";
const TENANT: (&str, &str) = ("northwind", "Northwind");
const EMAIL: &str = "demo@northwind.example";
/// The same people and the same day at each start, so that what a newcomer sees is what the documentation shows.
const WORKFORCE_SEED: u64 = 20_261_123;
const CONTRACTORS_SEED: u64 = 20_261_124;
const CONTRACTORS: usize = 60;

/// Runs the demonstration until the process is asked to stop.
pub async fn demo(config: &Config) -> Result<()> {
    if !config.listen.ip().is_loopback() && !config.listen.ip().is_unspecified() {
        bail!(
            "the demonstration talks to itself: choose an address of this machine with --listen, such as 127.0.0.1:8080"
        );
    }
    // Before the folder is emptied: most often the port is taken by another demonstration.
    drop(TcpListener::bind(config.listen).map_err(|error| {
        let other = "choose another one, such as --listen 127.0.0.1:8081";
        anyhow!(error).context(format!("the demonstration cannot listen on {}: {other}", config.listen))
    })?);
    let folder = DemoFolder::make_anew(FOLDER.as_ref())?;
    let clock = Arc::new(DayClock::start());
    let application =
        Application::build(&settings(config, &folder)?, Arc::clone(&clock) as _, Arc::new(SystemRandom)).await?;
    let registry = application.registry().clone();
    let provisioning = application.provisioning().clone();
    let public_url = application.public_url().to_owned();
    say(&format!("Rollcall is starting at {public_url} with an empty folder {}.", folder.path().display()))?;

    let mut running = actix_web::rt::spawn(run_until_stopped(application));
    let prepared = async {
        let password = fill(&registry).await?;
        registry.flush_uses().await?;
        provisioning.flush_report().await?;
        clock.finish();
        Ok::<_, anyhow::Error>(password)
    };
    let password = tokio::select! {
        prepared = prepared => prepared?,
        stopped = &mut running => return stopped.context("the server stopped")?,
    };
    let (slug, _) = TENANT;
    say(&format!("Rollcall is ready: open {public_url}/"))?;
    say(&format!("Sign in as {EMAIL} with the password {password}"))?;
    say(&format!("The provisioning report is at {public_url}/t/{slug}/reports/provisioning"))?;
    say("Press Ctrl-C to stop. The next demonstration starts anew.")?;
    running.await.context("the server stopped")?
}

/// The caller's address and log, everything else in the demonstration's own folder.
fn settings(config: &Config, folder: &DemoFolder) -> Result<Config> {
    let database = folder.path().join("rollcall.db");
    let database = database.to_str().context("the current folder's name is not UTF-8")?;
    Ok(Config {
        public_url: None,
        tls: None,
        database_url: DatabaseUrl::from(format!("sqlite:{database}")),
        data_dir: folder.path().to_owned(),
        secret_key_file: folder.path().join("secret.key"),
        metrics_listen: None,
        metrics_token_file: None,
        otlp_endpoint: None,
        ..config.clone()
    })
}

/// Makes the tenant, its owner and the applications, and plays a day of Okta into each. Returns the owner's password.
async fn fill(registry: &Registry) -> Result<String> {
    let (slug, name) = TENANT;
    registry.add_tenant(slug, name).await?;
    let scope = registry.operator_scope(slug).await?;
    let password = password::memorable();
    registry.add_administrator(&scope, EMAIL, Role::Owner, password.clone().into()).await?;

    let workforce = People::company(WORKFORCE_SEED);
    day(registry, &scope, "Okta Workforce", Kind::Aiw, &workforce, WORKFORCE_SEED).await?;
    let contractors = People::of_size(CONTRACTORS_SEED, CONTRACTORS);
    day(registry, &scope, "Okta Contractors", Kind::Catalogue, &contractors, CONTRACTORS_SEED).await?;
    Ok(password)
}

/// Adds an application and plays its day. The catalogue's application deletes the users that leave, the other one keeps
/// them disabled.
async fn day(
    registry: &Registry,
    scope: &TenantScope,
    name: &str,
    kind: Kind,
    people: &People,
    seed: u64,
) -> Result<()> {
    let new = NewApplication {
        name: name.to_owned(),
        authentication: CredentialKind::Bearer,
        features: vec![(Feature::DeleteDeactivatedUsers, kind == Kind::Catalogue)],
    };
    let (application, credential) = registry.add_application(scope, new).await?;
    let token = credential.secret.expose_secret().to_owned();
    let authentication = match kind {
        Kind::Aiw => Authentication::Bearer(token),
        Kind::Catalogue => Authentication::Header(token),
    };
    let mut client = OktaClient::new(&application.base_url, authentication, kind)?;
    say(&format!("Playing a day of {name}: {} people, {} groups …", people.users.len(), people.groups.len()))?;
    let report = play(&mut client, people, seed).await;
    say(&format!("  {}", in_words(&report)))?;
    for task in &report.unexpected {
        tracing::warn!(application = name, status = task.status, "Okta would not have expected this: {}", task.message);
    }
    Ok(())
}

fn in_words(report: &DayReport) -> String {
    let counts = &report.counts;
    let mut words = format!(
        "{} users created, {} linked, {} profiles updated, {} renamed, {} deactivated, {} back again, {} groups pushed, \
         {} failures on purpose",
        counts.users_created,
        counts.users_linked,
        counts.profiles_updated,
        counts.logins_renamed,
        counts.users_deactivated,
        counts.users_reactivated + counts.users_created_again,
        counts.groups_pushed,
        report.deliberate.len(),
    );
    if !report.unexpected.is_empty() {
        words.push_str(&format!(", {} failures not on purpose", report.unexpected.len()));
    }
    words
}
