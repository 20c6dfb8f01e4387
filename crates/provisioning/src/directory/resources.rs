//! The resources of one application and type as the dashboard shows them, whatever the type: types that an administrator
//! defined have no list of their own.
//!
//! What a schema never returns is not shown here either, nor searched.

use std::collections::HashMap;

use database::schema::{resource as table, resource_count};
use database::{Connection, Timestamp};
use diesel::prelude::*;
use registry::TenantScope;
use scim_model::fold::fold;
use scim_model::project::Projection;
use scim_model::{Resource, ResourceType};
use serde_json::Value;

use crate::Provisioning;
use crate::error::Error;
use crate::event::detail::indented;
use crate::page::askable;

/// A search reads so many resources at a time …
const CHUNK: i64 = 500;
/// … and so many for one page. The next page goes on from there.
const LOOKED_AT: usize = 5_000;

/// Attributes that name a resource, in the order in which they are tried.
const NAMES: [&str; 4] = ["displayName", "name", "userName", "externalId"];

/// What is searched for.
#[derive(Debug, Clone)]
pub struct ResourceSearch {
    /// Id of the application.
    pub application: String,
    /// A part of any value, in any case; empty for all resources.
    pub text: String,
    /// `next` of the page before.
    pub after: Option<String>,
    pub limit: usize,
}

/// A resource in a list.
#[derive(Debug, Clone)]
pub struct ResourceLine {
    pub id: String,
    /// What people would call it; `None` if it has nothing of the kind.
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub created_at: Timestamp,
    pub last_modified_at: Timestamp,
}

/// A page of resources in the order of their creation.
#[derive(Debug, Clone)]
pub struct ResourcePage {
    pub rows: Vec<ResourceLine>,
    /// What to give as `after` to go on; `None` at the end. A page of a search may be short, even empty, and still go on.
    pub next: Option<String>,
}

/// A resource with its document.
#[derive(Debug, Clone)]
pub struct ResourceDetail {
    pub line: ResourceLine,
    /// The resource as its client reads it, without location, indented.
    pub document: String,
}

type Columns = (String, Option<String>, String, Timestamp, Timestamp);

macro_rules! columns {
    () => {
        (table::id, table::external_id, table::document, table::created_at, table::last_modified_at)
    };
}

impl Provisioning {
    /// How many resources of each type an application has, by the type's name. A type without any may be missing.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn resource_counts(&self, scope: &TenantScope, application: &str) -> Result<HashMap<String, i64>, Error> {
        let (tenant_id, application) = (scope.tenant_id().to_string(), askable(application));
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let counts: Vec<(String, i64)> = resource_count::table
                    .filter(resource_count::tenant_id.eq(&tenant_id))
                    .filter(resource_count::application_id.eq(&application))
                    .select((resource_count::resource_type, resource_count::total))
                    .load(tx.connection())?;
                Ok(counts.into_iter().collect())
            })
            .await
    }

    /// Searches the resources of one type.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn resources(
        &self,
        scope: &TenantScope,
        ty: &ResourceType,
        search: ResourceSearch,
    ) -> Result<ResourcePage, Error> {
        let (tenant_id, ty) = (scope.tenant_id().to_string(), ty.clone());
        self.database.of_tenant(scope.tenant_id()).read(move |tx| page(tx.connection(), &tenant_id, &ty, &search)).await
    }

    /// One resource of an application and type; `None` for an id that is none of its.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn resource(
        &self,
        scope: &TenantScope,
        ty: &ResourceType,
        application: &str,
        id: &str,
    ) -> Result<Option<ResourceDetail>, Error> {
        let (tenant_id, ty) = (scope.tenant_id().to_string(), ty.clone());
        let (application, id) = (askable(application), askable(id));
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let found: Option<Columns> = table::table
                    .filter(table::tenant_id.eq(&tenant_id))
                    .filter(table::application_id.eq(&application))
                    .filter(table::id.eq(&id))
                    .filter(table::resource_type.eq(&ty.name))
                    .filter(table::deleted_at.is_null())
                    .select(columns!())
                    .first(tx.connection())
                    .optional()?;
                let shown = shown(&ty)?;
                Ok(found.map(|columns| {
                    let document = shown.apply(&columns.2, &ty);
                    ResourceDetail { line: line(columns, &document), document: indented(document) }
                }))
            })
            .await
    }
}

impl Provisioning {
    /// An indented document without what the application's schemas never return.
    pub(crate) async fn shown_document(
        &self,
        scope: &TenantScope,
        application: &str,
        resource_type: &str,
        document: String,
    ) -> Result<String, Error> {
        let Some(application) = self.registry.application(scope, application).await.map_err(of_registry)? else {
            return Ok(document);
        };
        let types = application.settings.resource_types();
        match types.named(resource_type) {
            Some(ty) if ty.hides_some() => Ok(indented(shown(ty)?.apply(&document, ty))),
            _ => Ok(document),
        }
    }
}

