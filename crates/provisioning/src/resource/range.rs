//! How many resources of a type lie in each range of ids, so that a page in the middle of a long list is found without
//! walking to it (RFC 7644 §3.4.2.4, `startIndex`).
//!
//! New resources have ids beyond all others, so a create changes no range; only what goes, and what comes back under a
//! former id, is counted where it lies (see [`super::count`]). Ranges are laid in the background, behind
//! what is being created now. The counter of the type is held meanwhile, which everybody wants who makes the numbers wrong.
//!
//! A clock that was set back by long gives ids that lie in ranges, and servers of an older version know of none. So ranges and
//! what comes after them must make up the counter, once a minute; where they do not, all are taken away, and laid
//! anew a minute later. What is wrong in one range by as much as in another is not noticed here, but by
//! `rollcall doctor --deep`.

use database::schema::{resource, resource_count, resource_range as table};
use database::{Connection, LockRow, MultiBackend, Timestamp, WriteTx};
use diesel::dsl::exists;
use diesel::prelude::*;
use registry::{AppScope, TenantScope};

use crate::Provisioning;
use crate::error::Error;
use crate::event::count::first_id_at;
use crate::resource::count::counter;
use crate::resource::row::visible;

/// So many are laid in one step, which writers of the application wait for.
const STEP: usize = 16;

/// Ranges that are less than this part full on average, where there are more than so many, are laid anew.
const SPARSE: i64 = 8;

/// Ids of so long ago are given to nobody any more, on servers whose clocks differ a little.
const SETTLED_AFTER_MS: i64 = 60_000;

/// The ranges of a type, of a tenant and an application.
macro_rules! ranges {
    ($tenant_id:expr, $application_id:expr, $resource_type:expr) => {
        table::table
            .filter(table::tenant_id.eq($tenant_id))
            .filter(table::application_id.eq($application_id))
            .filter(table::resource_type.eq($resource_type))
    };
}

/// The id of the resource at a 0-based position in the list of all of a type.
pub(crate) fn id_at(
    connection: &mut Connection,
    scope: &AppScope,
    resource_type: &str,
    position: i64,
) -> Result<Option<String>, Error> {
    let ranges: Vec<(String, i64)> = ranges!(scope.tenant_id(), scope.application_id(), resource_type)
        .order(table::until_id)
        .select((table::until_id, table::total))
        .load(connection)?;
    let (mut from, mut rest) = (String::new(), position);
    for (until_id, total) in ranges {
        if rest < total {
            break;
        }
        (from, rest) = (until_id, rest - total);
    }
    let from_there = visible!(scope).filter(resource::resource_type.eq(resource_type)).filter(resource::id.ge(from));
    Ok(from_there.order(resource::id).select(resource::id).limit(1).offset(rest).first(connection).optional()?)
}

/// Adds `by` to the range where an id lies, if it lies in one. The counter must have been changed before: whoever lays
/// ranges has the numbers then.
pub(super) fn add(tx: &mut WriteTx<'_>, scope: &AppScope, resource_type: &str, id: &str, by: i64) -> Result<(), Error> {
    let ranges = || ranges!(scope.tenant_id(), scope.application_id(), resource_type);
    let connection = tx.connection()?;
    let until_id: Option<String> = ranges()
        .filter(table::until_id.gt(id))
        .order(table::until_id)
        .select(table::until_id)
        .first(connection)
        .optional()?;
    if let Some(until_id) = until_id {
        diesel::update(ranges().filter(table::until_id.eq(until_id)))
            .set(table::total.eq(table::total + by))
            .execute(connection)?;
    }
    Ok(())
}

/// A type of an application.
#[derive(Debug, Clone, Queryable)]
struct OfType {
    tenant_id: String,
    application_id: String,
    resource_type: String,
}

/// What ranges there are of a type.
struct Laid {
    count: i64,
    /// The end of the last one; empty where there is none.
    until_id: String,
    /// How many resources they say that they have.
    within: i64,
    /// How many resources the counter has beyond those in ranges.
    beyond: i64,
}

/// What is to be done about the ranges of a type.
enum Due {
    /// The first range that is missing ends here.
    Lay(String),
    /// They are wrong, or many of them are nearly empty.
    TakeAway,
    Nothing,
}

impl Provisioning {
    /// Lays ranges of `size` resources over lists of the tenant that are much longer than that, a step for each list; says
    /// whether there may be more to do at once.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn lay_ranges(&self, scope: &TenantScope, size: i64) -> Result<bool, Error> {
        let tenant_id = scope.tenant_id().to_string();
        let due = self
            .database
            .read(move |tx| -> Result<_, Error> {
                let (settled, connection) = (settled(tx.now()), tx.connection());
                let its_ranges =
                    ranges!(resource_count::tenant_id, resource_count::application_id, resource_count::resource_type);
                let lists: Vec<(OfType, i64)> = resource_count::table
                    .filter(resource_count::tenant_id.eq(&tenant_id))
                    .filter(resource_count::total.ge(2 * size).or(exists(its_ranges)))
                    .select((
                        (resource_count::tenant_id, resource_count::application_id, resource_count::resource_type),
                        resource_count::total,
                    ))
                    .load(connection)?;
                let mut all_due = Vec::new();
                for (of_type, total) in lists {
                    let laid = of_type.laid(connection, total)?;
                    let is_due = match of_type.due(connection, &laid, size, &settled)? {
                        Due::Lay(_) => laid.count > 0 || of_type.is_counted_rightly(connection)?,
                        Due::TakeAway => true,
                        Due::Nothing => false,
                    };
                    if is_due {
                        all_due.push(of_type);
                    }
                }
                Ok(all_due)
            })
            .await?;
        let mut is_more = false;
        for of_type in due {
            is_more |= self.database.write(move |tx| of_type.step(tx, size)).await?;
        }
        Ok(is_more)
    }
}

