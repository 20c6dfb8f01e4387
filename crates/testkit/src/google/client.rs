//! One application, its people and the days that pass.

use crate::client::{Failure, Person, Provided, Session, Update, target};
use crate::http::HttpError;
use crate::message::{Page, body, operation, patch, resource_id, same_resource};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One application with automatic provisioning, talking to one SCIM base URL.
pub struct GoogleClient {
    session: Session,
    update: Update,
    delete_after_days: u32,
    today: u32,
    users: BTreeMap<String, Link>,
}

struct Link {
    /// The server's id.
    remote_id: String,
    suspended_on: Option<u32>,
}

impl GoogleClient {
    /// An application that has provisioned nobody yet and deletes people so many days after their suspension. Error: an address
    /// [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, token: &str, update: Update, delete_after_days: u32) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", format!("Bearer {token}"))];
        let session = Session::new(base_url, headers, "application/json")?;
        Ok(Self { session, update, delete_after_days, today: 0, users: BTreeMap::new() })
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Authorises the application: one user is asked for.
    pub async fn probe(&mut self) -> Result<(), Failure> {
        let exchange = self.session.call("GET", "/Users?count=1", None).await?;
        Page::read(&exchange, 1).map(drop)
    }

    /// Provisions somebody who has the application: look-up, then POST; or, when found or known, an update that also ends a suspension.
    pub async fn provision(&mut self, person: &Person) -> Result<Provided, Failure> {
        if let Some(id) = self.users.get(&person.id).map(|link| link.remote_id.clone()) {
            self.update(&id, person).await?;
            self.users.insert(person.id.clone(), Link { remote_id: id, suspended_on: None });
            return Ok(Provided::Updated);
        }
        let filter = target::encoded(&target::equals("userName", &person.user_name));
        let exchange = self.session.call("GET", &format!("/Users?filter={filter}"), None).await?;
        let (remote_id, provided) = match Page::only(&exchange, "userName", &person.user_name)? {
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
        self.users.insert(person.id.clone(), Link { remote_id, suspended_on: None });
        Ok(provided)
    }

    /// Unassigned, suspended or deleted in Google: all of these only suspend at first.
    pub async fn suspend(&mut self, person: &Person) -> Result<(), Failure> {
        let link = self.users.get(&person.id);
        let id = link.map(|link| link.remote_id.clone());
        let id =
            id.ok_or_else(|| Failure::local(format!("suspending {}", person.user_name), "nobody provisioned it"))?;
        let suspended = Person { active: false, ..person.clone() };
        self.update(&id, &suspended).await?;
        self.users.insert(person.id.clone(), Link { remote_id: id, suspended_on: Some(self.today) });
        Ok(())
    }

    /// Lets days pass, and deletes whoever has been suspended for long enough. Returns how many. Somebody who is gone already is fine.
    pub async fn let_days_pass(&mut self, days: u32) -> Result<usize, Failure> {
        self.today += days;
        let due = |link: &Link| link.suspended_on.is_some_and(|since| self.today - since >= self.delete_after_days);
        let due: Vec<_> = self.users.iter().filter(|(_, link)| due(link)).map(|(id, _)| id.clone()).collect();
        for person_id in &due {
            let Some(link) = self.users.remove(person_id) else { continue };
            let exchange = self.session.call("DELETE", &target::resource("/Users", &link.remote_id), None).await?;
            if !matches!(exchange.status, 204 | 404) {
                return Err(Failure::refused(&exchange, &[204, 404]));
            }
        }
        Ok(due.len())
    }

    async fn update(&mut self, id: &str, person: &Person) -> Result<(), Failure> {
        let target = target::resource("/Users", id);
        let (method, sent) = match self.update {
            Update::Put => ("PUT", sent(person)),
            Update::Patch => ("PATCH", patch(operations(person))),
        };
        let exchange = self.session.call(method, &target, Some(&sent)).await?;
        if exchange.status == 204 && self.update == Update::Patch {
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

fn operations(person: &Person) -> Vec<Value> {
    vec![
        operation("replace", "userName", json!(person.user_name)),
        operation("replace", "name.givenName", json!(person.given_name)),
        operation("replace", "name.familyName", json!(person.family_name)),
        operation("replace", "active", json!(person.active)),
    ]
}
