//! The parts that the server and the commands share: data folder, secret key, database, registry.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use database::{Clock, Database, DatabaseConfig, RandomSource};
use registry::{Registry, SecretKey};

use crate::config::Config;

/// An opened installation. Its database is up to date.
pub struct Installation {
    /// The data.
    pub database: Database,
    /// Tenants, administrators, applications.
    pub registry: Registry,
    /// What URLs start with.
    pub public_url: String,
}

impl Installation {
    /// Opens what `config` names; makes the data folder, the secret key and the tables where they do not exist yet. Several
    /// processes may do this at the same time. Blocks while another one migrates.
    pub async fn open(
        config: &Config,
        public_url: String,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
    ) -> Result<Installation> {
        make_private_folder(&config.data_dir)?;
        if let Some(folder) = config.secret_key_file.parent() {
            make_private_folder(folder)?;
        }
        let secret_key = SecretKey::load_or_create(&config.secret_key_file)?;
        let database = Database::open(&DatabaseConfig::new(config.database_url.expose()), clock, random)?;
        let migrations = database.migrate()?;
        if migrations > 0 {
            tracing::info!(migrations, "brought the database up to date");
        }
        let registry = Registry::new(database.clone(), &secret_key, &public_url)?;
        if !registry.secret_key_fits().await? {
            bail!(foreign_key(&config.secret_key_file));
        }
        Ok(Installation { database, registry, public_url })
    }
}

/// What to do about a key that does not belong to the database.
pub fn foreign_key(path: &Path) -> String {
    format!(
        "the secret key in {} is not the one that this database's credentials were encrypted with: put the right key file \
         there, or name it with --secret-key-file",
        path.display()
    )
}

/// Makes a folder that only its owner can look into; one that exists stays as it is.
pub fn make_private_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}
