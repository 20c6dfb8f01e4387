//! Saving the settings of an application: each save is a new revision, and the earlier ones stay.

use database::schema::{application, application_settings, resource};
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use scim_model::schema::{DefinitionProblem, Definitions};

use crate::application::{lock, with_settings};
use crate::audit::{self, Act};
use crate::error::Result;
use crate::feature::Feature;
use crate::scope::TenantScope;
use crate::settings::Settings;
use crate::{Error, Registry};

/// One saved state of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsRevision {
    /// Its number: 1, 2, 3, …
    pub revision: i64,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Who saved it.
    pub created_by: String,
    /// The settings.
    pub settings: Settings,
}

/// Writes one revision. The caller makes it the one in force.
pub(crate) fn insert_settings(
    tx: &mut WriteTx<'_>,
    scope: &TenantScope,
    application: &Id<kind::Application>,
    revision: i64,
    settings: &Settings,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(application_settings::table)
        .values((
            application_settings::tenant_id.eq(&scope.tenant_id),
            application_settings::application_id.eq(application),
            application_settings::revision.eq(revision),
            application_settings::document.eq(serde_json::to_string(settings)?),
            application_settings::created_at.eq(now),
            application_settings::created_by.eq(&scope.actor),
        ))
        .execute(tx.connection()?)?;
    Ok(())
}

impl Registry {
    /// Saves settings as a new revision, if `expected_revision` is still the one in force; otherwise [`Error::Stale`].
    /// Settings equal to those in force make no new revision. Returns the revision in force afterwards.
    ///
    /// Definitions of a type may only be added to while the application has resources of it
    /// ([`Error::DefinitionsInUse`]).
    pub async fn save_settings(
        &self,
        scope: &TenantScope,
        id: &str,
        expected_revision: i64,
        settings: Settings,
    ) -> Result<i64> {
        scope.must_change()?;
        let resource_types = settings.definitions.build().map_err(Error::Definitions)?;
        settings.mapping.check(resource_types.user()).map_err(Error::Mapping)?;
        let (scope, id) = (scope.clone(), id.to_owned());
        self.inner
            .database
            .write(move |tx| {
                let (id, name) = lock(tx, &scope, &id)?;
                let (revision, document): (i64, String) = with_settings()
                    .filter(application::tenant_id.eq(&scope.tenant_id).and(application::id.eq(&id)))
                    .select((application::settings_revision, application_settings::document))
                    .first(tx.connection()?)?;
                if revision != expected_revision {
                    return Err(Error::Stale);
                }
                let before: Settings = serde_json::from_str(&document)?;
                if before == settings {
                    return Ok(revision);
                }
                let problems = problems_in_use(tx, &scope, &id, &before.definitions, &settings.definitions)?;
                if !problems.is_empty() {
                    return Err(Error::DefinitionsInUse(problems));
                }
                let next = revision + 1;
                insert_settings(tx, &scope, &id, next, &settings)?;
                diesel::update(application::table.find((&scope.tenant_id, &id)))
                    .set(application::settings_revision.eq(next))
                    .execute(tx.connection()?)?;
                let detail = difference(&before, &settings);
                let act = Act { act: "settings.save", application: Some(&id), target: &name, detail };
                audit::record(tx, &scope.tenant_id, &scope.actor, act)?;
                Ok(next)
            })
            .await
    }

    /// Every saved state of an application's settings, newest first. Empty for an unknown application.
    pub async fn settings_history(&self, scope: &TenantScope, id: &str) -> Result<Vec<SettingsRevision>> {
        let tenant = scope.tenant_id.clone();
        let Ok(id) = Id::<kind::Application>::parse(id) else { return Ok(Vec::new()) };
        let rows: Vec<(i64, Timestamp, String, String)> = self
            .inner
            .database
            .read(move |tx| {
                let rows = application_settings::table
                    .filter(application_settings::tenant_id.eq(&tenant))
                    .filter(application_settings::application_id.eq(&id))
                    .select((
                        application_settings::revision,
                        application_settings::created_at,
                        application_settings::created_by,
                        application_settings::document,
                    ))
                    .order(application_settings::revision.desc())
                    .load(tx.connection())?;
                Ok::<_, Error>(rows)
            })
            .await?;
        rows.into_iter()
            .map(|(revision, created_at, created_by, document)| {
                let settings = serde_json::from_str(&document)?;
                Ok(SettingsRevision { revision, created_at, created_by, settings })
            })
            .collect()
    }
}

/// What the new definitions would take away from resources that are there. A type without any can change at will.
fn problems_in_use(
    tx: &mut WriteTx<'_>,
    scope: &TenantScope,
    id: &Id<kind::Application>,
    before: &Definitions,
    after: &Definitions,
) -> Result<Vec<DefinitionProblem>> {
    if after.incompatible_with(before).is_empty() {
        return Ok(Vec::new());
    }
    let mut in_use: Vec<&str> = Vec::new();
    for ty in before.resource_types.iter().chain(&after.resource_types) {
        if !in_use.contains(&ty.name.as_str()) && has_resources(tx, scope, id, &ty.name)? {
            in_use.push(&ty.name);
        }
    }
    Ok(after.of_types(&in_use).incompatible_with(&before.of_types(&in_use)))
}

/// Whether the application has resources of this type, also ones that its client cannot see any more.
fn has_resources(
    tx: &mut WriteTx<'_>,
    scope: &TenantScope,
    id: &Id<kind::Application>,
    resource_type: &str,
) -> Result<bool> {
    let of_type = || {
        resource::table
            .filter(resource::tenant_id.eq(&scope.tenant_id))
            .filter(resource::application_id.eq(id))
            .filter(resource::resource_type.eq(resource_type))
    };
    // Asked one by one: each of the two has an index that begins with what is asked for.
    let visible = diesel::dsl::exists(of_type().filter(resource::deleted_at.is_null()));
    let set_aside = diesel::dsl::exists(of_type().filter(resource::deleted_at.is_not_null()));
    Ok(diesel::select(visible).get_result(tx.connection()?)?
        || diesel::select(set_aside).get_result(tx.connection()?)?)
}

/// What changed, in words.
fn difference(before: &Settings, after: &Settings) -> String {
    let mut changes: Vec<String> = Feature::ALL
        .into_iter()
        .filter(|feature| before.features.is_on(*feature) != after.features.is_on(*feature))
        .map(|feature| {
            let state = if after.features.is_on(feature) { "on" } else { "off" };
            format!("Switched \"{}\" {state}.", feature.label())
        })
        .collect();
    if before.mapping != after.mapping {
        changes.push("Changed the attribute mapping.".to_owned());
    }
    if before.definitions != after.definitions {
        changes.push("Changed the schemas and resource types.".to_owned());
    }
    changes.join(" ")
}
