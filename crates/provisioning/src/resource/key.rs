//! Values that resources are found by, or that only one of them may have.
//!
//! One row per value. Which paths are indexed for look-ups stands in [`INDEXED`]; the search plan reads the same table. An
//! attribute that its schema wants to be unique (RFC 7643 §7) has rows too, which a unique index guards; so has a group's
//! `displayName` while *Unique group names* is on. `userName` has a column and a unique index of its own.

use database::WriteTx;
use database::schema::resource_key as table;
use diesel::prelude::*;
use registry::{AppScope, Feature};
use scim_model::fold::fold;
use scim_model::path::Bound;
use scim_model::{Resource, ResourceKind, ResourceType};
use serde_json::Value;

use crate::error::{Error, check_length};
use crate::page::cut;

/// Paths of users with an index, as `scim_model` spells them.
pub(crate) const INDEXED: [&str; 1] = ["emails.value"];

/// Values longer than this are indexed by their beginning, and the evaluator settles the rest.
const KEY_BYTES: usize = 512;

/// One row of a resource.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub is_unique: bool,
    pub path: String,
    pub folded: String,
}

/// The form in which a value is indexed and looked up.
pub(crate) fn key(value: &str) -> String {
    let mut folded = fold(value);
    cut(&mut folded, KEY_BYTES);
    folded
}

/// Whether a [`key`] is certainly a whole value: a longer one is cut no shorter than a character's length before the end.
pub(crate) fn is_whole(folded: &str) -> bool {
    folded.len() + char::MAX.len_utf8() <= KEY_BYTES
}

/// Attributes of the type that have rows in the unique index.
pub(crate) fn unique_attributes(ty: &ResourceType) -> Vec<Bound> {
    let mut attributes = ty.unique_attributes();
    match ty.kind() {
        ResourceKind::User => attributes.retain(|attribute| attribute.path() != "userName"),
        ResourceKind::Group => attributes.retain(|attribute| attribute.path() != "displayName"),
        ResourceKind::Other => {}
    }
    attributes
}

/// What the rows of a unique attribute are kept under: two types may call an attribute alike.
pub(crate) fn unique_path(ty: &ResourceType, attribute: &Bound) -> String {
    format!("{}/{}", ty.name, attribute.path())
}

/// The form in which a value of a unique attribute is compared; `None` for a value that is none.
pub(crate) fn unique_value(attribute: &Bound, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) if attribute.case_exact() => Some(text.clone()),
        Value::String(text) => Some(fold(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Every key of a resource, each once. `unique_group_names`: whether a group's name is kept apart from those of others.
pub(crate) fn keys(unique_group_names: bool, ty: &ResourceType, resource: &Resource) -> Result<Vec<Key>, Error> {
    let mut keys: Vec<Key> = Vec::new();
    if ty.kind() == ResourceKind::User {
        keys.extend(resource.emails().map(|value| Key {
            is_unique: false,
            path: INDEXED[0].to_owned(),
            folded: key(value),
        }));
    }
    if ty.kind() == ResourceKind::Group
        && unique_group_names
        && let Some(name) = resource.display_name()
    {
        let folded = fold(name);
        check_length("displayName", Some(&folded))?;
        keys.push(Key { is_unique: true, path: format!("{}/displayName", ty.name), folded });
    }
    for attribute in unique_attributes(ty) {
        for value in resource.values(&attribute) {
            let Some(folded) = unique_value(&attribute, value) else { continue };
            check_length(attribute.path(), Some(&folded))?;
            keys.push(Key { is_unique: true, path: unique_path(ty, &attribute), folded });
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Brings the keys from those of `old` to those of `resource`; touches nothing where they are the same.
///
/// # Errors
/// [`Error::NameTaken`] when another resource of the application has a value that must be unique.
pub(crate) fn replace(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    id: &str,
    old: Option<&Resource>,
    resource: &Resource,
) -> Result<(), Error> {
    let unique_group_names = scope.settings().features.is_on(Feature::UniqueGroupNames);
    let old = old.map_or_else(|| Ok(Vec::new()), |old| keys(unique_group_names, ty, old))?;
    let new = keys(unique_group_names, ty, resource)?;
    if old == new {
        return Ok(());
    }
    if !old.is_empty() {
        remove(tx, scope, id)?;
    }
    let is_guarded = new.iter().any(|key| key.is_unique);
    let (tenant, application) = (scope.tenant_id().as_str(), scope.application_id().as_str());
    let rows = new.into_iter().map(|Key { is_unique, path, folded }| {
        [tenant.into(), application.into(), path.into(), folded.into(), id.into(), is_unique.into()]
    });
    tx.insert(
        database::insert_rows!(resource_key: [tenant_id, application_id, path, folded, resource_id, is_unique], rows),
    );
    if is_guarded {
        // Sent at once: here it is known what a refusal means.
        tx.connection().map_err(|error| taken(error, unique_group_names, ty, resource))?;
    }
    Ok(())
}

/// Removes all keys of a resource.
pub(crate) fn remove(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<(), Error> {
    diesel::delete(
        table::table
            .filter(table::tenant_id.eq(scope.tenant_id()))
            .filter(table::application_id.eq(scope.application_id()))
            .filter(table::resource_id.eq(id)),
    )
    .execute(tx.connection()?)?;
    Ok(())
}

/// A conflict does not say which row it was about; where there is only one unique value, it is that one.
fn taken(error: database::Error, unique_group_names: bool, ty: &ResourceType, resource: &Resource) -> Error {
    let keys = match keys(unique_group_names, ty, resource) {
        Ok(keys) if error.violates("resource_key_unique") => keys,
        _ => return error.into(),
    };
    let prefix = format!("{}/", ty.name);
    let unique: Vec<&Key> = keys.iter().filter(|key| key.is_unique).collect();
    let join = |of: fn(&Key) -> &str| unique.iter().map(|key| of(key)).collect::<Vec<_>>().join("\" or \"");
    Error::NameTaken {
        attribute: join(|key| &key.path).replace(&prefix, "").replace('"', ""),
        value: join(|key| &key.folded),
    }
}
