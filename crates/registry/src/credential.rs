//! Credentials: what a SCIM client presents. Looked up by SHA-256, kept encrypted so that one can be shown again.

use database::schema::credential;
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::audit::{self, Act};
use crate::error::Result;
use crate::scope::TenantScope;
use crate::vault::Place;
use crate::{Error, Registry, application, check, random, token};

/// How a credential is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// RFC 6750: `Authorization: Bearer …`.
    Bearer,
    /// RFC 7617: user name and password.
    Basic,
}

impl CredentialKind {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialKind::Bearer => "bearer",
            CredentialKind::Basic => "basic",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            CredentialKind::Bearer => "Bearer token",
            CredentialKind::Basic => "User name and password",
        }
    }

    pub(crate) fn parse(stored: &str) -> Result<CredentialKind> {
        match stored {
            "bearer" => Ok(CredentialKind::Bearer),
            "basic" => Ok(CredentialKind::Basic),
            _ => Err(Error::internal("a credential has a kind that this version does not know")),
        }
    }
}

/// A credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The credential's id.
    pub id: Id<kind::Credential>,
    /// How it is presented.
    pub kind: CredentialKind,
    /// What the administrator calls it.
    pub name: String,
    /// The user name that goes with it; only for [`CredentialKind::Basic`].
    pub username: Option<String>,
    /// The first five characters of the secret.
    pub prefix: String,
    /// The last four characters of the secret.
    pub last_four: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Who issued it.
    pub created_by: String,
    /// From when on it is refused, if a time was set.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// About when it was last used, to within half a minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether a credential opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialState {
    /// Accepted.
    Active,
    /// Its time has passed.
    Expired,
    /// An administrator revoked it.
    Revoked,
}

impl Credential {
    /// The state at `now`.
    pub fn state(&self, now: Timestamp) -> CredentialState {
        if self.revoked_at.is_some() {
            CredentialState::Revoked
        } else if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            CredentialState::Expired
        } else {
            CredentialState::Active
        }
    }
}

/// A credential with its secret: the bearer token, or the password of Basic authentication.
#[derive(Debug, Clone)]
pub struct RevealedCredential {
    /// The credential.
    pub credential: Credential,
    /// Its secret.
    pub secret: SecretString,
}

/// A row of [`Credential`], in the order of [`COLUMNS`].
pub(crate) type Row = (
    Id<kind::Credential>,
    String,
    String,
    Option<String>,
    String,
    String,
    Timestamp,
    String,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<Timestamp>,
);

pub(crate) const COLUMNS: (
    credential::id,
    credential::kind,
    credential::name,
    credential::username,
    credential::secret_prefix,
    credential::secret_last_four,
    credential::created_at,
    credential::created_by,
    credential::expires_at,
    credential::revoked_at,
    credential::last_used_at,
) = (
    credential::id,
    credential::kind,
    credential::name,
    credential::username,
    credential::secret_prefix,
    credential::secret_last_four,
    credential::created_at,
    credential::created_by,
    credential::expires_at,
    credential::revoked_at,
    credential::last_used_at,
);

pub(crate) fn from_row(row: Row) -> Result<Credential> {
    let (id, kind, name, username, prefix, last_four, created_at, created_by, expires_at, revoked_at, last_used_at) =
        row;
    let kind = CredentialKind::parse(&kind)?;
    Ok(Credential {
        id,
        kind,
        name,
        username,
        prefix,
        last_four,
        created_at,
        created_by,
        expires_at,
        revoked_at,
        last_used_at,
    })
}

/// What to issue.
pub(crate) struct NewCredential<'a> {
    pub kind: CredentialKind,
    pub name: &'a str,
    pub expires_at: Option<Timestamp>,
}

