//! Tenants, the people who administer them, their applications with settings and credentials; and the scopes that
//! everything else acts through.
//!
//! Nothing here knows HTTP. What a client did with users and groups is `provisioning`; this crate only says who it is and
//! what it may do.

mod administrator;
mod application;
mod audit;
mod authenticate;
mod check;
mod credential;
mod cursor;
mod error;
mod feature;
mod form_token;
mod password;
mod random;
mod reveal;
mod role;
mod scope;
mod secret_key;
mod session;
mod set_up;
mod settings;
mod settings_history;
mod sign_in_limiter;
mod tenant;
mod token;
mod uses;
mod vault;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use database::{Database, Timestamp};
use secrecy::SecretString;

pub use administrator::{AddedAdministrator, Administrator};
pub use application::{Application, NewApplication};
pub use audit::AuditEvent;
pub use authenticate::{Authenticated, PresentedCredential, RejectedAt, Rejection, RejectionReason};
pub use credential::{Credential, CredentialKind, CredentialState, CredentialUser, RevealedCredential};
pub use cursor::CursorError;
pub use error::{Error, Result};
pub use feature::{Feature, Features, UnknownFeature};
pub use password::MINIMUM_CHARACTERS as MINIMUM_PASSWORD_CHARACTERS;
pub use role::{Role, UnknownRole};
pub use scope::{AppScope, TenantScope};
pub use secret_key::{SecretKey, SecretKeyError};
pub use session::{Membership, Session};
pub use set_up::SetUp;
pub use settings::Settings;
pub use settings_history::SettingsRevision;
pub use tenant::Tenant;

/// Applications whose settings are kept in memory, and e-mail addresses whose failed sign-ins are.
const REMEMBERED: usize = 10_000;

/// The one door to all of this. Cheap to clone; clones share memory and database.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    public_url: String,
    vault: vault::Vault,
    form_tokens: form_token::FormTokens,
    cursors: cursor::Cursors,
    passwords: password::Passwords,
    sign_in_limiter: sign_in_limiter::SignInLimiter,
    settings: settings::SettingsCache,
    uses: uses::Uses,
}

impl Registry {
    /// A registry on `database`. `public_url` is what base URLs start with: scheme, host and port, without a slash at the
    /// end. Fails only when keys cannot be derived from `secret_key`.
    pub fn new(database: Database, secret_key: &SecretKey, public_url: &str) -> Result<Registry> {
        Ok(Registry {
            inner: Arc::new(Inner {
                database,
                public_url: public_url.trim_end_matches('/').to_owned(),
                vault: vault::Vault::new(secret_key)?,
                form_tokens: form_token::FormTokens::new(secret_key)?,
                cursors: cursor::Cursors::new(secret_key)?,
                passwords: password::Passwords::new(),
                sign_in_limiter: sign_in_limiter::SignInLimiter::new(REMEMBERED),
                settings: settings::SettingsCache::new(REMEMBERED),
                uses: uses::Uses::default(),
            }),
        })
    }

    /// A token for a form served to whoever holds `bound_to`: the key of a session, or the value of an anonymous cookie.
    pub fn form_token(&self, bound_to: &str) -> String {
        self.inner.form_tokens.issue(bound_to, self.now()).unwrap_or_else(|error| {
            // Signing with a fixed key cannot fail; if it did, no form would be accepted, which is the safe side.
            tracing::error!(error = &error as &dyn std::error::Error, "a form token could not be signed");
            String::new()
        })
    }

    /// Whether `token` was issued for `bound_to` and is still good.
    pub fn check_form_token(&self, bound_to: &str, token: &str) -> bool {
        self.inner.form_tokens.check(bound_to, token, self.now())
    }

    /// A fresh secret of 256 bits, letters and digits only: for one-time links and anonymous cookies.
    pub fn unguessable(&self) -> SecretString {
        token::generate_unguessable(&self.inner.database)
    }

    /// A password of an end user as an argon2id hash, for *Sync password*. Slow on purpose, and outside of any
    /// transaction.
    pub async fn hash_password(&self, password: secrecy::SecretString) -> Result<String> {
        self.inner.passwords.hash(password).await
    }

    /// The SCIM base URL of an application, without a slash at the end. Says nothing about whether it exists.
    pub fn base_url(&self, tenant_slug: &str, application_id: &str) -> String {
        format!("{}/t/{tenant_slug}/scim/{application_id}/v2", self.inner.public_url)
    }

    fn now(&self) -> Timestamp {
        self.inner.database.now()
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Registry")
    }
}
