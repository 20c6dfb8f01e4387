//! Deleting rows of the report that are older than they need to be kept.
//!
//! Each function does one small step, so that nobody waits for it for long: how large a step is stands here, when the next one
//! comes is the caller's choice. Rows go by a range of the primary key, the oldest first; several servers may do this at the
//! same time, and one then finds less to do. Deliberately not here: how long rows are kept (the operator's settings) and
//! anything but the report. Revisions of settings and what is in the directory stay.

use database::schema::{event_identifier, provisioning_event, tenant};
use database::{Id, ReadTx, Timestamp, drop_event_partition, event_partitions_before, hold_event_partitions, kind};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use registry::TenantScope;

use crate::Provisioning;
use crate::error::Error;
use crate::event::count::change;

/// Rows that are deleted in one transaction, each with its detail. On SQLite every other write waits for it.
const EVENTS_AT_ONCE: i64 = 200;

/// Identifiers that are looked at in one step.
const IDENTIFIERS_AT_ONCE: i64 = 500;

/// How far a walk over the identifiers came, and what it removed in its last step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentifierWalk {
    /// The last one that was looked at: what was sought, and whom it led to. `None`: none was yet.
    last: Option<(String, String)>,
    removed: Vec<(String, String)>,
}

impl IdentifierWalk {
    /// How many the last step removed.
    pub fn removed(&self) -> usize {
        self.removed.len()
    }
}

impl Provisioning {
    /// Drops a month of the report, of all tenants, if all of it is from before that moment; says whether there was one. Only
    /// where the database keeps months apart: on SQLite, and for the rest, rows go one by one.
    ///
    /// # Errors
    /// Only what the database says; busy if somebody reads those rows for long.
    pub async fn drop_old_events(&self, before: Timestamp) -> Result<bool, Error> {
        let partitions = self.database.read(move |tx| event_partitions_before(tx.connection(), before)).await?;
        let Some(partition) = partitions.into_iter().next() else { return Ok(false) };
        self.database
            .write(move |tx| -> Result<_, Error> {
                let connection = tx.connection()?;
                hold_event_partitions(connection)?;
                let mut held = Vec::new();
                let tenants: Vec<String> = tenant::table.select(tenant::id).order(tenant::id).load(connection)?;
                for tenant_id in tenants {
                    let counted = change::hold(connection, &tenant_id)?;
                    held.push((tenant_id, counted));
                }
                // From here on nobody writes to the report until the transaction ends.
                if !drop_event_partition(connection, &partition)? {
                    return Ok(true);
                }
                for (tenant_id, counted) in held {
                    change::are_all_gone(connection, &tenant_id, counted, partition.ends.as_milliseconds())?;
                }
                Ok(true)
            })
            .await
    }

