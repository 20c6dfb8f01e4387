//! The tests of users.

use super::target::filter;
use super::{Validator, missing};
use crate::entra::path;
use crate::message::{ENTERPRISE_USER, operation, patch, text, without_path};
use serde_json::{Value, json};

impl Validator {
    pub(super) async fn users(&mut self) {
        self.create_user().await;
        self.create_duplicate_user().await;
        self.filter_users().await;
        self.replace_attributes().await;
        self.replace_attributes_one_by_one().await;
        self.update_user_name().await;
        self.disable_user().await;
        self.add_attributes_one_by_one().await;
        self.managers().await;
        self.delete_user().await;
    }

    async fn create_user(&mut self) {
        let mut checks = self.test("Create a new User");
        let sent = self.random.user();
        self.made(&mut checks, "/Users", &sent).await;
        let target = format!("/Users?filter={}", filter("userName", &text(&sent, "/userName")));
        let found = self.look_up(&mut checks, &target).await;
        checks.that(found.len() == 1, || format!("the look-up found {}", found.len()));
        checks.failures.extend(missing(&sent, found.first().unwrap_or(&Value::Null), ""));
        self.end(checks);
    }

    async fn create_duplicate_user(&mut self) {
        let mut checks = self.test("Create a duplicate User");
        let sent = self.random.user();
        self.made(&mut checks, "/Users", &sent).await;
        let again = self.send("POST", "/Users", Some(&sent)).await;
        let error = checks.answer(&again, 409);
        checks.error(&error);
        self.end(checks);
    }

    async fn filter_users(&mut self) {
        let sent = self.random.user();
        let user_name = text(&sent, "/userName");
        let nobody = self.random.email();
        for (name, asked, expected) in [
            ("Filter for an existing user", user_name.clone(), 1),
            ("Filter for a non-existing user", nobody, 0),
            ("Filter for an existing user with a different case", user_name.to_uppercase(), 1),
        ] {
            let mut checks = self.test(name);
            if expected == 1 && asked == user_name {
                self.made(&mut checks, "/Users", &sent).await;
            }
            let found = self.look_up(&mut checks, &format!("/Users?filter={}", filter("userName", &asked))).await;
            checks.that(found.len() == expected, || format!("found {} instead of {expected}", found.len()));
            for user in &found {
                checks.equals(user, "/userName", user_name.as_str());
                checks.that(!text(user, "/id").is_empty(), || "the user found has no id".to_owned());
            }
            self.end(checks);
        }
    }

    /// One operation without a path for all attributes.
    async fn replace_attributes(&mut self) {
        let mut checks = self.test("Patch User - Replace Attributes");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let mut value = self.random.user();
        if let Some(members) = value.as_object_mut() {
            members.shift_remove("schemas");
        }
        self.change(&mut checks, &target, &patch(vec![without_path("replace", value.clone())])).await;
        let held = self.read(&mut checks, &target).await;
        checks.failures.extend(missing(&value, &held, ""));
        self.end(checks);
    }

    /// One operation per attribute, `active` as text.
    async fn replace_attributes_one_by_one(&mut self) {
        let mut checks = self.test("Patch User - Replace Attributes Verbose Request");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let attributes = self.random.attributes();
        let operations = attributes.iter().map(|(path, value)| operation("replace", path, value.clone())).collect();
        self.change(&mut checks, &target, &patch(operations)).await;
        let held = self.read(&mut checks, &target).await;
        checks.failures.extend(not_there(&attributes, &held));
        self.end(checks);
    }

    async fn update_user_name(&mut self) {
        let mut checks = self.test("Update User - Update userName");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let user_name = self.random.email();
        let change = patch(vec![operation("replace", "userName", json!(user_name))]);
        self.change(&mut checks, &target, &change).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, "/userName", user_name);
        self.end(checks);
    }

    /// By id and by filter the user must still be there, inactive.
    async fn disable_user(&mut self) {
        let mut checks = self.test("Disable User");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let change = patch(vec![operation("replace", "active", json!("False"))]);
        self.change(&mut checks, &target, &change).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, "/active", false);
        let target = format!("/Users?filter={}", filter("userName", &text(&sent, "/userName")));
        let found = self.look_up(&mut checks, &target).await;
        checks.equals(found.first().unwrap_or(&Value::Null), "/active", false);
        self.end(checks);
    }

    async fn add_attributes_one_by_one(&mut self) {
        let mut checks = self.test("Patch User - Add Attributes Verbose Request");
        let sent = self.random.plain_user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let attributes = self.random.attributes();
        let operations = attributes.iter().map(|(path, value)| operation("add", path, value.clone())).collect();
        self.change(&mut checks, &target, &patch(operations)).await;
        let held = self.read(&mut checks, &target).await;
        checks.failures.extend(not_there(&attributes, &held));
        for (list, entries) in [("/addresses", 1), ("/emails", 1), ("/roles", 1), ("/phoneNumbers", 3)] {
            let count = held.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
            checks.that(count == entries, || format!("{list} has {count} entries instead of {entries}"));
        }
        self.end(checks);
    }

    /// The manager is a random word that is nobody's id.
    async fn managers(&mut self) {
        let path = format!("{ENTERPRISE_USER}:manager");
        let pointer = format!("/{ENTERPRISE_USER}/manager/value");
        for (name, op, steps) in [
            ("Patch User - Add Manager", "add", 0),
            ("Patch User - Replace Manager", "replace", 1),
            ("Patch User - Remove Manager", "replace", 2),
        ] {
            let mut checks = self.test(name);
            let sent = self.random.plain_user();
            let (target, _) = self.made(&mut checks, "/Users", &sent).await;
            let mut manager = self.random.word();
            let add = patch(vec![operation("add", &path, json!(manager))]);
            self.change(&mut checks, &target, &add).await;
            if steps == 1 {
                manager = self.random.word();
                self.change(&mut checks, &target, &patch(vec![operation(op, &path, json!(manager))])).await;
            }
            if steps == 2 {
                let remove = patch(vec![operation(op, &path, json!({"value": ""}))]);
                self.change(&mut checks, &target, &remove).await;
            }
            let held = self.read(&mut checks, &target).await;
            let expected = if steps == 2 { Value::Null } else { json!(manager) };
            checks.equals(&held, &pointer, expected);
            self.end(checks);
        }
    }

    async fn delete_user(&mut self) {
        let mut checks = self.test("Delete User");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        self.gone(&mut checks, &target).await;
        self.end(checks);
    }
}

/// Attributes that a user does not hold, by path.
fn not_there(attributes: &[(String, Value)], held: &Value) -> Vec<String> {
    let wrong = |(path, value): &&(String, Value)| {
        let found = path::at(held, path);
        // A manager is sent as text and held as an object.
        let found = found.and_then(|found| found.get("value")).or(found);
        !found.is_some_and(|found| path::same(found, value))
    };
    attributes.iter().filter(wrong).map(|(path, value)| format!("{path} is not {value}")).collect()
}
