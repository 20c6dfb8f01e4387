//! The settings file: the same settings as the flags, as TOML.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use super::{DatabaseUrl, LogFormat};

/// What a settings file may hold. A key that is not here is an error: a misspelt setting must not be ignored silently.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileOptions {
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) tls_certificate_file: Option<PathBuf>,
    pub(super) tls_key_file: Option<PathBuf>,
    pub(super) database_url: Option<DatabaseUrl>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) secret_key_file: Option<PathBuf>,
    pub(super) body_limit_bytes: Option<usize>,
    pub(super) workers: Option<usize>,
    pub(super) event_retention_days: Option<u32>,
    pub(super) audit_retention_days: Option<u32>,
    pub(super) metrics_listen: Option<String>,
    pub(super) metrics_token_file: Option<PathBuf>,
    pub(super) otlp_endpoint: Option<String>,
    pub(super) drain_s: Option<u64>,
    pub(super) stop_timeout_s: Option<u64>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogFormat>,
}

impl FileOptions {
    /// Reads and parses `path`. Errors name the file, the line and the key, never the text around them: it may hold the
    /// password of the database.
    pub(super) fn read(path: &Path) -> Result<FileOptions> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the settings file {}", path.display()))?;
        FileOptions::parse(&text).map_err(|error| anyhow!("settings file {}: {error}", path.display()))
    }

    pub(super) fn parse(text: &str) -> Result<FileOptions> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            anyhow!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }
}
