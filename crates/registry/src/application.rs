//! Applications: the sources of a tenant, each with its settings.

use database::schema::{application, application_settings};
use database::{Id, LockRow, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use scim_model::fold::fold;

use crate::audit::{self, Act};
use crate::credential::{self, CredentialKind, NewCredential, RevealedCredential};
use crate::error::Result;
use crate::feature::Feature;
use crate::scope::TenantScope;
use crate::settings::Settings;
use crate::settings_history::insert_settings;
use crate::{Error, Registry, check};

const KIND: &str = "scim-client";
const FIRST_REVISION: i64 = 1;

/// An application of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The application's id, part of its base URL.
    pub id: Id<kind::Application>,
    /// Its name, unique in the tenant without regard to case.
    pub name: String,
    /// Its SCIM base URL, without a slash at the end.
    pub base_url: String,
    /// Whether its client is put off for now.
    pub paused: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// About when its client last asked for something, to within half a minute.
    pub last_request_at: Option<Timestamp>,
    /// The settings in force.
    pub settings: Settings,
    /// Which revision of the settings that is.
    pub settings_revision: i64,
}

impl Application {
    /// The kind of source in words.
    pub fn kind_label(&self) -> &'static str {
        "SCIM client"
    }
}

/// What [`Registry::add_application`] makes.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// The name.
    pub name: String,
    /// Which kind of credential its client gets.
    pub authentication: CredentialKind,
    /// Switches that differ from those of a new application.
    pub features: Vec<(Feature, bool)>,
}

type Row = (Id<kind::Application>, String, bool, Timestamp, String, Option<Timestamp>, i64, String);

const COLUMNS: (
    application::id,
    application::name,
    application::paused,
    application::created_at,
    application::created_by,
    application::last_request_at,
    application::settings_revision,
    application_settings::document,
) = (
    application::id,
    application::name,
    application::paused,
    application::created_at,
    application::created_by,
    application::last_request_at,
    application::settings_revision,
    application_settings::document,
);

/// Applications, each with the revision of its settings that is in force.
#[diesel::dsl::auto_type]
pub(crate) fn with_settings() -> _ {
    application::table.inner_join(
        application_settings::table.on(application_settings::tenant_id
            .eq(application::tenant_id)
            .and(application_settings::application_id.eq(application::id))
            .and(application_settings::revision.eq(application::settings_revision))),
    )
}

/// Finds an application of the tenant and keeps it as it is until the transaction ends; its id and its name.
pub(crate) fn lock(
    tx: &mut WriteTx<'_>,
    scope: &TenantScope,
    application: &str,
) -> Result<(Id<kind::Application>, String)> {
    let application = Id::<kind::Application>::parse(application).map_err(|_| Error::NotFound)?;
    let found = application::table
        .find((&scope.tenant_id, &application))
        .select((application::id, application::name))
        .lock_row()
        .get_result(tx.connection()?);
    found.optional()?.ok_or(Error::NotFound)
}

impl Registry {
    /// Makes an application with its first credential.
    pub async fn add_application(
        &self,
        scope: &TenantScope,
        new: NewApplication,
    ) -> Result<(Application, RevealedCredential)> {
        scope.must_change()?;
        let name = check::name(&new.name)?;
        let mut settings = Settings::default();
        for (feature, on) in new.features {
            settings.features.set(feature, on);
        }
        let (registry, scope) = (self.clone(), scope.clone());
        self.inner
            .database
            .write(move |tx| {
                let id = tx.new_id::<kind::Application>();
                let now = tx.now();
                diesel::insert_into(application::table)
                    .values((
                        application::tenant_id.eq(&scope.tenant_id),
                        application::id.eq(&id),
                        application::kind.eq(KIND),
                        application::name.eq(&name),
                        application::name_folded.eq(fold(&name)),
                        application::settings_revision.eq(FIRST_REVISION),
                        application::created_at.eq(now),
                        application::created_by.eq(&scope.actor),
                    ))
                    .execute(tx.connection()?)
                    .map_err(|error| name_taken(error, &name))?;
                insert_settings(tx, &scope, &id, FIRST_REVISION, &settings)?;
                let detail = format!("Added the application \"{name}\".");
                let act = Act { act: "application.add", application: Some(&id), target: &name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)?;
                let kind = new.authentication;
                let credential = NewCredential { kind, name: kind.label(), expires_at: None, user: None };
                let revealed = credential::insert(tx, &registry, &scope, (&id, &name), credential)?;
                let application = Application {
                    base_url: registry.base_url(&scope.slug, id.as_str()),
                    id,
                    name: name.clone(),
                    paused: false,
                    created_at: now,
                    created_by: scope.actor.clone(),
                    last_request_at: None,
                    settings: settings.clone(),
                    settings_revision: FIRST_REVISION,
                };
                Ok((application, revealed))
            })
            .await
    }

