//! Credentials: what a SCIM client presents. Looked up by SHA-256, kept encrypted so that one can be shown again.

use database::schema::{credential, resource};
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use scim_model::fold::fold;
use scim_model::schema::core;
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
    /// The user whose own it is; `None` for a credential of the application itself.
    pub user: Option<CredentialUser>,
}

/// The user whose own a credential is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialUser {
    /// The user's resource.
    pub id: Id<kind::Resource>,
    /// The user's name now; `None` when the user is gone.
    pub user_name: Option<String>,
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

/// A row of [`with_user`]: [`COLUMNS`], and the name of the user whose own it is.
pub(crate) type Row = (Columns, Option<String>);

type Columns = (
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
    Option<Id<kind::Resource>>,
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
    credential::resource_id,
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
    credential::resource_id,
);

/// Credentials, each with the user whose own it is.
#[diesel::dsl::auto_type]
pub(crate) fn with_user() -> _ {
    credential::table.left_join(
        resource::table.on(resource::tenant_id
            .eq(credential::tenant_id)
            .and(resource::application_id.eq(credential::application_id))
            .and(resource::id.nullable().eq(credential::resource_id))),
    )
}

pub(crate) fn from_row((columns, user_name): Row) -> Result<Credential> {
    let (
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
        user,
    ) = columns;
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
        user: user.map(|id| CredentialUser { id, user_name }),
    })
}

/// What to issue.
pub(crate) struct NewCredential<'a> {
    pub kind: CredentialKind,
    pub name: &'a str,
    pub expires_at: Option<Timestamp>,
    pub user: Option<CredentialUser>,
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
    let secret = token::generate(&registry.inner.database, new.user.is_some());
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
            credential::resource_id.eq(new.user.as_ref().map(|user| &user.id)),
        ))
        .execute(tx.connection()?)?;
    let whose = match &new.user {
        Some(user) => format!("the user {} of ", user.user_name.as_deref().unwrap_or_default()),
        None => String::new(),
    };
    let detail = format!("Issued the credential \"{}\" for {whose}\"{application_name}\".", new.name);
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
        user: new.user,
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
                let rows = with_user()
                    .filter(credential::tenant_id.eq(&tenant).and(credential::application_id.eq(&application)))
                    .select((COLUMNS, resource::user_name.nullable()))
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
        self.issue(scope, application, None, kind, name, expires_at).await
    }

    /// Makes a credential of a user's own, by userName: it opens that user at `/Me` (RFC 7644 §3.11) and nothing else, as
    /// long as the user is active.
    pub async fn issue_user_credential(
        &self,
        scope: &TenantScope,
        application: &str,
        user_name: &str,
        kind: CredentialKind,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<RevealedCredential> {
        self.issue(scope, application, Some(user_name), kind, name, expires_at).await
    }

    async fn issue(
        &self,
        scope: &TenantScope,
        application: &str,
        user_name: Option<&str>,
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
        let user_name = user_name.map(str::to_owned);
        self.inner
            .database
            .write(move |tx| {
                let (id, application_name) = application::lock(tx, &scope, &application)?;
                let user = user_name.as_ref().map(|user_name| active_user(tx, &scope, &id, user_name)).transpose()?;
                let new = NewCredential { kind, name: &name, expires_at, user };
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
                    .first(tx.connection()?)
                    .optional()?;
                let (name, revoked_at) = found.ok_or(Error::NotFound)?;
                if revoked_at.is_some() {
                    return Ok(());
                }
                diesel::update(credential::table.find((&scope.tenant_id, &application, &credential)))
                    .set(credential::revoked_at.eq(now))
                    .execute(tx.connection()?)?;
                let detail = format!("Revoked the credential \"{name}\" of \"{application_name}\".");
                let act = Act { act: "credential.revoke", application: Some(&application), target: &name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)
            })
            .await
    }
}

/// The active user of this userName, in any case.
fn active_user(
    tx: &mut WriteTx<'_>,
    scope: &TenantScope,
    application: &Id<kind::Application>,
    user_name: &str,
) -> Result<CredentialUser> {
    // No stored text has a NUL, and PostgreSQL cannot be asked for one.
    let folded = fold(user_name).replace('\0', "");
    let found: Option<(Id<kind::Resource>, Option<String>, bool)> = resource::table
        .filter(resource::tenant_id.eq(&scope.tenant_id).and(resource::application_id.eq(application)))
        .filter(resource::resource_type.eq(&core::user().name))
        .filter(resource::user_name_folded.eq(folded))
        .filter(resource::deleted_at.is_null())
        .select((resource::id, resource::user_name, resource::active))
        .first(tx.connection()?)
        .optional()?;
    match found {
        Some((id, user_name, true)) => Ok(CredentialUser { id, user_name }),
        Some(_) => Err(Error::invalid("user", "This user is not active, so a credential would open nothing.")),
        None => Err(Error::invalid("user", "The application has no user of this name.")),
    }
}
