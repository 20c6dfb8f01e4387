//! `rollcall import`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use database::{Database, DatabaseConfig, SystemClock, SystemRandom, transfer};
use registry::{Registry, SecretKey};

use super::progress::ProgressLines;
use super::{backup, say};
use crate::config::Config;
use crate::installation::foreign_key;

/// Fills an empty database from a portable file.
pub(super) async fn import(config: &Config, file: &Path) -> Result<()> {
    let mut lines = ProgressLines::new();
    let settings = DatabaseConfig::new(config.database_url.expose());
    let counts = transfer::import(&settings, file, &mut |progress| backup::tell(&mut lines, &progress))?;
    let (rows, tables, rate) = (counts.values().sum::<u64>(), counts.len(), lines.rate());
    say(&format!("Imported {rows} rows of {tables} tables from {} ({rate} rows/s).", file.display()))?;
    check_key(config, &settings).await
}

/// The rows are in the database, and right; but a server would not start with another key than theirs.
async fn check_key(config: &Config, settings: &DatabaseConfig) -> Result<()> {
    let path = &config.secret_key_file;
    let Ok(key) = SecretKey::load(path) else {
        bail!(
            "all rows are imported, but the secret key that belongs to them is not at {}: put its copy there, or name it with \
             --secret-key-file, before a server is started",
            path.display()
        );
    };
    let database = Database::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom))?;
    let registry = Registry::new(database, &key, &config.public_url_for(config.listen))?;
    if !registry.secret_key_fits().await? {
        bail!("all rows are imported, but {}", foreign_key(path));
    }
    Ok(())
}
