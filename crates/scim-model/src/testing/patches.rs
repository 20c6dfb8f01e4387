//! PATCH operations on a resource type: mostly ones that make sense, some that the schema refuses, some in the dialects of
//! clients.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::choices::Choices;
use super::filters::{in_brackets, spelling};
use super::values::{single, whole};
use crate::schema::{Attribute, ResourceType, core};

/// Up to eight operations, as `Operations` has them.
pub fn operations(choices: &mut Choices<'_>, ty: &ResourceType) -> Vec<Value> {
    let count = 1 + choices.below(8);
    (0..count).map(|_| operation(choices, ty)).collect()
}

fn operation(choices: &mut Choices<'_>, ty: &ResourceType) -> Value {
    let op = *choices.one_of(&["add", "replace", "remove", "Add", "Replace", "Remove", "add", "replace"]);
    let is_remove = op.eq_ignore_ascii_case("remove");
    let mut operation = Map::from_iter([("op".to_owned(), json!(op))]);
    if choices.once_in(if is_remove { 16 } else { 5 }) {
        operation.insert("value".to_owned(), without_path(choices, ty));
        return operation.into();
    }
    let (path, value) = target(choices, ty);
    operation.insert("path".to_owned(), json!(path));
    if !is_remove || choices.once_in(3) {
        operation.insert("value".to_owned(), value);
    }
    if choices.once_in(40) {
        operation.shift_remove("value");
    }
    operation.into()
}

/// An object of attributes, of which each name may be a path of its own.
fn without_path(choices: &mut Choices<'_>, ty: &ResourceType) -> Value {
    if choices.once_in(30) {
        return json!("x");
    }
    let count = 1 + choices.below(3);
    let members: Map<String, Value> = (0..count).map(|_| target(choices, ty)).collect();
    members.into()
}

/// A path and a value for what it names.
fn target(choices: &mut Choices<'_>, ty: &ResourceType) -> (String, Value) {
    if choices.once_in(40) {
        let paths =
            ["nothing", "urn:example:unknown:text", "", "a b", "[x]", "id", "meta.created", "schemas", "name.nothing"];
        return ((*choices.one_of(&paths)).to_owned(), json!("a"));
    }
    let chosen = choices.below(ty.extensions.len() + 3);
    let (urn, attributes) = match ty.extensions.get(chosen) {
        Some(extension) => (Some(extension.schema.id.as_str()), &extension.schema.attributes),
        None => (None, &ty.schema.attributes),
    };
    if let Some(urn) = urn
        && choices.once_in(8)
    {
        let members: Map<String, Value> = (0..2)
            .map(|_| {
                let attribute = choices.one_of(attributes);
                (attribute.name.clone(), sent(choices, attribute))
            })
            .collect();
        return (urn.to_owned(), if choices.once_in(6) { Value::Null } else { members.into() });
    }
    let external_id = core::common().iter().find(|attribute| attribute.name == "externalId");
    let attribute = match external_id {
        Some(external_id) if urn.is_none() && choices.once_in(20) => external_id,
        _ => choices.one_of(attributes),
    };
    let name = spelling(choices, &attribute.name);
    let name = match urn {
        Some(urn) => format!("{urn}:{name}"),
        None if choices.once_in(10) && attribute.name != "externalId" => format!("{}:{name}", ty.schema.id),
        None => name,
    };
    part(choices, attribute, name)
}

/// The whole attribute, some of its values, a part of it, or a part of some of its values.
fn part(choices: &mut Choices<'_>, attribute: &Arc<Attribute>, name: String) -> (String, Value) {
    let has_brackets =
        if attribute.multi_valued || attribute.is_complex() { choices.once_in(3) } else { choices.once_in(30) };
    let brackets = if has_brackets {
        // Mostly what an entry can be made of.
        let depth = if choices.once_in(4) { 2 } else { 0 };
        format!("[{}]", in_brackets(choices, attribute, depth))
    } else {
        String::new()
    };
    if attribute.is_complex() && choices.below(2) == 1 {
        let sub = choices.one_of(&attribute.sub_attributes);
        let value = sent(choices, sub);
        return (format!("{name}{brackets}.{}", spelling(choices, &sub.name)), value);
    }
    let value =
        if has_brackets && choices.below(4) > 0 { sent_single(choices, attribute) } else { sent(choices, attribute) };
    (format!("{name}{brackets}"), value)
}

/// A value as clients send it: mostly right.
fn sent(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    match choices.below(16) {
        12 => Value::Null,
        13 => {
            choices.one_of(&[json!([]), json!({}), json!(""), json!(true), json!(7), json!(1.5), json!("True")]).clone()
        }
        14 => json!([sent_single(choices, attribute)]),
        15 => sent_single(choices, attribute),
        _ => whole(choices, attribute),
    }
}

fn sent_single(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    let mut value = single(choices, attribute);
    match (&mut value, choices.below(12)) {
        (Value::Object(members), 9) => {
            members.insert("nothing".to_owned(), json!(1));
        }
        // A part that clears.
        (Value::Object(members), 10) if !attribute.sub_attributes.is_empty() => {
            members.insert(choices.one_of(&attribute.sub_attributes).name.clone(), Value::Null);
        }
        // Text for an object, an object for text.
        (Value::Object(members), 11) => return members.get("value").cloned().unwrap_or_default(),
        (Value::String(text), 11) => return json!({"value": text, "$ref": null}),
        _ => {}
    }
    value
}