    /// Deletes some of the tenant's rows from before that moment, and tells how many; 0 when there are none left.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn prune_events(&self, scope: &TenantScope, before: Timestamp) -> Result<usize, Error> {
        use provisioning_event::dsl as event;
        let (tenant_id, first_kept) = (scope.tenant_id().clone(), Id::<kind::Event>::first_at(before));
        // Found by a reader, so that the writer has one statement to do.
        let ids: Vec<Id<kind::Event>> = {
            let tenant_id = tenant_id.clone();
            self.database
                .of_tenant(scope.tenant_id())
                .read(move |tx| -> Result<_, Error> {
                    let of_tenant = provisioning_event::table.filter(event::tenant_id.eq(&tenant_id));
                    let old = of_tenant.filter(event::id.lt(&first_kept)).order(event::id).select(event::id);
                    Ok(old.limit(EVENTS_AT_ONCE).load(tx.connection())?)
                })
                .await?
        };
        let Some(last) = ids.into_iter().next_back() else { return Ok(0) };
        self.database
            .of_tenant(scope.tenant_id())
            .write(move |tx| -> Result<_, Error> {
                let connection = tx.connection()?;
                let held = change::hold(connection, tenant_id.as_str())?;
                let old = provisioning_event::table.filter(event::tenant_id.eq(&tenant_id)).filter(event::id.le(&last));
                let columns =
                    (event::occurred_at, event::application_id, event::operation, event::outcome, event::error_code);
                let gone: Vec<(Timestamp, String, String, String, Option<String>)> =
                    old.select(columns).load(connection)?;
                let gone = gone.into_iter().map(|(at, a, o, u, e)| (at.as_milliseconds(), a, o, u, e)).collect();
                let deleted = diesel::delete(old).execute(connection)?;
                change::are_gone(connection, tenant_id.as_str(), held, gone)?;
                Ok(deleted)
            })
            .await
    }

    /// How many rows [`Provisioning::prune_events`] would delete in all.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn count_events_before(&self, scope: &TenantScope, before: Timestamp) -> Result<i64, Error> {
        use provisioning_event::dsl as event;
        let (tenant_id, first_kept) = (scope.tenant_id().clone(), Id::<kind::Event>::first_at(before));
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let of_tenant = provisioning_event::table.filter(event::tenant_id.eq(&tenant_id));
                Ok(of_tenant.filter(event::id.lt(&first_kept)).count().get_result(tx.connection())?)
            })
            .await
    }

    /// Looks at some identifiers of the tenant, and deletes those that lead to no row any more. `None` when all were looked
    /// at. Begin with the default.
    ///
    /// On PostgreSQL a server may be about to write the first new row about somebody whose old rows are gone, and count on an
    /// identifier that goes here. What a step removed is therefore looked at again in the next one.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn prune_identifiers(
        &self,
        scope: &TenantScope,
        walk: IdentifierWalk,
    ) -> Result<Option<IdentifierWalk>, Error> {
        let tenant_id = scope.tenant_id().clone();
        self.put_back(&tenant_id, walk.removed).await?;
        let from = walk.last;
        let (last, any) = {
            let (tenant_id, from) = (tenant_id.clone(), from.clone());
            self.database
                .of_tenant(scope.tenant_id())
                .read(move |tx| -> Result<_, Error> {
                    let Some(last) = last_of_step(tx, &tenant_id, from.as_ref())? else { return Ok((None, false)) };
                    let condition = orphans(&tenant_id, from.as_ref(), &last);
                    let any = event_identifier::table.filter(condition).select(event_identifier::folded);
                    let any: Option<String> = any.first(tx.connection()).optional()?;
                    Ok((Some(last), any.is_some()))
                })
                .await?
        };
        let Some(last) = last else { return Ok(None) };
        if !any {
            return Ok(Some(IdentifierWalk { last: Some(last), removed: Vec::new() }));
        }
        let to = last.clone();
        let removed = self
            .database
            .of_tenant(scope.tenant_id())
            .write(move |tx| -> Result<_, Error> {
                let condition = || orphans(&tenant_id, from.as_ref(), &to);
                let columns = (event_identifier::folded, event_identifier::subject_id);
                let removed = event_identifier::table.filter(condition()).select(columns).load(tx.connection()?)?;
                diesel::delete(event_identifier::table.filter(condition())).execute(tx.connection()?)?;
                Ok(removed)
            })
            .await?;
        Ok(Some(IdentifierWalk { last: Some(last), removed }))
    }
}

