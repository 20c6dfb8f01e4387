//! Groups. Members are never read: every look-up excludes them.

use super::client::EntraClient;
use super::patch;
use super::profile::EntraGroup;
use crate::client::{Failure, Provided, Wrong, target};
use crate::http::Exchange;
use crate::message::{CORE_GROUP, Page, body, resource_id, same_resource};
use serde_json::{Value, json};

/// A schema of the service's own that it lists for every group.
const ADSCIM_GROUP: &str = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

impl EntraClient {
    /// Brings a group and its members to the server: look-up, then POST without members, GET, and a PATCH that adds them all.
    pub async fn provision_group(&mut self, group: &EntraGroup) -> Result<Provided, Failure> {
        let filter = target::form_encoded(&target::equals("displayName", &group.display_name));
        let exchange = self.list(&format!("/Groups?excludedAttributes=members&filter={filter}")).await?;
        let (id, provided) = match Page::only(&exchange, "displayName", &group.display_name)? {
            Some(found) => {
                without_members(&exchange, &found.resource)?;
                (found.id, Provided::Linked)
            }
            None => (self.create_group(group).await?, Provided::Created),
        };
        self.groups.insert(group.object_id.clone(), id);
        if !group.members.is_empty() {
            self.add_members(&group.object_id, &group.members).await?;
        }
        Ok(provided)
    }

    /// Adds provisioned users to a group, in one operation.
    pub async fn add_members(&mut self, group: &str, users: &[String]) -> Result<(), Failure> {
        let (target, ids) = (self.group_target(group)?, self.remote_ids(users)?);
        let sent = patch::add_members(self.dialect, &ids);
        self.patch(&target, &sent).await
    }

    /// Takes users out of a group; the others stay.
    pub async fn remove_members(&mut self, group: &str, users: &[String]) -> Result<(), Failure> {
        let (target, ids) = (self.group_target(group)?, self.remote_ids(users)?);
        let sent = patch::remove_members(self.dialect, &ids);
        self.patch(&target, &sent).await
    }

    /// Renames a group.
    pub async fn rename_group(&mut self, group: &str, name: &str) -> Result<(), Failure> {
        let target = self.group_target(group)?;
        let sent = patch::display_name(self.dialect, name);
        self.patch(&target, &sent).await
    }

    /// Deletes a group.
    pub async fn delete_group(&mut self, group: &str) -> Result<(), Failure> {
        let target = self.group_target(group)?;
        self.delete(&target).await?;
        self.groups.remove(group);
        Ok(())
    }

    async fn create_group(&mut self, group: &EntraGroup) -> Result<String, Failure> {
        let sent = json!({
            "schemas": [CORE_GROUP, ADSCIM_GROUP],
            "externalId": group.object_id,
            "displayName": group.display_name,
            "meta": {"resourceType": "Group"},
        });
        let exchange = self.call("POST", "/Groups", Some(&sent)).await?;
        let created = body(&exchange, &[201])?;
        let id = resource_id(&exchange, &created)?;
        let target = format!("{}?excludedAttributes=members", target::resource("/Groups", &id));
        let exchange = self.call("GET", &target, None).await?;
        let stored = body(&exchange, &[200])?;
        same_resource(&exchange, &stored, Some(&id))?;
        without_members(&exchange, &stored)?;
        Ok(id)
    }

    fn group_target(&self, group: &str) -> Result<String, Failure> {
        let id = self.groups.get(group);
        let id =
            id.ok_or_else(|| Failure::local(format!("changing group {group}"), "nobody provisioned this group"))?;
        Ok(target::resource("/Groups", id))
    }

    fn remote_ids(&self, users: &[String]) -> Result<Vec<String>, Failure> {
        users.iter().map(|user| self.provisioned(user)).collect()
    }
}

fn without_members(exchange: &Exchange, group: &Value) -> Result<(), Failure> {
    match group.get("members") {
        None => Ok(()),
        Some(_) => {
            let text = "members were excluded, but the answer holds them".to_owned();
            Err(Failure::with(exchange, Wrong::Resource(text)))
        }
    }
}
