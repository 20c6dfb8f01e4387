//! Which database to open, and how long to wait for it.
//!
//! Not here: reading files, flags and variables (`server`).

use std::fmt;
use std::path::PathBuf;

/// What [`Database::open`](crate::Database::open) needs to know.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` (relative to the working folder), `postgres://…` or `postgresql://…`.
    pub url: String,
    /// Connections of this process: readers on SQLite (its one writer comes on top), all of them on PostgreSQL.
    pub max_connections: u32,
    /// Longest wait for a free connection and for a lock, each; then [`Error::Busy`](crate::Error::Busy).
    pub busy_timeout_ms: u64,
}

impl DatabaseConfig {
    /// The usual limits: 16 connections, 5 seconds.
    pub fn new(url: impl Into<String>) -> Self {
        DatabaseConfig { url: url.into(), max_connections: 16, busy_timeout_ms: 5_000 }
    }

    /// The file of a SQLite database, whether it is there or not; `None` for PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        match Target::parse(&self.url) {
            Ok(Target::Sqlite(path)) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DatabaseConfig")
            .field("url", &without_password(&self.url))
            .field("max_connections", &self.max_connections)
            .field("busy_timeout_ms", &self.busy_timeout_ms)
            .finish()
    }
}

/// Why a database cannot be opened, in a sentence for the operator that never contains the password.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    /// The URL is of no form that we know.
    #[error("the database URL `{url}` is not understood: write `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`")]
    UnknownUrl {
        /// The URL without its password.
        url: String,
    },
    /// The URL asks for TLS and libpq was built without it.
    #[error(
        "the database URL asks for TLS (sslmode={sslmode}), but this program was built without it: build it with \
         `cargo build --release --features postgres-tls` (needs OpenSSL's headers: `apt-get install libssl-dev`), or choose \
         `sslmode=disable` where the network is private"
    )]
    TlsNotBuiltIn {
        /// What the URL asks for.
        sslmode: String,
    },
    /// A SQLite file or its folder cannot be made or written.
    #[error("cannot write {}: {reason}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another file is about to take the place of the SQLite file.
    #[error("the database {} is just being restored or imported: wait until that is done, then start again", path.display())]
    BeingReplaced {
        /// The database.
        path: PathBuf,
    },
    /// The database does not answer or does not let us in.
    #[error("cannot open the database {location}: {reason}")]
    Connect {
        /// The URL without its password.
        location: String,
        /// What the database said.
        reason: String,
    },
}

/// The URL, taken apart as far as we need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Target, OpenError> {
        let unknown = || OpenError::UnknownUrl { url: without_password(url) };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return check_tls(url, cfg!(feature = "postgres-tls")).map(|()| Target::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite:").ok_or_else(unknown)?;
        // `sqlite:///absolute` and `sqlite://relative` are habits from other programs.
        let path = path.strip_prefix("//").unwrap_or(path);
        // SQLite would take these for a database in memory and for its own URL form: both lose data that people believe
        // kept.
        if path.is_empty() || path.starts_with(':') || path.starts_with("file:") || path.contains(['?', '\0']) {
            return Err(unknown());
        }
        Ok(Target::Sqlite(PathBuf::from(path)))
    }
}

/// libpq without OpenSSL treats `prefer` and `allow` as `disable`, but must not be asked for what it cannot do.
fn check_tls(url: &str, built_in: bool) -> Result<(), OpenError> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("sslmode="));
    match asked {
        Some(sslmode @ ("require" | "verify-ca" | "verify-full")) if !built_in => {
            Err(OpenError::TlsNotBuiltIn { sslmode: sslmode.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The URL for logs and messages: the password, wherever it stands, becomes `***`.
pub(crate) fn without_password(url: &str) -> String {
    // A password may hold a `?` of its own: what comes before the last `@` is never a query.
    let (shown, rest) = match (url.split_once("://"), url.rfind('@')) {
        (Some((scheme, _)), Some(at)) => {
            let authority = scheme.len() + "://".len();
            let user = url.get(authority..at).unwrap_or_default();
            let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:***"));
            (format!("{scheme}://{user}"), &url[at..])
        }
        _ => (String::new(), url),
    };
    let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    let mut shown = shown + host;
    if let Some(query) = query {
        let hide = |pair: &str| if pair.starts_with("password=") { "password=***".to_owned() } else { pair.to_owned() };
        shown.push('?');
        shown.push_str(&query.split('&').map(hide).collect::<Vec<_>>().join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, path) in [
            ("sqlite:data/rollcall.db", "data/rollcall.db"),
            ("sqlite:/var/lib/rollcall.db", "/var/lib/rollcall.db"),
            ("sqlite:///var/lib/rollcall.db", "/var/lib/rollcall.db"),
        ] {
            assert_eq!(Target::parse(url).unwrap(), Target::Sqlite(path.into()), "{url}");
        }
        for url in ["postgres://u:p@h/d", "postgresql://h", "postgres://h/d?sslmode=prefer"] {
            assert_eq!(Target::parse(url).unwrap(), Target::Postgres(url.to_owned()));
        }
    }

    #[test]
    fn everything_else_is_refused_with_a_sentence() {
        for url in
            ["", "data.db", "mysql://u:secret@h/d", "sqlite:", "sqlite::memory:", "sqlite:file:x?mode=memory", "host=h"]
        {
            let message = Target::parse(url).unwrap_err().to_string();
            assert!(message.contains("write `sqlite:PATH`"), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn tls_is_refused_by_a_build_without_it() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://u:secret@h/d?connect_timeout=3&sslmode={mode}");
            let message = check_tls(&url, false).unwrap_err().to_string();
            assert!(message.contains("--features postgres-tls") && message.contains(mode), "{message}");
            assert!(!message.contains("secret"));
            assert!(check_tls(&url, true).is_ok());
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://u:p@h:5432/d", "postgres://u:***@h:5432/d"),
            ("postgres://u:p@ss@h/d", "postgres://u:***@h/d"),
            ("postgres://u@h/d?password=p&sslmode=disable", "postgres://u@h/d?password=***&sslmode=disable"),
            ("sqlite:a.db", "sqlite:a.db"),
        ] {
            assert_eq!(without_password(url), shown);
            assert!(!format!("{:?}", DatabaseConfig::new(url)).contains(":p"));
        }
    }
}
