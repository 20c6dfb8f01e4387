//! The state of one Okta application and the way its requests are sent.

use super::answers::Problem;
use super::profile::{Authentication, Kind, OktaUser};
use super::task::OktaTask;
use crate::http::{BaseUrl, Exchange, HttpClient, HttpError, Request, Sleeper, TokioSleeper};
use crate::seeded::Seeded;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// After a 429 without a usable `Retry-After`.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);
/// A task that meets a 429 every time is given up after so many attempts.
const RATE_LIMIT_ATTEMPTS: u32 = 10;
/// RFC 3986 §2.3: what stays as it is in a query value. A space becomes `%20`, never `+`.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One application of an Okta organisation with provisioning switched on, talking to one SCIM base URL.
///
/// Every operation plays the requests Okta sends for it, in order, checks the answers as Okta does, and only then believes that the
/// change happened. What fails is returned and also kept as a task ([`OktaClient::tasks`]).
pub struct OktaClient {
    pub(super) http: HttpClient,
    pub(super) authentication: Authentication,
    pub(super) kind: Kind,
    pub(super) filler: Seeded,
    pub(super) lose_next_create: bool,
    /// By Okta user id.
    pub(super) users: BTreeMap<String, LinkedUser>,
    /// By Okta group id.
    pub(super) groups: BTreeMap<String, LinkedGroup>,
    sleeper: Arc<dyn Sleeper>,
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
    /// An application at `base_url` that has provisioned nobody yet. Error: an address [`BaseUrl::parse`] refuses.
    pub fn new(base_url: &str, authentication: Authentication, kind: Kind) -> Result<Self, HttpError> {
        Ok(Self {
            http: HttpClient::new(BaseUrl::parse(base_url)?),
            authentication,
            kind,
            filler: Seeded::new(0),
            lose_next_create: false,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            sleeper: Arc::new(TokioSleeper),
            tasks: Vec::new(),
        })
    }

    /// Waits through `sleeper` after a 429, so that tests need not.
    #[must_use]
    pub fn with_sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.sleeper = sleeper;
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
        std::mem::replace(&mut self.authentication, authentication)
    }

    /// The connection below, for its transcript and its timeout.
    pub fn http(&mut self) -> &mut HttpClient {
        &mut self.http
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

    /// A request with Okta's headers, in the order captured on the wire. `Host` and `Content-Length` follow after them.
    pub fn request(&self, method: &str, target: &str, body: Option<&Value>) -> Request {
        let request = Request::new(method, target)
            .header("User-Agent", "Okta SCIM Client 1.0.0")
            .header("Authorization", self.authentication.header_value())
            .header("Accept", "application/scim+json")
            .header("Accept-Charset", "utf-8")
            .header("Accept-Encoding", "gzip,deflate")
            .header("Connection", "Keep-Alive");
        match body {
            Some(body) => request.header("Content-Type", "application/scim+json; charset=utf-8").body(body.to_string()),
            None => request,
        }
    }

    /// Sends a request as Okta would, also one that Okta does not send: 429 is waited for and tried again, up to ten times.
    pub async fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Result<Arc<Exchange>, HttpError> {
        let mut doubled_wait = DEFAULT_WAIT;
        let mut attempt = 1;
        loop {
            let exchange = self.http.send(self.request(method, target, body)).await?;
            if exchange.status != 429 || attempt == RATE_LIMIT_ATTEMPTS {
                return Ok(exchange);
            }
            // Only whole seconds count; an HTTP date is as good as nothing. Okta documents doubling without saying whether a given
            // time is doubled too: it is obeyed here.
            let asked = exchange.response_header("retry-after").and_then(|value| value.trim().parse().ok());
            let wait = asked.map_or(doubled_wait, Duration::from_secs);
            self.sleeper.sleep(wait).await;
            doubled_wait = doubled_wait.saturating_mul(2);
            attempt += 1;
        }
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
    // RFC 7644 §3.4.2.2: the value is a JSON string.
    let filter = format!("{attribute} eq {}", Value::from(value));
    format!("{endpoint}?filter={}&startIndex=1&count=100", utf8_percent_encode(&filter, QUERY_VALUE))
}

/// `/Users/{id}`; an id is opaque and may hold anything.
pub(super) fn resource_target(endpoint: &str, id: &str) -> String {
    format!("{endpoint}/{}", utf8_percent_encode(id, QUERY_VALUE))
}
