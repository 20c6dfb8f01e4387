//! The course of a bulk request: what is to be done next, and what came of it.

use std::collections::VecDeque;

use super::parse::at;
use super::plan::Plan;
use super::reference::BulkIds;
use super::response::{OperationResult, to_json};
use super::{BulkOperation, BulkRequest, Content, ReadyOperation};
use crate::message::error::ScimError;
use crate::schema::ResourceTypes;
use crate::value::short;

/// What is to be done next.
#[derive(Debug)]
pub enum Work {
    /// An operation that cannot be done: only its failure is to be reported.
    Refused {
        /// Its place in the request.
        index: usize,
        /// The operation, as far as it was understood; its references may lead nowhere.
        operation: Option<ReadyOperation>,
        /// Why.
        error: ScimError,
    },
    /// An operation by itself.
    One(ReadyOperation),
    /// POSTs that refer to each other in a circle, in an order in which they can be made: all of them or none. Their
    /// references to each other still stand.
    Circle(Vec<ReadyOperation>),
}

/// A bulk request on its way. Each operation that [`BulkRun::next_work`] gives must be told to have
/// [succeeded](BulkRun::succeeded) or [failed](BulkRun::failed) before the next is asked for.
#[derive(Debug)]
pub struct BulkRun {
    operations: Vec<BulkOperation>,
    results: Vec<Option<OperationResult>>,
    plan: Plan,
    /// Operations of a unit that cannot be done.
    refusals: VecDeque<(usize, ScimError)>,
    ids: BulkIds,
    failures_left: Option<u64>,
    gave_up: Option<ScimError>,
}

impl BulkRun {
    /// Plans a request for an application with these resource types.
    pub fn new(request: BulkRequest, types: &ResourceTypes) -> Self {
        let BulkRequest { fail_on_errors, mut operations } = request;
        let plan = Plan::new(&mut operations, types);
        Self {
            results: operations.iter().map(|_| None).collect(),
            operations,
            plan,
            refusals: VecDeque::new(),
            ids: BulkIds::default(),
            failures_left: fail_on_errors,
            gave_up: None,
        }
    }

    /// The operations, in the order of the request.
    pub fn operations(&self) -> &[BulkOperation] {
        &self.operations
    }

    /// What is to be done next; `None` when all is done, or as many operations have failed as `failOnErrors` says.
    pub fn next_work(&mut self) -> Option<Work> {
        loop {
            if self.failures_left == Some(0) {
                return None;
            }
            if let Some((index, error)) = self.refusals.pop_front() {
                let operation = self.take(index);
                return Some(Work::Refused { index, operation, error });
            }
            let unit = self.plan.units.pop_front()?;
            if self.refuse(&unit) {
                continue;
            }
            let is_circle = unit.iter().any(|index| self.needs(*index).contains(index)) || unit.len() > 1;
            let mut ready: Vec<ReadyOperation> = unit.into_iter().filter_map(|index| self.take(index)).collect();
            for operation in &mut ready {
                operation.parts.iter_mut().for_each(|part| self.ids.resolve_text(part));
                self.ids.resolve_value(&mut operation.data, false);
            }
            match ready.pop() {
                Some(last) if is_circle => {
                    ready.push(last);
                    return Some(Work::Circle(ready));
                }
                Some(only) => return Some(Work::One(only)),
                None => {}
            }
        }
    }

    /// Refuses everything that is not done yet, for this reason.
    pub fn give_up(&mut self, error: ScimError) {
        self.gave_up.get_or_insert(error);
    }

    /// An operation succeeded. `id` is that of the resource: a POST's is what references to it become.
    pub fn succeeded(&mut self, index: usize, id: &str, result: OperationResult) {
        if let Some(BulkOperation { bulk_id: Some(bulk_id), .. }) = self.operations.get(index) {
            self.ids.insert(bulk_id.clone(), id.to_owned());
        }
        self.keep(index, result);
    }

    /// An operation failed. `location` is where its resource is; of a POST there is none (RFC 7644 §3.7.3).
    pub fn failed(&mut self, index: usize, location: Option<String>, error: ScimError) {
        self.failures_left = self.failures_left.map(|left| left.saturating_sub(1));
        self.keep(index, OperationResult { status: error.status, location, version: None, error: Some(error) });
    }

    /// The body of the answer: a BulkResponse with the result of every operation that was processed.
    pub fn into_response(self) -> String {
        to_json(&self.operations, &self.results)
    }

    fn keep(&mut self, index: usize, result: OperationResult) {
        if let Some(place) = self.results.get_mut(index) {
            *place = Some(result);
        }
    }

    fn needs(&self, index: usize) -> &[usize] {
        self.plan.needs.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    fn has_failed(&self, index: usize) -> bool {
        matches!(self.results.get(index), Some(Some(OperationResult { error: Some(_), .. })))
    }

    /// Queues the refusals of a unit if one of its operations cannot be done: then none of a circle can.
    fn refuse(&mut self, unit: &[usize]) -> bool {
        let reasons: Vec<Option<ScimError>> = unit.iter().map(|index| self.reason_against(*index)).collect();
        let Some(culprit) = unit.iter().zip(&reasons).find(|(_, reason)| reason.is_some()).map(|(index, _)| *index)
        else {
            return false;
        };
        for (index, reason) in unit.iter().zip(reasons) {
            let reason = reason.unwrap_or_else(|| self.needs_failed(*index, culprit));
            self.refusals.push_back((*index, reason));
        }
        true
    }

    fn reason_against(&self, index: usize) -> Option<ScimError> {
        if let Some(error) = self.operations.get(index).and_then(|operation| operation.refusal.as_ref()) {
            return Some(error.clone());
        }
        let failed = self.needs(index).iter().find(|need| self.has_failed(**need));
        failed.map(|need| self.needs_failed(index, *need)).or_else(|| self.gave_up.clone())
    }

    /// Why an operation fails when another one did that it refers to, itself or through others.
    pub fn needs_failed(&self, index: usize, need: usize) -> ScimError {
        let bulk_id = self.operations.get(need).and_then(|operation| operation.bulk_id.as_deref()).unwrap_or_default();
        let detail = format!(
            "this operation refers to the bulkId \"{}\", whose operation (Operations[{need}]) failed",
            short(bulk_id)
        );
        at(index, ScimError::invalid_value(detail))
    }

    fn take(&mut self, index: usize) -> Option<ReadyOperation> {
        let operation = self.operations.get_mut(index)?;
        let Content { method, parts, version, data } = operation.content.take()?;
        Some(ReadyOperation { index, method, parts, version, data, bulk_id: operation.bulk_id.clone() })
    }
}