/// Makes a credential and writes it, with its audit row. The application exists.
pub(crate) fn insert(
    tx: &mut WriteTx<'_>,
    registry: &Registry,
    scope: &TenantScope,
    (application, application_name): (&Id<kind::Application>, &str),
    new: NewCredential<'_>,
) -> Result<RevealedCredential> {
    let id = tx.new_id::<kind::Credential>();
    let now = tx.now();
    let secret = token::generate(&registry.inner.database);
    let username = (new.kind == CredentialKind::Basic).then(|| {
        let mut username = "scim-".to_owned();
        random::push(&registry.inner.database, &mut username, random::LOWERCASE, 10);
        username
    });
    let place =
        Place { tenant_id: scope.tenant_id.as_str(), application_id: application.as_str(), credential_id: id.as_str() };
    let sealed = registry.inner.vault.seal(place, &secret)?;
    let (prefix, last_four) = token::shown_ends(&secret);
    diesel::insert_into(credential::table)
        .values((
            credential::tenant_id.eq(&scope.tenant_id),
            credential::application_id.eq(application),
            credential::id.eq(&id),
            credential::kind.eq(new.kind.as_str()),
            credential::name.eq(new.name),
            credential::username.eq(&username),
            credential::secret_hash.eq(token::sha256_hex(secret.expose_secret())),
            credential::secret_encrypted.eq(sealed),
            credential::secret_prefix.eq(&prefix),
            credential::secret_last_four.eq(&last_four),
            credential::created_at.eq(now),
            credential::created_by.eq(&scope.actor),
            credential::expires_at.eq(new.expires_at),
        ))
        .execute(tx.connection())?;
    let detail = format!("Issued the credential \"{}\" for \"{application_name}\".", new.name);
    let act = Act { act: "credential.issue", application: Some(application), target: new.name, detail };
    audit::record(tx, &scope.tenant_id, &scope.actor, act)?;
    let credential = Credential {
        id,
        kind: new.kind,
        name: new.name.to_owned(),
        username,
        prefix,
        last_four,
        created_at: now,
        created_by: scope.actor.clone(),
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    Ok(RevealedCredential { credential, secret })
}

impl Registry {
    /// The credentials of an application, newest first, without their secrets. Empty for an unknown application.
    pub async fn credentials(&self, scope: &TenantScope, application: &str) -> Result<Vec<Credential>> {
        let tenant = scope.tenant_id.clone();
        let Ok(application) = Id::<kind::Application>::parse(application) else { return Ok(Vec::new()) };
        let rows: Vec<Row> = self
            .inner
            .database
            .read(move |tx| {
                let rows = credential::table
                    .filter(credential::tenant_id.eq(&tenant).and(credential::application_id.eq(&application)))
                    .select(COLUMNS)
                    .order(credential::id.desc())
                    .load(tx.connection())?;
                Ok::<_, Error>(rows)
            })
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Makes a further credential for an application. Those it has keep working.
    pub async fn issue_credential(
        &self,
        scope: &TenantScope,
        application: &str,
        kind: CredentialKind,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<RevealedCredential> {
        scope.must_change()?;
        let name = check::name(name)?;
        let now = self.now();
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(Error::invalid("expires_at", "Choose a time in the future."));
        }
        let (registry, scope, application) = (self.clone(), scope.clone(), application.to_owned());
        self.inner
            .database
            .write(move |tx| {
                let (id, application_name) = application::lock(tx, &scope, &application)?;
                let new = NewCredential { kind, name: &name, expires_at };
                insert(tx, &registry, &scope, (&id, &application_name), new)
            })
            .await
    }

    /// Refuses a credential from the next request on. [`Error::NotFound`] when there is none; fine when it is revoked.
    pub async fn revoke_credential(&self, scope: &TenantScope, application: &str, credential: &str) -> Result<()> {
        scope.must_change()?;
        let (scope, application) = (scope.clone(), application.to_owned());
        let credential = Id::<kind::Credential>::parse(credential).map_err(|_| Error::NotFound)?;
        self.inner
            .database
            .write(move |tx| {
                let now = tx.now();
                let (application, application_name) = application::lock(tx, &scope, &application)?;
                let found: Option<(String, Option<Timestamp>)> = credential::table
                    .find((&scope.tenant_id, &application, &credential))
                    .select((credential::name, credential::revoked_at))
                    .first(tx.connection())
                    .optional()?;
                let (name, revoked_at) = found.ok_or(Error::NotFound)?;
                if revoked_at.is_some() {
                    return Ok(());
                }
                diesel::update(credential::table.find((&scope.tenant_id, &application, &credential)))
                    .set(credential::revoked_at.eq(now))
                    .execute(tx.connection())?;
                let detail = format!("Revoked the credential \"{name}\" of \"{application_name}\".");
                let act = Act { act: "credential.revoke", application: Some(&application), target: &name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)
            })
            .await
    }
}
