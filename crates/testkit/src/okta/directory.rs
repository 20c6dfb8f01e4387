//! What Okta believes the server holds, and what the server says it holds, in one shape to compare.

use super::client::OktaClient;
use super::task::OktaTask;
use crate::message::text;
use serde_json::Value;
use std::collections::BTreeMap;

/// Users and groups in a fixed order (by name), without anything that differs between two servers that hold the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    pub users: Vec<DirectoryUser>,
    pub groups: Vec<DirectoryGroup>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryUser {
    pub user_name: String,
    /// Okta's user id.
    pub external_id: String,
    pub active: bool,
    pub given_name: String,
    pub family_name: String,
    pub display_name: String,
    pub email: String,
    /// Empty when there is none.
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirectoryGroup {
    pub display_name: String,
    /// `userName` of each member, sorted.
    pub members: Vec<String>,
}

impl Directory {
    /// The differences to `other` in words, one line each; empty when both are the same.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let users = |directory: &Self| -> BTreeMap<String, String> {
            directory.users.iter().map(|user| (format!("user {}", user.user_name), format!("{user:?}"))).collect()
        };
        let groups = |directory: &Self| -> BTreeMap<String, String> {
            directory
                .groups
                .iter()
                .map(|group| (format!("group {}", group.display_name), format!("{group:?}")))
                .collect()
        };
        let mut lines = compare(&users(self), &users(other));
        lines.extend(compare(&groups(self), &groups(other)));
        lines
    }
}

fn compare(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> Vec<String> {
    let changed = left.iter().filter_map(|(name, shown)| match right.get(name) {
        None => Some(format!("{name} is only on the left: {shown}")),
        Some(other) if other != shown => Some(format!("{name} differs: {shown} | {other}")),
        Some(_) => None,
    });
    let added = right.iter().filter(|(name, _)| !left.contains_key(*name));
    changed.chain(added.map(|(name, shown)| format!("{name} is only on the right: {shown}"))).collect()
}

impl OktaClient {
    /// What Okta believes the server holds: everyone it ever provisioned, deactivated ones included, and the groups it pushes.
    ///
    /// With "Delete the deactivated users" on, the server has dropped the inactive ones of these.
    pub fn expected_directory(&self) -> Directory {
        let names: BTreeMap<_, _> = self.users.values().map(|link| (&link.remote_id, &link.user.login)).collect();
        let users = self.users.values().map(|link| DirectoryUser {
            user_name: link.user.login.clone(),
            external_id: link.user.id.clone(),
            active: link.active,
            given_name: link.user.given_name.clone(),
            family_name: link.user.family_name.clone(),
            display_name: link.user.display_name.clone(),
            email: link.user.email.clone(),
            title: link.user.title.clone().unwrap_or_default(),
        });
        let groups = self.groups.values().map(|link| DirectoryGroup {
            display_name: link.name.clone(),
            members: sorted(link.members.iter().map(|(id, display)| (*names.get(id).unwrap_or(&display)).clone())),
        });
        Directory { users: sorted(users), groups: sorted(groups) }
    }

    /// What the server says it holds, read by a full import.
    pub async fn observed_directory(&mut self) -> Result<Directory, OktaTask> {
        let users = self.import("/Users").await?;
        let groups = self.import_groups().await?;
        let names: BTreeMap<_, _> = users.iter().map(|user| (text(user, "/id"), text(user, "/userName"))).collect();
        let groups = groups.into_iter().map(|group| DirectoryGroup {
            display_name: group.display_name,
            members: sorted(group.members.into_iter().map(|id| names.get(&id).cloned().unwrap_or(id))),
        });
        Ok(Directory { users: sorted(users.iter().map(directory_user)), groups: sorted(groups) })
    }
}

fn directory_user(resource: &Value) -> DirectoryUser {
    let emails = resource.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let primary = emails.iter().find(|entry| entry.get("primary") == Some(&Value::Bool(true))).or(emails.first());
    DirectoryUser {
        user_name: text(resource, "/userName"),
        external_id: text(resource, "/externalId"),
        active: resource.get("active") == Some(&Value::Bool(true)),
        given_name: text(resource, "/name/givenName"),
        family_name: text(resource, "/name/familyName"),
        display_name: text(resource, "/displayName"),
        email: primary.map(|entry| text(entry, "/value")).unwrap_or_default(),
        title: text(resource, "/title"),
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items
}
