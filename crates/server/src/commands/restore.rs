//! `rollcall restore`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use database::transfer::Restore;
use database::{Clock, Database, DatabaseConfig, SystemClock, SystemRandom};
use registry::{Registry, SecretKey};

use super::progress::ProgressLines;
use super::{backup, import, say};
use crate::config::Config;

/// Puts a backup in the place of the database, if the secret key fits it. On PostgreSQL a backup is a portable export.
pub(super) async fn restore(config: &Config, file: &Path) -> Result<()> {
    let mut lines = ProgressLines::new();
    let settings = DatabaseConfig::new(config.database_url.expose());
    if settings.file().is_none() {
        return import::import(config, file).await;
    }
    let restore = Restore::prepare(&settings, file, &mut |progress| backup::tell(&mut lines, &progress))?;
    check_key(config, &restore.copy()).await?;
    let restored = restore.finish(SystemClock.now())?;
    say(&format!("Restored the database from {}.", file.display()))?;
    if let Some(old) = restored.old_database {
        say(&format!("The database that was there is now {}: remove it once all is well.", old.display()))?;
    }
    say("The next start brings its tables up to date where that is needed.")
}

/// Refuses a database whose credentials were encrypted with another key than the one of this installation. The server would
/// refuse it as well, but later.
async fn check_key(config: &Config, settings: &DatabaseConfig) -> Result<()> {
    let path = &config.secret_key_file;
    let database = Database::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom))?;
    let key = SecretKey::load(path).with_context(|| {
        format!(
            "the backup needs the secret key that it was made with: put its copy at {}, or name it with --secret-key-file",
            path.display()
        )
    })?;
    let registry = Registry::new(database, &key, &config.public_url_for(config.listen))?;
    if !registry.secret_key_fits().await? {
        bail!(
            "the secret key in {} is not the one that the credentials in this backup were encrypted with: put the copy of that \
             key there, or name it with --secret-key-file; nothing was changed",
            path.display()
        );
    }
    Ok(())
}
