//! Signing in and staying signed in.
//!
//! A session is a row; the browser holds 256 random bits in a cookie and the row their SHA-256. It ends 12 hours after the
//! last request, 7 days after signing in, or when signed out, at once on every server.

use database::schema::{administrator, administrator_role, session, tenant};
use database::{Timestamp, kind};
use diesel::prelude::*;
use scim_model::fold::fold;
use secrecy::{ExposeSecret, SecretString};

use crate::administrator::Administrator;
use crate::error::Result;
use crate::role::Role;
use crate::scope::TenantScope;
use crate::tenant::Tenant;
use crate::token::{generate_unguessable, sha256_hex};
use crate::{Error, Registry, administrator as people, check, tenant as tenants};

const IDLE_MS: i64 = 12 * 3_600_000;
const ABSOLUTE_MS: i64 = 7 * 24 * 3_600_000;
/// The time of the last request is written down at most this often.
const NOTE_EVERY_MS: i64 = 5 * 60_000;

/// A signed-in browser.
#[derive(Debug, Clone)]
pub struct Session {
    key: String,
    administrator: Administrator,
    memberships: Vec<Membership>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// A tenant that the signed-in person administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: Tenant,
    /// What the person may do there.
    pub role: Role,
}

impl Session {
    /// What forms of this session are bound to. Not the cookie's value, and of no use without it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Who signed in.
    pub fn administrator(&self) -> &Administrator {
        &self.administrator
    }

    /// The tenants the person administers, by name.
    pub fn memberships(&self) -> &[Membership] {
        &self.memberships
    }

    /// When the person signed in.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When the session ends even if it is used.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The scope to act in a tenant; `None` when there is no such tenant or the person does not administer it.
    pub fn scope(&self, tenant_slug: &str) -> Option<TenantScope> {
        let membership = self.memberships.iter().find(|membership| membership.tenant.slug == tenant_slug)?;
        Some(TenantScope {
            tenant_id: membership.tenant.id.clone(),
            slug: membership.tenant.slug.clone(),
            tenant_name: membership.tenant.name.clone(),
            actor: self.administrator.email.clone(),
            role: membership.role,
        })
    }
}

impl Registry {
    /// Signs in and returns the value for the cookie. [`Error::WrongPassword`] takes as long for an address that nobody
    /// has; [`Error::TooManyAttempts`] after several wrong ones.
    pub async fn sign_in(&self, email: &str, password: SecretString) -> Result<SecretString> {
        let folded = fold(email.trim());
        self.check_password(&folded, password).await?;
        let cookie = generate_unguessable(&self.inner.database);
        let hash = sha256_hex(cookie.expose_secret());
        self.inner
            .database
            .write(move |tx| {
                let now = tx.now();
                let idle_since = now.plus_milliseconds(-IDLE_MS);
                diesel::delete(session::table)
                    .filter(session::expires_at.le(now).or(session::last_seen_at.le(idle_since)))
                    .execute(tx.connection()?)?;
                let administrator: database::Id<kind::Administrator> = administrator::table
                    .filter(administrator::email_folded.eq(&folded))
                    .select(administrator::id)
                    .first(tx.connection()?)
                    .optional()?
                    .ok_or(Error::WrongPassword)?;
                diesel::insert_into(session::table)
                    .values((
                        session::token_hash.eq(&hash),
                        session::administrator_id.eq(&administrator),
                        session::created_at.eq(now),
                        session::last_seen_at.eq(now),
                        session::expires_at.eq(now.plus_milliseconds(ABSOLUTE_MS)),
                    ))
                    .execute(tx.connection()?)?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(cookie)
    }

    /// The session that a cookie's value belongs to; `None` when it has ended or never was.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>> {
        let key = sha256_hex(cookie);
        let now = self.now();
        let found = {
            let key = key.clone();
            self.inner.database.of_stranger(cookie).read(move |tx| read(tx, key, now)).await?
        };
        let Some((session, last_seen_at)) = found else { return Ok(None) };
        if now.milliseconds_since(last_seen_at) >= NOTE_EVERY_MS {
            self.inner
                .database
                .write(move |tx| {
                    diesel::update(session::table.filter(session::token_hash.eq(&key)))
                        .set(session::last_seen_at.eq(tx.now()))
                        .execute(tx.connection()?)?;
                    Ok::<_, Error>(())
                })
                .await?;
        }
        Ok(Some(session))
    }

    /// Ends a session. Fine when it has ended already.
    pub async fn sign_out(&self, cookie: &str) -> Result<()> {
        let key = sha256_hex(cookie);
        self.inner
            .database
            .write(move |tx| {
                diesel::delete(session::table.filter(session::token_hash.eq(&key))).execute(tx.connection()?)?;
                Ok(())
            })
            .await
    }

    /// Asks the signed-in person for the password again, before something that a borrowed browser must not do.
    pub async fn confirm_password(&self, session: &Session, password: SecretString) -> Result<()> {
        self.check_password(&fold(&session.administrator.email), password).await
    }

    async fn check_password(&self, email_folded: &str, password: SecretString) -> Result<()> {
        self.inner.sign_in_limiter.begin(email_folded, self.now())?;
        // What cannot be an address is nobody's, and PostgreSQL must not be asked for a text with a NUL in it.
        let hash = match check::email(email_folded) {
            Ok(email) => self.password_hash(email).await?,
            Err(_) => None,
        };
        if !self.inner.passwords.matches(password, hash).await? {
            return Err(Error::WrongPassword);
        }
        self.inner.sign_in_limiter.succeeded(email_folded);
        Ok(())
    }

    async fn password_hash(&self, email_folded: String) -> Result<Option<String>> {
        self.inner
            .database
            .read(move |tx| {
                let hash = administrator::table
                    .filter(administrator::email_folded.eq(&email_folded))
                    .select(administrator::password_hash)
                    .first(tx.connection());
                Ok(hash.optional()?)
            })
            .await
    }
}

/// The session with that key that has not ended at `now`, and when it was last noted as used.
fn read(tx: &mut database::ReadTx<'_>, key: String, now: Timestamp) -> Result<Option<(Session, Timestamp)>> {
    let found: Option<(Administrator, Timestamp, Timestamp, Timestamp)> = session::table
        .inner_join(administrator::table)
        .filter(session::token_hash.eq(&key))
        .select((people::COLUMNS, session::created_at, session::last_seen_at, session::expires_at))
        .first(tx.connection())
        .optional()?;
    let Some((administrator, created_at, last_seen_at, expires_at)) = found else { return Ok(None) };
    if now >= expires_at || now.milliseconds_since(last_seen_at) >= IDLE_MS {
        return Ok(None);
    }
    let rows: Vec<(Tenant, String)> = administrator_role::table
        .inner_join(tenant::table)
        .filter(administrator_role::administrator_id.eq(&administrator.id))
        .select((tenants::COLUMNS, administrator_role::role))
        .order((tenant::name, tenant::slug))
        .load(tx.connection())?;
    let memberships = rows
        .into_iter()
        .map(|(tenant, role)| match role.parse() {
            Ok(role) => Ok(Membership { tenant, role }),
            Err(error) => Err(Error::Internal(Box::new(error))),
        })
        .collect::<Result<_>>()?;
    Ok(Some((Session { key, administrator, memberships, created_at, expires_at }, last_seen_at)))
}
