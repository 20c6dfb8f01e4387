//! The first visit: one administrator and one tenant, in one transaction.

use database::schema::administrator;
use database::{ReadTx, kind};
use diesel::prelude::*;
use secrecy::SecretString;

use crate::administrator as people;
use crate::audit::{self, Act};
use crate::error::Result;
use crate::password::Passwords;
use crate::role::Role;
use crate::{Error, Registry, check, tenant};

/// What the set-up page asks for.
#[derive(Debug)]
pub struct SetUp {
    /// Name of the first tenant.
    pub tenant_name: String,
    /// Its short name in URLs.
    pub tenant_slug: String,
    /// E-mail address of its owner.
    pub email: String,
    /// The owner's password.
    pub password: SecretString,
}

impl Registry {
    /// Whether anybody can sign in.
    pub async fn is_set_up(&self) -> Result<bool> {
        self.inner
            .database
            .read(|tx: &mut ReadTx<'_>| {
                let anybody = administrator::table.select(administrator::id).limit(1);
                let found = anybody.first::<database::Id<kind::Administrator>>(tx.connection()).optional()?;
                Ok(found.is_some())
            })
            .await
    }

    /// Makes the first administrator, the first tenant, and the one an owner of the other. [`Error::AlreadySetUp`] once
    /// there is an administrator. Whether whoever asks may do this is for the caller to check: by the one-time token.
    pub async fn set_up(&self, set_up: SetUp) -> Result<()> {
        if self.is_set_up().await? {
            return Err(Error::AlreadySetUp);
        }
        let tenant_name = check::name(&set_up.tenant_name).map_err(of_the_tenant)?;
        check::slug(&set_up.tenant_slug).map_err(of_the_tenant)?;
        let email = check::email(&set_up.email)?;
        Passwords::check_new(&set_up.password, &email)?;
        let password_hash = self.inner.passwords.hash(set_up.password).await?;
        let slug = set_up.tenant_slug;
        self.inner
            .database
            .write(move |tx| {
                let anybody = administrator::table.select(administrator::id).limit(1);
                if anybody.first::<String>(tx.connection()?).optional()?.is_some() {
                    return Err(Error::AlreadySetUp);
                }
                let tenant = tenant::insert(tx, &slug, &tenant_name, &email).map_err(of_the_tenant)?;
                let owner = people::insert(tx, &email, &password_hash)?;
                people::insert_role(tx, &tenant.id, &owner.id, Role::Owner)?;
                let detail = format!("Set Rollcall up and became the owner of \"{tenant_name}\".");
                let act = Act { act: "administrator.add", application: None, target: &email, detail };
                audit::record(tx, &tenant.id, &email, act)
            })
            .await
    }
}

/// The fields of the set-up page have names of their own.
fn of_the_tenant(error: Error) -> Error {
    match error {
        Error::InvalidField { field: "name", message } => Error::InvalidField { field: "tenant_name", message },
        Error::InvalidField { field: "slug", message } => Error::InvalidField { field: "tenant_slug", message },
        other => other,
    }
}
