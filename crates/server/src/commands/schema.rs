//! `rollcall application schema …`: the schemas and resource types that an application has beside those of RFC 7643.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use registry::Registry;
use scim_model::discovery;
use scim_model::schema::{Definitions, ready};

use super::application::{application_of, change_settings};
use super::{say, tenant_scope};
use crate::cli::{DefinitionSource, SchemaCommand};

pub(super) async fn run(registry: &Registry, command: SchemaCommand) -> Result<()> {
    match command {
        SchemaCommand::Add { tenant, application, source } => {
            let scope = tenant_scope(registry, &tenant).await?;
            let added = definitions(&source)?;
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
                let unknown = names.iter().find(|name| !settings.definitions.has(name));
                if let Some(name) = unknown {
                    bail!("the application has no schema and no resource type {name:?} of its own");
                }
                for name in &names {
                    // An earlier one may have taken it along.
                    if let Some(definitions) = settings.definitions.clone().without(name) {
                        settings.definitions = definitions;
                    }
                }
                Ok(())
            });
            let name = changed.await?;
            say(&format!("\"{name}\" no longer has {}.", names.join(", ")))
        }
    }
}

fn definitions(source: &DefinitionSource) -> Result<Definitions> {
    match (&source.file, source.ready.as_deref().and_then(ready::named)) {
        (_, Some(set)) => Ok(set.definitions()),
        (Some(file), None) => {
            Definitions::parse(&read(file)?).map_err(|problem| anyhow!("{}: {problem}", file.display()))
        }
        (None, None) => bail!("give --file or --ready"),
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
