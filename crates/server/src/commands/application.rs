//! `rollcall application …`.

use anyhow::{Result, bail};
use registry::{Application, NewApplication, Registry, RevealedCredential, Settings, TenantScope};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{open, say, schema, tenant_scope};
use crate::cli::{ApplicationCommand, ApplicationKind};
use crate::config::Config;

/// Somebody at the dashboard may save in between; each attempt reads the settings anew.
const ATTEMPTS: usize = 5;

pub(super) async fn run(config: &Config, command: ApplicationCommand) -> Result<()> {
    let registry = open(config).await?;
    match command {
        ApplicationCommand::Add { tenant, name, kind: ApplicationKind::ScimClient, features, auth, json } => {
            let scope = tenant_scope(&registry, &tenant).await?;
            let new = NewApplication { name, authentication: auth.into(), features };
            let (application, credential) = registry.add_application(&scope, new).await?;
            match json {
                true => say(&as_json(&scope, &application, &credential).to_string()),
                false => as_text(&scope, &application, &credential),
            }
        }
        ApplicationCommand::Feature { tenant, application, switch: (feature, on) } => {
            let scope = tenant_scope(&registry, &tenant).await?;
            let changed = change_settings(&registry, &scope, &application, |settings| {
                settings.features.set(feature, on);
                Ok(())
            });
            let name = changed.await?;
            let state = if on { "on" } else { "off" };
            say(&format!("\"{}\" is {state} for \"{name}\": {}", feature.label(), feature.sentence(on)))
        }
        ApplicationCommand::Schema(command) => schema::run(&registry, command).await,
    }
}

/// Changes the settings of an application, and gives its name.
pub(super) async fn change_settings(
    registry: &Registry,
    scope: &TenantScope,
    id: &str,
    change: impl Fn(&mut Settings) -> Result<()>,
) -> Result<String> {
    for _ in 0..ATTEMPTS {
        let application = application_of(registry, scope, id).await?;
        let mut settings = application.settings;
        change(&mut settings)?;
        match registry.save_settings(scope, id, application.settings_revision, settings).await {
            Err(registry::Error::Stale) => continue,
            saved => saved?,
        };
        return Ok(application.name);
    }
    bail!("somebody else keeps changing the settings of this application: try again later")
}

/// The application of this id.
pub(super) async fn application_of(registry: &Registry, scope: &TenantScope, id: &str) -> Result<Application> {
    match registry.application(scope, id).await? {
        Some(application) => Ok(application),
        None => bail!("there is no application {id:?} in the tenant {}", scope.slug()),
    }
}

/// The object that other programs read.
fn as_json(scope: &TenantScope, application: &Application, credential: &RevealedCredential) -> Value {
    let mut answer = json!({
        "tenant": scope.slug(),
        "application": application.id,
        "name": application.name,
        "base_url": application.base_url,
    });
    let secret = credential.secret.expose_secret();
    match &credential.credential.username {
        Some(username) => {
            answer["basic_username"] = username.as_str().into();
            answer["basic_password"] = secret.into();
        }
        None => answer["bearer_token"] = secret.into(),
    }
    answer
}

fn as_text(scope: &TenantScope, application: &Application, credential: &RevealedCredential) -> Result<()> {
    say(&format!("Made the application \"{}\" ({}) in {}.", application.name, application.id, scope.slug()))?;
    say(&format!("SCIM base URL:  {}", application.base_url))?;
    let secret = credential.secret.expose_secret();
    match &credential.credential.username {
        Some(username) => {
            say(&format!("User name:      {username}"))?;
            say(&format!("Password:       {secret}"))
        }
        None => say(&format!("Bearer token:   {secret}")),
    }
}
