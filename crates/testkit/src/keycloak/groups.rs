//! Groups.

use super::client::KeycloakClient;
use crate::client::{Failure, Provided, Team, members, target};
use crate::message::patch;
use serde_json::{Value, json};

impl KeycloakClient {
    /// Provides a group with its members: POST; or, when provided before, PUT or PATCH of the whole membership.
    pub async fn provide_group(&mut self, team: &Team) -> Result<Provided, Failure> {
        let ids: Vec<_> = team.members.iter().filter_map(|member| self.users.get(member).cloned()).collect();
        let Some(id) = self.groups.get(&team.id).cloned() else {
            let id = self.create("/Groups", &sent(team, &ids, None)).await?;
            self.groups.insert(team.id.clone(), id);
            return Ok(Provided::Created);
        };
        let target = target::resource("/Groups", &id);
        if self.patching.groups {
            self.change("PATCH", &target, &changes(team, &ids)).await?;
        } else {
            self.change("PUT", &target, &sent(team, &ids, Some(&id))).await?;
        }
        Ok(Provided::Updated)
    }

    /// Deletes a group.
    pub async fn delete_group(&mut self, team_id: &str) -> Result<(), Failure> {
        let id = self.groups.remove(team_id);
        let id = id.ok_or_else(|| Failure::local(format!("deleting group {team_id}"), "nobody provided this group"))?;
        self.delete("/Groups", &id).await
    }
}

/// A member's `$ref` is relative.
fn sent(team: &Team, ids: &[String], id: Option<&str>) -> Value {
    let mut body = team.body();
    body["externalId"] = json!(team.id);
    body["members"] =
        ids.iter().map(|id| json!({"value": id, "type": "User", "$ref": format!("Users/{id}")})).collect();
    if let Some(id) = id {
        body["id"] = json!(id);
        body["meta"] = json!({"location": format!("Groups/{id}")});
    }
    body
}

/// An empty group is a `remove` whose value is null.
fn changes(team: &Team, ids: &[String]) -> Value {
    let operation = |path: &str, op: &str, value: Value| json!({"path": path, "op": op, "value": value});
    let membership = match ids {
        [] => operation("members", "remove", Value::Null),
        ids => operation("members", "replace", members(ids)),
    };
    patch(vec![
        membership,
        operation("displayName", "replace", json!(team.name)),
        operation("externalId", "replace", json!(team.id)),
    ])
}
