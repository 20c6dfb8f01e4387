//! The order of a list where columns have it, and seeking to a place in that order.
//!
//! Rows are in the order of a column and of ids among equals. What is descending is read backwards.

use database::Timestamp;
use database::schema::resource as table;
use diesel::prelude::*;
use scim_model::sort::{SortBy, SortKey};
use scim_model::{ResourceKind, ResourceType};
use serde::{Deserialize, Serialize};

use crate::search::access::Rows;

/// A column that a list can be sorted by in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Id,
    UserName,
    DisplayName,
    ExternalId,
    Created,
    LastModified,
}

impl Column {
    /// The column that has the order of an attribute, if one has.
    pub fn of(sort_by: &SortBy, ty: &ResourceType) -> Option<Self> {
        match sort_by.attribute().path() {
            "id" => Some(Column::Id),
            // Nearly the order of ids, but for users who came back under their former id.
            "meta.created" => Some(Column::Created),
            "externalId" => Some(Column::ExternalId),
            "meta.lastModified" => Some(Column::LastModified),
            "userName" if ty.kind() == ResourceKind::User => Some(Column::UserName),
            "displayName" if ty.kind() == ResourceKind::Group => Some(Column::DisplayName),
            _ => None,
        }
    }

    /// Whether a resource may lack a value, so that those without one need a list of their own after the others.
    pub fn may_be_missing(self) -> bool {
        self == Column::ExternalId
    }
}

/// A place in the order of a list, where a resource stands or stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Edge {
    /// What the list is sorted by; [`SortKey::Missing`] in one that is not.
    #[serde(rename = "k")]
    pub key: SortKey,
    #[serde(rename = "i")]
    pub id: String,
}

/// Only those that have a value in the column, or only those that have none.
pub(super) fn half<'a>(rows: Rows<'a>, column: Column, filled: Option<bool>) -> Rows<'a> {
    match (column, filled) {
        (Column::ExternalId, Some(true)) => rows.filter(table::external_id.is_not_null()),
        (Column::ExternalId, Some(false)) => rows.filter(table::external_id.is_null()),
        // No resource of the type lacks one; it says that the index holds them all.
        (Column::UserName, _) => rows.filter(table::user_name_folded.is_not_null()),
        (Column::DisplayName, _) => rows.filter(table::display_name_folded.is_not_null()),
        _ => rows,
    }
}

/// In the order of the column. A userName is nobody else's, so ids need not follow it.
pub(super) fn ordered<'a>(rows: Rows<'a>, column: Column, backward: bool) -> Rows<'a> {
    match (column, backward) {
        (Column::Id, false) => rows.order(table::id.asc()),
        (Column::Id, true) => rows.order(table::id.desc()),
        (Column::UserName, false) => rows.order(table::user_name_folded.asc()),
        (Column::UserName, true) => rows.order(table::user_name_folded.desc()),
        (Column::DisplayName, false) => rows.order((table::display_name_folded.asc(), table::id.asc())),
        (Column::DisplayName, true) => rows.order((table::display_name_folded.desc(), table::id.desc())),
        (Column::ExternalId, false) => rows.order((table::external_id.asc(), table::id.asc())),
        (Column::ExternalId, true) => rows.order((table::external_id.desc(), table::id.desc())),
        (Column::Created, false) => rows.order((table::created_at.asc(), table::id.asc())),
        (Column::Created, true) => rows.order((table::created_at.desc(), table::id.desc())),
        (Column::LastModified, false) => rows.order((table::last_modified_at.asc(), table::id.asc())),
        (Column::LastModified, true) => rows.order((table::last_modified_at.desc(), table::id.desc())),
    }
}

/// From the column's value on; among equals by id. The first condition is what an index seeks by.
macro_rules! beyond {
    ($rows:expr, $column:expr, $value:expr, $id:expr, $backward:expr, $inclusive:expr) => {
        match ($backward, $inclusive) {
            (false, false) => $rows.filter($column.ge($value)).filter($column.gt($value).or(table::id.gt($id))),
            (false, true) => $rows.filter($column.ge($value)).filter($column.gt($value).or(table::id.ge($id))),
            (true, false) => $rows.filter($column.le($value)).filter($column.lt($value).or(table::id.lt($id))),
            (true, true) => $rows.filter($column.le($value)).filter($column.lt($value).or(table::id.le($id))),
        }
    };
}

/// Only what comes after the edge, or before it when read backwards; with what stands on it if `inclusive`.
pub(super) fn beyond<'a>(rows: Rows<'a>, column: Column, edge: &'a Edge, backward: bool, inclusive: bool) -> Rows<'a> {
    let id = &edge.id;
    match (column, &edge.key) {
        (Column::UserName, SortKey::Text(name)) => {
            beyond!(rows, table::user_name_folded, name, id, backward, inclusive)
        }
        (Column::DisplayName, SortKey::Text(name)) => {
            beyond!(rows, table::display_name_folded, name, id, backward, inclusive)
        }
        (Column::ExternalId, SortKey::Text(external_id)) => {
            beyond!(rows, table::external_id, external_id, id, backward, inclusive)
        }
        (Column::Created, SortKey::Time(seconds, nanoseconds)) => {
            beyond!(rows, table::created_at, moment(*seconds, *nanoseconds), id, backward, inclusive)
        }
        (Column::LastModified, SortKey::Time(seconds, nanoseconds)) => {
            beyond!(rows, table::last_modified_at, moment(*seconds, *nanoseconds), id, backward, inclusive)
        }
        _ => match (backward, inclusive) {
            (false, false) => rows.filter(table::id.gt(id)),
            (false, true) => rows.filter(table::id.ge(id)),
            (true, false) => rows.filter(table::id.lt(id)),
            (true, true) => rows.filter(table::id.le(id)),
        },
    }
}

fn moment(seconds: i64, nanoseconds: i32) -> Timestamp {
    Timestamp::from_milliseconds(seconds.saturating_mul(1_000).saturating_add(i64::from(nanoseconds / 1_000_000)))
}