    /// The applications of the tenant, by name.
    pub async fn applications(&self, scope: &TenantScope) -> Result<Vec<Application>> {
        let tenant = scope.tenant_id.clone();
        let rows: Vec<Row> = self
            .inner
            .database
            .read(move |tx| {
                let rows = with_settings()
                    .filter(application::tenant_id.eq(&tenant))
                    .select(COLUMNS)
                    .order((application::name_folded, application::id))
                    .load(tx.connection())?;
                Ok::<_, Error>(rows)
            })
            .await?;
        rows.into_iter().map(|row| self.application_from(&scope.slug, row)).collect()
    }

    /// One application of the tenant.
    pub async fn application(&self, scope: &TenantScope, id: &str) -> Result<Option<Application>> {
        let tenant = scope.tenant_id.clone();
        let Ok(id) = Id::<kind::Application>::parse(id) else { return Ok(None) };
        let row: Option<Row> = self
            .inner
            .database
            .read(move |tx| {
                let row = with_settings()
                    .filter(application::tenant_id.eq(&tenant).and(application::id.eq(&id)))
                    .select(COLUMNS)
                    .first(tx.connection());
                Ok::<_, Error>(row.optional()?)
            })
            .await?;
        row.map(|row| self.application_from(&scope.slug, row)).transpose()
    }

    /// Gives an application another name. Its base URL and its credentials stay.
    pub async fn rename_application(&self, scope: &TenantScope, id: &str, name: &str) -> Result<()> {
        scope.must_change()?;
        let name = check::name(name)?;
        let (scope, id) = (scope.clone(), id.to_owned());
        self.inner
            .database
            .write(move |tx| {
                let (id, before) = lock(tx, &scope, &id)?;
                if name == before {
                    return Ok(());
                }
                diesel::update(application::table.find((&scope.tenant_id, &id)))
                    .set((application::name.eq(&name), application::name_folded.eq(fold(&name))))
                    .execute(tx.connection()?)
                    .map_err(|error| name_taken(error, &name))?;
                let detail = format!("Renamed the application \"{before}\" to \"{name}\".");
                let act = Act { act: "application.rename", application: Some(&id), target: &name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)
            })
            .await
    }

    /// Puts the application's client off, or lets it in again. While paused its requests are answered "try later" and
    /// nothing of them is done.
    pub async fn pause_application(&self, scope: &TenantScope, id: &str, paused: bool) -> Result<()> {
        scope.must_change()?;
        let (scope, id) = (scope.clone(), id.to_owned());
        self.inner
            .database
            .write(move |tx| {
                let (id, name) = lock(tx, &scope, &id)?;
                let changed = diesel::update(application::table.find((&scope.tenant_id, &id)))
                    .filter(application::paused.ne(paused))
                    .set(application::paused.eq(paused))
                    .execute(tx.connection()?)?;
                if changed == 0 {
                    return Ok(());
                }
                let (act, what) =
                    if paused { ("application.pause", "Paused") } else { ("application.resume", "Resumed") };
                let detail = format!("{what} the application \"{name}\".");
                audit::record(
                    tx,
                    &scope.tenant_id,
                    &scope.actor,
                    Act { act, application: Some(&id), target: &name, detail },
                )
            })
            .await
    }

    fn application_from(&self, tenant_slug: &str, row: Row) -> Result<Application> {
        let (id, name, paused, created_at, created_by, last_request_at, settings_revision, document) = row;
        Ok(Application {
            base_url: self.base_url(tenant_slug, id.as_str()),
            id,
            name,
            paused,
            created_at,
            created_by,
            last_request_at,
            settings: serde_json::from_str(&document)?,
            settings_revision,
        })
    }
}

fn name_taken(error: diesel::result::Error, name: &str) -> Error {
    let error = database::Error::from(error);
    match error.violates("application_tenant_id_name_folded_key") {
        true => Error::NameTaken { name: name.to_owned() },
        false => error.into(),
    }
}
