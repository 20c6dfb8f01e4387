//! People, and the groups they are in: Rauthy compares the `groups` of the server's answer with its own.

use super::client::RauthyClient;
use crate::client::{Failure, Person, Provided, Wrong, target};
use crate::message::{Found, operation, patch, resource_id, text, text_at};
use serde_json::{Value, json};

/// A group that the server says somebody is in.
struct RemoteGroup {
    id: String,
    name: String,
}

impl RauthyClient {
    /// Brings somebody and the membership in `groups` (by name) to the server: look-ups, POST or PUT, then one PATCH per group that
    /// differs.
    pub async fn provide_user(&mut self, person: &Person, groups: &[&str]) -> Result<Provided, Failure> {
        let (stored, provided) = match self.find("/Users", "userName", &person.id, &person.email).await? {
            Some(found) => (self.put_user(&found.id, person, true).await?, Provided::Updated),
            None => (self.post_user(person).await?, Provided::Created),
        };
        self.compare_groups(&stored, person, groups).await?;
        Ok(provided)
    }

    /// Somebody who is no longer meant to be there: deleted, or unlinked by a PUT with `externalId` null and taken out of all groups.
    pub async fn remove_user(&mut self, person: &Person) -> Result<(), Failure> {
        let Some(found) = self.find("/Users", "userName", &person.id, &person.email).await? else { return Ok(()) };
        if self.deletes {
            return self.bare("DELETE", &target::resource("/Users", &found.id)).await.map(drop);
        }
        let stored = self.put_user(&found.id, person, false).await?;
        self.compare_groups(&stored, person, &[]).await
    }

    async fn post_user(&mut self, person: &Person) -> Result<Found, Failure> {
        let exchange = self.accepting("POST", "/Users", Some(&sent(person))).await?;
        let resource = exchange.json().map_err(|_| Failure::not_json(&exchange))?;
        Ok(Found { id: resource_id(&exchange, &resource)?, resource })
    }

    async fn put_user(&mut self, id: &str, person: &Person, linked: bool) -> Result<Found, Failure> {
        let mut sent = sent(person);
        sent["id"] = json!(id);
        if !linked {
            sent["externalId"] = Value::Null;
        }
        let exchange = self.accepting("PUT", &target::resource("/Users", id), Some(&sent)).await?;
        let resource = exchange.json().map_err(|_| Failure::not_json(&exchange))?;
        if text_at(&resource, "/userName").is_none() {
            return Err(Failure::with(&exchange, Wrong::Resource("the answer is no user".to_owned())));
        }
        Ok(Found { id: resource_id(&exchange, &resource)?, resource })
    }

    async fn compare_groups(&mut self, stored: &Found, person: &Person, groups: &[&str]) -> Result<(), Failure> {
        let mut remote = remote_groups(&stored.resource);
        for name in groups {
            if let Some(position) = remote.iter().position(|group| group.name == *name) {
                remote.swap_remove(position);
                continue;
            }
            let group = self.provided_group(name).await?;
            let member = json!([{"value": stored.id, "display": person.email}]);
            let sent = patch(vec![operation("add", "members", member)]);
            self.accepting("PATCH", &target::resource("/Groups", &group), Some(&sent)).await?;
        }
        // What is left was done on the server by hand, or is no longer so here.
        for group in remote {
            let sent = patch(vec![operation("remove", "members", json!([{"value": stored.id}]))]);
            self.accepting("PATCH", &target::resource("/Groups", &group.id), Some(&sent)).await?;
        }
        Ok(())
    }
}

/// userName and displayName are the e-mail; no entry has a type.
fn sent(person: &Person) -> Value {
    let mut body = person.body();
    body["userName"] = json!(person.email);
    body["displayName"] = json!(person.email);
    body["emails"] = json!([{"value": person.email, "primary": true}]);
    body["externalId"] = json!(person.id);
    body["roles"] = json!([]);
    body
}

fn remote_groups(user: &Value) -> Vec<RemoteGroup> {
    let groups = user.get("groups").and_then(Value::as_array).into_iter().flatten();
    groups.map(|group| RemoteGroup { id: text(group, "/value"), name: text(group, "/display") }).collect()
}
