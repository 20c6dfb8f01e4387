//! `rollcall tenant …`.

use anyhow::Result;
use serde_json::json;

use super::{open, say};
use crate::cli::TenantCommand;
use crate::config::Config;

pub(super) async fn run(config: &Config, command: TenantCommand) -> Result<()> {
    let TenantCommand::Add { slug, name, json } = command;
    let registry = open(config).await?;
    let tenant = registry.add_tenant(&slug, &name).await?;
    if json {
        return say(&json!({ "id": tenant.id, "slug": tenant.slug, "name": tenant.name }).to_string());
    }
    say(&format!("Made the tenant \"{}\" ({}).", tenant.name, tenant.slug))
}
