//! The single requests that Okta's flows are made of, each with the checks on its answer.

use super::bodies;
use super::client::{OktaClient, lookup_target};
use super::problem::Problem;
use super::profile::{Kind, OktaUser};
use crate::client::{Failure, Wrong, target};
use crate::http::Exchange;
use crate::message::{Found, Page, body, patch, resource_id, same_resource, without_path};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long Okta waits for an answer before it closes the socket.
const TIMEOUT: Duration = Duration::from_secs(60);

impl OktaClient {
    /// The id of the one user of that name, inactive ones included. A 404 counts as nobody.
    pub(super) async fn find_user(&mut self, login: &str) -> Result<Option<String>, Problem> {
        Ok(self.find("/Users", "userName", login).await?.map(|found| found.id))
    }

    /// The one resource whose `attribute` equals `value`.
    pub(super) async fn find(
        &mut self,
        endpoint: &str,
        attribute: &str,
        value: &str,
    ) -> Result<Option<Found>, Problem> {
        let exchange = self.call("GET", &lookup_target(endpoint, attribute, value), None).await?;
        if exchange.status == 404 {
            return Ok(None);
        }
        Ok(Page::only(&exchange, attribute, value)?)
    }

    /// `GET /Users/{id}`.
    pub(super) async fn read_user(&mut self, remote_id: &str) -> Result<Value, Problem> {
        let exchange = self.call("GET", &target::resource("/Users", remote_id), None).await?;
        let user = body(&exchange, &[200])?;
        same_resource(&exchange, &user, Some(remote_id))?;
        Ok(user)
    }

    /// `PUT /Users/{id}`: the answer must be the changed user.
    pub(super) async fn put_user(&mut self, remote_id: &str, sent: &Value) -> Result<(), Problem> {
        let exchange = self.call("PUT", &target::resource("/Users", remote_id), Some(sent)).await?;
        let user = body(&exchange, &[200])?;
        same_resource(&exchange, &user, Some(remote_id))?;
        for name in ["userName", "active"] {
            if user.get(name) != sent.get(name) {
                let (asked, held) = (sent.get(name).unwrap_or(&Value::Null), user.get(name).unwrap_or(&Value::Null));
                return Err(unlike(&exchange, format!("{name} was set to {asked}, but the answer says {held}")));
            }
        }
        Ok(())
    }

    /// `PATCH /Users/{id}` without a path; 204 is as good as the user.
    pub(super) async fn patch_user(&mut self, remote_id: &str, value: Value) -> Result<(), Problem> {
        let wanted_active = value.get("active").cloned();
        let sent = patch(vec![without_path("replace", value)]);
        let exchange = self.call("PATCH", &target::resource("/Users", remote_id), Some(&sent)).await?;
        if exchange.status == 204 {
            return Ok(());
        }
        let user = body(&exchange, &[200])?;
        same_resource(&exchange, &user, Some(remote_id))?;
        match wanted_active {
            Some(wanted) if user.get("active") != Some(&wanted) => {
                Err(unlike(&exchange, format!("active was set to {wanted}, but the answer says otherwise")))
            }
            _ => Ok(()),
        }
    }

    /// Switches a provisioned user off the way this kind of integration does.
    pub(super) async fn switch_off(&mut self, remote_id: &str) -> Result<(), Problem> {
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_user(remote_id).await?;
                self.put_user(remote_id, &bodies::switched_off(&stored)).await
            }
            Kind::Catalogue => self.patch_user(remote_id, json!({"active": false})).await,
        }
    }

    /// The POST of a new user; returns the server's id, or `None` when Okta lost the answer and the retry told it that the user exists.
    pub(super) async fn post_user(&mut self, user: &OktaUser) -> Result<Option<String>, Problem> {
        let sent = bodies::create_user(user, &self.filler.filler(9));
        let (exchange, retried) = match self.first_post(&sent).await {
            // Okta closes the socket after its timeout and sends the same POST again.
            Err(Failure { wrong: Wrong::TimedOut(_), .. }) => (self.call("POST", "/Users", Some(&sent)).await?, true),
            other => (other?, false),
        };
        if retried && exchange.status == 409 {
            return Ok(None);
        }
        if exchange.status == 201 && exchange.response_body.is_empty() {
            return Err(unlike(&exchange, "Create new user returned empty user"));
        }
        let created = body(&exchange, &[201])?;
        same_resource(&exchange, &created, None)?;
        if created.get("userName") != sent.get("userName") || created.get("active") != Some(&Value::Bool(true)) {
            return Err(unlike(&exchange, "the created user has another userName or is not active"));
        }
        Ok(Some(resource_id(&exchange, &created)?))
    }

    async fn first_post(&mut self, sent: &Value) -> Result<Arc<Exchange>, Failure> {
        if !std::mem::take(&mut self.lose_next_create) {
            return self.call("POST", "/Users", Some(sent)).await;
        }
        let request = self.request("POST", "/Users", Some(sent));
        self.session.send_and_hang_up(request).await?;
        Err(Failure { request: "POST /Users".to_owned(), status: None, wrong: Wrong::TimedOut(TIMEOUT) })
    }
}

/// An answer whose resource is not what was sent.
fn unlike(exchange: &Exchange, text: impl Into<String>) -> Problem {
    Failure::with(exchange, Wrong::Resource(text.into())).into()
}
