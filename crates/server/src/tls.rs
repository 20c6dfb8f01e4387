//! https on the port of the clients: the certificate, and how it is exchanged while the server runs.
//!
//! A reload puts a whole new configuration in the place of the old one, not only the certificate: the sessions of TLS that
//! clients may resume belong to a configuration, so none made under the old key is resumed under the new one. Connections
//! that are open keep theirs ([decision](../../../docs/decisions/0015-tls-in-the-server.md)).
//!
//! Deliberately not here: the handshake (`connection`), certificates of clients, several certificates by name, getting one
//! from an authority, and watching the files: whoever renews a certificate says so with SIGHUP.

mod certificate;
mod expiry;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result};
use database::Clock;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

pub use certificate::CertifiedPair;

/// Where certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate first, then those that lead to its root.
    pub certificate: PathBuf,
    /// PEM: the private key.
    pub key: PathBuf,
}

/// What https is spoken with.
pub struct Tls {
    files: TlsFiles,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be used, with what to do.
    pub fn load(files: TlsFiles, clock: Arc<dyn Clock>) -> Result<Tls> {
        let config = read(&files, clock.as_ref())?;
        Ok(Tls { files, clock, current: RwLock::new(config) })
    }

    /// Reads the files again, for the connections that come from now on. What is wrong with them leaves the old certificate
    /// in use.
    ///
    /// # Errors
    /// When they cannot be used, with what to do.
    pub fn reload(&self) -> Result<()> {
        let config = read(&self.files, self.clock.as_ref())?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// For the handshake of one connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(files: &TlsFiles, clock: &dyn Clock) -> Result<Arc<ServerConfig>> {
    let pair = CertifiedPair::read(files)?;
    match pair.expires() {
        Some(expires) if expires <= clock.now() => {
            tracing::warn!(%expires, "the TLS certificate has expired: clients refuse it until it is replaced");
        }
        Some(expires) => tracing::info!(%expires, "TLS certificate read"),
        None => tracing::info!("TLS certificate read"),
    }
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS cannot be spoken")?
        .with_no_client_auth()
        .with_cert_resolver(pair.into_resolver());
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
