//! Operations change a document, one after the other.

use serde_json::{Map, Value};

use super::budget::Budget;
use super::entries::{change_entries, merge_entries, part_of_list};
use super::member::{Change, cannot_be_changed, change_member, once, with_list, with_object};
use super::operation::{Operation, Target};
use crate::check::Place;
use crate::message::error::ScimError;
use crate::schema::{Mutability, ResourceType};
use crate::value::is_unassigned;

pub(super) fn apply_one(
    document: &mut Map<String, Value>,
    operation: &Operation,
    ty: &ResourceType,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    match &operation.target {
        Target::Extension(urn) => remove_extension(document, urn, ty),
        target @ (Target::Attribute(bound) | Target::Entries { attribute: bound, .. }) => match bound.extension() {
            None => apply_in(document, target, None, Change::of(operation), budget),
            // Made if it is missing, and taken out again at the end if it stays empty.
            Some(urn) => with_object(document, urn, |holder| {
                apply_in(holder, target, Some(&Place::top(urn)), Change::of(operation), budget)
            }),
        },
    }
}

fn remove_extension(document: &mut Map<String, Value>, urn: &str, ty: &ResourceType) -> Result<(), ScimError> {
    let attributes = ty.extension(urn).into_iter().flat_map(|extension| &extension.schema.attributes);
    for attribute in attributes.filter(|attribute| attribute.mutability == Mutability::Immutable) {
        if document.get(urn).and_then(|holder| holder.get(&attribute.name)).is_some_and(|value| !is_unassigned(value)) {
            return Err(cannot_be_changed(Place::top(urn).member(&attribute.name)));
        }
    }
    document.shift_remove(urn);
    Ok(())
}

/// Applies to the object that holds the attribute.
fn apply_in(
    holder: &mut Map<String, Value>,
    target: &Target,
    extension: Option<&Place<'_>>,
    change: Change<'_>,
    budget: &mut Budget,
) -> Result<(), ScimError> {
    let Some(bound) = target.attribute() else { return Ok(()) };
    let attribute = bound.attribute();
    let name = attribute.name.as_str();
    let place = extension.map_or(Place::top(name), |extension| extension.member(name));
    match target {
        Target::Entries { filter, sub_attribute, .. } => once(holder, attribute, place, budget, |holder, budget| {
            let sub = sub_attribute.as_deref();
            with_list(holder, name, |entries| {
                change_entries(entries, bound, filter, sub, change, place, budget)?;
                if attribute.multi_valued { merge_entries(entries, attribute, budget) } else { Ok(()) }
            })?;
            if !attribute.multi_valued {
                // A value that was made because none matched stands in the place of the one that did not.
                let single = holder.get_mut(name).and_then(Value::as_array_mut).and_then(Vec::pop).unwrap_or_default();
                holder.insert(name.to_owned(), single);
            }
            Ok(())
        }),
        _ => match bound.sub_attribute() {
            None => change_member(holder, attribute, change, place, budget),
            Some(sub) if attribute.multi_valued => once(holder, attribute, place, budget, |holder, budget| {
                with_list(holder, name, |entries| {
                    part_of_list(entries, bound, sub, change, place, budget)?;
                    merge_entries(entries, attribute, budget)
                })
            }),
            Some(sub) => once(holder, attribute, place, budget, |holder, budget| {
                let place = place.member(&sub.name);
                with_object(holder, name, |object| change_member(object, sub, change, place, budget))
            }),
        },
    }
}
