//! The state of one client application with SCIM.

use crate::client::{Failure, Session};
use crate::http::{Exchange, HttpError};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

const SCIM: &str = "application/scim+json";

/// Every 2xx that a SCIM server has a use for; for the text of an error.
const SUCCESS: &[u16] = &[200, 201, 204];

/// One client application with SCIM, talking to one SCIM base URL. Rauthy keeps no ids of the server: everything is looked up.
pub struct RauthyClient {
    pub(super) session: Session,
    /// Rauthy's groups by name, with their ids.
    pub(super) groups: BTreeMap<String, String>,
    pub(super) deletes: bool,
}

impl RauthyClient {
    /// A client application that was not synchronised yet and unlinks what leaves. Error: an address
    /// [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, token: &str) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", format!("Bearer {token}"))];
        let session = Session::new(base_url, headers, SCIM)?;
        Ok(Self { session, groups: BTreeMap::new(), deletes: false })
    }

    /// Deletes users and groups that leave, instead of unlinking them (`sync_delete_users`, `sync_delete_groups`).
    #[must_use]
    pub fn deleting(mut self) -> Self {
        self.deletes = true;
        self
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// A look-up or a DELETE: nothing but the credential in its headers.
    pub(super) async fn bare(&mut self, method: &str, target: &str) -> Result<Arc<Exchange>, Failure> {
        succeeded(self.session.call(method, target, None).await?)
    }

    /// Everything else asks for SCIM. In this order: credential, `Accept`, `Content-Type`.
    pub(super) async fn accepting(
        &mut self,
        method: &str,
        target: &str,
        sent: Option<&Value>,
    ) -> Result<Arc<Exchange>, Failure> {
        let request = self.session.request(method, target, None).header("Accept", SCIM);
        let request = match sent {
            Some(sent) => request.header("Content-Type", SCIM).body(sent.to_string()),
            None => request,
        };
        succeeded(self.session.send(request).await?)
    }
}

fn succeeded(exchange: Arc<Exchange>) -> Result<Arc<Exchange>, Failure> {
    if (200..300).contains(&exchange.status) { Ok(exchange) } else { Err(Failure::refused(&exchange, SUCCESS)) }
}
