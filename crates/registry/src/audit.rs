//! What administrators did: a row written in the same transaction as the act itself.

use database::schema::audit_event;
use database::{Id, Timestamp, WriteTx, kind};
use diesel::prelude::*;

use crate::error::Result;
use crate::scope::TenantScope;
use crate::{Error, Registry};

/// One act of an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct AuditEvent {
    /// The row's id; later acts have greater ids.
    pub id: Id<kind::Audit>,
    /// When.
    pub occurred_at: Timestamp,
    /// Who: an e-mail address, or `command line`.
    pub actor: String,
    /// What, as a stable word: `credential.reveal`.
    pub act: String,
    /// The name of what it was done to.
    pub target: String,
    /// A sentence for people.
    pub detail: String,
}

/// What is recorded.
pub(crate) struct Act<'a> {
    /// A stable word.
    pub act: &'static str,
    /// The application it concerns, if one.
    pub application: Option<&'a Id<kind::Application>>,
    pub target: &'a str,
    pub detail: String,
}

/// Writes the row of an act. Call it in the transaction that does the act.
pub(crate) fn record(tx: &mut WriteTx<'_>, tenant: &Id<kind::Tenant>, actor: &str, act: Act<'_>) -> Result<()> {
    let id = tx.new_id::<kind::Audit>();
    let now = tx.now();
    diesel::insert_into(audit_event::table)
        .values((
            audit_event::tenant_id.eq(tenant),
            audit_event::id.eq(&id),
            audit_event::occurred_at.eq(now),
            audit_event::actor.eq(actor),
            audit_event::act.eq(act.act),
            audit_event::application_id.eq(act.application),
            audit_event::target.eq(act.target),
            audit_event::detail.eq(&act.detail),
        ))
        .execute(tx.connection()?)?;
    Ok(())
}

/// Rows that are deleted in one transaction.
const ACTS_AT_ONCE: i64 = 500;

impl Registry {
    /// Deletes some of the tenant's acts from before that moment, the oldest first, and tells how many; 0 when there are none
    /// left. Small steps, so that no other write waits for long.
    pub async fn prune_audit(&self, scope: &TenantScope, before: Timestamp) -> Result<usize> {
        let (tenant, first_kept) = (scope.tenant_id.clone(), Id::<kind::Audit>::first_at(before));
        self.inner
            .database
            .write(move |tx| {
                let of_tenant = || audit_event::table.filter(audit_event::tenant_id.eq(&tenant));
                let old = of_tenant().filter(audit_event::id.lt(&first_kept)).order(audit_event::id);
                let ids: Vec<Id<kind::Audit>> =
                    old.select(audit_event::id).limit(ACTS_AT_ONCE).load(tx.connection()?)?;
                let Some(last) = ids.last() else { return Ok(0) };
                Ok(diesel::delete(of_tenant().filter(audit_event::id.le(last))).execute(tx.connection()?)?)
            })
            .await
    }

    /// The latest acts of the tenant, or those about one application, newest first.
    pub async fn audit(&self, scope: &TenantScope, application: Option<&str>, limit: i64) -> Result<Vec<AuditEvent>> {
        let tenant = scope.tenant_id.clone();
        let application = match application.map(Id::<kind::Application>::parse) {
            None => None,
            Some(Ok(application)) => Some(application),
            Some(Err(_)) => return Ok(Vec::new()),
        };
        self.inner
            .database
            .read(move |tx| {
                let mut query = audit_event::table
                    .filter(audit_event::tenant_id.eq(&tenant))
                    .select((
                        audit_event::id,
                        audit_event::occurred_at,
                        audit_event::actor,
                        audit_event::act,
                        audit_event::target,
                        audit_event::detail,
                    ))
                    .order(audit_event::id.desc())
                    .limit(limit.max(0))
                    .into_boxed();
                if let Some(application) = &application {
                    query = query.filter(audit_event::application_id.eq(application));
                }
                Ok::<_, Error>(query.load(tx.connection())?)
            })
            .await
    }
}
