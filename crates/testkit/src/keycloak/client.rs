//! The state of one SCIM federation and how its requests are tried again.

use crate::client::{Authentication, Failure, Session, Wrong, target};
use crate::http::{Exchange, HttpError, Sleeper};
use crate::message::{body, resource_id};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);
/// A request without an answer is sent so often; a refusal is final.
const ATTEMPTS: u32 = 10;
/// The first wait; each further one is half as long again.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Which changes go by PATCH instead of PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Patching {
    pub users: bool,
    pub groups: bool,
}

/// One realm's federation with one SCIM base URL.
pub struct KeycloakClient {
    pub(super) session: Session,
    pub(super) patching: Patching,
    /// The server's id by Keycloak's.
    pub(super) users: BTreeMap<String, String>,
    /// The server's id by Keycloak's.
    pub(super) groups: BTreeMap<String, String>,
    sleeper: Arc<dyn Sleeper>,
}

impl KeycloakClient {
    /// A federation that has provisioned nobody yet. The content type is the administrator's choice, and sent with every request, also
    /// with those that have no body. Error: an address [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(
        base_url: &str,
        authentication: &Authentication,
        content_type: &'static str,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", authentication.header_value()), ("Content-Type", content_type.to_owned())];
        let mut session = Session::new(base_url, headers, content_type)?;
        session.http().set_timeout(TIMEOUT);
        let patching = Patching::default();
        Ok(Self { session, patching, users: BTreeMap::new(), groups: BTreeMap::new(), sleeper })
    }

    /// Switches PATCH on.
    #[must_use]
    pub fn patching(mut self, patching: Patching) -> Self {
        self.patching = patching;
        self
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Sends a request, up to ten times while nobody answers.
    pub(super) async fn call(
        &mut self,
        method: &str,
        target: &str,
        sent: Option<&Value>,
    ) -> Result<Arc<Exchange>, Failure> {
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            // The content type is among the headers already.
            let request = self.session.request(method, target, None);
            let request = match sent {
                Some(sent) => request.body(sent.to_string()),
                None => request,
            };
            match self.session.send(request).await {
                Err(Failure { wrong: Wrong::TimedOut(_) | Wrong::NoAnswer(_), .. }) if attempt < ATTEMPTS => {}
                other => return other,
            }
            self.sleeper.sleep(wait).await;
            wait = wait.mul_f64(1.5);
            attempt += 1;
        }
    }

    /// The server's id of what was created.
    pub(super) async fn create(&mut self, endpoint: &str, sent: &Value) -> Result<String, Failure> {
        let exchange = self.call("POST", endpoint, Some(sent)).await?;
        let created = body(&exchange, &[201])?;
        resource_id(&exchange, &created)
    }

    /// A PUT or PATCH; any success will do.
    pub(super) async fn change(&mut self, method: &str, target: &str, sent: &Value) -> Result<(), Failure> {
        let exchange = self.call(method, target, Some(sent)).await?;
        if matches!(exchange.status, 200 | 204) { Ok(()) } else { Err(Failure::refused(&exchange, &[200, 204])) }
    }

    pub(super) async fn delete(&mut self, endpoint: &str, id: &str) -> Result<(), Failure> {
        let exchange = self.call("DELETE", &target::resource(endpoint, id), None).await?;
        if exchange.status == 204 { Ok(()) } else { Err(Failure::refused(&exchange, &[204])) }
    }
}
