//! Who is at the door of a SCIM endpoint: one indexed read per request.
//!
//! A rejection says why, for the report of the tenant whose application was addressed. The client is told none of it: an
//! unknown application and a wrong credential are answered alike.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use database::schema::{application, application_settings, credential, resource, tenant};
use database::{Id, ReadTx, Timestamp, kind};
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use crate::credential::CredentialKind;
use crate::error::Result;
use crate::scope::{AppScope, AppScopeParts};
use crate::settings::{Settings, SettingsInForce};
use crate::{Error, Registry, check, token};

/// What a client presents.
#[derive(Debug, Clone)]
pub enum PresentedCredential {
    /// A bearer token.
    Bearer(SecretString),
    /// User name and password of Basic authentication.
    Basic { username: String, secret: SecretString },
}

/// Answer of [`Registry::authenticate`].
#[derive(Debug, Clone)]
pub enum Authenticated {
    /// The credential is valid for the application.
    Accepted(AppScope),
    /// It is, but an administrator has paused the application.
    Paused(AppScope),
    /// It is not.
    Rejected(Rejection),
}

/// A credential that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: RejectionReason,
    /// The visible ends of what was presented, enough to recognise it.
    pub credential_prefix: Option<String>,
    /// The application that the URL names, if there is one: its tenant gets a report row.
    pub application: Option<RejectedAt>,
}

/// Why a credential was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionReason {
    /// Nobody has this credential, or it is presented in another form than it was issued for.
    UnknownCredential,
    /// It cannot be one of ours: cut off, mistyped, or something else altogether.
    Malformed,
    /// Its time has passed.
    Expired,
    /// An administrator revoked it.
    Revoked,
    /// It belongs to another application.
    OtherApplication,
    /// The password of Basic authentication is right, the user name is not.
    WrongUserName,
    /// It is the credential of a user who was deleted or is not active.
    UserGone,
    /// The URL names no application.
    UnknownApplication,
}

/// The application at whose door a credential was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedAt {
    /// Its tenant.
    pub tenant_id: Id<kind::Tenant>,
    /// Its id.
    pub application_id: Id<kind::Application>,
    /// Its name.
    pub application_name: String,
}

/// What the look-up by the secret's hash finds.
#[derive(Queryable)]
struct Found {
    tenant_id: Id<kind::Tenant>,
    tenant_slug: String,
    application_id: Id<kind::Application>,
    application_name: String,
    paused: bool,
    settings_revision: i64,
    credential_id: Id<kind::Credential>,
    kind: String,
    username: Option<String>,
    prefix: String,
    last_four: String,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    /// The user whose credential it is.
    resource_id: Option<Id<kind::Resource>>,
    /// Of that user: whether it is active, and when its client deleted it.
    user: Option<(bool, Option<Timestamp>)>,
}

/// Where the request was sent, and what it presented there.
struct Attempt {
    tenant_slug: String,
    /// `None`: the URL has a text there that cannot be an id.
    application_id: Option<Id<kind::Application>>,
    kind: CredentialKind,
    username: Option<String>,
    secret: SecretString,
}

impl Registry {
    /// Checks a credential presented at the endpoint of `application_id` in `tenant_slug`. Reads the settings only when
    /// their revision is not in memory yet.
    pub async fn authenticate(
        &self,
        presented: &PresentedCredential,
        tenant_slug: &str,
        application_id: &str,
    ) -> Result<Authenticated> {
        let (kind, username, secret) = match presented {
            PresentedCredential::Bearer(secret) => (CredentialKind::Bearer, None, secret),
            PresentedCredential::Basic { username, secret } => (CredentialKind::Basic, Some(username.clone()), secret),
        };
        let attempt = Attempt {
            tenant_slug: tenant_slug.to_owned(),
            application_id: match check::slug(tenant_slug) {
                Ok(()) => Id::parse(application_id).ok(),
                Err(_) => None,
            },
            kind,
            username,
            secret: secret.clone(),
        };
        let registry = self.clone();
        // Nobody knows yet whether it belongs to that tenant.
        self.inner.database.of_stranger(tenant_slug).look_up(move |tx| registry.decide(tx, &attempt)).await
    }

    fn decide(&self, tx: &mut ReadTx<'_>, attempt: &Attempt) -> Result<Authenticated> {
        // Shape and checksum come first: what cannot be ours costs no look-up of a credential.
        let found = match token::is_well_formed(&attempt.secret) {
            true => find(tx, attempt.secret.expose_secret())?,
            false => return reject(tx, attempt, RejectionReason::Malformed),
        };
        let Some(found) = found else { return reject(tx, attempt, RejectionReason::UnknownCredential) };
        if let Some(reason) = refusal(&found, attempt, tx.now()) {
            return reject(tx, attempt, reason);
        }
        let settings = self.settings(tx, &found)?;
        let scope = AppScope {
            inner: Arc::new(AppScopeParts {
                base_url: self.base_url(&found.tenant_slug, found.application_id.as_str()),
                credential_label: format!("{}…{}", found.prefix, found.last_four),
                tenant_id: found.tenant_id,
                tenant_slug: found.tenant_slug,
                application_id: found.application_id,
                application_name: found.application_name,
                credential_id: found.credential_id,
                subject: found.resource_id,
                settings,
                settings_revision: found.settings_revision,
            }),
        };
        Ok(if found.paused { Authenticated::Paused(scope) } else { Authenticated::Accepted(scope) })
    }