impl OfType {
    fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    fn application_id(&self) -> &str {
        &self.application_id
    }

    /// Lays some ranges, or takes all away; says whether there may be more to lay at once.
    fn step(&self, tx: &mut WriteTx<'_>, size: i64) -> Result<bool, Error> {
        let settled = settled(tx.now());
        let connection = tx.locking()?;
        // Whatever waits for it goes on after this transaction, and sees what it laid.
        let total = counter!(self, &self.resource_type)
            .select(resource_count::total)
            .lock_row_to_change()
            .get_result(connection);
        let Some(total) = total.optional()? else { return Ok(false) };
        let laid = self.laid(connection, total)?;
        match self.due(connection, &laid, size, &settled)? {
            Due::Nothing => Ok(false),
            Due::TakeAway => {
                tracing::info!(
                    application.id = self.application_id,
                    resource.r#type = self.resource_type,
                    "ranges of ids will be laid anew"
                );
                diesel::delete(ranges!(&self.tenant_id, &self.application_id, &self.resource_type))
                    .execute(tx.connection()?)?;
                // Not at once: what made them wrong may not be over.
                Ok(false)
            }
            Due::Lay(end) => {
                let mut ends = vec![end];
                while let Some(end) = self.next_end(connection, &ends[ends.len() - 1], size, &settled)? {
                    if ends.len() == STEP {
                        break;
                    }
                    ends.push(end);
                }
                self.insert(tx, ends, size);
                Ok(true)
            }
        }
    }

    fn due(&self, connection: &mut Connection, laid: &Laid, size: i64, settled: &str) -> Result<Due, Error> {
        if laid.count > SPARSE && laid.within < laid.count * size / SPARSE {
            return Ok(Due::TakeAway);
        }
        if laid.beyond >= 2 * size
            && let Some(end) = self.next_end(connection, &laid.until_id, size, settled)?
        {
            return Ok(Due::Lay(end));
        }
        let is_wrong = laid.count > 0 && self.count_from(connection, &laid.until_id)? != laid.beyond;
        Ok(if is_wrong { Due::TakeAway } else { Due::Nothing })
    }

    fn insert(&self, tx: &mut WriteTx<'_>, ends: Vec<String>, size: i64) {
        let place = [&self.tenant_id, &self.application_id, &self.resource_type];
        let rows = ends.into_iter().map(|end| {
            let [tenant_id, application_id, resource_type] = place.map(|text| text.as_str().into());
            [tenant_id, application_id, resource_type, end.into(), size.into()]
        });
        tx.insert(database::insert_rows!(
            resource_range: [tenant_id, application_id, resource_type, until_id, total],
            rows
        ));
    }

    fn laid(&self, connection: &mut Connection, total: i64) -> Result<Laid, Error> {
        let ranges: Vec<(String, i64)> = ranges!(&self.tenant_id, &self.application_id, &self.resource_type)
            .order(table::until_id)
            .select((table::until_id, table::total))
            .load(connection)?;
        let within = ranges.iter().map(|(_, total)| total).sum::<i64>();
        Ok(Laid {
            count: i64::try_from(ranges.len()).unwrap_or(i64::MAX),
            until_id: ranges.into_iter().next_back().map(|(until_id, _)| until_id).unwrap_or_default(),
            within,
            beyond: total - within,
        })
    }

    /// Whether the counter is what there is, at one moment. No range can be held against one that is not.
    fn is_counted_rightly(&self, connection: &mut Connection) -> Result<bool, Error> {
        let rows = self.from("").count().single_value();
        let counted: Option<(i64, Option<i64>)> =
            counter!(self, &self.resource_type).select((resource_count::total, rows)).first(connection).optional()?;
        let Some((total, rows)) = counted else { return Ok(false) };
        let is_right = Some(total) == rows;
        if !is_right {
            tracing::warn!(
                application.id = self.application_id,
                resource.r#type = self.resource_type,
                "the counter says {total}, and there are {}; `rollcall doctor --deep` tells more",
                rows.unwrap_or(0)
            );
        }
        Ok(is_right)
    }

    /// The id that follows `size` resources from `from` on, if it has settled.
    fn next_end(
        &self,
        connection: &mut Connection,
        from: &str,
        size: i64,
        settled: &str,
    ) -> Result<Option<String>, Error> {
        let id = self.from(from).order(resource::id).select(resource::id).limit(1).offset(size);
        let id: Option<String> = id.first(connection).optional()?;
        Ok(id.filter(|id| id.as_str() < settled))
    }

    /// How many there are from an id on.
    fn count_from(&self, connection: &mut Connection, from: &str) -> Result<i64, Error> {
        Ok(self.from(from).count().get_result(connection)?)
    }

    /// What clients can see, from an id on.
    fn from<'a>(&'a self, id: &'a str) -> resource::BoxedQuery<'a, MultiBackend> {
        visible!(self).filter(resource::resource_type.eq(&self.resource_type)).filter(resource::id.ge(id)).into_boxed()
    }
}

/// Ids below this one are given to nobody any more.
fn settled(now: Timestamp) -> String {
    first_id_at(now.as_milliseconds() - SETTLED_AFTER_MS)
}
