//! The tests of groups.

use super::Validator;
use super::target::filter;
use crate::client::Checks;
use crate::message::{operation, patch, text, without_path};
use serde_json::{Value, json};

impl Validator {
    pub(super) async fn groups(&mut self) {
        self.create_group().await;
        self.create_duplicate_group().await;
        self.read_group().await;
        self.filter_groups().await;
        self.replace_group_attributes().await;
        for attribute in ["displayName", "externalId"] {
            self.update_group(attribute).await;
        }
        self.add_member().await;
        self.remove_member().await;
        self.delete_group().await;
    }

    async fn create_group(&mut self) {
        let mut checks = self.test("Create a new Group");
        let sent = self.random.group();
        let answer = self.send("POST", "/Groups", Some(&sent)).await;
        let body = checks.answer(&answer, 201);
        let location =
            answer.as_ref().ok().and_then(|exchange| exchange.response_header("location")).unwrap_or_default();
        checks.that(location.ends_with(&text(&body, "/id")) && !location.is_empty(), || {
            format!("Location is `{location}`")
        });
        checks.equals(&body, "/displayName", sent["displayName"].clone());
        checks.equals(&body, "/externalId", sent["externalId"].clone());
        self.end(checks);
    }

    async fn create_duplicate_group(&mut self) {
        let mut checks = self.test("Create a duplicate Group");
        let sent = self.random.group();
        self.made(&mut checks, "/Groups", &sent).await;
        let again = self.send("POST", "/Groups", Some(&sent)).await;
        let error = checks.answer(&again, 409);
        checks.error(&error);
        self.end(checks);
    }

    async fn read_group(&mut self) {
        let mut checks = self.test("Get group by id excluding members");
        let (target, group) = self.group_of_two(&mut checks).await;
        let held = self.read(&mut checks, &format!("{target}?excludedAttributes=members")).await;
        checks.equals(&held, "/id", text(&group, "/id"));
        checks.equals(&held, "/members", Value::Null);
        self.end(checks);
    }

    async fn filter_groups(&mut self) {
        for name in [
            "Filter for existing group",
            "Filter for existing group excluding members",
            "Filter for existing group with a different case",
            "Filter for non-existing group",
            "Filter for existing group by externalId",
        ] {
            let mut checks = self.test(name);
            let (_, group) = self.group_of_two(&mut checks).await;
            let (id, display_name) = (text(&group, "/id"), text(&group, "/displayName"));
            let nobody = self.random.word();
            let (query, expected) = match name {
                "Filter for existing group excluding members" => {
                    (format!("excludedAttributes=members&filter={}", filter("displayName", &display_name)), Some(&id))
                }
                "Filter for existing group with a different case" => {
                    (format!("filter={}", filter("displayName", &display_name.to_lowercase())), Some(&id))
                }
                "Filter for non-existing group" => (format!("filter={}", filter("displayName", &nobody)), None),
                "Filter for existing group by externalId" => {
                    (format!("filter={}", filter("externalId", &text(&group, "/externalId"))), Some(&id))
                }
                _ => (format!("filter={}", filter("displayName", &display_name)), Some(&id)),
            };
            let found = self.look_up(&mut checks, &format!("/Groups?{query}")).await;
            let ids: Vec<_> = found.iter().map(|group| text(group, "/id")).collect();
            checks.that(ids.iter().collect::<Vec<_>>() == expected.into_iter().collect::<Vec<_>>(), || {
                format!("found {ids:?} instead of {expected:?}")
            });
            if query.starts_with("excludedAttributes") {
                checks.equals(found.first().unwrap_or(&Value::Null), "/members", Value::Null);
            }
            self.end(checks);
        }
    }

    async fn replace_group_attributes(&mut self) {
        let mut checks = self.test("Patch Group - Replace Attributes");
        let sent = self.random.group();
        let (target, _) = self.made(&mut checks, "/Groups", &sent).await;
        let external_id = self.random.word();
        let change = patch(vec![without_path("replace", json!({"externalId": external_id}))]);
        self.change(&mut checks, &target, &change).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, "/externalId", external_id);
        checks.equals(&held, "/displayName", sent["displayName"].clone());
        self.end(checks);
    }

    async fn update_group(&mut self, attribute: &'static str) {
        let name = match attribute {
            "displayName" => "Update Group displayName",
            _ => "Update Group externalId",
        };
        let mut checks = self.test(name);
        let sent = self.random.group();
        let (target, _) = self.made(&mut checks, "/Groups", &sent).await;
        let value = self.random.word();
        self.change(&mut checks, &target, &patch(vec![operation("replace", attribute, json!(value))])).await;
        let held = self.read(&mut checks, &target).await;
        checks.equals(&held, &format!("/{attribute}"), value);
        self.end(checks);
    }

    async fn add_member(&mut self) {
        let mut checks = self.test("Patch Group - Add Member");
        let (target, user) = self.group_and_user(&mut checks).await;
        let change = patch(vec![operation("replace", "members", json!([{"value": user}]))]);
        self.change(&mut checks, &target, &change).await;
        self.holds_members(&mut checks, &target, &[&user]).await;
        self.end(checks);
    }

    async fn remove_member(&mut self) {
        let mut checks = self.test("Patch Group - Remove Member");
        let (target, group) = self.group_of_two(&mut checks).await;
        let (first, second) = (text(&group, "/members/0/value"), text(&group, "/members/1/value"));
        let change = patch(vec![json!({"op": "remove", "path": format!("members[value eq \"{first}\"]")})]);
        self.change(&mut checks, &target, &change).await;
        self.holds_members(&mut checks, &target, &[&second]).await;
        self.end(checks);
    }

    async fn delete_group(&mut self) {
        let mut checks = self.test("Delete Group");
        let sent = self.random.group();
        let (target, _) = self.made(&mut checks, "/Groups", &sent).await;
        self.gone(&mut checks, &target).await;
        self.end(checks);
    }

    /// A new group and a new user.
    pub(super) async fn group_and_user(&mut self, checks: &mut Checks) -> (String, String) {
        let (group, user) = (self.random.group(), self.random.user());
        let (target, _) = self.made(checks, "/Groups", &group).await;
        let (_, user) = self.made(checks, "/Users", &user).await;
        (target, text(&user, "/id"))
    }

    /// A new group whose two members were set by `replace`, as it is then.
    async fn group_of_two(&mut self, checks: &mut Checks) -> (String, Value) {
        let (target, first) = self.group_and_user(checks).await;
        let second = self.random.user();
        let (_, second) = self.made(checks, "/Users", &second).await;
        let both = json!([{"value": first}, {"value": text(&second, "/id")}]);
        self.change(checks, &target, &patch(vec![operation("replace", "members", both)])).await;
        let held = self.read(checks, &target).await;
        (target, held)
    }

    /// Holds that these are the members, and no others.
    pub(super) async fn holds_members(&mut self, checks: &mut Checks, target: &str, expected: &[&str]) {
        let held = self.read(checks, target).await;
        let members = held.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        let ids: Vec<_> = members.iter().map(|member| text(member, "/value")).collect();
        checks.that(ids == expected, || format!("the members are {ids:?} instead of {expected:?}"));
    }
}