    fn settings(&self, tx: &mut ReadTx<'_>, found: &Found) -> Result<Arc<SettingsInForce>> {
        let (tenant, application) = (found.tenant_id.as_str(), found.application_id.as_str());
        let revision = found.settings_revision;
        if let Some(settings) = self.inner.settings.get(tenant, application, revision) {
            return Ok(settings);
        }
        let document: String = application_settings::table
            .find((tenant, application, revision))
            .select(application_settings::document)
            .first(tx.connection())?;
        let settings: Arc<SettingsInForce> = Arc::new(serde_json::from_str::<Settings>(&document)?.into());
        self.inner.settings.put(tenant, application, revision, Arc::clone(&settings));
        Ok(settings)
    }
}

/// The one read of an accepted request: the credential by its unique hash, with its application, tenant and user.
fn find(tx: &mut ReadTx<'_>, secret: &str) -> Result<Option<Found>> {
    let hash = token::sha256_hex(secret);
    let connection = tx.connection();
    let found = database::each!(connection, connection =>
        credential::table
            .inner_join(application::table.on(
                application::tenant_id.eq(credential::tenant_id).and(application::id.eq(credential::application_id)),
            ))
            .inner_join(tenant::table.on(tenant::id.eq(credential::tenant_id)))
            .left_join(
                resource::table.on(resource::tenant_id
                    .eq(credential::tenant_id)
                    .and(resource::application_id.eq(credential::application_id))
                    .and(resource::id.nullable().eq(credential::resource_id))),
            )
            .filter(credential::secret_hash.eq(hash))
            .select((
                tenant::id,
                tenant::slug,
                application::id,
                application::name,
                application::paused,
                application::settings_revision,
                credential::id,
                credential::kind,
                credential::username,
                credential::secret_prefix,
                credential::secret_last_four,
                credential::expires_at,
                credential::revoked_at,
                credential::resource_id,
                (resource::active, resource::deleted_at).nullable(),
            ))
            .first(connection));
    Ok::<_, Error>(found.optional()?)
}

fn refusal(found: &Found, attempt: &Attempt, now: Timestamp) -> Option<RejectionReason> {
    if found.tenant_slug != attempt.tenant_slug || Some(&found.application_id) != attempt.application_id.as_ref() {
        return Some(RejectionReason::OtherApplication);
    }
    if found.kind != attempt.kind.as_str() || found.resource_id.is_some() != token::is_of_user(&attempt.secret) {
        return Some(RejectionReason::UnknownCredential);
    }
    if found.revoked_at.is_some() {
        return Some(RejectionReason::Revoked);
    }
    if found.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Some(RejectionReason::Expired);
    }
    if let (Some(issued), Some(presented)) = (&found.username, &attempt.username)
        && verify_slices_are_equal(issued.as_bytes(), presented.as_bytes()).is_err()
    {
        return Some(RejectionReason::WrongUserName);
    }
    let is_there = matches!(found.user, Some((true, None)));
    if found.resource_id.is_some() && !is_there {
        return Some(RejectionReason::UserGone);
    }
    None
}

/// Finds out whose door it was, so that the tenant can see that somebody knocked.
fn reject(tx: &mut ReadTx<'_>, attempt: &Attempt, reason: RejectionReason) -> Result<Authenticated> {
    let application = match &attempt.application_id {
        Some(id) => addressed(tx, &attempt.tenant_slug, id)?,
        None => None,
    };
    let reason = if application.is_none() { RejectionReason::UnknownApplication } else { reason };
    let (prefix, last_four) = token::shown_ends(&attempt.secret);
    let shown = if last_four.is_empty() { prefix } else { format!("{prefix}…{last_four}") };
    let credential_prefix = (!shown.is_empty()).then_some(shown);
    Ok(Authenticated::Rejected(Rejection { reason, credential_prefix, application }))
}

/// The application that a URL names.
fn addressed(tx: &mut ReadTx<'_>, slug: &str, application: &Id<kind::Application>) -> Result<Option<RejectedAt>> {
    let found: Option<(Id<kind::Tenant>, Id<kind::Application>, String)> = application::table
        .inner_join(tenant::table)
        .filter(tenant::slug.eq(slug).and(application::id.eq(application)))
        .select((application::tenant_id, application::id, application::name))
        .first(tx.connection())
        .optional()?;
    Ok(found.map(|(tenant_id, application_id, application_name)| RejectedAt {
        tenant_id,
        application_id,
        application_name,
    }))
}
