//! What changed between two resources, for reports and to tell a change from a repetition.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::resource::Resource;
use crate::schema::{Attribute, ResourceType};

/// A changed attribute or sub-attribute of a single complex attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Canonical path, such as `name.givenName`.
    pub path: String,
    /// Value before; `None` if there was none, and always for what is hidden, such as a password.
    pub old: Option<Value>,
    /// Value after; `None` if there is none, and always for what is hidden.
    pub new: Option<Value>,
}

/// The differences, in the order of the schema. `id`, `meta` and `schemas` do not count; the order of a list's values
/// does not either.
pub fn diff(old: &Resource, new: &Resource, ty: &ResourceType) -> Vec<Change> {
    diff_of(old.as_map(), new.as_map(), ty, |_| true)
}

/// The differences of those attributes and extensions at the top that are meant.
pub(crate) fn diff_of(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    ty: &ResourceType,
    is_meant: impl Fn(&str) -> bool,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let external_id = ty.attribute("externalId").into_iter();
    let core = external_id.chain(&ty.schema.attributes).filter(|attribute| is_meant(&attribute.name));
    attributes(core, "", Some(old), Some(new), &mut changes);
    for extension in ty.extensions.iter().filter(|extension| is_meant(&extension.schema.id)) {
        let urn = &extension.schema.id;
        let (old, new) = (object(old.get(urn)), object(new.get(urn)));
        attributes(extension.schema.attributes.iter(), &format!("{urn}:"), old, new, &mut changes);
    }
    changes
}

fn attributes<'a>(
    attributes: impl Iterator<Item = &'a Arc<Attribute>>,
    prefix: &str,
    old: Option<&Map<String, Value>>,
    new: Option<&Map<String, Value>>,
    changes: &mut Vec<Change>,
) {
    for attribute in attributes {
        let name = &attribute.name;
        let (old, new) = (old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name)));
        if is_same(old, new) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if attribute.is_hidden() {
            changes.push(Change { path, old: None, new: None });
            continue;
        }
        // The parts of a name one by one, also when there was none before.
        if attribute.is_complex() && !attribute.multi_valued {
            let prefix = format!("{path}.");
            self::attributes(attribute.sub_attributes.iter(), &prefix, object(old), object(new), changes);
            continue;
        }
        changes.push(Change { path, old: shown(attribute, old), new: shown(attribute, new) });
    }
}

/// A value without the parts that nobody may see.
fn shown(attribute: &Attribute, value: Option<&Value>) -> Option<Value> {
    let mut value = value?.clone();
    if let Value::Array(entries) = &mut value
        && attribute.sub_attributes.iter().any(|sub| sub.is_hidden())
    {
        for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
            entry.retain(|name, _| !attribute.sub_attribute(name).is_some_and(|sub| sub.is_hidden()));
        }
    }
    Some(value)
}

fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

fn is_same(old: Option<&Value>, new: Option<&Value>) -> bool {
    match (old, new) {
        (Some(Value::Array(old)), Some(Value::Array(new))) => old == new || same_values(old, new),
        (old, new) => old == new,
    }
}

/// Whether two lists hold the same values in any order.
fn same_values(old: &[Value], new: &[Value]) -> bool {
    if old.len() != new.len() {
        return false;
    }
    let mut counts: HashMap<String, i64> = HashMap::with_capacity(old.len());
    for value in old {
        *counts.entry(ordered(value)).or_default() += 1;
    }
    for value in new {
        *counts.entry(ordered(value)).or_default() -= 1;
    }
    counts.values().all(|count| *count == 0)
}

