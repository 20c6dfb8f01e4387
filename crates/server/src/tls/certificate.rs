//! A certificate and its key, read from two files and held against each other.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use database::Timestamp;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{Error, InconsistentKeys};
use zeroize::Zeroizing;

use super::TlsFiles;
use super::expiry;

/// A certificate with the chain behind it, and the key that belongs to it.
pub struct CertifiedPair(CertifiedKey);

impl CertifiedPair {
    /// Reads both files.
    ///
    /// # Errors
    /// When they cannot be used: unreadable, not PEM, a key that everybody may read, two that do not belong together.
    pub fn read(files: &TlsFiles) -> Result<CertifiedPair> {
        let (certificate, key) = (files.certificate.display(), files.key.display());
        let chain = read_chain(&files.certificate)?;
        let private_key = read_key(&files.key)?;
        let pair = CertifiedKey::from_der(chain, private_key, &aws_lc_rs::default_provider());
        pair.map(CertifiedPair).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => anyhow!(
                "tls_key_file {key} is not the key of the certificate in tls_certificate_file {certificate}: name two files \
                 that were made together, and put the server's own certificate first"
            ),
            Error::InvalidCertificate(_) => {
                anyhow!("tls_certificate_file {certificate}: its first certificate cannot be read")
            }
            _ => anyhow!("tls_key_file {key}: this kind of key cannot be used; make an ECDSA P-256 or an RSA key"),
        })
    }

    /// When it expires. `None` if it never does, or does not say.
    pub fn expires(&self) -> Option<Timestamp> {
        self.0.cert.first().and_then(|certificate| expiry::not_after(certificate))
    }

    /// Whether it is for a server of this name or address, as a URL writes it.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let parsed = self.0.end_entity_cert().and_then(ParsedCertificate::try_from);
        match (parsed, ServerName::try_from(host)) {
            (Ok(certificate), Ok(name)) => verify_server_name(&certificate, &name).is_ok(),
            _ => false,
        }
    }

    pub(super) fn into_resolver(self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(self.0))
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let shown = path.display();
    let text = fs::read(path).with_context(|| format!("cannot read tls_certificate_file {shown}"))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|_| anyhow!("tls_certificate_file {shown} is damaged: it is no proper PEM"))?;
    ensure!(
        !chain.is_empty(),
        "tls_certificate_file {shown} holds no certificate: it must have a part that starts with -----BEGIN CERTIFICATE-----"
    );
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let shown = path.display();
    let cannot_read = || format!("cannot read tls_key_file {shown}");
    refuse_exposed(path).with_context(cannot_read)?;
    let text = Zeroizing::new(fs::read(path).with_context(cannot_read)?);
    // What is wrong with it is not repeated: the words might hold a piece of the key.
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| {
        anyhow!(
            "tls_key_file {shown} holds no private key in PEM form without a passphrase: it must have a part that starts \
             with -----BEGIN PRIVATE KEY-----"
        )
    })
}

/// Unlike the secret key, this one is made by another program and may be shared by a group of those that serve with it, as
/// `ssl-cert` of Debian. That everybody may read it is never meant.
#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    ensure!(
        mode & 0o007 == 0,
        "every user of this machine can read it (mode {mode:04o}): run chmod o= {}",
        path.display()
    );
    Ok(())
}

/// Elsewhere the folder's own access rules protect the file.
#[cfg(not(unix))]
fn refuse_exposed(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, KeyPair, PKCS_RSA_SHA256, generate_simple_self_signed};

    use super::*;

    /// The files of a folder, with the rights given to the key.
    fn files(folder: &Path, certificate: &str, key: &str, mode: u32) -> TlsFiles {
        let files = TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        files
    }

    #[test]
    fn a_pair_is_read_with_what_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let made = generate_simple_self_signed(["rollcall.test".to_owned(), "::1".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        // A group may share it.
        for (certificate, mode) in [(certificate.clone(), 0o600), (format!("{certificate}{certificate}"), 0o640)] {
            let pair = CertifiedPair::read(&files(folder.path(), &certificate, &key, mode)).unwrap();
            // What rcgen writes unless told otherwise.
            assert_eq!(pair.expires().map(|expires| expires.to_string()).as_deref(), Some("4096-01-01T00:00:00.000Z"));
            for (host, expected) in [
                ("rollcall.test", true),
                ("[::1]", true),
                ("www.rollcall.test", false),
                ("127.0.0.1", false),
                ("", false),
            ] {
                assert_eq!(pair.is_for(host), expected, "{host}");
            }
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["rollcall.test".to_owned()]).unwrap();
        let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
        let foreign = KeyPair::generate().unwrap().serialize_pem();
        let rsa = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap().serialize_pem();
        let damaged = certificate.replace("MII", "M?I");
        let empty = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        let no_key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        for (certificate, key, mode, expected) in [
            (certificate.as_str(), foreign.as_str(), 0o600, "is not the key of the certificate"),
            (&certificate, &rsa, 0o600, "is not the key of the certificate"),
            (&certificate, &key, 0o604, "(mode 0604): run chmod o= "),
            (&certificate, "", 0o600, "holds no private key"),
            (&certificate, &certificate, 0o600, "holds no private key"),
            (&certificate, &encrypted, 0o600, "without a passphrase"),
            (&certificate, no_key, 0o600, "this kind of key"),
            (&key, &key, 0o600, "holds no certificate"),
            (&damaged, &key, 0o600, "is damaged"),
            (empty, &key, 0o600, "cannot be read"),
        ] {
            let read = CertifiedPair::read(&files(folder.path(), certificate, key, mode));
            let error = format!("{:#}", read.err().unwrap_or_else(|| panic!("{expected}: taken")));
            assert!(error.contains(expected) && error.contains(".pem"), "{expected}: {error}");
        }
        let gone = TlsFiles { certificate: folder.path().join("none"), key: folder.path().join("key.pem") };
        let error = format!("{:#}", CertifiedPair::read(&gone).err().unwrap());
        assert!(error.contains("cannot read tls_certificate_file") && error.contains("none"), "{error}");
    }
}
