//! Operations, one after the other, each a function from the old value of an attribute to the new one.

use serde_json::{Value, json};

use crate::Outcome;
use crate::filter::{described, matches};
use crate::outcome::{check_required, complete, differ, without_none};
use crate::read::{Change, Step, read};
use crate::schema::{Attribute, Type};
use crate::value::{entries, is_none, is_primary, same, same_entry, without_doubles};

/// The `scimType`.
pub type Refusal = &'static str;

pub fn patch(before: &Value, operations: &[Value], ty: &Type) -> Outcome {
    // The request is judged by itself first.
    let mut steps = Vec::new();
    for operation in operations {
        steps.extend(read(operation, ty)?);
    }
    let mut after = before.clone();
    for step in steps {
        take(&mut after, step, ty)?;
    }
    let after = complete(after, ty);
    if !differ(before, &after) {
        return Ok((before.clone(), false));
    }
    check_required(before, &after, ty)?;
    Ok((after, true))
}

fn take(document: &mut Value, step: Step, ty: &Type) -> Result<(), Refusal> {
    match step {
        Step::RemoveExtension(urn) => {
            let holder = &document[&urn];
            let is_set = |attribute: &Attribute| attribute.is("immutable") && !is_none(&holder[&attribute.name]);
            let schema = ty.extensions().iter().find(|schema| schema.urn == urn).unwrap();
            if schema.attributes.iter().any(is_set) {
                return Err("mutability");
            }
            document.as_object_mut().unwrap().shift_remove(&urn);
            Ok(())
        }
        Step::Change(change) => {
            let holder = match &change.holder {
                Some(urn) => {
                    if document[urn].is_null() {
                        document[urn] = json!({});
                    }
                    &mut document[urn]
                }
                None => document,
            };
            let old = holder[&change.attribute.name].clone();
            let attribute = &change.attribute;
            holder[&attribute.name] = once(attribute, &old, |old| match changed(&change, old)? {
                // What has become the same is one, before the next operation looks at it.
                Value::Array(values) => Ok(without_doubles(attribute, values).into()),
                new => Ok(new),
            })?;
            Ok(())
        }
    }
}

/// An immutable attribute that is set keeps its value; to set another one is an error.
fn once(
    attribute: &Attribute,
    old: &Value,
    new: impl FnOnce(&Value) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let new = new(old)?;
    if !attribute.is("immutable") || is_none(&without_none(old)) {
        return Ok(new);
    }
    if same(attribute, old, &new) { Ok(old.clone()) } else { Err("mutability") }
}

fn changed(change: &Change, old: &Value) -> Result<Value, Refusal> {
    let attribute = &change.attribute;
    match (&change.filter, &change.sub) {
        (None, None) => whole(attribute, old, &change.op, &change.value, change.had_value),
        (None, Some(sub)) if !attribute.is_list => part(old, sub, change),
        (None, Some(sub)) => {
            let mut values = entries(old);
            if change.op == "remove" || change.value.is_null() {
                for value in &mut values {
                    *value = part(value, sub, change)?;
                }
                return Ok(values.into());
            }
            // Of the only one, or the primary one, or a new one.
            let index = match values.len() {
                0 => {
                    values.push(json!({}));
                    0
                }
                1 => 0,
                _ => values.iter().position(is_primary).ok_or("noTarget")?,
            };
            values[index] = part(&values[index], sub, change)?;
            Ok(values.into())
        }
        (Some(filter), sub) => {
            let mut values = entries(old);
            let mut chosen: Vec<usize> = (0..values.len()).filter(|index| matches(filter, &values[*index])).collect();
            let is_removal =
                change.op == "remove" || (change.value.is_null() && (change.op == "replace" || sub.is_some()));
            match sub {
                None if change.op == "add" && change.value.is_null() => {}
                None if is_removal => {
                    let mut index = 0;
                    values.retain(|_| {
                        index += 1;
                        !chosen.contains(&(index - 1))
                    });
                }
                Some(sub) if is_removal => {
                    for index in chosen {
                        values[index] = part(&values[index], sub, change)?;
                    }
                }
                _ => {
                    if chosen.is_empty() {
                        // Entra ID: what does not match is made to, when a part of it is set.
                        if sub.is_none() && attribute.is_list && change.op == "replace" {
                            return Err("noTarget");
                        }
                        values.push(described(attribute, filter).ok_or("noTarget")?);
                        chosen.push(values.len() - 1);
                    }
                    for &index in &chosen {
                        values[index] = match sub {
                            Some(sub) => part(&values[index], sub, change)?,
                            None if change.op == "replace" && attribute.is_complex => {
                                let fresh = described(attribute, filter).unwrap_or(json!({}));
                                merged(attribute, &fresh, &change.op, &change.value)?
                            }
                            None if attribute.is_complex => {
                                merged(attribute, &values[index], &change.op, &change.value)?
                            }
                            None => change.value.clone(),
                        };
                    }
                    let sets_primary = match sub {
                        Some(sub) => sub.name == "primary" && change.value == true,
                        None => is_primary(&change.value),
                    };
                    if sets_primary && chosen.len() > 1 {
                        return Err("invalidValue");
                    }
                    if let [index] = chosen[..] {
                        one_primary(&mut values, index);
                    }
                }
            }
            Ok(if attribute.is_list { values.into() } else { values.pop().unwrap_or_default() })
        }
    }
}

