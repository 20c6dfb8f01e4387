//! The state of one Okta application and the way its requests are sent.

use super::problem::Problem;
use super::profile::{Kind, OktaUser};
use super::task::OktaTask;
use crate::client::{Authentication, Failure, Patience, Session, target};
use crate::http::{Exchange, HttpClient, HttpError, Request, Sleeper};
use crate::seeded::Seeded;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Five minutes after a 429 without a usable `Retry-After`; a task that meets a 429 every time is given up after ten attempts.
const PATIENCE: Patience = Patience { default_wait: Duration::from_secs(300), attempts: 10 };

/// One application of an Okta organisation with provisioning switched on, talking to one SCIM base URL.
///
/// Every operation plays the requests Okta sends for it, in order, checks the answers as Okta does, and only then believes that the
/// change happened. What fails is returned and also kept as a task ([`OktaClient::tasks`]).
pub struct OktaClient {
    pub(super) session: Session,
    pub(super) authentication: Authentication,
    pub(super) kind: Kind,
    pub(super) filler: Seeded,
    pub(super) lose_next_create: bool,
    /// By Okta user id.
    pub(super) users: BTreeMap<String, LinkedUser>,
    /// By Okta group id.
    pub(super) groups: BTreeMap<String, LinkedGroup>,
    tasks: Vec<OktaTask>,
}

/// A user that was provisioned, as Okta last sent it successfully.
pub(super) struct LinkedUser {
    /// The server's id.
    pub remote_id: String,
    pub user: OktaUser,
    pub active: bool,
}

/// A pushed group.
#[derive(Clone)]
pub(super) struct LinkedGroup {
    pub remote_id: String,
    pub name: String,
    /// Display by the server's id of the user.
    pub members: BTreeMap<String, String>,
}

impl OktaClient {
    /// An application at `base_url` that has provisioned nobody yet. Error: an address [`crate::http::BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, authentication: Authentication, kind: Kind) -> Result<Self, HttpError> {
        // In the order captured on the wire.
        let headers = vec![
            ("User-Agent", "Okta SCIM Client 1.0.0".to_owned()),
            ("Authorization", authentication.header_value()),
            ("Accept", "application/scim+json".to_owned()),
            ("Accept-Charset", "utf-8".to_owned()),
            ("Accept-Encoding", "gzip,deflate".to_owned()),
            ("Connection", "Keep-Alive".to_owned()),
        ];
        let session = Session::new(base_url, headers, "application/scim+json; charset=utf-8")?;
        Ok(Self {
            session: session.with_patience(PATIENCE),
            authentication,
            kind,
            filler: Seeded::new(0),
            lose_next_create: false,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            tasks: Vec::new(),
        })
    }

    /// Waits through `sleeper` after a 429, so that tests need not.
    #[must_use]
    pub fn with_sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.session.set_sleeper(sleeper);
        self
    }

    /// Seeds the filler passwords of new users.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.filler = Seeded::new(seed);
        self
    }

    /// Which of Okta's integrations this plays.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Saves another credential in the connection settings; returns the one before.
    pub fn set_authentication(&mut self, authentication: Authentication) -> Authentication {
        self.session.set_header("Authorization", authentication.header_value());
        std::mem::replace(&mut self.authentication, authentication)
    }

    /// The connection below, for its transcript and its timeout.
    pub fn http(&mut self) -> &mut HttpClient {
        self.session.http()
    }

    /// Everything that failed so far, oldest first: Okta's Tasks page.
    pub fn tasks(&self) -> &[OktaTask] {
        &self.tasks
    }

    /// Makes the answer of the next user creation get lost on the way: Okta runs into its timeout and sends the same POST again.
    pub fn lose_next_create_answer(&mut self) {
        self.lose_next_create = true;
    }

    /// The server's id of a user that was provisioned.
    pub fn remote_user_id(&self, okta_id: &str) -> Option<&str> {
        self.users.get(okta_id).map(|link| link.remote_id.as_str())
    }

    /// The server's id of a pushed group.
    pub fn remote_group_id(&self, okta_id: &str) -> Option<&str> {
        self.groups.get(okta_id).map(|link| link.remote_id.as_str())
    }

    /// A provisioned user as Okta last sent it.
    pub fn user(&self, okta_id: &str) -> Option<&OktaUser> {
        self.users.get(okta_id).map(|link| &link.user)
    }

    /// A request with Okta's headers. `Host` and `Content-Length` follow after them.
    pub fn request(&self, method: &str, target: &str, body: Option<&Value>) -> Request {
        self.session.request(method, target, body)
    }

    /// Sends a request as Okta would, also one that Okta does not send: 429 is waited for and tried again, up to ten times.
    pub async fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<Arc<Exchange>, Failure> {
        self.session.call(method, target, body).await
    }

    /// Puts a failure on the Tasks page.
    pub(super) fn failed(&mut self, user: &str, action: &str, problem: Problem) -> OktaTask {
        let task = OktaTask::new(user, action, problem);
        self.tasks.push(task.clone());
        task
    }
}

/// Okta's look-up: `filter=userName%20eq%20%22x%40y%22&startIndex=1&count=100`.
pub(super) fn lookup_target(endpoint: &str, attribute: &str, value: &str) -> String {
    format!("{endpoint}?filter={}&startIndex=1&count=100", target::encoded(&target::equals(attribute, value)))
}