/// The value as text in which the order of members and of values says nothing.
fn ordered(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let mut values: Vec<String> = values.iter().map(ordered).collect();
            values.sort_unstable();
            format!("[{}]", values.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, String)> =
                members.iter().map(|(name, value)| (name, ordered(value))).collect();
            members.sort_unstable();
            let members: Vec<String> =
                members.into_iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
            format!("{{{}}}", members.join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::core;

    fn check(old: Value, new: Value, expected: &[(&str, Value, Value)]) {
        let resource = |value: Value| Resource::from_stored(&value.to_string()).unwrap();
        let changes = diff(&resource(old), &resource(new), core::user());
        let changes: Vec<_> = changes
            .into_iter()
            .map(|change| (change.path, change.old.unwrap_or_default(), change.new.unwrap_or_default()))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(path, old, new)| ((*path).to_owned(), old.clone(), new.clone())).collect();
        assert_eq!(changes, expected);
    }

    #[test]
    fn what_a_schema_never_returns_is_in_no_difference() {
        let json = r#"[
            { "id": "urn:x:Door", "attributes": [
                { "name": "codes", "type": "complex", "multiValued": true, "subAttributes": [
                    { "name": "value" }, { "name": "pin", "returned": "never" }] },
                { "name": "lock", "type": "complex", "subAttributes": [
                    { "name": "maker" }, { "name": "key", "returned": "never" }] }] },
            { "name": "Door", "endpoint": "/Doors", "schema": "urn:x:Door" }]"#;
        let types = crate::schema::Definitions::parse(json.as_bytes()).unwrap().build().unwrap();
        let stored = json!({ "codes": [{ "value": "a", "pin": "s3cret" }], "lock": { "maker": "M", "key": "s3cret" } });
        let changes = diff(
            &Resource::default(),
            &Resource::from_stored(&stored.to_string()).unwrap(),
            types.named("Door").unwrap(),
        );
        let change = |path: &str, new: Option<Value>| Change { path: path.to_owned(), old: None, new };
        assert_eq!(
            changes,
            [
                change("codes", Some(json!([{ "value": "a" }]))),
                change("lock.maker", Some(json!("M"))),
                change("lock.key", None),
            ]
        );
    }

    #[test]
    fn differences() {
        let user = json!({"userName": "ada", "name": {"givenName": "Ada", "familyName": "L"}});
        check(user.clone(), user.clone(), &[]);
        check(
            user.clone(),
            json!({"name": {"familyName": "L", "givenName": "Ada"}, "userName": "ada", "id": "1", "meta": {}}),
            &[],
        );
        check(
            user.clone(),
            json!({"userName": "Ada", "name": {"givenName": "Ada"}, "externalId": "7"}),
            &[
                ("externalId", Value::Null, json!("7")),
                ("userName", json!("ada"), json!("Ada")),
                ("name.familyName", json!("L"), Value::Null),
            ],
        );
        check(json!({}), json!({"password": "secret"}), &[("password", Value::Null, Value::Null)]);
    }

    #[test]
    fn lists_have_no_order() {
        let one = json!({"value": "a", "type": "work"});
        let two = json!({"value": "b"});
        check(json!({"emails": [one, two]}), json!({"emails": [two, {"type": "work", "value": "a"}]}), &[]);
        check(
            json!({"emails": [one, one]}),
            json!({"emails": [one, two]}),
            &[("emails", json!([one, one]), json!([one, two]))],
        );
    }

    #[test]
    fn lists_within_lists_have_no_order_either() {
        let specimen = |texts: Value| {
            let text = json!({"boxes": [{"value": "a", "texts": texts}, {"value": "b"}]}).to_string();
            Resource::from_stored(&text).unwrap()
        };
        let changes = |old: Value, new: Value| diff(&specimen(old), &specimen(new), crate::testing::specimen()).len();
        assert_eq!(changes(json!(["x", "y"]), json!(["y", "x"])), 0);
        assert_eq!(changes(json!(["x", "y"]), json!(["y", "y"])), 1);
    }

    #[test]
    fn extensions() {
        let urn = crate::urn::ENTERPRISE_USER;
        check(
            json!({}),
            json!({urn: {"department": "Sales", "manager": {"value": "7"}}}),
            &[
                (&format!("{urn}:department"), Value::Null, json!("Sales")),
                (&format!("{urn}:manager.value"), Value::Null, json!("7")),
            ],
        );
    }
}
