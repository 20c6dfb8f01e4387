//! Settings of the program: from flags, `ROLLCALL_*` variables, a TOML file and defaults, in this order of precedence.
//!
//! Deliberately not here: anything an administrator sets per tenant or application. That is data and lives in the database.

mod file;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use serde::Deserialize;

use crate::metrics::check_listen;
use crate::tls::TlsFiles;
use crate::traces::Endpoint;

pub use file::FileOptions;

/// Body limit unless set otherwise: a group of 100,000 members comes in one PUT.
pub const DEFAULT_BODY_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// A century: more is a mistake.
const MAX_RETENTION_DAYS: u32 = 36_500;

/// What is logged unless set otherwise. The web framework reports at length that it starts its workers, and as an error that
/// some port scanner does not speak HTTP.
const DEFAULT_LOG: &str = "info,actix_server=warn,actix_http=off";

/// Settings as given on the command line and in the environment; what is not given may come from the file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Options {
    /// TOML file with settings; its keys are the names below with underscores, such as `public_url`
    #[arg(long, global = true, env = "ROLLCALL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes any free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "ROLLCALL_LISTEN", value_name = "HOST:PORT", value_parser = parse_listen)]
    pub listen: Option<SocketAddr>,
    /// URL that browsers and SCIM clients reach this server by, without a path [default: http://HOST:PORT of --listen, or
    /// https:// with --tls-certificate-file]
    #[arg(long, global = true, env = "ROLLCALL_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Certificate in PEM form with those that lead to its root, for https on --listen; read again at SIGHUP [default: none]
    #[arg(long, global = true, env = "ROLLCALL_TLS_CERTIFICATE_FILE", value_name = "FILE")]
    pub tls_certificate_file: Option<PathBuf>,
    /// Private key of that certificate in PEM form, without a passphrase [default: none]
    #[arg(long, global = true, env = "ROLLCALL_TLS_KEY_FILE", value_name = "FILE")]
    pub tls_key_file: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE` [default: sqlite:DATA_DIR/rollcall.db]
    #[arg(long, global = true, env = "ROLLCALL_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
    /// Folder for the embedded database and the secret key, made on first start [default: ./data]
    #[arg(long, global = true, env = "ROLLCALL_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// File with the key that encrypts credentials, made on first start [default: DATA_DIR/secret.key]
    #[arg(long, global = true, env = "ROLLCALL_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// Largest request body in bytes; a larger one is answered 413 [default: 16777216]
    #[arg(long, global = true, env = "ROLLCALL_BODY_LIMIT_BYTES", value_name = "BYTES")]
    pub body_limit_bytes: Option<usize>,
    /// Threads that answer requests [default: one per processor core]
    #[arg(long, global = true, env = "ROLLCALL_WORKERS", value_name = "NUMBER")]
    pub workers: Option<usize>,
    /// Days that rows of the provisioning report are kept; 0 keeps them for ever [default: 0]
    #[arg(long, global = true, env = "ROLLCALL_EVENT_RETENTION_DAYS", value_name = "DAYS")]
    pub event_retention_days: Option<u32>,
    /// Days that the record of what administrators did is kept; 0 keeps it for ever [default: 0]
    #[arg(long, global = true, env = "ROLLCALL_AUDIT_RETENTION_DAYS", value_name = "DAYS")]
    pub audit_retention_days: Option<u32>,
    /// Address and port for /metrics alone, without a token if only this machine reaches it [default: none]
    #[arg(long, global = true, env = "ROLLCALL_METRICS_LISTEN", value_name = "HOST:PORT", value_parser = parse_listen)]
    pub metrics_listen: Option<SocketAddr>,
    /// File with a token that opens /metrics, then also at --listen [default: none]
    #[arg(long, global = true, env = "ROLLCALL_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub metrics_token_file: Option<PathBuf>,
    /// OpenTelemetry collector that traces are sent to, by OTLP over HTTP, such as http://127.0.0.1:4318 [default: none]
    #[arg(long, global = true, env = "ROLLCALL_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// After a request to stop: seconds in which everything is still answered but /readyz, so that a load balancer sees it
    /// [default: 0]
    #[arg(long, global = true, env = "ROLLCALL_DRAIN_S", value_name = "SECONDS")]
    pub drain_s: Option<u64>,
    /// After that: seconds that requests under way have to finish [default: 20]
    #[arg(long, global = true, env = "ROLLCALL_STOP_TIMEOUT_S", value_name = "SECONDS")]
    pub stop_timeout_s: Option<u64>,
    /// What to log: error, warn, info, debug, trace, or a filter such as
    /// `warn,rollcall=debug` [default: info,actix_server=warn,actix_http=off]
    #[arg(long, global = true, env = "ROLLCALL_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Form of the log on standard error [default: text]
    #[arg(long, global = true, env = "ROLLCALL_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

/// Address of the database. May hold a password, so it does not print.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        DatabaseUrl(url)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(formatter, "{scheme}:…")
    }
}

/// Every setting, with defaults filled in and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// `https://rollcall.example.com`, without a slash at the end. `None`: the address that was bound.
    pub public_url: Option<String>,
    /// What https is spoken with; `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where the data is.
    pub database_url: DatabaseUrl,
    /// Folder for what the server keeps on disk.
    pub data_dir: PathBuf,
    /// The installation's secret key.
    pub secret_key_file: PathBuf,
    /// Largest request body.
    pub body_limit_bytes: usize,
    /// Worker threads; `None`: one per processor core.
    pub workers: Option<usize>,
    /// Days that rows of the report are kept; `None`: for ever.
    pub event_retention_days: Option<u32>,
    /// Days that the acts of administrators are kept; `None`: for ever.
    pub audit_retention_days: Option<u32>,
    /// A listener of its own for `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the token for `/metrics` is; with it they are also at `listen`.
    pub metrics_token_file: Option<PathBuf>,
    /// Where traces are sent.
    pub otlp_endpoint: Option<Endpoint>,
    /// How long everything but `/readyz` is answered after a request to stop.
    pub drain_s: u64,
    /// How long requests under way may take after that.
    pub stop_timeout_s: u64,
    /// Filter of the log, in the notation of `tracing-subscriber`.
    pub log: String,
    /// Form of the log.
    pub log_format: LogFormat,
}

