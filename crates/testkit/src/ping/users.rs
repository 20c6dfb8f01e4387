//! People.

use super::client::PingClient;
use crate::client::{Failure, Person, Provided, Removal, Update, target};
use crate::message::{Page, body, operation, patch, resource_id, same_resource};
use serde_json::{Value, json};

impl PingClient {
    /// Provisions somebody: look-up, then POST, or PUT/PATCH of what was found. `None` for somebody disabled whom the settings leave out.
    pub async fn provision(&mut self, person: &Person) -> Result<Option<Provided>, Failure> {
        if let Some(id) = self.users.get(&person.id).cloned() {
            self.update(&id, person).await?;
            return Ok(Some(Provided::Updated));
        }
        if !person.active && !self.settings.provisions_disabled_users {
            return Ok(None);
        }
        let (filter, attribute, value) = self.settings.unique_user.filter(person);
        let target = format!("/Users?filter={}", target::encoded(&filter));
        let exchange = self.session.call("GET", &target, None).await?;
        let (id, provided) = match Page::only(&exchange, attribute, value)? {
            Some(found) => {
                self.update(&found.id, person).await?;
                (found.id, Provided::Linked)
            }
            None => {
                let exchange = self.session.call("POST", "/Users", Some(&sent(person))).await?;
                let created = body(&exchange, &[201])?;
                (resource_id(&exchange, &created)?, Provided::Created)
            }
        };
        self.users.insert(person.id.clone(), id);
        Ok(Some(provided))
    }

    /// Disables or deletes somebody, as set.
    pub async fn deprovision(&mut self, person: &Person) -> Result<(), Failure> {
        let id = self.provisioned(&person.id)?;
        match self.settings.removal {
            Removal::Disable => {
                let disabled = Person { active: false, ..person.clone() };
                self.update(&id, &disabled).await
            }
            Removal::Delete => {
                let exchange = self.session.call("DELETE", &target::resource("/Users", &id), None).await?;
                if !matches!(exchange.status, 204 | 404) {
                    return Err(Failure::refused(&exchange, &[204, 404]));
                }
                self.users.remove(&person.id);
                Ok(())
            }
        }
    }

    /// The server's id of somebody who was provisioned.
    pub(super) fn provisioned(&self, person_id: &str) -> Result<String, Failure> {
        let id = self.users.get(person_id).cloned();
        id.ok_or_else(|| Failure::local(format!("changing {person_id}"), "nobody provisioned this user"))
    }

    async fn update(&mut self, id: &str, person: &Person) -> Result<(), Failure> {
        let target = target::resource("/Users", id);
        let (method, sent) = match self.settings.update {
            Update::Put => ("PUT", sent(person)),
            Update::Patch => ("PATCH", patch(operations(person))),
        };
        let exchange = self.session.call(method, &target, Some(&sent)).await?;
        if exchange.status == 204 && self.settings.update == Update::Patch {
            return Ok(());
        }
        let stored = body(&exchange, &[200])?;
        same_resource(&exchange, &stored, Some(id))
    }
}

fn sent(person: &Person) -> Value {
    let mut body = person.body();
    body["externalId"] = json!(person.id);
    body
}

/// The documentation shows no PATCH of a user; this is the plainest.
fn operations(person: &Person) -> Vec<Value> {
    vec![
        operation("replace", "userName", json!(person.user_name)),
        operation("replace", "name.givenName", json!(person.given_name)),
        operation("replace", "name.familyName", json!(person.family_name)),
        operation("replace", "active", json!(person.active)),
    ]
}
