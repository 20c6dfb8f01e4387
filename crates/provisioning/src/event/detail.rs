//! One row of the report with everything that is known about it.

use database::schema::{directory_user, provisioning_event as event_table, provisioning_event_detail as detail_table};
use database::{Connection, Id, kind};
use diesel::prelude::*;
use registry::TenantScope;

use crate::Provisioning;
use crate::error::Error;
use crate::event::advice::{Advice, advice};
use crate::event::kind::Outcome;
use crate::event::record::{Change, Step};
use crate::event::report::{Columns, EventRow, event_columns};
use crate::page::askable;

/// A row, what changed, how it went, what was asked and answered, and what to do.
#[derive(Debug, Clone)]
pub struct EventDetail {
    pub row: EventRow,
    pub changes: Vec<Change>,
    pub steps: Vec<Step>,
    pub method: String,
    pub target: String,
    pub client_address: Option<String>,
    pub user_agent: Option<String>,
    pub credential: Option<String>,
    pub request_id: String,
    pub settings_revision: Option<i64>,
    /// Redacted, indented where it is JSON.
    pub request: Option<String>,
    /// Redacted, indented where it is JSON.
    pub response: Option<String>,
    /// Present unless the operation went well.
    pub advice: Option<Advice>,
}

type DetailColumns = (
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    String,
    String,
);

impl Provisioning {
    /// One event of the tenant; `None` for an id that is none of its.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn event(&self, scope: &TenantScope, id: &str) -> Result<Option<EventDetail>, Error> {
        let (tenant_id, id) = (scope.tenant_id().clone(), askable(id));
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let found: Option<((Columns, String), DetailColumns)> = event_table::table
                    .inner_join(
                        detail_table::table.on(detail_table::tenant_id
                            .eq(event_table::tenant_id)
                            .and(detail_table::event_id.eq(event_table::id))),
                    )
                    .filter(event_table::tenant_id.eq(&tenant_id))
                    .filter(event_table::id.eq(&id))
                    .select((
                        (event_columns!(), event_table::request_id),
                        (
                            detail_table::method,
                            detail_table::target,
                            detail_table::client_address,
                            detail_table::user_agent,
                            detail_table::credential,
                            detail_table::settings_revision,
                            detail_table::request,
                            detail_table::response,
                            detail_table::changes,
                            detail_table::steps,
                        ),
                    ))
                    .first(tx.connection())
                    .optional()?;
                let Some(((mut columns, request_id), detail)) = found else { return Ok(None) };
                // The row keeps who it was about; a person who is deleted has no page to go to.
                let person = &mut columns.1.3;
                if let Some(id) = person.as_deref()
                    && !exists(tx.connection(), &tenant_id, id)?
                {
                    *person = None;
                }
                Ok(Some(from_columns(((columns, request_id), detail))))
            })
            .await
    }
}

fn exists(connection: &mut Connection, tenant_id: &Id<kind::Tenant>, id: &str) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(
        directory_user::table.filter(directory_user::tenant_id.eq(tenant_id)).filter(directory_user::id.eq(id)),
    ))
    .get_result(connection)?)
}

fn from_columns(((row, request_id), detail): ((Columns, String), DetailColumns)) -> EventDetail {
    let row = EventRow::from_columns(row);
    let (method, target, client_address, user_agent, credential, settings_revision, request, response, changes, steps) =
        detail;
    let advice = match (&row.error_code, row.outcome) {
        (Some(code), Outcome::Refused | Outcome::Failed) => {
            Some(advice(code, &scim_detail(response.as_deref()), row.directory_user_id.as_deref()))
        }
        _ => None,
    };
    EventDetail {
        row,
        changes: serde_json::from_str(&changes).unwrap_or_default(),
        steps: serde_json::from_str(&steps).unwrap_or_default(),
        method,
        target,
        client_address,
        user_agent,
        credential,
        request_id,
        settings_revision,
        request: request.map(indented),
        response: response.map(indented),
        advice,
    }
}

/// The `detail` of a SCIM error answer, empty when there is none.
fn scim_detail(response: Option<&str>) -> String {
    let parsed: Option<serde_json::Value> = response.and_then(|text| serde_json::from_str(text).ok());
    parsed
        .as_ref()
        .and_then(|body| body.get("detail"))
        .and_then(|detail| detail.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// JSON is kept compact and shown indented; anything else is shown as it is.
pub(crate) fn indented(text: String) -> String {
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or(text),
        Err(_) => text,
    }
}