impl Config {
    /// Reads the file that the options name, fills in the defaults and checks the result.
    pub fn load(options: &Options) -> Result<Config> {
        let file = match &options.config {
            Some(path) => FileOptions::read(path)?,
            None => FileOptions::default(),
        };
        let config = Config::merge(options.clone(), file)?;
        config.validate()?;
        Ok(config)
    }

    fn merge(options: Options, file: FileOptions) -> Result<Config> {
        let listen = match (options.listen, &file.listen) {
            (Some(listen), _) => listen,
            (None, Some(listen)) => parse_listen(listen)?,
            (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
        };
        let data_dir = options.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = match options.database_url.or(file.database_url) {
            Some(url) => url,
            None => DatabaseUrl(sqlite_url(&data_dir)?),
        };
        let metrics_listen = match (options.metrics_listen, &file.metrics_listen) {
            (Some(listen), _) => Some(listen),
            (None, Some(listen)) => Some(parse_listen(listen).context("metrics_listen")?),
            (None, None) => None,
        };
        let public_url = options.public_url.or(file.public_url);
        let otlp_endpoint = options.otlp_endpoint.or(file.otlp_endpoint);
        let otlp_endpoint = otlp_endpoint.map(|url| Endpoint::read(&url).context("otlp_endpoint")).transpose()?;
        let tls = match (
            options.tls_certificate_file.or(file.tls_certificate_file),
            options.tls_key_file.or(file.tls_key_file),
        ) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => {
                bail!("tls_certificate_file: set tls_key_file, too, to the private key of the certificate")
            }
            (None, Some(_)) => bail!("tls_key_file: set tls_certificate_file, too, to the certificate of the key"),
        };
        Ok(Config {
            listen,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            tls,
            database_url,
            secret_key_file: options
                .secret_key_file
                .or(file.secret_key_file)
                .unwrap_or_else(|| data_dir.join("secret.key")),
            data_dir,
            body_limit_bytes: options.body_limit_bytes.or(file.body_limit_bytes).unwrap_or(DEFAULT_BODY_LIMIT_BYTES),
            workers: options.workers.or(file.workers),
            event_retention_days: retention(options.event_retention_days.or(file.event_retention_days)),
            audit_retention_days: retention(options.audit_retention_days.or(file.audit_retention_days)),
            metrics_listen,
            metrics_token_file: options.metrics_token_file.or(file.metrics_token_file),
            otlp_endpoint,
            drain_s: options.drain_s.or(file.drain_s).unwrap_or(0),
            stop_timeout_s: options.stop_timeout_s.or(file.stop_timeout_s).unwrap_or(20),
            log: options.log.or(file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: options.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
        })
    }

    /// Refuses settings that cannot work, each with what to write instead.
    pub fn validate(&self) -> Result<()> {
        if let Some(url) = &self.public_url {
            check_public_url(url).with_context(|| format!("public_url {url:?}"))?;
            ensure!(
                self.tls.is_none() || url.starts_with("https://"),
                "public_url {url:?}: with tls_certificate_file the server speaks https only, so begin it with https://"
            );
        }
        let database = self.database_url.expose();
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme));
        ensure!(known, "database_url: write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE");
        ensure!(database != "sqlite:", "database_url: name the file after sqlite:, such as sqlite:./data/rollcall.db");
        ensure!(
            (1024..=1 << 30).contains(&self.body_limit_bytes),
            "body_limit_bytes {}: choose between 1024 and 1073741824",
            self.body_limit_bytes
        );
        if let Some(workers) = self.workers {
            ensure!((1..=1024).contains(&workers), "workers {workers}: choose between 1 and 1024");
        }
        for (name, days) in
            [("event_retention_days", self.event_retention_days), ("audit_retention_days", self.audit_retention_days)]
        {
            let days = days.unwrap_or(0);
            ensure!(days <= MAX_RETENTION_DAYS, "{name} {days}: choose at most {MAX_RETENTION_DAYS}, or 0 for ever");
        }
        if let Some(listen) = self.metrics_listen {
            check_listen(listen, self.metrics_token_file.is_some())?;
        }
        for (name, seconds) in [("drain_s", self.drain_s), ("stop_timeout_s", self.stop_timeout_s)] {
            ensure!(seconds <= 3_600, "{name} {seconds}: choose at most 3600");
        }
        tracing_subscriber::EnvFilter::try_new(&self.log)
            .map_err(|error| anyhow::anyhow!("log {:?}: {error}", self.log))?;
        Ok(())
    }

    /// The public URL for a server that listens on `address`.
    pub fn public_url_for(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match &self.public_url {
            Some(url) => url.clone(),
            // Nobody can open 0.0.0.0.
            None if address.ip().is_unspecified() => format!("{scheme}://localhost:{}", address.port()),
            None => format!("{scheme}://{address}"),
        }
    }
}

