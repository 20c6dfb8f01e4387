//! People.

use super::client::KeycloakClient;
use crate::client::{Failure, Person, Provided, target};
use crate::message::patch;
use serde_json::{Value, json};

impl KeycloakClient {
    /// Provisions somebody: POST; or, when provisioned before, PUT or PATCH. Nobody is looked up.
    pub async fn provide_user(&mut self, person: &Person) -> Result<Provided, Failure> {
        let Some(id) = self.users.get(&person.id).cloned() else {
            let id = self.create("/Users", &sent(person, None)).await?;
            self.users.insert(person.id.clone(), id);
            return Ok(Provided::Created);
        };
        let target = target::resource("/Users", &id);
        if self.patching.users {
            self.change("PATCH", &target, &changes(person)).await?;
        } else {
            self.change("PUT", &target, &sent(person, Some(&id))).await?;
        }
        Ok(Provided::Updated)
    }

    /// Deletes somebody.
    pub async fn delete_user(&mut self, person_id: &str) -> Result<(), Failure> {
        let id = self.users.remove(person_id);
        let id = id.ok_or_else(|| Failure::local(format!("deleting {person_id}"), "nobody provided this user"))?;
        self.delete("/Users", &id).await
    }
}

/// The location in `meta` is relative, and e-mails have no type.
fn sent(person: &Person, id: Option<&str>) -> Value {
    let mut body = person.body();
    body["externalId"] = json!(person.id);
    body["emails"] = json!([{"value": person.email}]);
    body["roles"] = json!([]);
    if let Some(id) = id {
        body["id"] = json!(id);
        body["meta"] = json!({"location": format!("Users/{id}")});
    }
    body
}

/// `active` is text here, and the path stands before the op.
fn changes(person: &Person) -> Value {
    let replace = |path: &str, value: String| json!({"path": path, "op": "replace", "value": value});
    patch(vec![
        replace("active", person.active.to_string()),
        replace("userName", person.user_name.clone()),
        replace("displayName", person.display_name()),
    ])
}
