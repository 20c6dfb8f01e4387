//! `rollcall application …`.

use anyhow::{Result, bail};
use registry::{Application, CredentialKind, NewApplication, Registry, RevealedCredential, Settings, TenantScope};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{open, say, schema, tenant_scope};
use crate::cli::{ApplicationCommand, ApplicationKind, CredentialCommand};
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
                false => {
                    let (name, id, slug) = (&application.name, &application.id, scope.slug());
                    say(&format!("Made the application \"{name}\" ({id}) in {slug}."))?;
                    as_text(&application, &credential)
                }
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
        ApplicationCommand::Credential(command) => add_credential(&registry, command).await,
        ApplicationCommand::Schema(command) => schema::run(&registry, command).await,
    }
}

/// `rollcall application credential add`.
async fn add_credential(registry: &Registry, command: CredentialCommand) -> Result<()> {
    let CredentialCommand::Add { tenant, application, user, auth, name, json } = command;
    let scope = tenant_scope(registry, &tenant).await?;
    let application = application_of(registry, &scope, &application).await?;
    let (id, kind) = (application.id.as_str(), CredentialKind::from(auth));
    let name = name.as_deref().unwrap_or(kind.label());
    let credential = match &user {
        Some(user) => registry.issue_user_credential(&scope, id, user, kind, name, None).await?,
        None => registry.issue_credential(&scope, id, kind, name, None).await?,
    };
    let user_name = credential.credential.user.as_ref().and_then(|user| user.user_name.as_deref());
    if json {
        let mut answer = as_json(&scope, &application, &credential);
        if let Some(user_name) = user_name {
            answer["user"] = user_name.into();
        }
        return say(&answer.to_string());
    }
    let whose = user_name.map(|user_name| format!("the user {user_name} of ")).unwrap_or_default();
    say(&format!("Made the credential \"{name}\" for {whose}\"{}\" in {}.", application.name, scope.slug()))?;
    as_text(&application, &credential)
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

/// What a client is configured with.
fn as_text(application: &Application, credential: &RevealedCredential) -> Result<()> {
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
