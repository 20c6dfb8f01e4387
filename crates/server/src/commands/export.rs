//! `rollcall export`.

use std::path::Path;

use anyhow::Result;
use database::{Clock, DatabaseConfig, SystemClock, transfer};

use super::progress::ProgressLines;
use super::{backup, say};
use crate::config::Config;

/// Writes the whole database to a portable file while servers run.
pub(super) fn export(config: &Config, file: &Path, force: bool) -> Result<()> {
    let mut lines = ProgressLines::new();
    let settings = DatabaseConfig::new(config.database_url.expose());
    let counts = transfer::export(&settings, file, force, SystemClock.now(), &mut |progress| {
        backup::tell(&mut lines, &progress);
    })?;
    let (rows, tables, rate) = (counts.values().sum::<u64>(), counts.len(), lines.rate());
    say(&format!("Wrote {rows} rows of {tables} tables to {} ({rate} rows/s).", file.display()))?;
    say(&backup::key_is_apart(config))
}
