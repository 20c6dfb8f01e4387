//! `rollcall backup`: SQLite's own file on SQLite, the portable export on PostgreSQL.

use std::path::Path;

use anyhow::Result;
use database::DatabaseConfig;
use database::transfer::{Progress, back_up};

use super::progress::{ProgressLines, megabytes};
use super::{export, say};
use crate::config::Config;

/// Copies the database while servers run.
pub(super) fn backup(config: &Config, file: &Path, force: bool) -> Result<()> {
    let mut lines = ProgressLines::new();
    let settings = DatabaseConfig::new(config.database_url.expose());
    if settings.file().is_none() {
        return export::export(config, file, force);
    }
    let made = back_up(&settings, file, force, &mut |progress| tell(&mut lines, &progress))?;
    say(&format!("Backed up the database to {} ({}).", file.display(), megabytes(made.bytes)))?;
    say(&key_is_apart(config))
}

/// What the copy does not hold. Said every time: whoever learns it at a restore learns it too late.
pub(super) fn key_is_apart(config: &Config) -> String {
    format!(
        "The secret key is not in it: keep a copy of {} too, and apart from it. Without the key the database cannot be used \
         after a restore.",
        config.secret_key_file.display()
    )
}

/// One line about how far it is.
pub(super) fn tell(lines: &mut ProgressLines, progress: &Progress) {
    match progress {
        Progress::Bytes { done, expected } => {
            lines.now_and_then(|| format!("copied {} of about {}", megabytes(*done), megabytes(*expected)));
        }
        Progress::Rows { table, rows } => lines.rows(table, *rows),
        Progress::Indexing => lines.now_and_then(|| "making the indexes".to_owned()),
        Progress::Checking => lines.now_and_then(|| "checking the copy".to_owned()),
    }
}
