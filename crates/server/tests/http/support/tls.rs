//! https: a certificate of the test's own, and a client that trusts nothing else.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rollcall::TlsFiles;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

const NAME: &str = "rollcall.test";

/// Two files in a folder of their own.
pub struct TestCertificate {
    pub files: TlsFiles,
    _folder: tempfile::TempDir,
}

impl TestCertificate {
    /// Makes the files, and a client that trusts them.
    pub fn make() -> (TestCertificate, TlsClient) {
        let folder = tempfile::tempdir().unwrap();
        let files =
            TlsFiles { certificate: folder.path().join("fullchain.pem"), key: folder.path().join("privkey.pem") };
        let certificate = TestCertificate { files, _folder: folder };
        let client = certificate.renew();
        (certificate, client)
    }

    /// Others in their place, and a client that trusts those.
    pub fn renew(&self) -> TlsClient {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        std::fs::write(&self.files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&self.files.key, made.signing_key.serialize_pem()).unwrap();
        std::fs::set_permissions(&self.files.key, std::fs::Permissions::from_mode(0o600)).unwrap();
        TlsClient::trusting(made.cert.der().clone(), &[])
    }
}

/// Talks to the one whose certificate it knows. Remembers sessions, as clients do, to resume them.
#[derive(Clone)]
pub struct TlsClient {
    certificate: CertificateDer<'static>,
    config: Arc<ClientConfig>,
}

impl TlsClient {
    fn trusting(certificate: CertificateDer<'static>, versions: &[&'static SupportedProtocolVersion]) -> TlsClient {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = match versions {
            [] => builder.with_safe_default_protocol_versions(),
            versions => builder.with_protocol_versions(versions),
        };
        let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
        // As a browser asks.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsClient { certificate, config: Arc::new(config) }
    }

    /// The same, with one version of TLS only.
    pub fn only(&self, version: &'static SupportedProtocolVersion) -> TlsClient {
        Self::trusting(self.certificate.clone(), &[version])
    }

    /// The handshake, if it succeeds.
    pub async fn connect(&self, address: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::clone(&self.config)).connect(ServerName::try_from(NAME).unwrap(), stream).await
    }
}
