//! Showing the secret of a credential again. It is encrypted at rest; only these functions decrypt it.

use database::schema::{credential, resource, tenant};
use database::{Id, kind};
use diesel::prelude::*;
use secrecy::SecretString;

use crate::audit::{self, Act};
use crate::credential::{COLUMNS, Credential, CredentialState, RevealedCredential, Row, from_row, with_user};
use crate::error::Result;
use crate::scope::TenantScope;
use crate::session::Session;
use crate::vault::Place;
use crate::{Error, Registry, application};

/// How long a new credential is shown without asking for the password again.
const FRESH_MS: i64 = 10 * 60_000;

impl Registry {
    /// Shows a credential again, after the password was given again. Leaves a row in the audit log.
    pub async fn reveal_credential(
        &self,
        scope: &TenantScope,
        session: &Session,
        application: &str,
        credential: &str,
        password: SecretString,
    ) -> Result<RevealedCredential> {
        scope.must_change()?;
        if session.administrator().email != scope.actor {
            return Err(Error::NotAllowed);
        }
        self.confirm_password(session, password).await?;
        let (registry, scope) = (self.clone(), scope.clone());
        let application = application.to_owned();
        let credential = Id::<kind::Credential>::parse(credential).map_err(|_| Error::NotFound)?;
        self.inner
            .database
            .write(move |tx| {
                let allowed: bool =
                    tenant::table.find(&scope.tenant_id).select(tenant::reveal_allowed).first(tx.connection()?)?;
                if !allowed {
                    return Err(Error::RevealNotAllowed);
                }
                let (application, application_name) = application::lock(tx, &scope, &application)?;
                let (row, sealed): (Row, Vec<u8>) = with_user()
                    .filter(credential::tenant_id.eq(&scope.tenant_id).and(credential::application_id.eq(&application)))
                    .filter(credential::id.eq(&credential))
                    .select(((COLUMNS, resource::user_name.nullable()), credential::secret_encrypted))
                    .first(tx.connection()?)
                    .optional()?
                    .ok_or(Error::NotFound)?;
                let revealed = registry.open(&scope, &application, from_row(row)?, &sealed)?;
                let name = &revealed.credential.name;
                let detail = format!("Showed the credential \"{name}\" of \"{application_name}\".");
                let act = Act { act: "credential.reveal", application: Some(&application), target: name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)?;
                Ok(revealed)
            })
            .await
    }

    /// The newest credential of an application itself, with its secret, if whoever asks issued it less than ten minutes
    /// ago: it is shown on the page that follows the form. `None` otherwise.
    pub async fn reveal_fresh(&self, scope: &TenantScope, application: &str) -> Result<Option<RevealedCredential>> {
        if !scope.role.may_change() {
            return Ok(None);
        }
        let Ok(application) = Id::<kind::Application>::parse(application) else { return Ok(None) };
        let now = self.now();
        let (registry, scope) = (self.clone(), scope.clone());
        self.inner
            .database
            .read(move |tx| {
                let newest: Option<(Row, Vec<u8>)> = with_user()
                    .filter(credential::tenant_id.eq(&scope.tenant_id).and(credential::application_id.eq(&application)))
                    .filter(credential::resource_id.is_null())
                    .select(((COLUMNS, resource::user_name.nullable()), credential::secret_encrypted))
                    .order(credential::id.desc())
                    .first(tx.connection())
                    .optional()?;
                let Some((row, sealed)) = newest else { return Ok(None) };
                let credential = from_row(row)?;
                let fresh = credential.created_by == scope.actor
                    && now.milliseconds_since(credential.created_at) < FRESH_MS
                    && credential.state(now) == CredentialState::Active;
                fresh.then(|| registry.open(&scope, &application, credential, &sealed)).transpose()
            })
            .await
    }

    /// Whether the secret key is the one that this database's credentials were encrypted with: the newest one is tried.
    /// True while there is none.
    pub async fn secret_key_fits(&self) -> Result<bool> {
        let registry = self.clone();
        self.inner
            .database
            .read(move |tx| {
                let newest: Option<(String, String, String, Vec<u8>)> = credential::table
                    .order(credential::created_at.desc())
                    .select((
                        credential::tenant_id,
                        credential::application_id,
                        credential::id,
                        credential::secret_encrypted,
                    ))
                    .first(tx.connection())
                    .optional()?;
                let Some((tenant_id, application_id, credential_id, sealed)) = newest else { return Ok(true) };
                let place =
                    Place { tenant_id: &tenant_id, application_id: &application_id, credential_id: &credential_id };
                match registry.inner.vault.open(place, &sealed) {
                    Ok(_) => Ok(true),
                    Err(Error::OtherSecretKey) => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .await
    }

    fn open(
        &self,
        scope: &TenantScope,
        application: &Id<kind::Application>,
        credential: Credential,
        sealed: &[u8],
    ) -> Result<RevealedCredential> {
        let place = Place {
            tenant_id: scope.tenant_id.as_str(),
            application_id: application.as_str(),
            credential_id: credential.id.as_str(),
        };
        let secret = self.inner.vault.open(place, sealed)?;
        Ok(RevealedCredential { credential, secret })
    }
}
