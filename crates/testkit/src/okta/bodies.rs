//! The bodies Okta sends, member by member in its order.

use super::profile::{Employment, OktaUser};
use crate::message::{CORE_GROUP, CORE_USER, ENTERPRISE_USER, operation, patch};
use serde_json::{Map, Value, json};

/// The POST of a new user. `password` is filler that Okta sends even with password sync off; `groups` is always empty.
pub(super) fn create_user(user: &OktaUser, password: &str) -> Value {
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([CORE_USER]));
    body.insert("userName".to_owned(), json!(user.login));
    body.insert("name".to_owned(), json!({}));
    body.insert("emails".to_owned(), json!([{"primary": true, "value": user.email, "type": "work"}]));
    lay_over(&mut body, user);
    body.insert("groups".to_owned(), json!([]));
    body.insert("password".to_owned(), json!(password));
    body.insert("active".to_owned(), json!(true));
    Value::Object(body)
}

/// The PUT of a change: the body of the last GET with Okta's values laid over it. `id`, `meta`, `groups` and whatever else the server
/// holds go back to it.
pub(super) fn replace_user(stored: &Value, user: &OktaUser, active: bool) -> Value {
    let mut body = stored.as_object().cloned().unwrap_or_default();
    body.insert("userName".to_owned(), json!(user.login));
    lay_over_email(&mut body, user);
    lay_over(&mut body, user);
    body.insert("active".to_owned(), json!(active));
    Value::Object(body)
}

/// The stored body sent back with `active` false and nothing else changed.
pub(super) fn switched_off(stored: &Value) -> Value {
    let mut body = stored.as_object().cloned().unwrap_or_default();
    body.insert("active".to_owned(), json!(false));
    Value::Object(body)
}

/// The stored body sent back with a password.
pub(super) fn replace_password(stored: &Value, password: &str) -> Value {
    let mut body = stored.as_object().cloned().unwrap_or_default();
    body.insert("password".to_owned(), json!(password));
    Value::Object(body)
}

/// A PATCH of a group's members: every removal first, then all additions in one operation.
pub(super) fn patch_members(remove: &[String], add: &[(String, String)]) -> Value {
    let mut operations: Vec<_> =
        remove.iter().map(|id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")})).collect();
    if !add.is_empty() {
        operations.push(operation("add", "members", members(add)));
    }
    patch(operations)
}

/// The PATCH of "Push now": the whole list, `[]` for an empty group.
pub(super) fn patch_all_members(all: &[(String, String)]) -> Value {
    patch(vec![operation("replace", "members", members(all))])
}

/// The POST of a new group; members follow in a request of their own.
pub(super) fn create_group(name: &str) -> Value {
    json!({"schemas": [CORE_GROUP], "displayName": name, "members": []})
}

/// The PUT of a group: the body of the last GET with name and members laid over it.
pub(super) fn replace_group(stored: &Value, name: &str, all: &[(String, String)]) -> Value {
    let mut body = stored.as_object().cloned().unwrap_or_default();
    body.insert("displayName".to_owned(), json!(name));
    body.insert("members".to_owned(), members(all));
    Value::Object(body)
}

/// Members as Okta writes them: id and login, no `$ref`, no `type`.
fn members(of: &[(String, String)]) -> Value {
    of.iter().map(|(value, display)| json!({"value": value, "display": display})).collect()
}

fn lay_over(body: &mut Map<String, Value>, user: &OktaUser) {
    let name = object(body, "name");
    name.insert("givenName".to_owned(), json!(user.given_name));
    set(name, "middleName", user.middle_name.as_deref());
    name.insert("familyName".to_owned(), json!(user.family_name));
    body.insert("displayName".to_owned(), json!(user.display_name));
    body.insert("locale".to_owned(), json!(user.locale));
    body.insert("externalId".to_owned(), json!(user.id));
    set(body, "nickName", user.nick_name.as_deref());
    set(body, "title", user.title.as_deref());
    set(body, "userType", user.user_type.as_deref());
    lay_over_phone(body, "work", user.work_phone.as_deref());
    lay_over_phone(body, "mobile", user.mobile_phone.as_deref());
    if let Some(address) = &user.address {
        let entry = entry_of_type(array(body, "addresses"), "work", |_| false);
        entry.insert("streetAddress".to_owned(), json!(address.street));
        entry.insert("locality".to_owned(), json!(address.locality));
        entry.insert("postalCode".to_owned(), json!(address.postal_code));
        entry.insert("country".to_owned(), json!(address.country));
    }
    if let Some(employment) = &user.employment {
        lay_over_employment(body, employment);
    }
}

fn lay_over_employment(body: &mut Map<String, Value>, employment: &Employment) {
    let schemas = array(body, "schemas");
    if !schemas.iter().any(|schema| schema == ENTERPRISE_USER) {
        schemas.push(json!(ENTERPRISE_USER));
    }
    let extension = object(body, ENTERPRISE_USER);
    extension.insert("employeeNumber".to_owned(), json!(employment.employee_number));
    extension.insert("costCenter".to_owned(), json!(employment.cost_center));
    extension.insert("organization".to_owned(), json!(employment.organization));
    extension.insert("division".to_owned(), json!(employment.division));
    extension.insert("department".to_owned(), json!(employment.department));
    if let Some(manager) = &employment.manager {
        extension.insert("manager".to_owned(), json!({"value": manager.value, "displayName": manager.display_name}));
    }
}

/// Only the value changes; a `display` the server added goes back as it was.
fn lay_over_email(body: &mut Map<String, Value>, user: &OktaUser) {
    let is_primary = |entry: &Map<String, Value>| entry.get("primary") == Some(&Value::Bool(true));
    let entry = entry_of_type(array(body, "emails"), "work", is_primary);
    entry.insert("value".to_owned(), json!(user.email));
}

fn lay_over_phone(body: &mut Map<String, Value>, kind: &str, number: Option<&str>) {
    let Some(number) = number else { return };
    let entry = entry_of_type(array(body, "phoneNumbers"), kind, |_| false);
    if kind == "work" {
        entry.insert("primary".to_owned(), json!(true));
    }
    if number.is_empty() {
        entry.remove("value");
    } else {
        entry.insert("value".to_owned(), json!(number));
    }
}

fn set(object: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), json!(value));
    }
}

/// The object under `name`; anything else there is replaced by an empty one.
fn object<'a>(body: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    as_object(body.entry(name).or_insert(Value::Null))
}

fn as_object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(object) => object,
        _ => unreachable!("it was made an object above"),
    }
}

fn array<'a>(body: &'a mut Map<String, Value>, name: &str) -> &'a mut Vec<Value> {
    let value = body.entry(name).or_insert(Value::Null);
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    match value {
        Value::Array(array) => array,
        _ => unreachable!("it was made an array above"),
    }
}

/// The entry that is `preferred` or else of that type; a new one with the type when there is none.
fn entry_of_type<'a>(
    entries: &'a mut Vec<Value>,
    kind: &str,
    preferred: impl Fn(&Map<String, Value>) -> bool,
) -> &'a mut Map<String, Value> {
    let position = |wanted: &dyn Fn(&Map<String, Value>) -> bool| {
        entries.iter().position(|entry| entry.as_object().is_some_and(wanted))
    };
    let found = position(&preferred).or_else(|| position(&|entry| entry.get("type").is_some_and(|held| held == kind)));
    let index = found.unwrap_or_else(|| {
        entries.push(json!({"type": kind}));
        entries.len() - 1
    });
    as_object(&mut entries[index])
}
