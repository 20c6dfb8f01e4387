//! Candidates as conditions of a statement on `resource`.

use database::schema::{group_member, resource as table, resource_key};
use database::{Connection, MultiBackend, Timestamp};
use diesel::prelude::*;
use registry::AppScope;
use scim_model::{ResourceType, ScimError};

use crate::error::Error;
use crate::resource::member::{Beside, with_beside};
use crate::resource::row::{ResourceRow, resource_columns, visible};
use crate::search::membership;

/// A condition that SQL decides. Each names the candidates of one part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// A column has one of these values.
    Equal {
        column: TextColumn,
        values: Vec<String>,
    },
    /// A column's value lies in a range.
    Range {
        column: TextColumn,
        range: TextRange,
    },
    /// `resource_key` has one of these values.
    Key {
        path: String,
        folded: Vec<String>,
    },
    /// The resource is a group with one of these resources as a direct member.
    HasMember(Vec<String>),
    /// The resource is in one of these groups, or in a group that is in it, at any depth.
    InGroup(Vec<String>),
    Created(Span),
    Modified(Span),
}

/// Columns with text that is compared. The last two are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextColumn {
    Id,
    ExternalId,
    UserName,
    DisplayName,
}

/// Texts from a first one on and up to a last one; `true` where that one belongs to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextRange {
    pub low: Option<(String, bool)>,
    pub high: Option<(String, bool)>,
}

/// UTC milliseconds from a first one up to a last one, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub from: Option<i64>,
    pub until: Option<i64>,
}

/// More ids than this are not gathered in memory for one query.
const GATHERED: usize = 500_000;

/// So many ids go into one statement: below the bind limits of both databases.
const CHUNK: usize = 500;

/// A statement on resources, to be narrowed further.
pub(crate) type Rows<'a> = table::BoxedQuery<'a, MultiBackend>;

impl Access {
    /// Whether it asks for single values, which few resources have.
    pub fn is_point(&self) -> bool {
        matches!(self, Access::Equal { .. } | Access::Key { .. } | Access::HasMember(_))
    }

    /// The value of a column, where nothing else is asked for.
    pub fn only_value(all_of: &[Access]) -> Option<(TextColumn, &str)> {
        let [Access::Equal { column, values }] = all_of else { return None };
        let [value] = values.as_slice() else { return None };
        Some((*column, value))
    }

    /// Whether it asks who is in a group, which no condition of a statement says.
    pub fn is_in_group(&self) -> bool {
        matches!(self, Access::InGroup(_))
    }

    /// Adds the values of `other`, so that either condition is enough. Gives `other` back if that makes no one condition.
    pub fn or(&mut self, other: Access) -> Option<Access> {
        match (self, other) {
            (Access::Equal { column, values }, Access::Equal { column: same, values: more }) if *column == same => {
                values.extend(more);
            }
            (Access::Key { path, folded }, Access::Key { path: same, folded: more }) if *path == same => {
                folded.extend(more);
            }
            (Access::HasMember(ids), Access::HasMember(more)) | (Access::InGroup(ids), Access::InGroup(more)) => {
                ids.extend(more);
            }
            (_, other) => return Some(other),
        }
        None
    }
}

/// The resources of the type that the client can see and that satisfy all of `accesses`. [`Access::InGroup`] is not for
/// here: [`gather`] it first.
pub(crate) fn rows<'a>(scope: &'a AppScope, ty: &'a ResourceType, accesses: &'a [Access]) -> Rows<'a> {
    let all = visible!(scope).filter(table::resource_type.eq(&ty.name)).into_boxed();
    accesses.iter().fold(all, |rows, access| narrowed(rows, scope, access))
}

/// Up to `limit` resources of the type that the client can see and that have this value: what clients look for before
/// everything else, so a statement that is known by its type and need not be written out each time.
pub(crate) fn equal_to(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    column: TextColumn,
    value: &str,
    beside: Beside,
    limit: usize,
) -> Result<Vec<ResourceRow>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    macro_rules! load {
        ($column:expr) => {
            with_beside!(beside, beside => database::each!(connection, connection => visible!(scope)
                .filter(table::resource_type.eq(&ty.name))
                .filter($column.eq(value))
                .limit(limit)
                .select(resource_columns!(beside))
                .load(connection)))
        };
    }
    Ok(match column {
        TextColumn::Id => load!(table::id),
        TextColumn::ExternalId => load!(table::external_id),
        TextColumn::UserName => load!(table::user_name_folded),
        TextColumn::DisplayName => load!(table::display_name_folded),
    }?)
}

/// One value is compared, several are listed: the planners know best what to do with the former.
macro_rules! equal {
    ($rows:expr, $column:expr, $values:expr) => {
        match $values {
            [value] => $rows.filter($column.eq(value)),
            values => $rows.filter($column.eq_any(values)),
        }
    };
}

