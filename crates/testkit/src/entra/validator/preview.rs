//! The preview tests.

use super::Validator;
use crate::message::{operation, patch};
use serde_json::{Value, json};

impl Validator {
    pub(super) async fn preview(&mut self) {
        self.several_attributes().await;
        self.one_attribute_several_times().await;
        self.delete_unknown("Delete a non-existent User", "/Users").await;
        self.delete_unknown("Delete a non-existent Group", "/Groups").await;
        self.delete_twice("Delete the same User twice", "/Users").await;
        self.delete_twice("Delete the same Group twice", "/Groups").await;
        self.add_and_remove_member().await;
    }

    async fn several_attributes(&mut self) {
        let mut checks = self.test("Patch User - Multiple Ops on different attributes");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let (name, family) = (self.random.word(), self.random.word());
        let change = patch(vec![
            json!({"op": "remove", "path": "title"}),
            operation("add", "displayName", json!(name)),
            operation("replace", "name.familyName", json!(family)),
        ]);
        self.change(&mut checks, &target, &change).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, "/title", Value::Null);
        checks.equals(&held, "/displayName", name);
        checks.equals(&held, "/name/familyName", family);
        self.end(checks);
    }

    /// In order: the last one counts.
    async fn one_attribute_several_times(&mut self) {
        let mut checks = self.test("Patch User - Multiple Ops on same attribute");
        let sent = self.random.user();
        let (target, _) = self.made(&mut checks, "/Users", &sent).await;
        let (first, last) = (self.random.word(), self.random.word());
        let change = patch(vec![
            json!({"op": "remove", "path": "displayName"}),
            operation("add", "displayName", json!(first)),
            operation("replace", "displayName", json!(last)),
        ]);
        self.change(&mut checks, &target, &change).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, "/displayName", last);
        self.end(checks);
    }

    async fn delete_unknown(&mut self, name: &'static str, endpoint: &str) {
        let mut checks = self.test(name);
        let target = format!("{endpoint}/{}", self.random.word());
        let answer = self.send("DELETE", &target, None).await;
        let error = checks.answer(&answer, 404);
        checks.error(&error);
        self.end(checks);
    }

    async fn delete_twice(&mut self, name: &'static str, endpoint: &str) {
        let mut checks = self.test(name);
        let sent = if endpoint == "/Users" { self.random.user() } else { self.random.group() };
        let (target, _) = self.made(&mut checks, endpoint, &sent).await;
        for status in [204, 404] {
            let answer = self.send("DELETE", &target, None).await;
            checks.status(&answer, &[status]);
        }
        self.end(checks);
    }

    async fn add_and_remove_member(&mut self) {
        let mut checks = self.test("Patch Group - Add and Remove Member");
        let (target, user) = self.group_and_user(&mut checks).await;
        let change = patch(vec![
            operation("add", "members", json!([{"value": user}])),
            json!({"op": "remove", "path": format!("members[value eq \"{user}\"]")}),
        ]);
        self.change(&mut checks, &target, &change).await;
        self.holds_members(&mut checks, &target, &[]).await;
        self.end(checks);
    }
}
