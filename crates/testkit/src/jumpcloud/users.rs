//! People.

use super::client::JumpCloudClient;
use crate::client::{Failure, Person, Provided, Removal, Update, target};
use crate::message::{body, operation, same_resource, text_at};
use serde_json::{Value, json};

impl JumpCloudClient {
    /// Provisions somebody: POST; or, when provisioned before, GET by the stored id and PUT or PATCH.
    pub async fn provision(&mut self, person: &Person) -> Result<Provided, Failure> {
        let Some(id) = self.users.get(&person.id).cloned() else {
            let id = self.create("/Users", &sent(person)).await?;
            self.users.insert(person.id.clone(), id);
            return Ok(Provided::Created);
        };
        let target = target::resource("/Users", &id);
        let exchange = self.session.call("GET", &target, None).await?;
        let stored = body(&exchange, &[200])?;
        same_resource(&exchange, &stored, Some(&id))?;
        match self.update {
            Update::Put => {
                let exchange = self.session.call("PUT", &target, Some(&sent(person))).await?;
                same_resource(&exchange, &body(&exchange, &[200])?, Some(&id))?;
            }
            Update::Patch => {
                let operations = changes(&stored, person);
                if operations.is_empty() {
                    return Ok(Provided::Unchanged);
                }
                self.patch("/Users", &id, operations).await?;
            }
        }
        Ok(Provided::Updated)
    }

    /// Deactivates or deletes somebody, as the application is set.
    pub async fn deprovision(&mut self, person: &Person) -> Result<(), Failure> {
        let id = self.provisioned(&person.id)?;
        match self.removal {
            Removal::Disable => self.switch(&id, false).await,
            Removal::Delete => {
                let exchange = self.session.call("DELETE", &target::resource("/Users", &id), None).await?;
                if exchange.status != 204 {
                    return Err(Failure::refused(&exchange, &[204]));
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
}

fn sent(person: &Person) -> Value {
    let mut body = person.body();
    body["externalId"] = json!(person.id);
    body
}

/// One operation per attribute that differs from what the server has.
fn changes(stored: &Value, person: &Person) -> Vec<Value> {
    let mut operations = Vec::new();
    for (path, pointer, value) in [
        ("userName", "/userName", &person.user_name),
        ("name.givenName", "/name/givenName", &person.given_name),
        ("name.familyName", "/name/familyName", &person.family_name),
        ("displayName", "/displayName", &person.display_name()),
    ] {
        if text_at(stored, pointer) != Some(value.as_str()) {
            operations.push(operation("replace", path, json!(value)));
        }
    }
    if stored.get("active") != Some(&json!(person.active)) {
        operations.push(operation("replace", "active", json!(person.active)));
    }
    operations
}
