//! Encryption of credential secrets at rest, so that an administrator can be shown one again.
//!
//! AES-256-GCM with a random nonce per value. The ids of tenant, application and credential are authenticated along with
//! it: a value copied into another row does not open there.
//!
//! Stored form: one byte for the format, 12 of nonce, ciphertext and tag.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::secret_key::SecretKey;

const FORMAT: u8 = 1;

/// Seals and opens values with a key derived from the installation's secret key.
pub(crate) struct Vault {
    key: RandomizedNonceKey,
}

/// The row that a value belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub tenant_id: &'a str,
    pub application_id: &'a str,
    pub credential_id: &'a str,
}

impl Place<'_> {
    /// Ids hold no line feed, so no two places share these bytes.
    fn bytes(&self) -> Vec<u8> {
        format!("credential\n{}\n{}\n{}", self.tenant_id, self.application_id, self.credential_id).into_bytes()
    }
}

impl Vault {
    pub(crate) fn new(secret_key: &SecretKey) -> Result<Vault> {
        let key = secret_key.derive("credential encryption v1")?;
        Ok(Vault { key: RandomizedNonceKey::new(&AES_256_GCM, key.as_ref())? })
    }

    /// Encrypts `secret` for its place.
    pub(crate) fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<u8>> {
        let mut text = Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
        let nonce = self.key.seal_in_place_append_tag(Aad::from(place.bytes()), &mut *text)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Decrypts what [`Vault::seal`] made for the same place. [`Error::OtherSecretKey`] when it does not open.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString> {
        let (FORMAT, rest) = sealed.split_first().map(|(format, rest)| (*format, rest)).ok_or(Error::OtherSecretKey)?
        else {
            return Err(Error::internal("a stored secret has a format that this version does not know"));
        };
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(Error::OtherSecretKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut text = Zeroizing::new(text.to_vec());
        let secret =
            self.key.open_in_place(nonce, Aad::from(place.bytes()), &mut text).map_err(|_| Error::OtherSecretKey)?;
        let secret = std::str::from_utf8(secret).map_err(|_| Error::internal("a stored secret is not text"))?;
        Ok(SecretString::from(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Vault};
    use crate::error::Error;
    use crate::secret_key::SecretKey;
    use secrecy::{ExposeSecret, SecretString};

    const PLACE: Place<'static> = Place { tenant_id: "t", application_id: "a", credential_id: "c" };

    fn vault(byte: u8) -> Vault {
        Vault::new(&SecretKey::from_bytes([byte; 32])).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let vault = vault(1);
        let sealed = vault.seal(PLACE, &SecretString::from("secret")).unwrap();
        assert_eq!(vault.open(PLACE, &sealed).unwrap().expose_secret(), "secret");
        let elsewhere = [
            Place { tenant_id: "u", ..PLACE },
            Place { application_id: "b", ..PLACE },
            Place { credential_id: "d", ..PLACE },
        ];
        for place in elsewhere {
            assert!(matches!(vault.open(place, &sealed), Err(Error::OtherSecretKey)), "{place:?}");
        }
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let vault = vault(1);
        let secret = SecretString::from("secret");
        assert_ne!(vault.seal(PLACE, &secret).unwrap(), vault.seal(PLACE, &secret).unwrap());
    }

    #[test]
    fn another_key_or_a_changed_value_does_not_open() {
        let sealed = vault(1).seal(PLACE, &SecretString::from("secret")).unwrap();
        assert!(matches!(vault(2).open(PLACE, &sealed), Err(Error::OtherSecretKey)));
        for at in 1..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault(1).open(PLACE, &changed).is_err(), "byte {at}");
        }
        for end in 0..sealed.len() {
            assert!(vault(1).open(PLACE, &sealed[..end]).is_err(), "{end} bytes");
        }
        assert!(vault(1).open(PLACE, &[9; 40]).is_err());
    }
}
