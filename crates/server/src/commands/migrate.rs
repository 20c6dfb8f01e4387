//! `rollcall migrate`.

use std::sync::Arc;

use anyhow::Result;
use database::{Database, DatabaseConfig, SystemClock, SystemRandom};

use super::say;
use crate::config::Config;
use crate::installation::make_private_folder;

/// Makes the tables or brings them up to date. Needs no secret key.
pub(super) fn migrate(config: &Config) -> Result<()> {
    make_private_folder(&config.data_dir)?;
    let settings = DatabaseConfig::new(config.database_url.expose());
    let database = Database::open(&settings, Arc::new(SystemClock), Arc::new(SystemRandom))?;
    let location = database.location();
    say(&match database.migrate()? {
        0 => format!("The database {location} is up to date."),
        1 => format!("Brought the database {location} up to date with 1 migration."),
        migrations => format!("Brought the database {location} up to date with {migrations} migrations."),
    })
}
