//! `rollcall doctor`: one line per check, each failure with what to do. Changes nothing.

mod certificate;
mod deep;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use database::{Clock as _, Database, DatabaseConfig, MigrationState, SystemClock, SystemRandom};
use registry::{Registry, SecretKey, SecretKeyError};

use super::say;
use crate::config::{Config, Options};
use crate::installation::foreign_key;

/// Outcome of one check.
enum Finding {
    /// All is well.
    Good(String),
    /// It works, but should be looked at.
    Advice(String),
    /// It does not work.
    Bad(String),
}

/// Checks the installation. Exit code 1 if something does not work.
pub(super) async fn doctor(options: &Options, deep: bool) -> Result<ExitCode> {
    let config = match Config::load(options) {
        Ok(config) => config,
        Err(error) => {
            report("settings", Finding::Bad(format!("{error:#}")))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let settings = match &options.config {
        Some(path) => format!("read from {}, variables and flags", path.display()),
        None => "read from variables and flags".to_owned(),
    };
    let mut findings = vec![
        ("settings", Finding::Good(settings)),
        ("data folder", data_folder(&config.data_dir)),
        ("secret key", secret_key(&config.secret_key_file)),
    ];
    findings.extend(database(&config, deep).await);
    let url = config.public_url_for(config.listen);
    findings.push(("public URL", public_url(&url)));
    findings
        .extend(config.tls.as_ref().map(|files| ("certificate", certificate::look(files, &url, SystemClock.now()))));
    let mut healthy = true;
    for (what, finding) in findings {
        healthy &= !matches!(finding, Finding::Bad(_));
        report(what, finding)?;
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(what: &str, finding: Finding) -> Result<()> {
    let (mark, text) = match finding {
        Finding::Good(text) => ("ok     ", text),
        Finding::Advice(text) => ("advice ", text),
        Finding::Bad(text) => ("FAILED ", text),
    };
    say(&format!("{mark} {what:<12} {text}"))
}

fn data_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            Finding::Bad(format!("{shown} is a file: remove it, or choose another folder with --data-dir"))
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            Finding::Bad(format!("{shown} cannot be written: give this user the right to write there"))
        }
        Ok(metadata) if others_may_enter(&metadata) => {
            Finding::Advice(format!("{shown} can be read by other users of this machine: run chmod 700 {shown}"))
        }
        Ok(_) => Finding::Good(format!("{shown}")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::Good(format!("{shown} does not exist yet; the first start makes it"))
        }
        Err(error) => Finding::Bad(format!("{shown} cannot be looked at: {error}")),
    }
}

#[cfg(unix)]
fn others_may_enter(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o007 != 0
}

#[cfg(not(unix))]
fn others_may_enter(_metadata: &fs::Metadata) -> bool {
    false
}

fn secret_key(path: &Path) -> Finding {
    match SecretKey::load(path) {
        Ok(_) => Finding::Good(format!("{} (keep a copy where the backups of the database are not)", path.display())),
        Err(SecretKeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Finding::Good(format!("{} does not exist yet; the first start makes it", path.display()))
        }
        Err(error) => Finding::Bad(error.to_string()),
    }
}

/// Reachable, up to date, undamaged. Opening would make a missing SQLite file, so that one is left alone.
async fn database(config: &Config, deep: bool) -> Vec<(&'static str, Finding)> {
    let url = config.database_url.expose();
    let file = url.strip_prefix("sqlite:").map(|path| Path::new(path.strip_prefix("//").unwrap_or(path)));
    if let Some(file) = file.filter(|file| !file.exists()) {
        let text = format!("{} does not exist yet; the first start makes it", file.display());
        return vec![("database", Finding::Good(text))];
    }
    let opened = Database::open(&DatabaseConfig::new(url), Arc::new(SystemClock), Arc::new(SystemRandom));
    let database = match opened {
        Ok(database) => database,
        Err(error) => return vec![("database", Finding::Bad(error.to_string()))],
    };
    let health = match database.health().await {
        Ok(health) => health,
        Err(error) => return vec![("database", Finding::Bad(format!("{:#}", anyhow::Error::new(error))))],
    };
    let mut findings = vec![("database", Finding::Good(format!("{} at {}", health.version, health.location)))];
    let current = matches!(health.migrations, MigrationState::Current);
    if current {
        findings.extend(key_of(config, &database).await.map(|finding| ("secret key", finding)));
    }
    findings.push(("tables", tables(health.migrations)));
    if deep && current {
        findings.extend(deep::look(config, &database).await.into_iter().map(|finding| ("data", finding)));
    }
    findings.extend(health.problems.into_iter().map(|problem| ("database", Finding::Bad(problem))));
    findings
}

/// Whether the key belongs to the database; nothing to say while there is nothing to decrypt with it.
async fn key_of(config: &Config, database: &Database) -> Option<Finding> {
    let path = &config.secret_key_file;
    let fits = match SecretKey::load(path) {
        Ok(key) => {
            let registry = Registry::new(database.clone(), &key, &config.public_url_for(config.listen)).ok()?;
            registry.secret_key_fits().await
        }
        // Said under its own heading; here it matters that the database needs it.
        Err(_) => return None,
    };
    match fits {
        Ok(true) => None,
        Ok(false) => Some(Finding::Bad(foreign_key(path))),
        Err(error) => Some(Finding::Bad(error.to_string())),
    }
}

fn tables(state: MigrationState) -> Finding {
    match state {
        MigrationState::Current => Finding::Good("up to date".to_owned()),
        MigrationState::Empty => Finding::Good("none yet; the first start or rollcall migrate makes them".to_owned()),
        MigrationState::Older { missing } => Finding::Advice(format!(
            "{missing} migrations behind this program: back the database up, then start the server or run rollcall migrate"
        )),
        MigrationState::Newer { unknown } => Finding::Bad(format!(
            "changed by a newer version of Rollcall ({}): start that version, or restore a backup from before the upgrade",
            unknown.join(", ")
        )),
    }
}

fn public_url(url: &str) -> Finding {
    if url.contains('_') {
        return Finding::Bad(format!(
            "{url} has an underscore, which Okta refuses in a base URL: use another host name"
        ));
    }
    let local = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|host| url.split_once("://").is_some_and(|(_, rest)| rest.starts_with(host)));
    if local {
        return Finding::Advice(format!(
            "{url} can be reached from this machine only: identity providers in the cloud need --public-url \
             https://YOUR-HOST, and --tls-certificate-file or a reverse proxy that speaks TLS"
        ));
    }
    if url.starts_with("http://") {
        return Finding::Advice(format!(
            "{url} is not encrypted, and Okta and Entra ID refuse it: set --tls-certificate-file, or put a reverse proxy that \
             speaks TLS in front, and --public-url https://…"
        ));
    }
    Finding::Good(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Finding, public_url};

    #[test]
    fn public_urls_are_judged() {
        let judged = |url| match public_url(url) {
            Finding::Good(_) => "good",
            Finding::Advice(_) => "advice",
            Finding::Bad(_) => "bad",
        };
        for (url, expected) in [
            ("https://rollcall.example.com", "good"),
            ("https://roll_call.example.com", "bad"),
            ("http://rollcall.example.com", "advice"),
            ("http://127.0.0.1:8080", "advice"),
            ("https://127.0.0.1:8443", "advice"),
        ] {
            assert_eq!(judged(url), expected, "{url}");
        }
    }
}
