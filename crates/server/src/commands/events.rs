//! `rollcall events …`.

use std::sync::Arc;

use anyhow::Result;
use database::SystemClock;
use provisioning::Provisioning;
use scim_model::Limits;

use super::say;
use crate::cli::EventsCommand;
use crate::config::Config;
use crate::installation::Installation;
use crate::retention::Retention;

pub(super) async fn run(config: &Config, command: EventsCommand) -> Result<()> {
    let EventsCommand::Prune { older_than, dry_run } = command;
    let public_url = config.public_url_for(config.listen);
    let random = Arc::new(database::SystemRandom);
    let Installation { database, registry, .. } =
        Installation::open(config, public_url, Arc::new(SystemClock), random).await?;
    let provisioning = Provisioning::new(database, registry.clone(), Limits::default());
    let clock = Arc::new(SystemClock);
    let retention = Retention { registry, provisioning, clock, event_days: Some(older_than), audit_days: None };
    if !dry_run {
        let pruned = retention.run_once().await?;
        let months = match pruned.months {
            0 => String::new(),
            months => format!("{months} whole months and "),
        };
        return say(&format!(
            "Deleted {months}{} rows older than {older_than} days, and {} identifiers that led to them alone.",
            pruned.events, pruned.identifiers
        ));
    }
    let mut rows = 0;
    if let Some(before) = retention.before(Some(older_than)) {
        for tenant in retention.registry.tenants().await? {
            let scope = retention.registry.operator_scope(&tenant.slug).await?;
            rows += retention.provisioning.count_events_before(&scope, before).await?;
        }
    }
    say(&format!("{rows} rows are older than {older_than} days. Nothing was deleted."))
}