macro_rules! within {
    ($rows:expr, $column:expr, $range:expr) => {{
        let rows = match &$range.low {
            None => $rows,
            Some((low, true)) => $rows.filter($column.ge(low)),
            Some((low, false)) => $rows.filter($column.gt(low)),
        };
        match &$range.high {
            None => rows,
            Some((high, true)) => rows.filter($column.le(high)),
            Some((high, false)) => rows.filter($column.lt(high)),
        }
    }};
}

macro_rules! spanning {
    ($rows:expr, $column:expr, $span:expr) => {{
        let rows = match $span.from {
            None => $rows,
            Some(from) => $rows.filter($column.ge(at(from))),
        };
        match $span.until {
            None => rows,
            Some(until) => rows.filter($column.le(at(until))),
        }
    }};
}

fn narrowed<'a>(rows: Rows<'a>, scope: &'a AppScope, access: &'a Access) -> Rows<'a> {
    match access {
        Access::Equal { column, values } => match column {
            TextColumn::Id => equal!(rows, table::id, values.as_slice()),
            TextColumn::ExternalId => equal!(rows, table::external_id, values.as_slice()),
            TextColumn::UserName => equal!(rows, table::user_name_folded, values.as_slice()),
            TextColumn::DisplayName => equal!(rows, table::display_name_folded, values.as_slice()),
        },
        Access::Range { column, range } => match column {
            TextColumn::Id => within!(rows, table::id, range),
            TextColumn::ExternalId => within!(rows, table::external_id, range),
            TextColumn::UserName => within!(rows, table::user_name_folded, range),
            TextColumn::DisplayName => within!(rows, table::display_name_folded, range),
        },
        Access::Key { path, folded } => {
            let ids = resource_key::table
                .filter(resource_key::tenant_id.eq(scope.tenant_id()))
                .filter(resource_key::application_id.eq(scope.application_id()))
                .filter(resource_key::path.eq(path))
                .filter(resource_key::folded.eq_any(folded))
                .select(resource_key::resource_id);
            rows.filter(database::among(table::id, ids))
        }
        Access::HasMember(ids) => {
            let groups = group_member::table
                .filter(group_member::tenant_id.eq(scope.tenant_id()))
                .filter(group_member::application_id.eq(scope.application_id()))
                .filter(group_member::member_id.eq_any(ids))
                .select(group_member::group_id);
            rows.filter(database::among(table::id, groups))
        }
        // Gathered before.
        Access::InGroup(_) => rows,
        // Not by ids: a user that comes back is a new one under its former id.
        Access::Created(span) => spanning!(rows, table::created_at, span),
        Access::Modified(span) => spanning!(rows, table::last_modified_at, span),
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_milliseconds(milliseconds)
}

/// The ids of the resources of the type that satisfy all accesses of one of `any_of`, in order, each once.
///
/// # Errors
/// `tooMany` for more than memory should hold.
pub(crate) fn gather(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    any_of: &[Vec<Access>],
) -> Result<Vec<String>, Error> {
    let most = i64::try_from(GATHERED).unwrap_or(i64::MAX) + 1;
    let mut gathered: Vec<String> = Vec::new();
    for all_of in any_of {
        match inside(connection, scope, all_of)? {
            None => gathered.extend(rows(scope, ty, all_of).select(table::id).limit(most).load::<String>(connection)?),
            // Of the members only those of the type, and only those that satisfy the rest.
            Some(ids) => {
                for chunk in ids.chunks(CHUNK) {
                    let of_type = rows(scope, ty, all_of).filter(table::id.eq_any(chunk)).select(table::id);
                    gathered.extend(of_type.load::<String>(connection)?);
                }
            }
        }
        if gathered.len() > GATHERED {
            return Err(Error::Protocol(ScimError::too_many(format!(
                "This filter names more than {GATHERED} resources. Ask for fewer at a time."
            ))));
        }
    }
    gathered.sort_unstable();
    gathered.dedup();
    Ok(gathered)
}

/// The ids of what is in all groups that are asked for; `None` if none is.
fn inside(connection: &mut Connection, scope: &AppScope, all_of: &[Access]) -> Result<Option<Vec<String>>, Error> {
    let mut inside: Option<Vec<String>> = None;
    for access in all_of {
        let Access::InGroup(group_ids) = access else { continue };
        let mut ids = membership::of_groups_at_any_depth(connection, scope, group_ids)?;
        if let Some(before) = inside {
            ids.retain(|id| before.binary_search(id).is_ok());
        }
        inside = Some(ids);
    }
    Ok(inside)
}
