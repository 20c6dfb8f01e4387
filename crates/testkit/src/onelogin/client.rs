//! The state of one OneLogin app and its settings.

use super::template::Template;
use crate::client::{Failure, Removal, Session, Update};
use crate::http::{Exchange, HttpError};
use crate::message::body;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One app with provisioning enabled, talking to one SCIM base URL.
pub struct OneLoginClient {
    pub(super) session: Session,
    pub(super) template: Template,
    pub(super) removal: Removal,
    pub(super) suspends_by: Update,
    /// The server's id by OneLogin's.
    pub(super) users: BTreeMap<String, String>,
    /// The server's id by name.
    pub(super) groups: BTreeMap<String, String>,
}

impl OneLoginClient {
    /// An app that has provisioned nobody yet, suspends by PUT and never deletes. Error: an address
    /// [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, token: &str, template: Template) -> Result<Self, HttpError> {
        let headers = vec![("User-Agent", String::new()), ("Authorization", format!("Bearer {token}"))];
        Ok(Self {
            session: Session::new(base_url, headers, "application/json")?,
            template,
            removal: Removal::Disable,
            suspends_by: Update::Put,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
        })
    }

    /// Sends a custom header beside the token, as the app's configuration offers.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.session.set_header(name, value.to_owned());
        self
    }

    /// Chooses how somebody is suspended.
    #[must_use]
    pub fn suspending_by(mut self, update: Update) -> Self {
        self.suspends_by = update;
        self
    }

    /// Chooses to delete those who leave.
    #[must_use]
    pub fn deleting(mut self) -> Self {
        self.removal = Removal::Delete;
        self
    }

    /// Edits the template.
    pub fn set_template(&mut self, template: Template) {
        self.template = template;
    }

    /// The connection below.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// The target of a change: a lone `?` follows the id.
pub(super) fn with_stray_question_mark(target: &str) -> String {
    format!("{target}?")
}

/// 200 with a body, or 204.
pub(super) fn done(exchange: &Arc<Exchange>) -> Result<(), Failure> {
    match exchange.status {
        204 => Ok(()),
        _ => body(exchange, &[200, 204]).map(drop),
    }
}