impl Provisioning {
    /// Writes those again that lead to a row after all.
    async fn put_back(&self, tenant_id: &Id<kind::Tenant>, removed: Vec<(String, String)>) -> Result<(), Error> {
        use provisioning_event::dsl as event;
        if removed.is_empty() {
            return Ok(());
        }
        let tenant_id = tenant_id.clone();
        let needed: Vec<(String, String)> = {
            let tenant_id = tenant_id.clone();
            self.database
                .read(move |tx| -> Result<_, Error> {
                    let mut needed = Vec::new();
                    for (folded, subject_id) in removed {
                        let about = event::subject_id.eq(subject_id.clone()).or(event::id.eq(subject_id.clone()));
                        let rows = provisioning_event::table.filter(event::tenant_id.eq(&tenant_id)).filter(about);
                        let found: Option<String> = rows.select(event::id).first(tx.connection()).optional()?;
                        if found.is_some() {
                            needed.push((folded, subject_id));
                        }
                    }
                    Ok(needed)
                })
                .await?
        };
        if needed.is_empty() {
            return Ok(());
        }
        self.database
            .write(move |tx| -> Result<_, Error> {
                let rows = needed.iter().map(|(folded, subject_id)| {
                    [tenant_id.as_str().into(), folded.as_str().into(), subject_id.as_str().into()]
                });
                let rows = database::insert_rows!(event_identifier: [tenant_id, folded, subject_id], rows);
                tx.insert(rows.passing_over_conflicts());
                Ok(())
            })
            .await
    }
}

/// A condition on identifiers.
type Condition<'a> = Box<dyn BoxableExpression<event_identifier::table, database::MultiBackend, SqlType = Bool> + 'a>;

/// The identifiers of the tenant behind `from`.
fn behind<'a>(tenant_id: &'a Id<kind::Tenant>, from: Option<&'a (String, String)>) -> Condition<'a> {
    use event_identifier::dsl as identifier;
    let of_tenant = identifier::tenant_id.eq(tenant_id);
    match from {
        None => Box::new(of_tenant),
        // The first half is what the index seeks by.
        Some((folded, subject_id)) => {
            let greater = identifier::folded.gt(folded).or(identifier::subject_id.gt(subject_id));
            Box::new(of_tenant.and(identifier::folded.ge(folded)).and(greater))
        }
    }
}

/// The last identifier of the step behind `from`; `None` if there is none.
fn last_of_step(
    tx: &mut ReadTx<'_>,
    tenant_id: &Id<kind::Tenant>,
    from: Option<&(String, String)>,
) -> Result<Option<(String, String)>, Error> {
    use event_identifier::dsl as identifier;
    let step = event_identifier::table
        .filter(behind(tenant_id, from))
        .order((identifier::folded, identifier::subject_id))
        .select((identifier::folded, identifier::subject_id))
        .limit(IDENTIFIERS_AT_ONCE);
    let step: Vec<(String, String)> = step.load(tx.connection())?;
    Ok(step.into_iter().next_back())
}

/// The identifiers behind `from` and up to `last` that lead to no row: neither to one about their subject, nor to one that
/// mentions their subject, nor to the one row that they stand for.
fn orphans<'a>(
    tenant_id: &'a Id<kind::Tenant>,
    from: Option<&'a (String, String)>,
    last: &'a (String, String),
) -> Condition<'a> {
    use event_identifier::dsl as identifier;
    use provisioning_event::dsl as event;
    let (folded, subject_id) = last;
    let up_to =
        identifier::folded.le(folded).and(identifier::folded.lt(folded).or(identifier::subject_id.le(subject_id)));
    let of_tenant = || provisioning_event::table.filter(event::tenant_id.eq(tenant_id));
    let about = exists(of_tenant().filter(event::subject_id.eq(identifier::subject_id)));
    let itself = exists(of_tenant().filter(event::id.eq(identifier::subject_id)));
    // A name leads to its bearer's id, and that id to the rows that mention it.
    let further = diesel::alias!(event_identifier as further);
    let (tenant, name, leads_to) = (
        further.field(identifier::tenant_id),
        further.field(identifier::folded),
        further.field(identifier::subject_id),
    );
    let mention = further
        .filter(tenant.eq(tenant_id))
        .filter(name.eq(identifier::subject_id))
        .filter(leads_to.ne(identifier::subject_id));
    Box::new(behind(tenant_id, from).and(up_to).and(not(about)).and(not(itself)).and(not(exists(mention))))
}
