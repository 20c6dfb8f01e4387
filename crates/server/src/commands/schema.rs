//! `rollcall application schema …`: the schemas and resource types that an application has beside those of RFC 7643.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use registry::Registry;
use scim_model::discovery;
use scim_model::schema::Definitions;

use super::application::{application_of, change_settings};
use super::{say, tenant_scope};
use crate::cli::SchemaCommand;

pub(super) async fn run(registry: &Registry, command: SchemaCommand) -> Result<()> {
    match command {
        SchemaCommand::Add { tenant, application, file } => {
            let scope = tenant_scope(registry, &tenant).await?;
            let added =
                Definitions::parse(&read(&file)?).map_err(|problem| anyhow!("{}: {problem}", file.display()))?;
            let changed = change_settings(registry, &scope, &application, |settings| {
                settings.definitions = std::mem::take(&mut settings.definitions).with(added.clone());
                Ok(())
            });
            let name = changed.await?;
            let schemas = added.schemas.iter().map(|schema| schema.id.as_str());
            let types = added.resource_types.iter().map(|ty| ty.name.as_str());
            say(&format!("\"{name}\" now has {}.", schemas.chain(types).collect::<Vec<_>>().join(", ")))
        }
        SchemaCommand::List { tenant, application } => {
            let scope = tenant_scope(registry, &tenant).await?;
            let application = application_of(registry, &scope, &application).await?;
            say(&discovery::definitions(&application.settings.definitions))
        }
        SchemaCommand::Remove { tenant, application, names } => {
            let scope = tenant_scope(registry, &tenant).await?;
            let changed = change_settings(registry, &scope, &application, |settings| {
                for name in &names {
                    let definitions = std::mem::take(&mut settings.definitions);
                    match definitions.without(name) {
                        Some(definitions) => settings.definitions = definitions,
                        None => bail!("the application has no schema and no resource type {name:?} of its own"),
                    }
                }
                Ok(())
            });
            let name = changed.await?;
            say(&format!("\"{name}\" no longer has {}.", names.join(", ")))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}
