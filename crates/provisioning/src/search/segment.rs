//! A stretch of a list: the candidates of one type, or those of them that have a value to sort by. One statement reads a
//! page of it, and segments follow each other.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use database::Connection;
use database::schema::resource as table;
use diesel::prelude::*;
use registry::AppScope;
use scim_model::filter::Filter;
use scim_model::path::Bound;
use scim_model::sort::{SortBy, SortKey};
use scim_model::{Resource, ResourceType};

use crate::error::Error;
use crate::resource::member::with_beside;
use crate::resource::row::{ResourceRow, resource_columns};
use crate::resource::{count, representation};
use crate::search::access::{self, Access, Rows};
use crate::search::look::{Budget, Stopped};
use crate::search::order::{Column, Edge, beyond, half, ordered};
use crate::search::outside::Outside;

/// So many resources are read at a time while looking through them.
const CHUNK: usize = 500;

/// Candidates up to this number are read without an order and sorted here. Asked for an order and a limit, a PostgreSQL
/// that has not gathered statistics yet walks all resources in that order to find the one with a name.
const FEW: usize = 1_000;

/// Where the candidates come from.
#[derive(Debug)]
pub(super) enum Source<'a> {
    /// A statement with these conditions.
    Statement(&'a [Access]),
    /// Gathered before, in order.
    Ids(Vec<String>),
}

/// One stretch.
#[derive(Debug)]
pub(super) struct Segment<'a> {
    /// Which of the query's types.
    pub target: usize,
    pub ty: &'a ResourceType,
    pub source: Source<'a>,
    /// Decides among the candidates; `None` where all of them match. Only in the order of ids.
    pub residual: Option<&'a Filter<Bound>>,
    pub outside: Outside,
    pub column: Column,
    /// Only resources with a value in the column, or only those without.
    pub filled: Option<bool>,
}

/// The direction, and an edge to read from if not from the very beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub edge: Option<&'a Edge>,
    pub inclusive: bool,
    pub backward: bool,
}

impl Reading<'_> {
    /// Whether an id lies on the far side of the edge.
    fn reaches(&self, id: &str) -> bool {
        match self.edge.map(|edge| id.cmp(&edge.id)) {
            None => true,
            Some(Ordering::Equal) => self.inclusive,
            Some(order) => (order == Ordering::Less) == self.backward,
        }
    }
}

impl<'a> Segment<'a> {
    /// The place of a row in the order of the segment.
    pub fn edge(&self, sort_by: Option<&SortBy>, row: &ResourceRow) -> Result<Edge, Error> {
        let key = match sort_by {
            Some(sort_by) if self.column != Column::Id => sort_by.key(&row.resource()?),
            _ => SortKey::Missing,
        };
        Ok(Edge { key, id: row.id.clone() })
    }

    /// All of the type, in whatever order.
    pub fn is_whole(&self) -> bool {
        matches!(self.source, Source::Statement([])) && self.residual.is_none() && self.filled.is_none()
    }

    /// Whether the list has the order of ids.
    pub fn is_by_id(&self, descending: bool) -> bool {
        self.column == Column::Id && !descending
    }

    /// How many match, where nothing is left to decide.
    pub fn total(&self, connection: &mut Connection, scope: &AppScope) -> Result<u64, Error> {
        let total = match &self.source {
            _ if self.is_whole() => count::read(connection, scope, &self.ty.name)?,
            Source::Statement(accesses) => self.rows(scope, accesses).count().get_result(connection)?,
            Source::Ids(ids) => return Ok(ids.len() as u64),
        };
        Ok(u64::try_from(total).unwrap_or(0))
    }

    /// Matches by position, where nothing is left to decide.
    pub fn slice(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        skip: u64,
        take: u64,
        backward: bool,
    ) -> Result<Vec<ResourceRow>, Error> {
        if let Some(rows) = self.few(connection, scope, backward)? {
            return Ok(rows.into_iter().skip(as_usize(skip)).take(as_usize(take)).collect());
        }
        match &self.source {
            Source::Statement(accesses) => {
                let rows = ordered(self.rows(scope, accesses), self.order(), backward).limit(signed(take));
                let rows = if skip > 0 { rows.offset(signed(skip)) } else { rows };
                Ok(rows.select(resource_columns!()).load(connection)?)
            }
            Source::Ids(ids) => {
                let (skip, take) = (as_usize(skip), as_usize(take));
                let page: Vec<&String> = match backward {
                    false => ids.iter().skip(skip).take(take).collect(),
                    true => ids.iter().rev().skip(skip).take(take).collect(),
                };
                self.by_ids(connection, scope, &page, backward)
            }
        }
    }

    /// Matches from an edge on, where nothing is left to decide.
    pub fn beyond(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        reading: Reading<'_>,
        take: usize,
    ) -> Result<Vec<ResourceRow>, Error> {
        match self.few(connection, scope, reading.backward)? {
            Some(rows) => Ok(rows.into_iter().filter(|row| reading.reaches(&row.id)).take(take).collect()),
            None => Ok(self.chunk(connection, scope, reading, take)?.0),
        }
    }

