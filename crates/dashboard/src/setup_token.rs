//! The one-time token that opens the set-up page. It exists only while nobody is set up: the server prints it inside the
//! URL at its first start, and the first completed set-up consumes it.

use secrecy::{ExposeSecret, SecretString};
use std::sync::Mutex;

/// Guards `/setup`. Holds no token at all on a server that is set up already.
pub struct SetupToken {
    secret: Mutex<Option<SecretString>>,
}

impl SetupToken {
    /// A guard that `secret` opens.
    pub fn new(secret: SecretString) -> Self {
        SetupToken { secret: Mutex::new(Some(secret)) }
    }

    /// A guard that nothing opens: for a server with an administrator.
    pub fn none() -> Self {
        SetupToken { secret: Mutex::new(None) }
    }

    /// Whether set-up is still to be done, that is whether any token would be accepted.
    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    /// Whether `presented` is the token. Takes the same time wherever the two differ.
    pub fn accepts(&self, presented: &str) -> bool {
        self.lock().as_ref().is_some_and(|secret| same(secret.expose_secret().as_bytes(), presented.as_bytes()))
    }

    /// Ends its life: nothing opens `/setup` from now on.
    pub fn consume(&self) {
        self.lock().take();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.secret.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Compares without stopping at the first difference. The length is no secret.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_for_its_secret_until_consumed() {
        let token = SetupToken::new("correct".into());
        for (presented, accepted) in [("correct", true), ("Correct", false), ("", false), ("correct ", false)] {
            assert_eq!(token.accepts(presented), accepted, "{presented:?}");
        }
        token.consume();
        assert!(!token.accepts("correct"));
        assert!(!token.is_open());
        assert!(!SetupToken::none().accepts(""));
    }
}
