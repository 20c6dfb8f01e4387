//! Groups.

use super::client::JumpCloudClient;
use crate::client::{Failure, Team, members, target};
use crate::message::{operation, without_path};
use serde_json::json;

impl JumpCloudClient {
    /// Creates a group and adds its people.
    pub async fn provide_group(&mut self, team: &Team) -> Result<(), Failure> {
        let id = self.create("/Groups", &team.body()).await?;
        self.groups.insert(team.id.clone(), id);
        self.add_members(&team.id, &team.members).await
    }

    /// Renames a group.
    pub async fn rename_group(&mut self, team_id: &str, name: &str) -> Result<(), Failure> {
        let id = self.group(team_id)?;
        self.patch("/Groups", &id, vec![without_path("replace", json!({"displayName": name}))]).await
    }

    /// Adds people; JumpCloud repeats it freely, also for people who are members.
    pub async fn add_members(&mut self, team_id: &str, people: &[String]) -> Result<(), Failure> {
        self.change_members("add", team_id, people).await
    }

    /// Takes people out, by a list of values.
    pub async fn remove_members(&mut self, team_id: &str, people: &[String]) -> Result<(), Failure> {
        self.change_members("remove", team_id, people).await
    }

    /// Deletes a group.
    pub async fn delete_group(&mut self, team_id: &str) -> Result<(), Failure> {
        let id = self.group(team_id)?;
        let exchange = self.session.call("DELETE", &target::resource("/Groups", &id), None).await?;
        if exchange.status != 204 {
            return Err(Failure::refused(&exchange, &[204]));
        }
        self.groups.remove(team_id);
        Ok(())
    }

    async fn change_members(&mut self, op: &str, team_id: &str, people: &[String]) -> Result<(), Failure> {
        let id = self.group(team_id)?;
        let ids = people.iter().map(|person| self.provisioned(person)).collect::<Result<Vec<_>, _>>()?;
        self.patch("/Groups", &id, vec![operation(op, "members", members(&ids))]).await
    }

    fn group(&self, team_id: &str) -> Result<String, Failure> {
        let id = self.groups.get(team_id).cloned();
        id.ok_or_else(|| Failure::local(format!("changing group {team_id}"), "nobody provided this group"))
    }
}