fn page(
    connection: &mut Connection,
    tenant_id: &str,
    ty: &ResourceType,
    search: &ResourceSearch,
) -> Result<ResourcePage, Error> {
    let (application, wanted) = (askable(&search.application), fold(askable(&search.text).trim()));
    let shown = shown(ty)?;
    let mut after = askable(search.after.as_deref().unwrap_or_default());
    let (mut rows, mut looked_at) = (Vec::new(), 0);
    loop {
        let chunk: Vec<Columns> = table::table
            .filter(table::tenant_id.eq(tenant_id))
            .filter(table::application_id.eq(&application))
            .filter(table::resource_type.eq(&ty.name))
            .filter(table::deleted_at.is_null())
            .filter(table::id.gt(&after))
            .order(table::id.asc())
            .limit(CHUNK)
            .select(columns!())
            .load(connection)?;
        let is_last = i64::try_from(chunk.len()).is_ok_and(|length| length < CHUNK);
        for columns in chunk {
            let document = shown.apply(&columns.2, ty);
            if wanted.is_empty() || mentions(&columns.0, &document, &wanted) {
                if rows.len() == search.limit {
                    // This one is the first of the next page.
                    return Ok(ResourcePage { rows, next: Some(after) });
                }
                rows.push(line(columns.clone(), &document));
            }
            after = columns.0;
            looked_at += 1;
        }
        if is_last {
            return Ok(ResourcePage { rows, next: None });
        }
        if looked_at >= LOOKED_AT {
            return Ok(ResourcePage { rows, next: Some(after) });
        }
    }
}

fn of_registry(error: registry::Error) -> Error {
    match error {
        registry::Error::Busy => Error::Busy,
        other => Error::Internal(Box::new(other)),
    }
}

/// What a client reads that names no attributes.
fn shown(ty: &ResourceType) -> Result<Projection, Error> {
    Projection::parse(None, None, ty).map_err(|error| Error::Internal(Box::new(error)))
}

fn line((id, external_id, _, created_at, last_modified_at): Columns, document: &str) -> ResourceLine {
    ResourceLine { id, name: name(document), external_id, created_at, last_modified_at }
}

/// By one of the usual attributes, else by the first text of the document.
fn name(document: &str) -> Option<String> {
    let resource = Resource::from_stored(document).ok()?;
    let usual = NAMES.iter().find_map(|name| resource.text(name));
    let first = || {
        let mut own = resource.as_map().iter().filter(|(name, _)| !COMMON.contains(&name.as_str()));
        own.find_map(|(_, value)| value.as_str())
    };
    usual.or_else(first).filter(|name| !name.trim().is_empty()).map(str::to_owned)
}

/// Attributes that are alike in every resource of a type, or say nothing about it.
const COMMON: [&str; 3] = ["schemas", "id", "meta"];

/// Whether a value of the document, or the id, contains a folded text.
fn mentions(id: &str, document: &str, wanted: &str) -> bool {
    fn within(value: &Value, wanted: &str) -> bool {
        match value {
            Value::String(text) => fold(text).contains(wanted),
            Value::Number(number) => number.to_string().contains(wanted),
            Value::Array(values) => values.iter().any(|value| within(value, wanted)),
            Value::Object(members) => members.values().any(|value| within(value, wanted)),
            Value::Null | Value::Bool(_) => false,
        }
    }
    let Ok(resource) = Resource::from_stored(document) else { return false };
    let mut own = resource.as_map().iter().filter(|(name, _)| !COMMON.contains(&name.as_str()));
    id.contains(wanted) || own.any(|(_, value)| within(value, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_go_by_what_people_would_call_them() {
        for (document, expected) in [
            (r#"{"schemas":["s"],"id":"1","serial":"7","displayName":"Monitor"}"#, Some("Monitor")),
            (r#"{"applicationType":"deviceControl","name":"Bot"}"#, Some("Bot")),
            (r#"{"externalId":"x7","active":true}"#, Some("x7")),
            (r#"{"id":"1","active":true,"serial":"7","meta":{}}"#, Some("7")),
            (r#"{"id":"1","name":{"givenName":"Ada"}}"#, None),
            (r#"{"displayName":" "}"#, None),
            ("broken", None),
        ] {
            assert_eq!(name(document).as_deref(), expected, "{document}");
        }
    }

    #[test]
    fn any_value_is_searched_but_what_all_share() {
        let document = r#"{"schemas":["urn:x:Device"],"id":"0199","displayName":"Ärger",
            "urn:x:Ext":{"macs":["2C:54:91"],"port":8080,"on":true},"meta":{"resourceType":"Device"}}"#;
        for (wanted, found) in
            [("ärg", true), ("2c:54", true), ("808", true), ("0199", true), ("device", false), ("true", false)]
        {
            assert_eq!(mentions("0199", document, &fold(wanted)), found, "{wanted}");
        }
    }
}