    /// Looks at the candidates from an edge on, and tells each match to `found` until that has enough.
    pub fn look(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        reading: Reading<'_>,
        budget: &mut Budget,
        found: &mut impl FnMut(&Resource, ResourceRow) -> ControlFlow<()>,
    ) -> Result<Stopped, Error> {
        let mut few = self.few(connection, scope, reading.backward)?;
        let mut last: Option<Edge> = None;
        loop {
            let reading = match &last {
                None => reading,
                edge => Reading { edge: edge.as_ref(), inclusive: false, ..reading },
            };
            let (rows, next) = match few.take() {
                Some(rows) => (rows.into_iter().filter(|row| reading.reaches(&row.id)).collect(), None),
                None => self.chunk(connection, scope, reading, CHUNK)?,
            };
            let mut prepared = self.outside.prepare(connection, scope, self.ty, &rows)?;
            let mut looked_at = reading.edge.map(|edge| edge.id.clone());
            for row in rows {
                if !budget.take() {
                    let before_all = if reading.backward { char::MAX.to_string() } else { String::new() };
                    return Ok(Stopped::Exhausted(looked_at.unwrap_or(before_all)));
                }
                let (resource, members) = prepared.resource(connection, scope, self.ty, &row)?;
                budget.take_members(members);
                looked_at = Some(row.id.clone());
                let matches = self.residual.is_none_or(|filter| filter.matches(&resource));
                if matches && found(&resource, row).is_break() {
                    return Ok(Stopped::Enough);
                }
            }
            match next {
                Some(id) => last = Some(Edge { key: SortKey::Missing, id }),
                None => return Ok(Stopped::AtEnd),
            }
        }
    }

    /// All candidates, if they are few and in the order of ids.
    fn few(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        backward: bool,
    ) -> Result<Option<Vec<ResourceRow>>, Error> {
        let Source::Statement(accesses) = &self.source else { return Ok(None) };
        if self.column != Column::Id || !accesses.iter().any(Access::is_point) {
            return Ok(None);
        }
        let beside = representation::beside(self.ty);
        let mut rows = match Access::only_value(accesses) {
            Some((column, value)) => access::equal_to(connection, scope, self.ty, column, value, beside, FEW + 1)?,
            None => with_beside!(beside, beside => {
                let some = self.rows(scope, accesses).limit(signed(FEW as u64 + 1));
                some.select(resource_columns!(beside)).load(connection)
            })?,
        };
        if rows.len() > FEW {
            return Ok(None);
        }
        rows.sort_unstable_by(|one, other| if backward { other.id.cmp(&one.id) } else { one.id.cmp(&other.id) });
        Ok(Some(rows))
    }

    /// Candidates from an edge on, and the id after which there may be more.
    fn chunk(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        reading: Reading<'_>,
        take: usize,
    ) -> Result<(Vec<ResourceRow>, Option<String>), Error> {
        let Reading { edge, inclusive, backward } = reading;
        match &self.source {
            Source::Statement(accesses) => {
                let rows = self.rows(scope, accesses);
                let rows = match edge {
                    Some(edge) => beyond(rows, self.order(), edge, backward, inclusive),
                    None => rows,
                };
                let rows: Vec<ResourceRow> = ordered(rows, self.order(), backward)
                    .limit(signed(take as u64))
                    .select(resource_columns!())
                    .load(connection)?;
                let next = if rows.len() < take { None } else { rows.last().map(|row| row.id.clone()) };
                Ok((rows, next))
            }
            Source::Ids(ids) => {
                let rest = rest(ids, reading);
                let page: Vec<&String> = match backward {
                    false => rest.iter().take(take).collect(),
                    true => rest.iter().rev().take(take).collect(),
                };
                let rows = self.by_ids(connection, scope, &page, backward)?;
                let next = if page.len() == rest.len() { None } else { page.last().map(|id| (*id).clone()) };
                Ok((rows, next))
            }
        }
    }

    fn rows<'s>(&'s self, scope: &'s AppScope, accesses: &'s [Access]) -> Rows<'s> {
        half(access::rows(scope, self.ty, accesses), self.column, self.filled)
    }

    /// What has no value is in the order of ids.
    fn order(&self) -> Column {
        if self.filled == Some(false) { Column::Id } else { self.column }
    }

    fn by_ids(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        ids: &[&String],
        backward: bool,
    ) -> Result<Vec<ResourceRow>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let rows = access::rows(scope, self.ty, &[]).filter(table::id.eq_any(chunk));
            let rows: Vec<ResourceRow> =
                ordered(rows, Column::Id, backward).select(resource_columns!()).load(connection)?;
            found.extend(rows);
        }
        Ok(found)
    }
}

/// The ids that come after the edge, or before it.
fn rest<'i>(ids: &'i [String], reading: Reading<'_>) -> &'i [String] {
    let (before, after) = ids.split_at(ids.partition_point(|id| reading.reaches(id) == reading.backward));
    match reading {
        Reading { edge: None, .. } => ids,
        Reading { backward: true, .. } => before,
        Reading { backward: false, .. } => after,
    }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_list_of_ids() {
        let ids: Vec<String> = ["a", "c", "e"].map(str::to_owned).to_vec();
        for (edge, inclusive, backward, expected) in [
            ("c", false, false, "e"),
            ("c", true, false, "ce"),
            ("c", false, true, "a"),
            ("c", true, true, "ac"),
            ("d", false, false, "e"),
            ("d", true, true, "ac"),
            ("", false, false, "ace"),
            ("f", true, false, ""),
        ] {
            let edge = Edge { key: SortKey::Missing, id: edge.to_owned() };
            let reading = Reading { edge: Some(&edge), inclusive, backward };
            assert_eq!(rest(&ids, reading).concat(), expected, "{} {inclusive} {backward}", edge.id);
        }
        assert_eq!(rest(&ids, Reading { edge: None, inclusive: false, backward: true }).len(), 3);
    }
}
