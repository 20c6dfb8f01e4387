//! PATCH bodies in each dialect.

use super::manager::ManagerForm;
use super::path;
use super::profile::Dialect;
use crate::message::{ENTERPRISE_USER, operation, patch, without_path};
use serde_json::{Map, Value, json};

/// The operations that bring the stored resource to what is mapped; `None` when nothing differs.
pub(super) fn changes(dialect: Dialect, stored: &Value, mapped: &[(String, Value)]) -> Option<Value> {
    let differing: Vec<_> = mapped
        .iter()
        .filter(|(path, value)| !path::at(stored, path).is_some_and(|held| path::same(held, value)))
        .map(|(path, value)| (path.as_str(), value, path::at(stored, path).is_none()))
        .collect();
    if differing.is_empty() {
        return None;
    }
    Some(match dialect {
        Dialect::WithoutFlag | Dialect::Older => {
            let single = |(path, value, is_new): (&str, &Value, bool)| {
                operation(
                    if is_new { "Add" } else { "Replace" },
                    &older_path(dialect, path),
                    written(dialect, path, value),
                )
            };
            message(dialect, differing.into_iter().map(single).collect())
        }
        Dialect::WithFlag => patch(gathered(&differing)),
    })
}

/// Value paths keep an operation of their own; all other attributes are gathered in one without a path.
fn gathered(differing: &[(&str, &Value, bool)]) -> Vec<Value> {
    let op = |is_new| if is_new { "add" } else { "replace" };
    let (own, together): (Vec<(&str, &Value, bool)>, Vec<_>) =
        differing.iter().copied().partition(|(path, _, _)| path.contains('['));
    let mut operations: Vec<_> =
        own.into_iter().map(|(path, value, is_new)| operation(op(is_new), path, value.clone())).collect();
    if !together.is_empty() {
        let all_new = together.iter().all(|(_, _, is_new)| *is_new);
        let value: Map<_, _> = together.iter().map(|&(path, value, _)| (path.to_owned(), value.clone())).collect();
        operations.push(without_path(op(all_new), Value::Object(value)));
    }
    operations
}

/// `active` alone: how somebody is switched off, and on again.
pub(super) fn active(dialect: Dialect, active: bool) -> Value {
    let op = match dialect {
        Dialect::WithoutFlag => "Replace",
        Dialect::WithFlag => "replace",
        Dialect::Older => "Add",
    };
    message(dialect, vec![operation(op, "active", written(dialect, "active", &json!(active)))])
}

/// The manager, or none, in one of the forms it was seen in.
pub(super) fn manager(dialect: Dialect, form: ManagerForm, id: Option<&str>) -> Value {
    let path = format!("{ENTERPRISE_USER}:manager");
    let value = match (form, id) {
        (ManagerForm::Text, id) => json!(id.unwrap_or_default()),
        (ManagerForm::Object, id) => json!({"value": id.unwrap_or_default()}),
        (ManagerForm::List, Some(id)) => json!([{"$ref": format!("../Users/{id}"), "value": id}]),
        (ManagerForm::List, None) => json!({"value": ""}),
    };
    match (dialect, id) {
        (Dialect::WithFlag, Some(_)) => patch(vec![without_path("add", json!({path: value}))]),
        (Dialect::WithFlag, None) => patch(vec![without_path("replace", json!({path: value}))]),
        (_, id) => {
            let op = if id.is_some() { "Add" } else { "Replace" };
            message(dialect, vec![operation(op, &older_path(dialect, &path), value)])
        }
    }
}

/// Members added: several at once.
pub(super) fn add_members(dialect: Dialect, ids: &[String]) -> Value {
    let op = if dialect == Dialect::WithFlag { "add" } else { "Add" };
    message(dialect, vec![operation(op, "members", with_empty_refs(ids))])
}

/// Members removed: by value, or each by a filter.
pub(super) fn remove_members(dialect: Dialect, ids: &[String]) -> Value {
    match dialect {
        Dialect::WithFlag => {
            patch(ids.iter().map(|id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")})).collect())
        }
        Dialect::WithoutFlag => {
            patch(vec![operation("Remove", "members", ids.iter().map(|id| json!({"value": id})).collect())])
        }
        Dialect::Older => message(dialect, vec![operation("Remove", "members", with_empty_refs(ids))]),
    }
}

/// A group's name.
pub(super) fn display_name(dialect: Dialect, name: &str) -> Value {
    match dialect {
        Dialect::WithFlag => patch(vec![without_path("replace", json!({"displayName": name}))]),
        _ => message(dialect, vec![operation("Replace", "displayName", written(dialect, "displayName", &json!(name)))]),
    }
}

fn with_empty_refs(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({"$ref": null, "value": id})).collect()
}

/// A value as the dialect writes it: booleans as text without the flag, single values wrapped in old captures.
fn written(dialect: Dialect, path: &str, value: &Value) -> Value {
    match (dialect, value) {
        (Dialect::WithoutFlag | Dialect::Older, Value::Bool(boolean)) => json!(if *boolean { "True" } else { "False" }),
        (Dialect::Older, Value::String(_)) if path == "displayName" => json!([{"$ref": null, "value": value}]),
        (_, value) => value.clone(),
    }
}

/// Jobs from before December 2018 put a dot behind the URN.
fn older_path(dialect: Dialect, path: &str) -> String {
    match path.strip_prefix(ENTERPRISE_USER) {
        Some(rest) if dialect == Dialect::Older => format!("{ENTERPRISE_USER}.{}", rest.trim_start_matches(':')),
        _ => path.to_owned(),
    }
}

/// Old captures have members that no specification knows: an id beside the operations, a name in each of them.
fn message(dialect: Dialect, mut operations: Vec<Value>) -> Value {
    if dialect != Dialect::Older {
        return patch(operations);
    }
    operations.iter_mut().for_each(|operation| operation["name"] = json!("update"));
    let mut body = patch(operations);
    body["id"] = json!("0");
    body
}
