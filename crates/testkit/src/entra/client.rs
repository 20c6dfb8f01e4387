//! The state of one provisioning job, and how its requests are sent.

use super::profile::{Dialect, Matching};
use crate::client::{Failure, Patience, Session, Wrong};
use crate::http::{Exchange, HttpError, Sleeper};
use crate::message::{Found, Page, body};
use crate::seeded::Seeded;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A 429 is obeyed. How long without `Retry-After`, and how often, is not published.
const PATIENCE: Patience = Patience { default_wait: Duration::from_secs(60), attempts: 5 };

/// What the portal says of a server that answers a list with 404.
const INCOMPATIBLE: &str = "SystemForCrossDomainIdentityManagementServiceIncompatible: a list was due";

/// One provisioning job of an enterprise application, talking to one tenant URL.
///
/// A rejected credential, and a 404 where a list was due, put the job into quarantine at once: it fails from then on without sending
/// anything, until [`EntraClient::restart`].
pub struct EntraClient {
    pub(super) session: Session,
    pub(super) dialect: Dialect,
    pub(super) matching: Matching,
    pub(super) seeded: Seeded,
    /// By object id.
    pub(super) users: BTreeMap<String, Link>,
    /// The server's id by object id.
    pub(super) groups: BTreeMap<String, String>,
    pub(super) today: u32,
    forwards_flag: bool,
    quarantine: Option<Failure>,
}

/// A user who was provisioned.
pub(super) struct Link {
    /// The server's id.
    pub remote_id: String,
    /// The day of the soft deletion.
    pub deleted_on: Option<u32>,
}

impl EntraClient {
    /// A job that has provisioned nobody yet and looks users up by `userName`. Error: an address [`crate::http::BaseUrl::parse`]
    /// refuses.
    pub fn new(base_url: &str, token: &str, dialect: Dialect) -> Result<Self, HttpError> {
        // Its User-Agent and its Accept are not documented: none is sent.
        let headers = vec![("Authorization", format!("Bearer {token}"))];
        Ok(Self {
            session: Session::new(base_url, headers, "application/scim+json")?.with_patience(PATIENCE),
            dialect,
            matching: Matching::UserName,
            seeded: Seeded::new(0),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            today: 0,
            forwards_flag: false,
            quarantine: None,
        })
    }

    /// Chooses the matching attribute.
    #[must_use]
    pub fn matching(mut self, matching: Matching) -> Self {
        self.matching = matching;
        self
    }

    /// Lets the flag of the tenant URL appear in the query of every request. Whether the service does that is not known.
    #[must_use]
    pub fn forwarding_flag(mut self) -> Self {
        self.forwards_flag = true;
        self
    }

    /// Waits through `sleeper` after a 429, so that tests need not.
    #[must_use]
    pub fn with_sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.session.set_sleeper(sleeper);
        self
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The server's id of a user who was provisioned.
    pub fn remote_user_id(&self, object_id: &str) -> Option<&str> {
        self.users.get(object_id).map(|link| link.remote_id.as_str())
    }

    /// The server's id of a group that was provisioned.
    pub fn remote_group_id(&self, object_id: &str) -> Option<&str> {
        self.groups.get(object_id).map(String::as_str)
    }

    /// Why the job is in quarantine.
    pub fn quarantine(&self) -> Option<&Failure> {
        self.quarantine.as_ref()
    }

    /// "Restart provisioning": ends a quarantine.
    pub fn restart(&mut self) {
        self.quarantine = None;
    }

    /// Sends a request, unless the job is in quarantine.
    pub(super) async fn call(
        &mut self,
        method: &str,
        target: &str,
        sent: Option<&Value>,
    ) -> Result<Arc<Exchange>, Failure> {
        if let Some(failure) = &self.quarantine {
            return Err(failure.clone());
        }
        let separator = if target.contains('?') { '&' } else { '?' };
        let flagged = format!("{target}{separator}aadOptscim062020");
        let target = if self.forwards_flag { &flagged } else { target };
        let exchange = self.session.call(method, target, sent).await?;
        if exchange.status == 401 {
            return Err(self.quarantined(Failure::refused(&exchange, &[200])));
        }
        Ok(exchange)
    }

    /// A query: the answer must be a list whatever it holds.
    pub(super) async fn list(&mut self, target: &str) -> Result<Arc<Exchange>, Failure> {
        let exchange = self.call("GET", target, None).await?;
        if exchange.status == 404 {
            let failure = Failure::with(&exchange, Wrong::List(INCOMPATIBLE.to_owned()));
            return Err(self.quarantined(failure));
        }
        Ok(exchange)
    }

    /// A look-up of one resource.
    pub(super) async fn only(&mut self, target: &str, attribute: &str, value: &str) -> Result<Option<Found>, Failure> {
        let exchange = self.list(target).await?;
        Page::only(&exchange, attribute, value)
    }

    /// A PATCH: 200 with a body, or 204.
    pub(super) async fn patch(&mut self, target: &str, sent: &Value) -> Result<(), Failure> {
        let exchange = self.call("PATCH", target, Some(sent)).await?;
        if exchange.status != 204 {
            body(&exchange, &[200, 204])?;
        }
        Ok(())
    }

    /// A DELETE; what is gone already is as good.
    pub(super) async fn delete(&mut self, target: &str) -> Result<(), Failure> {
        let exchange = self.call("DELETE", target, None).await?;
        match exchange.status {
            204 | 404 => Ok(()),
            _ => Err(Failure::refused(&exchange, &[204, 404])),
        }
    }

    fn quarantined(&mut self, failure: Failure) -> Failure {
        self.quarantine = Some(failure.clone());
        failure
    }
}
