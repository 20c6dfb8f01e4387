//! Scopes: values that only a valid credential or a signed-in administrator can make. Whoever holds one may act in exactly
//! that tenant; there is no other way to name a tenant to the functions of this workspace.

use std::sync::Arc;

use database::Id;
use database::kind;
use mapping::BoundMapping;
use scim_model::ResourceTypes;

use crate::error::{Error, Result};
use crate::role::Role;
use crate::settings::{Settings, SettingsInForce};

/// A tenant, as somebody who may act in it sees it: a signed-in administrator, or the operator at the command line.
#[derive(Debug, Clone)]
pub struct TenantScope {
    pub(crate) tenant_id: Id<kind::Tenant>,
    pub(crate) slug: String,
    pub(crate) tenant_name: String,
    pub(crate) actor: String,
    pub(crate) role: Role,
}

impl TenantScope {
    /// The tenant's id.
    pub fn tenant_id(&self) -> &Id<kind::Tenant> {
        &self.tenant_id
    }

    /// The tenant's short name in URLs.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The tenant's name that people read.
    pub fn tenant_name(&self) -> &str {
        &self.tenant_name
    }

    /// Who acts: the administrator's e-mail address, or `command line`. Stands in the audit log.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// What they may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The check at the start of every function that changes something.
    pub(crate) fn must_change(&self) -> Result<()> {
        if self.role.may_change() { Ok(()) } else { Err(Error::NotAllowed) }
    }
}

/// An application, as its client sees it: made from a valid credential for exactly this application. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppScope {
    pub(crate) inner: Arc<AppScopeParts>,
}

#[derive(Debug)]
pub(crate) struct AppScopeParts {
    pub tenant_id: Id<kind::Tenant>,
    pub tenant_slug: String,
    pub application_id: Id<kind::Application>,
    pub application_name: String,
    pub credential_id: Id<kind::Credential>,
    pub credential_label: String,
    pub subject: Option<Id<kind::Resource>>,
    pub settings: Arc<SettingsInForce>,
    pub settings_revision: i64,
    pub base_url: String,
}

impl AppScope {
    /// The tenant's id.
    pub fn tenant_id(&self) -> &Id<kind::Tenant> {
        &self.inner.tenant_id
    }

    /// The tenant's short name in URLs.
    pub fn tenant_slug(&self) -> &str {
        &self.inner.tenant_slug
    }

    /// The application's id.
    pub fn application_id(&self) -> &Id<kind::Application> {
        &self.inner.application_id
    }

    /// The application's name at the time of the request.
    pub fn application_name(&self) -> &str {
        &self.inner.application_name
    }

    /// The credential that was presented.
    pub fn credential_id(&self) -> &Id<kind::Credential> {
        &self.inner.credential_id
    }

    /// The two ends of the credential's secret, `rctAb…9xYz`: enough to recognise it, no use to anybody.
    pub fn credential_label(&self) -> &str {
        &self.inner.credential_label
    }

    /// The user whose own credential was presented: it may only read and change that user (RFC 7644 §3.11). `None` for a
    /// credential of the application itself.
    pub fn subject(&self) -> Option<&Id<kind::Resource>> {
        self.inner.subject.as_ref()
    }

    /// The settings in force for this request.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.inner.settings.settings
    }

    /// The resource types that the application's client can use.
    pub fn resource_types(&self) -> &Arc<ResourceTypes> {
        &self.inner.settings.resource_types
    }

    /// The attribute mapping, ready to be applied.
    pub fn mapping(&self) -> &BoundMapping {
        &self.inner.settings.mapping
    }

    /// Which revision of the settings that is.
    pub fn settings_revision(&self) -> i64 {
        self.inner.settings_revision
    }

    /// The SCIM base URL of the application, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }
}
