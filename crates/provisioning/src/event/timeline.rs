//! The latest rows about one person, resource or application, and the milestones of an application's set-up.

use database::Timestamp;
use database::schema::{provisioning_event as event_table, resource};
use diesel::prelude::*;
use registry::TenantScope;

use crate::Provisioning;
use crate::error::Error;
use crate::event::count::DAY_MS;
use crate::event::count::filter::Filter;
use crate::event::count::places::{self, newest};
use crate::event::kind::{Operation, Outcome};
use crate::event::report::{Columns, EventRow, event_columns};
use crate::page::askable;

/// Whose rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A directory user: the rows of all its resources, over all applications.
    User(String),
    /// A group, by the id of its resource.
    Group(String),
    /// A resource of another type, by its id.
    Resource(String),
    /// An application.
    Application(String),
}

/// When something first succeeded, and the row that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    pub at: Timestamp,
    pub event_id: String,
}

/// What an application's client has already done: the list that ticks itself while an administrator sets it up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Milestones {
    pub credential_accepted: Option<Milestone>,
    pub user_looked_up: Option<Milestone>,
    pub user_created: Option<Milestone>,
    pub user_updated: Option<Milestone>,
    pub group_pushed: Option<Milestone>,
    pub user_deactivated: Option<Milestone>,
}

impl Provisioning {
    /// The newest rows about one subject.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn recent_events(
        &self,
        scope: &TenantScope,
        subject: Subject,
        limit: i64,
    ) -> Result<Vec<EventRow>, Error> {
        self.recorder.flush(&self.database).await?;
        let tenant_id = scope.tenant_id().clone();
        let now = self.database.now();
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let subjects = match subject {
                    Subject::Application(id) => {
                        let filter = Filter {
                            tenant_id: tenant_id.to_string(),
                            applications: Some(vec![askable(&id)]),
                            ..Filter::default()
                        };
                        let limit = usize::try_from(limit).unwrap_or(0);
                        // A clock may be ahead of ours.
                        let until = now.plus_milliseconds(DAY_MS).as_milliseconds();
                        let found = newest(connection, &filter, (0, until), None, limit)?;
                        return Ok(found.into_iter().map(EventRow::from_columns).collect());
                    }
                    Subject::Group(id) | Subject::Resource(id) => vec![askable(&id)],
                    Subject::User(id) => resource::table
                        .filter(resource::tenant_id.eq(&tenant_id))
                        .filter(resource::directory_user_id.eq(askable(&id)))
                        .select(resource::id)
                        .load(connection)?,
                };
                let found: Vec<Columns> = event_table::table
                    .filter(event_table::tenant_id.eq(&tenant_id))
                    .filter(event_table::subject_id.eq_any(subjects))
                    .select(event_columns!())
                    .order(event_table::id.desc())
                    .limit(limit)
                    .load(connection)?;
                Ok(found.into_iter().map(EventRow::from_columns).collect())
            })
            .await
    }

    /// What this application's client has done so far, each with its first time.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn milestones(&self, scope: &TenantScope, application_id: &str) -> Result<Milestones, Error> {
        use Operation as O;
        self.recorder.flush(&self.database).await?;
        let (tenant_id, application_id) = (scope.tenant_id().clone(), askable(application_id));
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let mut first = |operations: &[O]| -> Result<Option<Milestone>, Error> {
                    let any = operations.is_empty();
                    let filter = Filter {
                        tenant_id: tenant_id.to_string(),
                        applications: Some(vec![application_id.clone()]),
                        operations: operations.to_vec(),
                        but: any.then_some(O::CredentialRejected),
                        outcome: (!any).then_some(Outcome::Succeeded),
                        error_code: None,
                    };
                    let found = places::first(connection, &filter)?;
                    Ok(found.map(|(at, event_id)| Milestone { at, event_id }))
                };
                Ok(Milestones {
                    credential_accepted: first(&[])?,
                    user_looked_up: first(&[O::UserLookup])?,
                    user_created: first(&[O::UserCreate, O::UserRestore])?,
                    user_updated: first(&[O::UserUpdate])?,
                    group_pushed: first(&[O::GroupCreate])?,
                    user_deactivated: first(&[O::UserDeactivate, O::UserDelete])?,
                })
            })
            .await
    }
}
