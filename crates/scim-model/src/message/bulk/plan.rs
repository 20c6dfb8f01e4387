//! In which order the operations are done.
//!
//! An operation that refers to something waits until it exists; operations on one resource follow each other as in the
//! request; everything else keeps its place. So the outcome is that of the request's own order (RFC 7644 §3.7): nothing
//! overtakes but what could not have been done where it stands. POSTs that refer to each other in a circle are one unit
//! and stand where the last of them does.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, VecDeque};

use super::parse::at;
use super::reference::{each, references};
use super::{BulkMethod, BulkOperation, CIRCLE_OPERATIONS};
use crate::check::Place;
use crate::message::error::ScimError;
use crate::schema::{ResourceKind, ResourceTypes};
use crate::value::short;

/// Which operations others depend on, and when each is done.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is done together, in order. Most units are one operation; a longer one, or one that needs itself, is a circle.
    pub units: VecDeque<Vec<usize>>,
    /// For each operation, the POSTs that its references lead to.
    pub needs: Vec<Vec<usize>>,
}

impl Plan {
    /// Plans the operations; refuses those whose references lead nowhere, or in a circle that cannot be.
    pub fn new(operations: &mut [BulkOperation], types: &ResourceTypes) -> Self {
        let mut needs = needs(operations);
        refuse_circular_groups(operations, types, &mut needs);
        let circles = circles(&needs);
        for circle in circles.iter().filter(|circle| circle.len() > CIRCLE_OPERATIONS) {
            for index in circle {
                let detail = format!(
                    "{} operations refer to each other in a circle, more than {CIRCLE_OPERATIONS}; leave some of the references out, and set them in a second request",
                    circle.len()
                );
                refuse(operations, &mut needs, *index, conflict(detail));
            }
        }
        let circles = circles.into_iter().filter(|circle| circle.len() <= CIRCLE_OPERATIONS);
        let circles = circles.map(|circle| in_order_of_creation(operations, types, &needs, circle)).collect();
        let units = units(operations, &needs, circles);
        Self { units, needs }
    }
}

fn conflict(detail: String) -> ScimError {
    ScimError { status: 409, scim_type: None, detail }
}

/// A refused operation needs nothing any more.
fn refuse(operations: &mut [BulkOperation], needs: &mut [Vec<usize>], index: usize, error: ScimError) {
    if let (Some(operation), Some(needs)) = (operations.get_mut(index), needs.get_mut(index)) {
        operation.refusal = Some(at(index, error));
        needs.clear();
    }
}

/// For each operation the POSTs that it refers to, each once.
fn needs(operations: &mut [BulkOperation]) -> Vec<Vec<usize>> {
    let creates = |(index, operation): (usize, &BulkOperation)| match &operation.bulk_id {
        Some(bulk_id) if operation.method == BulkMethod::Post.as_str() => Some((bulk_id.clone(), index)),
        _ => None,
    };
    let created: HashMap<String, usize> = operations.iter().enumerate().filter_map(creates).collect();
    let mut all = Vec::with_capacity(operations.len());
    for (index, operation) in operations.iter_mut().enumerate() {
        match needs_of(operation, &created) {
            Ok(needs) => all.push(needs),
            Err(error) => {
                operation.refusal = Some(at(index, error));
                all.push(Vec::new());
            }
        }
    }
    all
}

fn needs_of(operation: &BulkOperation, created: &HashMap<String, usize>) -> Result<Vec<usize>, ScimError> {
    let mut needs = BTreeSet::new();
    let Some(content) = &operation.content else { return Ok(Vec::new()) };
    let mut visit = |bulk_id: &str, place: Place<'_>| match created.get(bulk_id) {
        Some(index) => {
            needs.insert(*index);
            Ok(())
        }
        None => Err(ScimError::invalid_value(format!(
            "{place}: no POST of this request has the bulkId \"{}\"",
            short(bulk_id)
        ))),
    };
    for part in &content.parts {
        references(part, false).try_for_each(|(_, bulk_id)| visit(bulk_id, Place::top("path")))?;
    }
    each(&content.data, Place::top("data"), false, &mut visit)?;
    Ok(needs.into_iter().collect())
}

/// Groups that hold each other cannot be: who would be a member of whom?
fn refuse_circular_groups(operations: &mut [BulkOperation], types: &ResourceTypes, needs: &mut [Vec<usize>]) {
    let members: Vec<Vec<usize>> = operations
        .iter()
        .zip(needs.iter())
        .map(|(operation, needs)| members(operation, types, needs, operations))
        .collect();
    for circle in circles(&members) {
        let name = |index: &usize| {
            operations.get(*index).and_then(|operation| operation.bulk_id.as_deref()).map(short).unwrap_or_default()
        };
        let names: Vec<String> = circle.iter().take(5).map(|index| format!("\"{}\"", name(index))).collect();
        let detail = match circle.len() {
            1 => format!("data.members: the group {} would be a member of itself", names.join("")),
            _ => format!("data.members: the groups {} would be members of each other in a circle", names.join(", ")),
        };
        for index in circle {
            refuse(operations, needs, index, conflict(detail.clone()));
        }
    }
}

