//! People.

use super::client::AuthentikClient;
use crate::client::{Failure, Person, Provided, target};
use crate::message::{resource_id, same_resource};
use serde_json::{Value, json};

impl AuthentikClient {
    /// Writes somebody: POST, or PUT under the known id. 404 on the PUT creates again; 409 on the POST looks up who is in the way.
    pub async fn write_user(&mut self, person: &Person) -> Result<Provided, Failure> {
        let Some(id) = self.users.get(&person.id).cloned() else {
            return self.create_user(person).await;
        };
        let mut sent = sent(person);
        sent["id"] = json!(id);
        match self.request("PUT", &target::resource("/Users", &id), Some(&sent)).await {
            Ok((exchange, stored)) => {
                same_resource(&exchange, &stored, Some(&id))?;
                Ok(Provided::Updated)
            }
            Err(failure) if failure.is_status(404) => {
                self.users.remove(&person.id);
                self.create_user(person).await?;
                Ok(Provided::CreatedAgain)
            }
            Err(failure) => Err(failure),
        }
    }

    async fn create_user(&mut self, person: &Person) -> Result<Provided, Failure> {
        match self.request("POST", "/Users", Some(&sent(person))).await {
            Ok((exchange, created)) => {
                self.users.insert(person.id.clone(), resource_id(&exchange, &created)?);
                Ok(Provided::Created)
            }
            Err(conflict) if conflict.is_status(409) => {
                let found = self.existing(conflict, "/Users", "userName", &person.user_name).await?;
                self.users.insert(person.id.clone(), found.id);
                Ok(Provided::Linked)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Remembers somebody whom an earlier synchronisation wrote, under the server's id.
    pub fn know_user(&mut self, person_id: &str, remote_id: &str) {
        self.users.insert(person_id.to_owned(), remote_id.to_owned());
    }

    /// Deletes somebody.
    pub async fn delete_user(&mut self, person_id: &str) -> Result<(), Failure> {
        let id = self.users.remove(person_id);
        let id = id.ok_or_else(|| Failure::local(format!("deleting {person_id}"), "nobody wrote this user"))?;
        self.request("DELETE", &target::resource("/Users", &id), None).await.map(drop)
    }
}

fn sent(person: &Person) -> Value {
    let mut body = person.body();
    body["name"]["formatted"] = json!(person.display_name());
    body["externalId"] = json!(person.id);
    body
}
