//! People: found or created, updated, switched off, restored, and deleted thirty days later.

use super::client::{EntraClient, Link};
use super::profile::EntraUser;
use super::{mapping, patch};
use crate::client::{Failure, Provided, Wrong, target};
use crate::message::{Found, body, resource_id, same_resource};
use serde_json::Value;

/// So long a deleted user can be restored in Entra ID.
const DAYS_UNTIL_HARD_DELETE: u32 = 30;

impl EntraClient {
    /// Brings somebody to the server: look-up by the matching attribute, then POST; or, when found or known, GET and a PATCH of what differs.
    pub async fn provision(&mut self, user: &EntraUser) -> Result<Provided, Failure> {
        if let Some(id) = self.remote_user_id(&user.object_id).map(str::to_owned) {
            return Ok(if self.update(&id, user).await? { Provided::Updated } else { Provided::Unchanged });
        }
        match self.find(user).await? {
            Some(found) => {
                self.update(&found.id, user).await?;
                self.remember(user, found.id);
                Ok(Provided::Linked)
            }
            None => {
                let id = self.create(user).await?;
                self.remember(user, id);
                Ok(Provided::Created)
            }
        }
    }

    /// Somebody who is unassigned or blocked from signing in: `active` becomes false. The user must still be found.
    pub async fn disable(&mut self, object_id: &str) -> Result<(), Failure> {
        let id = self.provisioned(object_id)?;
        let sent = patch::active(self.dialect, false);
        self.patch(&target::resource("/Users", &id), &sent).await
    }

    /// Somebody who is deleted in Entra ID: as [`EntraClient::disable`], and the thirty days begin.
    pub async fn soft_delete(&mut self, object_id: &str) -> Result<(), Failure> {
        self.disable(object_id).await?;
        let today = self.today;
        if let Some(link) = self.users.get_mut(object_id) {
            link.deleted_on = Some(today);
        }
        Ok(())
    }

    /// Somebody who is assigned again, or restored: the look-up must find the inactive user under the same id. A server that deletes those
    /// who leave finds nobody, and the user is created again.
    pub async fn restore(&mut self, user: &EntraUser) -> Result<Provided, Failure> {
        let id = self.provisioned(&user.object_id)?;
        let Some(found) = self.find(user).await? else {
            let id = self.create(user).await?;
            self.remember(user, id);
            return Ok(Provided::CreatedAgain);
        };
        if found.id != id {
            let text = format!("{} now has the id {} instead of {id}", user.user_name, found.id);
            return Err(Failure::local(format!("restoring {}", user.user_name), text));
        }
        self.update(&id, user).await?;
        self.remember(user, id);
        Ok(Provided::Updated)
    }

    /// Lets days pass. Whoever was soft-deleted thirty days ago is deleted; returns how many.
    pub async fn let_days_pass(&mut self, days: u32) -> Result<usize, Failure> {
        self.today += days;
        let is_due = |link: &Link| link.deleted_on.is_some_and(|day| self.today - day >= DAYS_UNTIL_HARD_DELETE);
        let due: Vec<_> = self.users.iter().filter(|(_, link)| is_due(link)).map(|(id, _)| id.clone()).collect();
        for object_id in &due {
            let id = self.provisioned(object_id)?;
            self.delete(&target::resource("/Users", &id)).await?;
            self.users.remove(object_id);
        }
        Ok(due.len())
    }

    /// The server's id of somebody who was provisioned.
    pub(super) fn provisioned(&self, object_id: &str) -> Result<String, Failure> {
        let id = self.remote_user_id(object_id).map(str::to_owned);
        id.ok_or_else(|| Failure::local(format!("changing user {object_id}"), "nobody provisioned this user"))
    }

    async fn find(&mut self, user: &EntraUser) -> Result<Option<Found>, Failure> {
        let (attribute, value) = (self.matching.attribute(), self.matching.value(user));
        let filter = target::form_encoded(&target::equals(attribute, value));
        self.only(&format!("/Users?filter={filter}"), attribute, value).await
    }

    async fn create(&mut self, user: &EntraUser) -> Result<String, Failure> {
        let sent = mapping::create(user);
        let exchange = self.call("POST", "/Users", Some(&sent)).await?;
        let created = body(&exchange, &[201])?;
        same_resource(&exchange, &created, None)?;
        if created.get("userName") != sent.get("userName") {
            return Err(Failure::with(&exchange, Wrong::Resource("the created user has another userName".to_owned())));
        }
        resource_id(&exchange, &created)
    }

    /// Reads the user and sends what differs; says whether anything did.
    async fn update(&mut self, id: &str, user: &EntraUser) -> Result<bool, Failure> {
        let target = target::resource("/Users", id);
        let exchange = self.call("GET", &target, None).await?;
        let stored: Value = body(&exchange, &[200])?;
        same_resource(&exchange, &stored, Some(id))?;
        match patch::changes(self.dialect, &stored, &mapping::mapped(user)) {
            Some(sent) => self.patch(&target, &sent).await.map(|()| true),
            None => Ok(false),
        }
    }

    fn remember(&mut self, user: &EntraUser, remote_id: String) {
        self.users.insert(user.object_id.clone(), Link { remote_id, deleted_on: None });
    }
}