fn part(value: &Value, sub: &Attribute, change: &Change) -> Result<Value, Refusal> {
    let mut value = if value.is_null() { json!({}) } else { value.clone() };
    let old = value[&sub.name].clone();
    value[&sub.name] = once(sub, &old, |old| whole(sub, old, &change.op, &change.value, change.had_value))?;
    Ok(value)
}

fn whole(attribute: &Attribute, old: &Value, op: &str, value: &Value, had_value: bool) -> Result<Value, Refusal> {
    if !attribute.is_list {
        return match value {
            Value::Object(_) => {
                let mut old = if old.is_null() { json!({}) } else { old.clone() };
                if is_other_reference(attribute, &old, value) {
                    for sub in &attribute.subs {
                        if !sub.is("immutable") && !sub.is_hidden() {
                            old[&sub.name] = Value::Null;
                        }
                    }
                }
                merged(attribute, &old, op, value)
            }
            other => Ok(other.clone()),
        };
    }
    let mut values = entries(old);
    match op {
        "replace" => values = entries(value),
        "remove" if !had_value => values.clear(),
        "remove" => values.retain(|entry| !entries(value).iter().any(|wanted| is_meant(attribute, entry, wanted))),
        _ => {
            for new in entries(value) {
                let index = match values.iter().position(|entry| same_entry(attribute, entry, &new)) {
                    Some(index) => {
                        values[index] = learnt(attribute, &values[index], &new)?;
                        index
                    }
                    None => {
                        values.push(new.clone());
                        values.len() - 1
                    }
                };
                if is_primary(&new) {
                    one_primary(&mut values, index);
                }
            }
        }
    }
    Ok(values.into())
}

/// The parts given, into the value that is there.
fn merged(attribute: &Attribute, old: &Value, op: &str, given: &Value) -> Result<Value, Refusal> {
    let mut new = old.clone();
    for (key, value) in given.as_object().unwrap() {
        let sub = attribute.sub(key).unwrap();
        new[key] = once(sub, &old[key], |old| whole(sub, old, op, value, !value.is_null()))?;
    }
    Ok(new)
}

/// As [`merged`] by an add, but what is immutable of an entry that is there already stays without complaint.
fn learnt(attribute: &Attribute, old: &Value, given: &Value) -> Result<Value, Refusal> {
    let Value::Object(given) = given else { return Ok(old.clone()) };
    let mut given = given.clone();
    given.retain(|key, _| !attribute.sub(key).unwrap().is("immutable") || is_none(&old[key]));
    merged(attribute, old, "add", &given.into())
}

/// Whether the given value of a reference, such as a manager, is that of another resource.
fn is_other_reference(attribute: &Attribute, old: &Value, given: &Value) -> bool {
    match (attribute.sub("$ref"), attribute.sub("value")) {
        (Some(_), Some(value)) => !given["value"].is_null() && !same(value, &old["value"], &given["value"]),
        _ => false,
    }
}

/// Whether a value in a remove means this entry.
fn is_meant(attribute: &Attribute, entry: &Value, wanted: &Value) -> bool {
    let agree = |part: &str| {
        let sub = attribute.sub(part)?;
        (!entry[part].is_null() && !wanted[part].is_null()).then(|| same(sub, &entry[part], &wanted[part]))
    };
    if !entry.is_object() {
        return same(attribute, entry, wanted);
    }
    match agree("value") {
        Some(same_value) => same_value && agree("type") != Some(false),
        None => same_entry(attribute, entry, wanted),
    }
}

fn one_primary(values: &mut [Value], chosen: usize) {
    if !is_primary(&values[chosen]) {
        return;
    }
    for (index, value) in values.iter_mut().enumerate() {
        if index != chosen && is_primary(value) {
            value["primary"] = json!(false);
        }
    }
}
