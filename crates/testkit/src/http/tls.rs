//! https, if the feature `tls` is on.
//!
//! Trusted is what the machine trusts; the variable `SSL_CERT_FILE` names a file of further certificates in its place. There is no way to
//! trust everybody.

use super::{BaseUrl, HttpError};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Makes TLS out of TCP.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

impl Tls {
    /// With the certificates that this machine trusts.
    pub fn of_this_machine() -> Result<Self, HttpError> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        // A certificate of the machine that cannot be read is none to trust; without any there is no point in asking.
        let _unreadable = roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err(HttpError::Tls("this machine has no certificates to trust: set SSL_CERT_FILE".to_owned()));
        }
        Self::trusting(roots)
    }

    pub fn trusting(roots: RootCertStore) -> Result<Self, HttpError> {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpError::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Holds that the other side is who the address says.
    pub async fn secure(&self, base: &BaseUrl, stream: TcpStream) -> Result<TlsStream<TcpStream>, HttpError> {
        let host = base.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|error| HttpError::Tls(error.to_string()))?;
        self.0.connect(name, stream).await.map_err(|error| HttpError::Tls(error.to_string()))
    }
}
