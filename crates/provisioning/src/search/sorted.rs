//! A page of a list that no column has in order: the keys of all matches are sorted in memory, then the rows of the page
//! are read.

use std::collections::HashMap;
use std::ops::ControlFlow;

use database::Connection;
use database::schema::resource as table;
use diesel::prelude::*;
use registry::AppScope;
use scim_model::sort::{SortBy, SortKey};

use crate::error::Error;
use crate::resource::row::{ResourceRow, resource_columns};
use crate::search::access;
use crate::search::look::{Budget, Stopped};
use crate::search::order::Edge;
use crate::search::position::Position;
use crate::search::run::{Found, Hit, Start};
use crate::search::segment::{Reading, Segment};

/// So many ids go into one statement: below the bind limits of both databases.
const CHUNK: usize = 500;

/// The candidates of all types, with what each type is sorted by.
pub(super) struct Sorted<'a> {
    pub scope: &'a AppScope,
    pub segments: Vec<(Segment<'a>, Option<&'a SortBy>)>,
    pub descending: bool,
    pub count: u64,
    pub budget: Budget,
}

/// A match: its place, and which of the query's types it has.
type Match = (Edge, usize);

impl Sorted<'_> {
    /// The page.
    ///
    /// # Errors
    /// `tooMany` when there are more candidates than may be looked at.
    pub fn page(mut self, connection: &mut Connection, start: &Start) -> Result<Found, Error> {
        let matches = self.matches(connection)?;
        let total = matches.len() as u64;
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let position = match start {
            Start::Index(start_index) => {
                let skip = usize::try_from(start_index.saturating_sub(1)).unwrap_or(usize::MAX).min(matches.len());
                let take = count.min(matches.len() - skip);
                // Descending: counted from the end.
                let first = if self.descending { matches.len() - skip - take } else { skip };
                let hits = self.rows(connection, &matches[first..first + take])?;
                return Ok(Found { hits, total: Some(total), next: None, previous: None });
            }
            Start::Cursor(position) => position.as_ref(),
        };
        let is_backward = position.is_some_and(|position| position.backward);
        let downward = is_backward != self.descending;
        let cut = match position {
            None if downward => matches.len(),
            None => 0,
            Some(Position { edge, inclusive, .. }) => {
                matches.partition_point(|(place, _)| place < edge || (place == edge && downward == *inclusive))
            }
        };
        let page =
            if downward { cut.saturating_sub(count)..cut } else { cut..cut.saturating_add(count).min(matches.len()) };
        let page = page.start..page.end;
        let more = if downward { page.start > 0 } else { page.end < matches.len() };
        let page = &matches[page];
        if self.count == 0 {
            return Ok(Found { hits: Vec::new(), total: Some(total), next: None, previous: None });
        }
        let (near, far) = if downward { (page.last(), page.first()) } else { (page.first(), page.last()) };
        let at = |(edge, _): &Match, backward| Position {
            resource_type: String::new(),
            edge: edge.clone(),
            inclusive: false,
            backward,
            total: None,
        };
        let beyond = far.filter(|_| more).map(|far| at(far, is_backward));
        let behind = position.map(|position| near.map_or_else(|| position.turned(), |near| at(near, !is_backward)));
        let (next, previous) = if is_backward { (behind, beyond) } else { (beyond, behind) };
        Ok(Found { hits: self.rows(connection, page)?, total: Some(total), next, previous })
    }

    /// Every match, in ascending order.
    fn matches(&mut self, connection: &mut Connection) -> Result<Vec<Match>, Error> {
        let mut matches: Vec<Match> = Vec::new();
        for (segment, sort_by) in &self.segments {
            let reading = Reading { edge: None, inclusive: false, backward: false };
            let stopped = segment.look(connection, self.scope, reading, &mut self.budget, &mut |resource, row| {
                let key = sort_by.map_or(SortKey::Missing, |sort_by| sort_by.key(resource));
                matches.push((Edge { key, id: row.id }, segment.target));
                ControlFlow::Continue(())
            })?;
            if matches!(stopped, Stopped::Exhausted(_)) {
                return Err(self.budget.exhausted());
            }
        }
        matches.sort_unstable();
        Ok(matches)
    }

    /// The rows of a page, in the order of the list. What is gone meanwhile is left out.
    fn rows(&self, connection: &mut Connection, page: &[Match]) -> Result<Vec<Hit>, Error> {
        let mut found: HashMap<String, ResourceRow> = HashMap::with_capacity(page.len());
        for (segment, _) in &self.segments {
            let ids: Vec<&String> =
                page.iter().filter(|(_, target)| *target == segment.target).map(|(edge, _)| &edge.id).collect();
            for chunk in ids.chunks(CHUNK) {
                let rows: Vec<ResourceRow> = access::rows(self.scope, segment.ty, &[])
                    .filter(table::id.eq_any(chunk))
                    .select(resource_columns!())
                    .load(connection)?;
                found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
            }
        }
        let hits = page.iter().filter_map(|(edge, target)| Some(Hit { target: *target, row: found.remove(&edge.id)? }));
        let mut hits: Vec<Hit> = hits.collect();
        if self.descending {
            hits.reverse();
        }
        Ok(hits)
    }
}
