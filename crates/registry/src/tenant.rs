//! Tenants: the spaces of the customers of one installation.

use database::schema::tenant;
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;

use crate::audit::{self, Act};
use crate::error::Result;
use crate::role::Role;
use crate::scope::TenantScope;
use crate::{Error, Registry, check};

/// Who acts when somebody with access to the machine uses the command line.
const OPERATOR: &str = "command line";

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Tenant {
    /// The tenant's id, in the keys of all its rows.
    pub id: Id<kind::Tenant>,
    /// Its short name in URLs; never changes.
    pub slug: String,
    /// Its name that people read.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The columns of [`Tenant`], in order.
pub(crate) const COLUMNS: (tenant::id, tenant::slug, tenant::name, tenant::created_at) =
    (tenant::id, tenant::slug, tenant::name, tenant::created_at);

/// Adds a tenant. The slug and the name have been checked.
pub(crate) fn insert(tx: &mut WriteTx<'_>, slug: &str, name: &str, actor: &str) -> Result<Tenant> {
    let tenant = Tenant { id: tx.new_id(), slug: slug.to_owned(), name: name.to_owned(), created_at: tx.now() };
    diesel::insert_into(tenant::table)
        .values((
            tenant::id.eq(&tenant.id),
            tenant::slug.eq(&tenant.slug),
            tenant::name.eq(&tenant.name),
            tenant::created_at.eq(tenant.created_at),
        ))
        .execute(tx.connection()?)
        .map_err(database::Error::from)
        .map_err(|error| match error.violates("tenant_slug_key") {
            true => Error::invalid("slug", "This short name is already taken. Choose another one."),
            false => error.into(),
        })?;
    let detail = format!("Made the tenant \"{name}\" with the short name {slug}.");
    audit::record(tx, &tenant.id, actor, Act { act: "tenant.add", application: None, target: slug, detail })?;
    Ok(tenant)
}

impl Registry {
    /// Every tenant of the installation, by slug.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        self.inner
            .database
            .read(|tx| Ok(tenant::table.select(COLUMNS).order(tenant::slug).load(tx.connection())?))
            .await
    }

    /// Makes a tenant. For the operator; an administrator of a tenant cannot make others.
    pub async fn add_tenant(&self, slug: &str, name: &str) -> Result<Tenant> {
        check::slug(slug)?;
        let name = check::name(name)?;
        let slug = slug.to_owned();
        self.inner.database.write(move |tx| insert(tx, &slug, &name, OPERATOR)).await
    }

    /// The scope of whoever may run commands on this machine: an owner of every tenant. [`Error::NotFound`] when there is
    /// no such tenant.
    pub async fn operator_scope(&self, slug: &str) -> Result<TenantScope> {
        check::slug(slug).map_err(|_| Error::NotFound)?;
        let slug = slug.to_owned();
        let tenant: Option<Tenant> = self
            .inner
            .database
            .read(move |tx| {
                let found = tenant::table.filter(tenant::slug.eq(&slug)).select(COLUMNS).first(tx.connection());
                Ok::<_, Error>(found.optional()?)
            })
            .await?;
        let tenant = tenant.ok_or(Error::NotFound)?;
        Ok(TenantScope {
            tenant_id: tenant.id,
            slug: tenant.slug,
            tenant_name: tenant.name,
            actor: OPERATOR.to_owned(),
            role: Role::Owner,
        })
    }
}
