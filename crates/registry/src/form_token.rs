//! Tokens that prove a form was served by us to the very browser that sends it (against cross-site request forgery).
//!
//! A JWT (RFC 7519, HS256) that names the session or the anonymous cookie it was made for. Nothing is stored: any server
//! with the same secret key can check it.

use database::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret_key::SecretKey;
use crate::token::sha256_hex;

const AUDIENCE: &str = "rollcall form";
/// As long as the longest session: a form left open is still accepted while its session is.
const LIFETIME_S: i64 = 7 * 24 * 3600;

/// Signs and checks form tokens.
pub(crate) struct FormTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    /// SHA-256 of what the token is bound to: the token stands in pages, the cookie's value must not.
    sub: String,
    exp: i64,
}

impl FormTokens {
    pub(crate) fn new(secret_key: &SecretKey) -> Result<FormTokens> {
        let key = secret_key.derive("form token v1")?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud", "sub", "exp"]);
        // Checked below, against the injected clock.
        validation.validate_exp = false;
        Ok(FormTokens {
            encoding: EncodingKey::from_secret(key.as_ref()),
            decoding: DecodingKey::from_secret(key.as_ref()),
            validation,
        })
    }

    /// A token for forms served to whoever holds `bound_to`.
    pub(crate) fn issue(&self, bound_to: &str, now: Timestamp) -> Result<String> {
        let exp = now.as_milliseconds() / 1000 + LIFETIME_S;
        let claims = Claims { aud: AUDIENCE.to_owned(), sub: sha256_hex(bound_to), exp };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(Box::new(error)))
    }

    /// Whether `token` was issued for `bound_to` and has not expired.
    pub(crate) fn check(&self, bound_to: &str, token: &str, now: Timestamp) -> bool {
        decode::<Claims>(token, &self.decoding, &self.validation).is_ok_and(|token| {
            token.claims.sub == sha256_hex(bound_to) && token.claims.exp > now.as_milliseconds() / 1000
        })
    }
}

#[cfg(test)]
mod tests {
    use super::FormTokens;
    use crate::secret_key::SecretKey;
    use database::Timestamp;

    fn tokens(byte: u8) -> FormTokens {
        FormTokens::new(&SecretKey::from_bytes([byte; 32])).unwrap()
    }

    #[test]
    fn a_token_holds_for_its_session_its_key_and_its_time() {
        let now = Timestamp::from_milliseconds(1_800_000_000_000);
        let week = Timestamp::from_milliseconds(1_800_000_000_000 + 7 * 24 * 3_600_000);
        let token = tokens(1).issue("session", now).unwrap();
        assert!(tokens(1).check("session", &token, now));
        assert!(!tokens(1).check("other session", &token, now));
        assert!(!tokens(2).check("session", &token, now));
        assert!(!tokens(1).check("session", &token, week));
        for wrong in ["", "a.b.c", &token[1..], &format!("{token}x"), "eyJhbGciOiJub25lIn0.e30."] {
            assert!(!tokens(1).check("session", wrong, now), "{wrong}");
        }
    }
}