/// What the POST of a group needs as its members: they must exist before the group does. Nothing for anything else.
fn members(
    operation: &BulkOperation,
    types: &ResourceTypes,
    needs: &[usize],
    operations: &[BulkOperation],
) -> Vec<usize> {
    let Some(content) = &operation.content else { return Vec::new() };
    let ty = content.parts.first().and_then(|endpoint| types.at_endpoint(endpoint));
    let is_group = content.method == BulkMethod::Post && ty.is_some_and(|ty| ty.kind() == ResourceKind::Group);
    let (true, Some(data), false) = (is_group, content.data.as_object(), needs.is_empty()) else { return Vec::new() };
    let mut named = BTreeSet::new();
    for (name, value) in data.iter().filter(|(name, _)| name.eq_ignore_ascii_case("members")) {
        // A visitor that refuses nothing.
        let _ = each(value, Place::top(name), false, &mut |bulk_id, _| {
            named.insert(bulk_id.to_owned());
            Ok(())
        });
    }
    let is_named = |index: &&usize| {
        let bulk_id = operations.get(**index).and_then(|operation| operation.bulk_id.as_ref());
        bulk_id.is_some_and(|bulk_id| named.contains(bulk_id))
    };
    needs.iter().filter(is_named).copied().collect()
}

/// A circle as its resources can be made: a group after its members, else as in the request.
fn in_order_of_creation(
    operations: &[BulkOperation],
    types: &ResourceTypes,
    needs: &[Vec<usize>],
    circle: Vec<usize>,
) -> Vec<usize> {
    let position: HashMap<usize, usize> =
        circle.iter().enumerate().map(|(position, index)| (*index, position)).collect();
    let edges: Vec<Vec<usize>> = circle
        .iter()
        .map(|index| {
            let (Some(operation), Some(needs)) = (operations.get(*index), needs.get(*index)) else { return Vec::new() };
            let members = members(operation, types, needs, operations);
            members.iter().filter_map(|member| position.get(member).copied()).collect()
        })
        .collect();
    let order = sorted(&edges, &circle);
    order.into_iter().filter_map(|position| circle.get(position).copied()).collect()
}

/// Puts circles together and everything in order.
fn units(operations: &[BulkOperation], needs: &[Vec<usize>], circles: Vec<Vec<usize>>) -> VecDeque<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = circles;
    let in_circles: BTreeSet<usize> = units.iter().flatten().copied().collect();
    units.extend((0..operations.len()).filter(|index| !in_circles.contains(index)).map(|index| vec![index]));
    let mut unit_of = vec![0; operations.len()];
    for (unit, indices) in units.iter().enumerate() {
        for index in indices {
            unit_of[*index] = unit;
        }
    }
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    let waits = needs.iter().enumerate().flat_map(|(index, needs)| needs.iter().map(move |need| (index, *need)));
    for (index, earlier) in waits.chain(same_resource(operations)) {
        if unit_of[index] != unit_of[earlier] {
            edges[unit_of[index]].push(unit_of[earlier]);
        }
    }
    for edges in &mut edges {
        edges.sort_unstable();
        edges.dedup();
    }
    let places: Vec<usize> = units.iter().map(|indices| indices.iter().copied().max().unwrap_or(0)).collect();
    let order = sorted(&edges, &places);
    order.into_iter().map(|unit| std::mem::take(&mut units[unit])).collect()
}

/// Operations on one resource, each with the one before it.
fn same_resource(operations: &[BulkOperation]) -> Vec<(usize, usize)> {
    let mut latest: HashMap<(String, &str), usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        // What a POST makes is not there before.
        let content = operation.content.as_ref().filter(|content| content.method != BulkMethod::Post);
        let Some([endpoint, id]) = content.map(|content| content.parts.as_slice()) else { continue };
        if let Some(earlier) = latest.insert((endpoint.to_ascii_lowercase(), id.as_str()), index) {
            pairs.push((index, earlier));
        }
    }
    pairs
}

/// Every node after those that its edges lead to; of those that could come next, the one with the smallest place.
fn sorted(edges: &[Vec<usize>], places: &[usize]) -> Vec<usize> {
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (node, edges) in edges.iter().enumerate() {
        for earlier in edges {
            followers[*earlier].push(node);
        }
    }
    let mut waiting_for: Vec<usize> = edges.iter().map(Vec::len).collect();
    let free = (0..edges.len()).filter(|node| waiting_for[*node] == 0);
    let mut next: BinaryHeap<Reverse<(usize, usize)>> = free.map(|node| Reverse((places[node], node))).collect();
    let mut order = Vec::with_capacity(edges.len());
    while let Some(Reverse((_, node))) = next.pop() {
        order.push(node);
        for follower in &followers[node] {
            waiting_for[*follower] -= 1;
            if waiting_for[*follower] == 0 {
                next.push(Reverse((places[*follower], *follower)));
            }
        }
    }
    order
}

/// Nodes that lead to each other, and nodes that lead to themselves: Tarjan's strongly connected components, without
/// recursion. Each circle in the order of its nodes.
fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let (mut number, mut lowest) = (vec![UNSEEN; edges.len()], vec![UNSEEN; edges.len()]);
    let (mut open, mut is_open) = (Vec::new(), vec![false; edges.len()]);
    let (mut numbers, mut circles) = (0, Vec::new());
    for root in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = if number[root] == UNSEEN { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if number[node] == UNSEEN {
                (number[node], lowest[node], is_open[node]) = (numbers, numbers, true);
                numbers += 1;
                open.push(node);
            }
            if let Some(to) = edges[node].get(*edge).copied() {
                *edge += 1;
                if number[to] == UNSEEN {
                    path.push((to, 0));
                } else if is_open[to] {
                    lowest[node] = lowest[node].min(number[to]);
                }
                continue;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                lowest[*before] = lowest[*before].min(lowest[node]);
            }
            if lowest[node] == number[node] {
                let from = open.iter().rposition(|open| *open == node).unwrap_or(0);
                let mut component = open.split_off(from);
                component.iter().for_each(|node| is_open[*node] = false);
                if component.len() > 1 || edges[node].contains(&node) {
                    component.sort_unstable();
                    circles.push(component);
                }
            }
        }
    }
    circles
}
