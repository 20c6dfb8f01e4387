//! The state of one connection.

use super::settings::PingSettings;
use crate::client::{Authentication, Failure, Session, Wrong};
use crate::http::HttpError;
use crate::message::{ERROR, body, has_schema, text_at};
use std::collections::BTreeMap;

/// One connection of the provisioner, talking to one SCIM base URL.
pub struct PingClient {
    pub(super) session: Session,
    pub(super) settings: PingSettings,
    /// The server's id by Ping's.
    pub(super) users: BTreeMap<String, String>,
    /// The server's id by Ping's.
    pub(super) groups: BTreeMap<String, String>,
}

impl PingClient {
    /// A connection that has provisioned nobody yet. Error: an address [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, authentication: &Authentication, settings: PingSettings) -> Result<Self, HttpError> {
        let headers = vec![("Authorization", authentication.header_value())];
        let session = Session::new(base_url, headers, "application/scim+json")?;
        Ok(Self { session, settings, users: BTreeMap::new(), groups: BTreeMap::new() })
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Begins a run: user `0` is read, and a SCIM error that says 404 means that the server is well.
    pub async fn begin_run(&mut self) -> Result<(), Failure> {
        let exchange = self.session.call("GET", "/Users/0", None).await?;
        let error = body(&exchange, &[404])?;
        if !has_schema(&error, ERROR) || text_at(&error, "/status") != Some("404") {
            return Err(Failure::with(&exchange, Wrong::Resource("the answer is not a SCIM error".to_owned())));
        }
        Ok(())
    }
}
