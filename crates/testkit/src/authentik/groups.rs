//! Groups.

use super::client::AuthentikClient;
use crate::client::{Failure, Provided, Team, members, target};
use crate::message::{operation, patch, resource_id, same_resource, text_at, without_path};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl AuthentikClient {
    /// Writes a group. New: POST, then an `add` for each member. Known: a `replace` without a path that holds the whole group, then the
    /// members are read and compared. A server without PATCH gets members in the POST and in a PUT.
    pub async fn write_group(&mut self, team: &Team) -> Result<Provided, Failure> {
        let Some(id) = self.groups.get(&team.id).cloned() else {
            return self.create_group(team).await;
        };
        let mut sent = self.sent(team);
        sent["id"] = json!(id);
        let target = target::resource("/Groups", &id);
        let written = if self.config.patch {
            let whole = patch(vec![without_path("replace", sent)]);
            self.request("PATCH", &target, Some(&whole)).await
        } else {
            self.request("PUT", &target, Some(&sent)).await
        };
        match written {
            Ok(_) if self.config.patch => {
                self.compare_members(&id, team).await?;
                Ok(Provided::Updated)
            }
            Ok(_) => Ok(Provided::Updated),
            Err(failure) if failure.is_status(404) => {
                self.groups.remove(&team.id);
                self.create_group(team).await?;
                Ok(Provided::CreatedAgain)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Adds people to a group that was written: one operation each.
    pub async fn add_members(&mut self, team_id: &str, people: &[String]) -> Result<(), Failure> {
        let (id, ids) = (self.group(team_id)?, self.written(people));
        self.change_members(&id, &ids, &[]).await
    }

    /// Takes people out of a group that was written: one operation each.
    pub async fn remove_members(&mut self, team_id: &str, people: &[String]) -> Result<(), Failure> {
        let (id, ids) = (self.group(team_id)?, self.written(people));
        self.change_members(&id, &[], &ids).await
    }

    /// Deletes a group.
    pub async fn delete_group(&mut self, team_id: &str) -> Result<(), Failure> {
        let id = self.group(team_id)?;
        self.groups.remove(team_id);
        self.request("DELETE", &target::resource("/Groups", &id), None).await.map(drop)
    }

    async fn create_group(&mut self, team: &Team) -> Result<Provided, Failure> {
        let (id, provided) = match self.request("POST", "/Groups", Some(&self.sent(team))).await {
            Ok((exchange, created)) => (resource_id(&exchange, &created)?, Provided::Created),
            Err(conflict) if conflict.is_status(409) => {
                (self.existing(conflict, "/Groups", "displayName", &team.name).await?.id, Provided::Linked)
            }
            Err(failure) => return Err(failure),
        };
        self.groups.insert(team.id.clone(), id.clone());
        if self.config.patch {
            let ids = self.written(&team.members);
            self.change_members(&id, &ids, &[]).await?;
        }
        Ok(provided)
    }

    /// Reads the group and puts right what differs: additions first, then removals.
    async fn compare_members(&mut self, id: &str, team: &Team) -> Result<(), Failure> {
        let (exchange, stored) = self.request("GET", &target::resource("/Groups", id), None).await?;
        same_resource(&exchange, &stored, Some(id))?;
        let held = stored.get("members").and_then(Value::as_array).into_iter().flatten();
        let held: BTreeSet<_> = held.filter_map(|member| text_at(member, "/value")).map(str::to_owned).collect();
        let wanted: BTreeSet<_> = self.written(&team.members).into_iter().collect();
        let added: Vec<_> = wanted.difference(&held).cloned().collect();
        let removed: Vec<_> = held.difference(&wanted).cloned().collect();
        self.change_members(id, &added, &removed).await
    }

    async fn change_members(&mut self, id: &str, added: &[String], removed: &[String]) -> Result<(), Failure> {
        let one = |op: &'static str| move |id: &String| operation(op, "members", members(std::slice::from_ref(id)));
        let operations = added.iter().map(one("add")).chain(removed.iter().map(one("remove"))).collect();
        for chunk in self.config.chunks(operations) {
            self.request("PATCH", &target::resource("/Groups", id), Some(&patch(chunk))).await?;
        }
        Ok(())
    }

    /// The group without members, or with them for a server that takes no PATCH.
    fn sent(&self, team: &Team) -> Value {
        let mut body = team.body();
        body["externalId"] = json!(team.id);
        let ids = self.written(&team.members);
        if !self.config.patch && !ids.is_empty() {
            body["members"] = members(&ids);
        }
        body
    }

    /// Those of the people who were written, by the server's ids. The others follow once they are.
    fn written(&self, people: &[String]) -> Vec<String> {
        people.iter().filter_map(|person| self.users.get(person).cloned()).collect()
    }

    fn group(&self, team_id: &str) -> Result<String, Failure> {
        let id = self.groups.get(team_id).cloned();
        id.ok_or_else(|| Failure::local(format!("changing group {team_id}"), "nobody wrote this group"))
    }
}
