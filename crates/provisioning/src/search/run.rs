//! Answers a query whose filter is planned: which way it is read, and the page.

use std::sync::Arc;

use database::Connection;
use registry::AppScope;
use scim_model::sort::SortBy;
use scim_model::{Limits, ResourceType};

use crate::error::Error;
use crate::resource::row::ResourceRow;
use crate::search::access::{self, Access};
use crate::search::crawl::Crawl;
use crate::search::look::Budget;
use crate::search::order::Column;
use crate::search::outside::Outside;
use crate::search::paged::Paged;
use crate::search::plan::Plan;
use crate::search::position::Position;
use crate::search::segment::{Segment, Source};
use crate::search::sorted::Sorted;

/// A resource type that a query looks at.
#[derive(Debug)]
pub(crate) struct Target {
    pub ty: Arc<ResourceType>,
    /// `None` where no resource of the type can match.
    pub plan: Option<Plan>,
    /// `None` in a query that is not sorted, and where the type has no such attribute.
    pub sort_by: Option<SortBy>,
}

/// Where a page begins.
#[derive(Debug)]
pub(crate) enum Start {
    /// 1-based.
    Index(u64),
    /// `None`: at the beginning.
    Cursor(Option<Position>),
}

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Search {
    pub targets: Vec<Target>,
    pub is_sorted: bool,
    pub descending: bool,
    pub start: Start,
    pub count: u64,
}

/// A resource on a page.
#[derive(Debug)]
pub(crate) struct Hit {
    /// Which of the query's types.
    pub target: usize,
    pub row: ResourceRow,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Found {
    pub hits: Vec<Hit>,
    /// Over all pages; `None` where that would take looking at too much.
    pub total: Option<u64>,
    /// The page after this one, when paging by cursor.
    pub next: Option<Position>,
    /// The page before.
    pub previous: Option<Position>,
}

impl Search {
    /// The types of which resources can match.
    pub fn live(&self) -> impl Iterator<Item = (usize, &Target, &Plan)> {
        self.targets
            .iter()
            .enumerate()
            .filter_map(|(index, target)| target.plan.as_ref().map(|plan| (index, target, plan)))
    }

    /// Whether a few look-ups by an index answer it: single values are asked for, or a page of everything that need not be
    /// counted up to.
    pub fn is_brief(&self, scope: &AppScope, crawl: &Crawl) -> bool {
        let mut live = self.live();
        let (Some((_, target, plan)), None) = (live.next(), live.next()) else { return false };
        let Some(accesses) = plan.statement().filter(|_| plan.residual.is_none() && !self.is_sorted) else {
            return false;
        };
        match &self.start {
            _ if accesses.iter().any(Access::is_point) => true,
            Start::Index(start_index) => {
                let (application, ty) = (scope.application_id().as_str(), target.ty.name.as_str());
                accesses.is_empty() && (*start_index == 1 || crawl.knows(application, ty, *start_index))
            }
            Start::Cursor(_) => accesses.is_empty(),
        }
    }

    /// Answers it.
    ///
    /// # Errors
    /// `tooMany`, `invalidCursor`, and what the database says.
    pub fn run(
        &self,
        connection: &mut Connection,
        scope: &AppScope,
        limits: &Limits,
        crawl: &Crawl,
    ) -> Result<Found, Error> {
        let (count, budget) = (self.count, Budget::new(limits));
        if self.is_sorted && self.column().is_none() {
            let mut segments = Vec::new();
            for (index, target, plan) in self.live() {
                let segment = segment(connection, scope, index, target, plan, Column::Id)?;
                segments.push((segment, target.sort_by.as_ref()));
            }
            let sorted = Sorted { scope, segments, descending: self.descending, count, budget };
            return sorted.page(connection, &self.start);
        }
        let column = self.column().unwrap_or(Column::Id);
        let halves: &[Option<bool>] = if column.may_be_missing() { &[Some(true), Some(false)] } else { &[None] };
        let mut segments = Vec::new();
        for (index, target, plan) in self.live() {
            for filled in halves {
                segments.push(Segment { filled: *filled, ..segment(connection, scope, index, target, plan, column)? });
            }
        }
        let sort_by = self.live().find_map(|(_, target, _)| target.sort_by.as_ref()).filter(|_| self.is_sorted);
        let descending = self.is_sorted && self.descending;
        let paged = Paged { scope, segments, sort_by, descending, count, budget };
        match &self.start {
            Start::Index(start_index) => paged.by_index(connection, *start_index, crawl),
            Start::Cursor(position) => paged.by_cursor(connection, position.as_ref()),
        }
    }

    /// The column that has the order of the list: of one type only, and only where one statement finds all matches.
    fn column(&self) -> Option<Column> {
        let mut live = self.live();
        let (Some((_, target, plan)), None) = (live.next(), live.next()) else { return None };
        plan.statement().filter(|_| plan.residual.is_none())?;
        Column::of(target.sort_by.as_ref()?, &target.ty)
    }
}

impl Plan {
    /// The conditions, where one statement finds all candidates.
    fn statement(&self) -> Option<&[Access]> {
        match self.any_of.as_slice() {
            [all_of] if !all_of.iter().any(Access::is_in_group) => Some(all_of),
            _ => None,
        }
    }
}

fn segment<'a>(
    connection: &mut Connection,
    scope: &AppScope,
    index: usize,
    target: &'a Target,
    plan: &'a Plan,
    column: Column,
) -> Result<Segment<'a>, Error> {
    let source = match plan.statement() {
        Some(accesses) => Source::Statement(accesses),
        None => Source::Ids(access::gather(connection, scope, &target.ty, &plan.any_of)?),
    };
    let sort_by = target.sort_by.as_ref().filter(|_| column == Column::Id);
    Ok(Segment {
        target: index,
        ty: &target.ty,
        source,
        residual: plan.residual.as_ref(),
        outside: Outside::of(&target.ty, plan.residual.as_ref(), sort_by.map(SortBy::attribute)),
        column,
        filled: None,
    })
}
