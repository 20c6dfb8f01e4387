//! Enabling the connection, and people.

use super::client::{OneLoginClient, done, with_stray_question_mark};
use crate::client::{Failure, Person, Provided, Removal, Update, Wrong, target};
use crate::message::{Found, Page, body, operation, patch, resource_id, same_resource};
use serde_json::json;

/// Somebody who does not exist: what the connection is tried with.
const NOBODY: &str = "onelogin-connection-test@nobody.invalid";

impl OneLoginClient {
    /// "Enable": looks up somebody who does not exist. An empty list or 404 is right.
    pub async fn enable(&mut self) -> Result<(), Failure> {
        match self.find(NOBODY).await? {
            None => Ok(()),
            Some(_) => Err(Failure::local("enabling the connection", "the server knows somebody who does not exist")),
        }
    }

    /// Provisions somebody: look-up, then POST; or, when known or found, PUT.
    pub async fn provision(&mut self, person: &Person) -> Result<Provided, Failure> {
        if let Some(id) = self.users.get(&person.id).cloned() {
            self.put(&id, person, person.active).await?;
            return Ok(Provided::Updated);
        }
        if let Some(found) = self.find(&person.user_name).await? {
            self.put(&found.id, person, person.active).await?;
            self.users.insert(person.id.clone(), found.id);
            return Ok(Provided::Linked);
        }
        let sent = self.template.user(person, person.active);
        let exchange = self.session.call("POST", "/Users", Some(&sent)).await?;
        let created = body(&exchange, &[201])?;
        same_resource(&exchange, &created, None)?;
        if created.get("userName") != sent.get("userName") {
            return Err(Failure::with(&exchange, Wrong::Resource("the created user has another userName".to_owned())));
        }
        self.users.insert(person.id.clone(), resource_id(&exchange, &created)?);
        Ok(Provided::Created)
    }

    /// Suspends or deletes somebody, as the app is set.
    pub async fn deprovision(&mut self, person: &Person) -> Result<(), Failure> {
        let id = self.provisioned(person)?;
        let target = with_stray_question_mark(&target::resource("/Users", &id));
        match (self.removal, self.suspends_by) {
            (Removal::Disable, Update::Put) => self.put(&id, person, false).await,
            (Removal::Disable, Update::Patch) => {
                let sent = patch(vec![operation("replace", "active", json!(false))]);
                done(&self.session.call("PATCH", &target, Some(&sent)).await?)
            }
            (Removal::Delete, _) => {
                done(&self.session.call("DELETE", &target, None).await?)?;
                self.users.remove(&person.id);
                Ok(())
            }
        }
    }

    /// The server's id of somebody who was provisioned.
    pub(super) fn provisioned(&self, person: &Person) -> Result<String, Failure> {
        let id = self.users.get(&person.id).cloned();
        id.ok_or_else(|| Failure::local(format!("changing {}", person.user_name), "nobody provisioned this user"))
    }

    /// The look-up ends in a stray `&`. A 404 is as good as an empty list.
    async fn find(&mut self, user_name: &str) -> Result<Option<Found>, Failure> {
        let filter = target::form_encoded(&target::equals("userName", user_name));
        let exchange = self.session.call("GET", &format!("/Users?filter={filter}&"), None).await?;
        if exchange.status == 404 {
            return Ok(None);
        }
        Page::only(&exchange, "userName", user_name)
    }

    async fn put(&mut self, id: &str, person: &Person, active: bool) -> Result<(), Failure> {
        let sent = self.template.user(person, active);
        let target = with_stray_question_mark(&target::resource("/Users", id));
        let exchange = self.session.call("PUT", &target, Some(&sent)).await?;
        let stored = body(&exchange, &[200])?;
        same_resource(&exchange, &stored, Some(id))
    }
}
