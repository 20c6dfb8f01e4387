//! The state of one SCIM provider.

use super::config::Config;
use crate::client::{Failure, Session, target};
use crate::http::{Exchange, HttpError};
use crate::message::{Found, Page};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Any status that authentik is content with.
const SUCCESS: &[u16] = &[200, 201, 204];

/// One SCIM provider, talking to one SCIM base URL.
pub struct AuthentikClient {
    pub(super) session: Session,
    pub(super) config: Config,
    /// The server's id by authentik's.
    pub(super) users: BTreeMap<String, String>,
    /// The server's id by authentik's.
    pub(super) groups: BTreeMap<String, String>,
}

impl AuthentikClient {
    /// A provider that has written nobody yet. Error: an address [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, token: &str) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", format!("Bearer {token}"))];
        // A slash at the end is taken off before anything is appended.
        let session = Session::new(base_url.trim_end_matches('/'), headers, "application/scim+json")?;
        Ok(Self { session, config: Config::default(), users: BTreeMap::new(), groups: BTreeMap::new() })
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Begins a synchronisation: reads `/ServiceProviderConfig`.
    pub async fn connect(&mut self) -> Result<Config, Failure> {
        let exchange = self.session.call("GET", "/ServiceProviderConfig", None).await?;
        let body = (exchange.status == 200).then(|| exchange.json().ok()).flatten();
        self.config = Config::read(body.as_ref());
        Ok(self.config)
    }

    /// A request that must succeed, with its JSON; null for an answer without a body.
    pub(super) async fn request(
        &mut self,
        method: &str,
        target: &str,
        sent: Option<&Value>,
    ) -> Result<(Arc<Exchange>, Value), Failure> {
        let exchange = self.session.call(method, target, sent).await?;
        if !SUCCESS.contains(&exchange.status) {
            return Err(Failure::refused(&exchange, SUCCESS));
        }
        let body = match exchange.status {
            204 => Value::Null,
            _ => exchange.json().map_err(|_| Failure::not_json(&exchange))?,
        };
        Ok((exchange, body))
    }

    /// After a 409: the resource that is in the way. `conflict` comes back when the server cannot say.
    pub(super) async fn existing(
        &mut self,
        conflict: Failure,
        endpoint: &str,
        attribute: &str,
        value: &str,
    ) -> Result<Found, Failure> {
        if !self.config.filter {
            return Err(conflict);
        }
        let filter = target::form_encoded(&target::equals(attribute, value));
        let exchange = self.session.call("GET", &format!("{endpoint}?filter={filter}"), None).await?;
        Page::only(&exchange, attribute, value)?.ok_or(conflict)
    }
}
