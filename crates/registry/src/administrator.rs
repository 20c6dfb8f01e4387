//! Administrators: people who sign in at the dashboard, with a role in each tenant they belong to.

use database::schema::{administrator, administrator_role};
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use scim_model::fold::fold;
use secrecy::SecretString;

use crate::audit::{self, Act};
use crate::error::Result;
use crate::password::Passwords;
use crate::role::Role;
use crate::scope::TenantScope;
use crate::{Error, Registry, check};

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Administrator {
    /// The person's id.
    pub id: Id<kind::Administrator>,
    /// The e-mail address to sign in with, as it was typed.
    pub email: String,
    /// When the person was added to the installation.
    pub created_at: Timestamp,
}

/// The columns of [`Administrator`], in order.
pub(crate) const COLUMNS: (administrator::id, administrator::email, administrator::created_at) =
    (administrator::id, administrator::email, administrator::created_at);

/// Answer of [`Registry::add_administrator`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedAdministrator {
    /// The person.
    pub administrator: Administrator,
    /// The person already administers another tenant: the role was added, and the password they had stays.
    pub already_existed: bool,
}

/// Adds a person. The address has been checked; [`Error::InvalidField`] when somebody has it.
pub(crate) fn insert(tx: &mut WriteTx<'_>, email: &str, password_hash: &str) -> Result<Administrator> {
    let added = Administrator { id: tx.new_id(), email: email.to_owned(), created_at: tx.now() };
    diesel::insert_into(administrator::table)
        .values((
            administrator::id.eq(&added.id),
            administrator::email.eq(email),
            administrator::email_folded.eq(fold(email)),
            administrator::password_hash.eq(password_hash),
            administrator::created_at.eq(added.created_at),
        ))
        .execute(tx.connection()?)
        .map_err(database::Error::from)
        .map_err(|error| match error.violates("administrator_email_folded_key") {
            true => Error::invalid("email", "Somebody with this e-mail address was added just now. Try again."),
            false => error.into(),
        })?;
    Ok(added)
}

/// Gives a person a role in a tenant; [`Error::InvalidField`] when they have one there.
pub(crate) fn insert_role(
    tx: &mut WriteTx<'_>,
    tenant: &Id<kind::Tenant>,
    administrator: &Id<kind::Administrator>,
    role: Role,
) -> Result<()> {
    diesel::insert_into(administrator_role::table)
        .values((
            administrator_role::tenant_id.eq(tenant),
            administrator_role::administrator_id.eq(administrator),
            administrator_role::role.eq(role.as_str()),
        ))
        .execute(tx.connection()?)
        .map_err(database::Error::from)
        .map_err(|error| match error.violates("administrator_role_pkey") {
            true => Error::invalid("email", "Somebody with this e-mail address already administers this tenant."),
            false => error.into(),
        })?;
    Ok(())
}

impl Registry {
    /// Lets a person administer the tenant. Somebody who administers another tenant already keeps their password; the
    /// one given here is then not used. Nobody can give a role mightier than their own.
    pub async fn add_administrator(
        &self,
        scope: &TenantScope,
        email: &str,
        role: Role,
        password: SecretString,
    ) -> Result<AddedAdministrator> {
        scope.must_change()?;
        if !scope.role.may_grant(role) {
            return Err(Error::NotAllowed);
        }
        let email = check::email(email)?;
        Passwords::check_new(&password, &email)?;
        let password_hash = self.inner.passwords.hash(password).await?;
        let scope = scope.clone();
        self.inner
            .database
            .write(move |tx| {
                let known: Option<Administrator> = administrator::table
                    .filter(administrator::email_folded.eq(fold(&email)))
                    .select(COLUMNS)
                    .first(tx.connection()?)
                    .optional()?;
                let already_existed = known.is_some();
                let administrator = match known {
                    Some(known) => known,
                    None => insert(tx, &email, &password_hash)?,
                };
                insert_role(tx, &scope.tenant_id, &administrator.id, role)?;
                let target = &administrator.email;
                let detail = format!("Made {target} an administrator with the role {role}.");
                let act = Act { act: "administrator.add", application: None, target, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)?;
                Ok(AddedAdministrator { administrator, already_existed })
            })
            .await
    }
}
