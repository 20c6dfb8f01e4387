//! Groups: all of the server's are read page by page and compared with Rauthy's.

use super::client::RauthyClient;
use crate::client::{Failure, Team, Wrong, target};
use crate::message::{CORE_GROUP, Found, Page, patch, resource_id, text_at, without_path};
use serde_json::{Value, json};

/// A page shorter than this is the last one.
const PAGE: usize = 100;

impl RauthyClient {
    /// Compares every group of the server with Rauthy's: those of ours are renamed and linked, those that are missing are created.
    pub async fn synchronise_groups(&mut self, teams: &[Team]) -> Result<(), Failure> {
        self.groups = teams.iter().map(|team| (team.name.clone(), team.id.clone())).collect();
        let remote = self.all_groups().await?;
        for team in teams {
            // By id; by name only where the group is linked to nobody.
            let ours = |found: &&Found| match text_at(&found.resource, "/externalId") {
                Some(external_id) => external_id == team.id,
                None => text_at(&found.resource, "/displayName") == Some(team.name.as_str()),
            };
            match remote.iter().find(ours) {
                Some(found) => self.patch_group(&found.id, team, true).await?,
                None => drop(self.post_group(&team.id, &team.name).await?),
            }
        }
        Ok(())
    }

    /// A group that is no longer meant to be there: deleted, or unlinked by setting `externalId` to null.
    pub async fn remove_group(&mut self, team: &Team) -> Result<(), Failure> {
        let Some(found) = self.find_by("/Groups", "externalId", &team.id, &team.id).await? else { return Ok(()) };
        self.groups.remove(&team.name);
        if self.deletes {
            return self.bare("DELETE", &target::resource("/Groups", &found.id)).await.map(drop);
        }
        self.patch_group(&found.id, team, false).await
    }

    /// The server's id of a group of Rauthy's, created if it is missing.
    pub(super) async fn provided_group(&mut self, name: &str) -> Result<String, Failure> {
        let own_id = self.groups.get(name).cloned();
        let own_id =
            own_id.ok_or_else(|| Failure::local(format!("finding group {name}"), "Rauthy has no such group"))?;
        match self.find("/Groups", "displayName", &own_id, name).await? {
            Some(found) => Ok(found.id),
            None => self.post_group(&own_id, name).await,
        }
    }

    async fn all_groups(&mut self) -> Result<Vec<Found>, Failure> {
        let mut all = Vec::new();
        let mut start_index = 1;
        loop {
            let target = format!("/Groups?startIndex={start_index}&count={PAGE}");
            let exchange = self.accepting("GET", &target, None).await?;
            let page = Page::read(&exchange, start_index)?;
            let is_last = page.resources.len() < PAGE;
            for resource in page.resources {
                all.push(Found { id: resource_id(&exchange, &resource)?, resource });
            }
            if is_last {
                return Ok(all);
            }
            start_index += PAGE as u64;
        }
    }

    /// The answer must hold our id, else the link is worth nothing.
    async fn post_group(&mut self, own_id: &str, name: &str) -> Result<String, Failure> {
        let sent = json!({"schemas": [CORE_GROUP], "externalId": own_id, "displayName": name});
        let exchange = self.accepting("POST", "/Groups", Some(&sent)).await?;
        let created = exchange.json().map_err(|_| Failure::not_json(&exchange))?;
        if text_at(&created, "/externalId") != Some(own_id) {
            let text = "the server has not respected our group id".to_owned();
            return Err(Failure::with(&exchange, Wrong::Resource(text)));
        }
        resource_id(&exchange, &created)
    }

    async fn patch_group(&mut self, id: &str, team: &Team, linked: bool) -> Result<(), Failure> {
        let external_id = if linked { json!(team.id) } else { Value::Null };
        let value = json!({"displayName": team.name, "externalId": external_id});
        let sent = patch(vec![without_path("replace", value)]);
        self.accepting("PATCH", &target::resource("/Groups", id), Some(&sent)).await.map(drop)
    }
}
