//! Group push.

use super::bodies;
use super::client::{LinkedGroup, OktaClient};
use super::problem::Problem;
use super::profile::{Kind, OktaGroup};
use super::task::OktaTask;
use crate::client::{Failure, Wrong, target};
use crate::message::{body, patch, resource_id, without_path};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What pushing a group came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The server did not know the name; it was created.
    Created,
    /// The server had a group of that name; Okta took it over. Members it had stay until the next "Push now".
    Linked,
}

/// Members as Okta sends them: the server's id of the user and the login.
type Members = BTreeMap<String, String>;

impl OktaClient {
    /// Pushes a group: look-up by name, POST without members or take-over, then name and members. Members who are not assigned to the
    /// application are left out.
    pub async fn push_group(&mut self, group: &OktaGroup) -> Result<Pushed, OktaTask> {
        self.try_push(group).await.map_err(|problem| self.group_failed(&group.name, "create", problem))
    }

    async fn try_push(&mut self, group: &OktaGroup) -> Result<Pushed, Problem> {
        let (remote_id, held, pushed) = match self.find("/Groups", "displayName", &group.name).await? {
            Some(found) => (found.id, stored_members(&found.resource), Pushed::Linked),
            None => (self.post_group(&group.name).await?, Members::new(), Pushed::Created),
        };
        let added = self.provisioned(&group.members);
        let mut link = LinkedGroup { remote_id, name: group.name.clone(), members: changed(held, &[], &added) };
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_group(&link.remote_id).await?;
                link.members = changed(stored_members(&stored), &[], &added);
                self.put_group(&stored, &link).await?;
            }
            Kind::Catalogue => self.patch_name_and_members(&link, &[], &added).await?,
        }
        self.groups.insert(group.id.clone(), link);
        Ok(pushed)
    }

    /// Renames a pushed group.
    pub async fn rename_group(&mut self, okta_id: &str, name: &str) -> Result<(), OktaTask> {
        self.try_rename(okta_id, name).await.map_err(|problem| self.group_failed(name, "rename", problem))
    }

    async fn try_rename(&mut self, okta_id: &str, name: &str) -> Result<(), Problem> {
        let mut link = self.pushed(okta_id)?;
        name.clone_into(&mut link.name);
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_group(&link.remote_id).await?;
                link.members = stored_members(&stored);
                self.put_group(&stored, &link).await?;
            }
            Kind::Catalogue => self.patch_name_and_members(&link, &[], &Members::new()).await?,
        }
        self.groups.insert(okta_id.to_owned(), link);
        Ok(())
    }

    /// Adds assigned users to a pushed group.
    pub async fn add_members(&mut self, okta_id: &str, users: &[String]) -> Result<(), OktaTask> {
        self.change_members(okta_id, &[], users).await
    }

    /// Takes users out of a pushed group.
    pub async fn remove_members(&mut self, okta_id: &str, users: &[String]) -> Result<(), OktaTask> {
        self.change_members(okta_id, users, &[]).await
    }

    /// Removals and additions in one go, as Okta collects them.
    pub async fn change_members(&mut self, okta_id: &str, remove: &[String], add: &[String]) -> Result<(), OktaTask> {
        let result = self.try_change_members(okta_id, remove, add).await;
        result.map_err(|problem| self.linked_group_failed(okta_id, "update memberships of", problem))
    }

    async fn try_change_members(&mut self, okta_id: &str, remove: &[String], add: &[String]) -> Result<(), Problem> {
        let mut link = self.pushed(okta_id)?;
        let added = self.provisioned(add);
        let removed: Vec<_> =
            remove.iter().filter_map(|id| self.users.get(id)).map(|user| user.remote_id.clone()).collect();
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_group(&link.remote_id).await?;
                link.members = changed(stored_members(&stored), &removed, &added);
                self.put_group(&stored, &link).await?;
            }
            Kind::Catalogue => {
                self.patch_name_and_members(&link, &removed, &added).await?;
                link.members = changed(link.members, &removed, &added);
            }
        }
        self.groups.insert(okta_id.to_owned(), link);
        Ok(())
    }

    /// "Push now": `users` become the only members, also none at all.
    pub async fn push_now(&mut self, okta_id: &str, users: &[String]) -> Result<(), OktaTask> {
        let result = self.try_push_now(okta_id, users).await;
        result.map_err(|problem| self.linked_group_failed(okta_id, "push memberships of", problem))
    }

    async fn try_push_now(&mut self, okta_id: &str, users: &[String]) -> Result<(), Problem> {
        let mut link = self.pushed(okta_id)?;
        link.members = self.provisioned(users);
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_group(&link.remote_id).await?;
                self.put_group(&stored, &link).await?;
            }
            Kind::Catalogue => {
                self.patch_group(&link.remote_id, &bodies::patch_all_members(&pairs(&link.members))).await?;
            }
        }
        self.groups.insert(okta_id.to_owned(), link);
        Ok(())
    }

    /// Stops pushing a group: with `delete` the server's group goes, without it nothing is sent and it stays as it is.
    pub async fn unlink_group(&mut self, okta_id: &str, delete: bool) -> Result<(), OktaTask> {
        let result = self.try_unlink(okta_id, delete).await;
        result.map_err(|problem| self.linked_group_failed(okta_id, "delete", problem))
    }

    async fn try_unlink(&mut self, okta_id: &str, delete: bool) -> Result<(), Problem> {
        let link = self.pushed(okta_id)?;
        if delete {
            let exchange = self.call("DELETE", &target::resource("/Groups", &link.remote_id), None).await?;
            if exchange.status != 204 {
                return Err(Failure::refused(&exchange, &[204]).into());
            }
        }
        self.groups.remove(okta_id);
        Ok(())
    }

    async fn post_group(&mut self, name: &str) -> Result<String, Problem> {
        let exchange = self.call("POST", "/Groups", Some(&bodies::create_group(name))).await?;
        let created = body(&exchange, &[201])?;
        Ok(resource_id(&exchange, &created)?)
    }

    async fn read_group(&mut self, remote_id: &str) -> Result<Value, Problem> {
        let exchange = self.call("GET", &target::resource("/Groups", remote_id), None).await?;
        let group = body(&exchange, &[200])?;
        if resource_id(&exchange, &group)? != remote_id {
            return Err(Failure::with(&exchange, Wrong::Resource("another group was answered".to_owned())).into());
        }
        Ok(group)
    }

    async fn put_group(&mut self, stored: &Value, link: &LinkedGroup) -> Result<(), Problem> {
        let sent = bodies::replace_group(stored, &link.name, &pairs(&link.members));
        let exchange = self.call("PUT", &target::resource("/Groups", &link.remote_id), Some(&sent)).await?;
        body(&exchange, &[200])?;
        Ok(())
    }

    /// The name goes along with every change of members, in a PATCH of its own before it.
    async fn patch_name_and_members(
        &mut self,
        link: &LinkedGroup,
        remove: &[String],
        add: &Members,
    ) -> Result<(), Problem> {
        let name = patch(vec![without_path("replace", json!({"id": link.remote_id, "displayName": link.name}))]);
        self.patch_group(&link.remote_id, &name).await?;
        if remove.is_empty() && add.is_empty() {
            return Ok(());
        }
        self.patch_group(&link.remote_id, &bodies::patch_members(remove, &pairs(add))).await
    }

    async fn patch_group(&mut self, remote_id: &str, sent: &Value) -> Result<(), Problem> {
        let exchange = self.call("PATCH", &target::resource("/Groups", remote_id), Some(sent)).await?;
        if exchange.status != 204 {
            body(&exchange, &[200])?;
        }
        Ok(())
    }

    /// Those of `users` who are assigned to the application now, as members.
    fn provisioned(&self, users: &[String]) -> Members {
        let assigned = users.iter().filter_map(|id| self.users.get(id)).filter(|link| link.active);
        assigned.map(|link| (link.remote_id.clone(), link.user.login.clone())).collect()
    }

    fn pushed(&self, okta_id: &str) -> Result<LinkedGroup, Problem> {
        self.groups.get(okta_id).cloned().ok_or_else(|| Problem::local("the group is not pushed"))
    }

    fn linked_group_failed(&mut self, okta_id: &str, verb: &str, problem: Problem) -> OktaTask {
        let name = self.groups.get(okta_id).map_or_else(|| okta_id.to_owned(), |link| link.name.clone());
        self.group_failed(&name, verb, problem)
    }

    fn group_failed(&mut self, name: &str, verb: &str, problem: Problem) -> OktaTask {
        self.failed(name, &format!("Unable to {verb} group push mapping target App group {name}"), problem)
    }
}

/// Missing and `null` are no members.
fn stored_members(group: &Value) -> Members {
    let entries = group.get("members").and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some((text(entry, "value")?, text(entry, "display").unwrap_or_default()))).collect()
}

fn text(entry: &Value, name: &str) -> Option<String> {
    entry.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn changed(mut members: Members, removed: &[String], added: &Members) -> Members {
    members.retain(|id, _| !removed.contains(id));
    members.extend(added.clone());
    members
}

fn pairs(members: &Members) -> Vec<(String, String)> {
    members.iter().map(|(id, display)| (id.clone(), display.clone())).collect()
}