/// `None` for ever, which is written as 0, so that a flag can take back what the file says.
fn retention(days: Option<u32>) -> Option<u32> {
    days.filter(|days| *days > 0)
}

/// The database file inside the data folder.
fn sqlite_url(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("rollcall.db");
    let path = path.to_str().with_context(|| format!("data_dir {} is not UTF-8", data_dir.display()))?;
    Ok(format!("sqlite:{path}"))
}

/// `HOST:PORT`, where the host may be a name.
fn parse_listen(text: &str) -> Result<SocketAddr> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let mut addresses = text
        .to_socket_addrs()
        .map_err(|_| anyhow::anyhow!("listen {text:?}: write an address and a port, such as 127.0.0.1:8080"))?;
    addresses.next().with_context(|| format!("listen {text:?}: the name has no address"))
}

/// An absolute http or https URL of scheme, host and optional port only: pages and SCIM paths are put right behind it.
fn check_public_url(url: &str) -> Result<()> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        bail!("start it with https:// or http://");
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-._[]:".contains(character);
    ensure!(!rest.contains('/'), "leave out the path: Rollcall needs a host name of its own");
    ensure!(
        !host.is_empty() && host.chars().all(allowed) && (!host.contains(':') || host.starts_with('[')),
        "write only scheme, host and port, such as https://rollcall.example.com"
    );
    if let Some(port) = port {
        ensure!(port.parse::<u16>().is_ok_and(|port| port != 0), "the port must be a number from 1 to 65535");
    }
    Ok(())
}
