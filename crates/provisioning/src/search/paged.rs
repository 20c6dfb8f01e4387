//! A page out of the segments of a list, by position or by cursor.

use std::ops::ControlFlow;

use database::Connection;
use registry::AppScope;
use scim_model::sort::{SortBy, SortKey};

use crate::error::Error;
use crate::resource::range;
use crate::resource::row::ResourceRow;
use crate::search::crawl::Crawl;
use crate::search::look::{Budget, Stopped};
use crate::search::order::Edge;
use crate::search::position::{self, Position};
use crate::search::run::{Found, Hit};
use crate::search::segment::{Reading, Segment, signed};

/// The segments of a list in ascending order.
pub(super) struct Paged<'a> {
    pub scope: &'a AppScope,
    pub segments: Vec<Segment<'a>>,
    /// What the columns of the segments are the order of; `None` for a list in the order of types and ids.
    pub sort_by: Option<&'a SortBy>,
    pub descending: bool,
    pub count: u64,
    pub budget: Budget,
}

impl Paged<'_> {
    /// The page that begins at a 1-based position.
    pub fn by_index(mut self, connection: &mut Connection, start_index: u64, crawl: &Crawl) -> Result<Found, Error> {
        let (mut skip, mut total) = (start_index.saturating_sub(1), 0);
        let mut hits: Vec<Hit> = Vec::new();
        let alone = self.segments.len() == 1;
        let mut segments = std::mem::take(&mut self.segments);
        if self.descending {
            segments.reverse();
        }
        for segment in &segments {
            let take = self.count.saturating_sub(hits.len() as u64);
            let crawl = (alone && self.sort_by.is_none()).then_some((crawl, start_index));
            let (rows, found) = if segment.residual.is_some() {
                self.looked_through(connection, segment, skip, take)?
            } else if segment.is_whole() {
                self.whole(connection, segment, skip, take, crawl)?
            } else {
                self.counted(connection, segment, skip, take)?
            };
            hits.extend(rows.into_iter().map(|row| Hit { target: segment.target, row }));
            total += found;
            skip = skip.saturating_sub(found);
        }
        Ok(Found { hits, total: Some(total), next: None, previous: None })
    }

    /// A page of all resources of a type: total from the counter, rows by seek, where the page before was read or where the
    /// ranges of ids lead to.
    fn whole(
        &self,
        connection: &mut Connection,
        segment: &Segment<'_>,
        skip: u64,
        take: u64,
        crawl: Option<(&Crawl, u64)>,
    ) -> Result<(Vec<ResourceRow>, u64), Error> {
        let total = segment.total(connection, self.scope)?;
        if take == 0 || skip >= total {
            return Ok((Vec::new(), total));
        }
        let place = (self.scope.application_id().as_str(), segment.ty.name.as_str());
        let hint =
            crawl.filter(|_| skip > 0).and_then(|(crawl, start_index)| crawl.take(place.0, place.1, start_index));
        let start = match hint {
            Some(id) => Some((id, false)),
            None if skip > 0 && segment.is_by_id(self.descending) => {
                let first = range::id_at(connection, self.scope, &segment.ty.name, signed(skip))?;
                let Some(id) = first else { return Ok((Vec::new(), total)) };
                Some((id, true))
            }
            None => None,
        };
        let rows = match start {
            Some((id, inclusive)) => {
                let edge = Edge { key: SortKey::Missing, id };
                let reading = Reading { edge: Some(&edge), inclusive, backward: false };
                segment.beyond(connection, self.scope, reading, usize::try_from(take).unwrap_or(usize::MAX))?
            }
            None => segment.slice(connection, self.scope, skip, take, self.descending)?,
        };
        if let (Some((crawl, start_index)), Some(last)) = (crawl, rows.last()) {
            crawl.remember(place.0, place.1, start_index + rows.len() as u64, &last.id);
        }
        Ok((rows, total))
    }

    /// A page of what SQL decides alone. What fits on a first page is counted by reading it.
    fn counted(
        &self,
        connection: &mut Connection,
        segment: &Segment<'_>,
        skip: u64,
        take: u64,
    ) -> Result<(Vec<ResourceRow>, u64), Error> {
        if skip == 0 && take > 0 {
            let mut rows = segment.slice(connection, self.scope, 0, take + 1, self.descending)?;
            let found = rows.len() as u64;
            if found <= take {
                return Ok((rows, found));
            }
            rows.pop();
            return Ok((rows, segment.total(connection, self.scope)?));
        }
        let total = segment.total(connection, self.scope)?;
        let rows = match take > 0 && skip < total {
            true => segment.slice(connection, self.scope, skip, take, self.descending)?,
            false => Vec::new(),
        };
        Ok((rows, total))
    }

    /// A page of what the evaluator decides: every candidate is looked at, for the total.
    fn looked_through(
        &mut self,
        connection: &mut Connection,
        segment: &Segment<'_>,
        skip: u64,
        take: u64,
    ) -> Result<(Vec<ResourceRow>, u64), Error> {
        let (mut rows, mut found) = (Vec::new(), 0);
        let reading = Reading { edge: None, inclusive: false, backward: false };
        let stopped = segment.look(connection, self.scope, reading, &mut self.budget, &mut |_, row| {
            found += 1;
            if found > skip && (rows.len() as u64) < take {
                rows.push(row);
            }
            ControlFlow::Continue(())
        })?;
        match stopped {
            Stopped::Exhausted(_) => Err(self.budget.exhausted()),
            Stopped::AtEnd | Stopped::Enough => Ok((rows, found)),
        }
    }

    /// The page at a cursor's position, or the first one.
    ///
    /// A first page counts everything, also where that takes looking at it, and later pages repeat that number. Where not
    /// everything may be looked at for one page, there is no total, and a page may be shorter than asked for: the next one
    /// goes on from there.
    pub fn by_cursor(mut self, connection: &mut Connection, position: Option<&Position>) -> Result<Found, Error> {
        let backward = position.is_some_and(|position| position.backward) != self.descending;
        let mut segments = std::mem::take(&mut self.segments);
        if backward {
            segments.reverse();
        }
        let total = self.exact_total(connection, &segments, position)?;
        let first = match position {
            None => 0,
            Some(position) => {
                segments.iter().position(|segment| holds(segment, position)).ok_or_else(position::invalid)?
            }
        };
        let wanted = usize::try_from(self.count).unwrap_or(usize::MAX);
        let counting = position.is_none() && total.is_none();
        if wanted == 0 && !counting {
            return Ok(Found { hits: Vec::new(), total, next: None, previous: None });
        }
        let (mut hits, mut counted) = (Vec::new(), 0);
        let mut stopped: Option<(usize, Edge)> = None;
        for (index, segment) in segments.iter().enumerate().skip(first) {
            let of_segment = position.filter(|_| index == first);
            let reading = Reading {
                edge: of_segment.map(|position| &position.edge),
                inclusive: of_segment.is_some_and(|position| position.inclusive),
                backward,
            };
            let missing = (wanted + 1).saturating_sub(hits.len());
            if segment.residual.is_none() {
                if missing > 0 && wanted > 0 {
                    let rows = segment.beyond(connection, self.scope, reading, missing)?;
                    hits.extend(rows.into_iter().map(|row| Hit { target: segment.target, row }));
                }
                if counting {
                    counted += segment.total(connection, self.scope)?;
                }
                continue;
            }
            if missing == 0 && !counting {
                break;
            }
            let end = segment.look(connection, self.scope, reading, &mut self.budget, &mut |_, row| {
                counted += 1;
                if hits.len() <= wanted && wanted > 0 {
                    hits.push(Hit { target: segment.target, row });
                }
                if hits.len() > wanted && !counting { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if let Stopped::Exhausted(id) = end {
                stopped = Some((index, Edge { key: SortKey::Missing, id }));
                break;
            }
        }
        let total = total.or_else(|| (counting && stopped.is_none()).then_some(counted));
        let end = Ends { more: hits.len() > wanted, stopped: stopped.map(|(index, edge)| (&segments[index], edge)) };
        hits.truncate(wanted);
        self.turned_round(hits, total, &segments, end, position)
    }

    /// The total where SQL alone gives it, or as it was on the first page.
    fn exact_total(
        &self,
        connection: &mut Connection,
        segments: &[Segment<'_>],
        position: Option<&Position>,
    ) -> Result<Option<u64>, Error> {
        if segments.iter().any(|segment| segment.residual.is_some()) {
            return Ok(position.and_then(|position| position.total));
        }
        let mut total = 0;
        for segment in segments {
            total += segment.total(connection, self.scope)?;
        }
        Ok(Some(total))
    }

    /// Puts hits in the order of the list and says what lies on either side of them.
    fn turned_round(
        &self,
        mut hits: Vec<Hit>,
        total: Option<u64>,
        segments: &[Segment<'_>],
        end: Ends<'_>,
        position: Option<&Position>,
    ) -> Result<Found, Error> {
        let at = |segment: &Segment<'_>, edge: Edge| Position {
            resource_type: if self.sort_by.is_none() { segment.ty.name.clone() } else { String::new() },
            edge,
            inclusive: false,
            backward: false,
            total: if segments.iter().any(|segment| segment.residual.is_some()) { total } else { None },
        };
        let of_hit = |hit: &Hit| -> Result<Option<Position>, Error> {
            // Segments of a sorted list share type and target; any of them knows the column.
            let Some(segment) = segments.iter().find(|segment| segment.target == hit.target) else { return Ok(None) };
            Ok(Some(at(segment, segment.edge(self.sort_by, &hit.row)?)))
        };
        let is_backward = position.is_some_and(|position| position.backward);
        let beyond = match (hits.last(), end.more, end.stopped) {
            (Some(last), true, _) => of_hit(last)?,
            (_, false, Some((segment, edge))) => Some(at(segment, edge)),
            _ => None,
        };
        let behind = match (hits.first(), position) {
            (_, None) => None,
            (Some(first), Some(_)) => of_hit(first)?,
            (None, Some(position)) => Some(position.turned()),
        };
        let beyond = beyond.map(|place| Position { backward: is_backward, ..place });
        let behind = behind.map(|place| Position { backward: !is_backward, ..place });
        let (next, previous) = if is_backward { (behind, beyond) } else { (beyond, behind) };
        if is_backward {
            hits.reverse();
        }
        if self.count == 0 {
            return Ok(Found { hits, total, next: None, previous: None });
        }
        Ok(Found { hits, total, next, previous })
    }
}

/// What ended a page.
struct Ends<'a> {
    /// There was one hit too many.
    more: bool,
    /// No more could be looked at, from this edge on.
    stopped: Option<(&'a Segment<'a>, Edge)>,
}

/// Whether a position lies in a segment.
fn holds(segment: &Segment<'_>, position: &Position) -> bool {
    let of_type = position.resource_type.is_empty() || position.resource_type == segment.ty.name;
    let is_filled = position.edge.key != SortKey::Missing;
    of_type && segment.filled.is_none_or(|filled| filled == is_filled)
}
