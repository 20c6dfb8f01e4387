//! `rollcall doctor --deep`: whether the rows of each tenant agree with each other.

use database::Database;
use provisioning::{Consistency, Provisioning};
use registry::{Registry, SecretKey};
use scim_model::Limits;

use super::Finding;
use crate::config::Config;

/// What to do about rows that contradict each other: nothing that a command could do.
const REMEDY: &str = "restore a backup from before, and report this with the version of Rollcall";

/// One finding for each tenant, and one for each contradiction.
pub(super) async fn look(config: &Config, database: &Database) -> Vec<Finding> {
    match tenants(config, database).await {
        Ok(findings) => findings,
        Err(error) => vec![Finding::Bad(format!("cannot be looked at: {error:#}"))],
    }
}

async fn tenants(config: &Config, database: &Database) -> anyhow::Result<Vec<Finding>> {
    let key = SecretKey::load(&config.secret_key_file)?;
    let registry = Registry::new(database.clone(), &key, &config.public_url_for(config.listen))?;
    let provisioning = Provisioning::new(database.clone(), registry.clone(), Limits::default());
    let mut findings = Vec::new();
    for tenant in registry.tenants().await? {
        let scope = registry.operator_scope(&tenant.slug).await?;
        findings.extend(told(&tenant.slug, &provisioning.consistency(&scope).await?));
    }
    Ok(findings)
}

fn told(tenant: &str, found: &Consistency) -> Vec<Finding> {
    let Consistency { resources, people, events, problems, more } = found;
    if problems.is_empty() {
        return vec![Finding::Good(format!(
            "{tenant}: {resources} resources, {people} people and {events} rows of the report agree with each other"
        ))];
    }
    let mut findings: Vec<Finding> =
        problems.iter().map(|problem| Finding::Bad(format!("{tenant}: {problem}: {REMEDY}"))).collect();
    if *more > 0 {
        findings.push(Finding::Bad(format!("{tenant}: {more} more contradictions like these")));
    }
    findings
}
