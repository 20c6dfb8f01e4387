//! `rollcall application …`.

use anyhow::{Result, bail};
use registry::{Application, Feature, NewApplication, RevealedCredential, TenantScope};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{open, say, tenant_scope};
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
            switch(&registry, &scope, &application, feature, on).await
        }
    }
}

async fn switch(
    registry: &registry::Registry,
    scope: &TenantScope,
    id: &str,
    feature: Feature,
    on: bool,
) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let Some(application) = registry.application(scope, id).await? else {
            bail!("there is no application {id:?} in the tenant {}", scope.slug());
        };
        let mut settings = application.settings;
        settings.features.set(feature, on);
        match registry.save_settings(scope, id, application.settings_revision, settings).await {
            Err(registry::Error::Stale) => continue,
            saved => saved?,
        };
        let state = if on { "on" } else { "off" };
        let (name, label) = (application.name, feature.label());
        return say(&format!("\"{label}\" is {state} for \"{name}\": {}", feature.sentence(on)));
    }
    bail!("somebody else keeps changing the settings of this application: try again later")
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
