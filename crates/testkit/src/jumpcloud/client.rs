//! The state of one JumpCloud application and its settings.

use crate::client::{Failure, Removal, Session, Update, target};
use crate::http::HttpError;
use crate::message::{body, operation, patch};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One application with Identity Management, talking to one SCIM base URL.
pub struct JumpCloudClient {
    pub(super) session: Session,
    pub(super) update: Update,
    pub(super) removal: Removal,
    /// The server's id by JumpCloud's.
    pub(super) users: BTreeMap<String, String>,
    /// The server's id by JumpCloud's.
    pub(super) groups: BTreeMap<String, String>,
}

impl JumpCloudClient {
    /// An application that has provisioned nobody yet and deactivates those who leave. Error: an address
    /// [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, token: &str, update: Update) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", format!("Bearer {token}"))];
        Ok(Self {
            session: Session::new(base_url, headers, "application/scim+json")?,
            update,
            removal: Removal::Disable,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
        })
    }

    /// Chooses to delete those who leave.
    #[must_use]
    pub fn deleting(mut self) -> Self {
        self.removal = Removal::Delete;
        self
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// A PATCH, answered with 200 and a body or with 204.
    pub(super) async fn patch(&mut self, endpoint: &str, id: &str, operations: Vec<Value>) -> Result<(), Failure> {
        let sent = patch(operations);
        let exchange = self.session.call("PATCH", &target::resource(endpoint, id), Some(&sent)).await?;
        if exchange.status != 204 {
            body(&exchange, &[200, 204])?;
        }
        Ok(())
    }

    pub(super) async fn switch(&mut self, id: &str, active: bool) -> Result<(), Failure> {
        self.patch("/Users", id, vec![operation("replace", "active", json!(active))]).await
    }
}
