//! The conversation with the server under test: what it advertises, the requests of a check, and what must be taken
//! away afterwards.

use super::advertised::{Advertised, ENTERPRISE_USER, GROUP, ResourceType, USER};
use super::answer::Answer;
use super::check::Stop;
use super::checks::cast::Cast;
use super::sample;
use crate::http::{BaseUrl, Exchange, HttpClient, HttpError, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) const MEDIA_TYPE: &str = "application/scim+json";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How often a request is sent again after a 429, and how long one wait may last.
const RETRIES: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What may stand in a query as it is (RFC 3986 §2.3); everything else is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why there is nothing to check.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the server cannot be reached")]
    Unreachable(#[from] HttpError),
    #[error("the server refuses the token: GET /ResourceTypes is answered {0}")]
    Refused(u16),
}

/// One conversation.
pub struct Session {
    http: HttpClient,
    authorization: String,
    server: Arc<Advertised>,
    /// Part of every name that a check makes up.
    stamp: String,
    next: u32,
    /// Paths of what the running check made.
    made: Vec<String>,
    left: Vec<String>,
    pub(super) cast: Option<Arc<Cast>>,
}

/// A resource that a check made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub path: String,
    pub id: String,
    /// The body of the POST.
    pub sent: Value,
    pub answer: Answer,
}

impl Session {
    /// Reads what the server advertises. `seed` goes into the names of what the checks make, so that two runs do not
    /// meet.
    pub async fn open(base: BaseUrl, token: &str, seed: u64) -> Result<Self, OpenError> {
        let mut session = Self {
            http: HttpClient::new(base),
            authorization: format!("Bearer {token}"),
            server: Arc::default(),
            stamp: format!("conformance-{:08x}", seed as u32),
            next: 0,
            made: Vec::new(),
            left: Vec::new(),
            cast: None,
        };
        let config = session.read_document("/ServiceProviderConfig").await?;
        let types = session.read_document("/ResourceTypes").await?;
        if matches!(types.status(), 401 | 403) {
            return Err(OpenError::Refused(types.status()));
        }
        let schemas = session.read_document("/Schemas").await?;
        session.server = Arc::new(Advertised::new(config.body().clone(), types.body(), schemas.body()));
        Ok(session)
    }

    async fn read_document(&mut self, target: &str) -> Result<Answer, HttpError> {
        let request = self.authorized("GET", target);
        Ok(Answer::new(self.http.send(request).await?))
    }

    pub(super) fn server(&self) -> Arc<Advertised> {
        Arc::clone(&self.server)
    }

    /// Before a check.
    pub(super) fn begin(&mut self) {
        self.http.take_transcript();
    }

    pub(super) fn last_exchange(&self) -> Option<Arc<Exchange>> {
        self.http.transcript().last().cloned()
    }

    /// After a check: takes away what it made, the newest first.
    pub(super) async fn clean_up(&mut self) {
        while let Some(path) = self.made.pop() {
            match self.delete(&path).await {
                Ok(answer) if (200..300).contains(&answer.status()) || answer.status() == 404 => {}
                _ => self.left.push(path),
            }
        }
    }

    /// After a family: lets the cast go.
    pub(super) async fn end_family(&mut self) {
        if let Some(cast) = self.cast.take() {
            self.made.extend(cast.paths.iter().cloned());
            self.clean_up().await;
        }
    }

    pub(super) fn take_left(&mut self) -> Vec<String> {
        std::mem::take(&mut self.left)
    }

    /// Forgets what the running check made, so that it outlives the check. Gives the paths.
    pub(super) fn keep(&mut self) -> Vec<String> {
        std::mem::take(&mut self.made)
    }

    /// Takes `path` away after the check.
    pub(super) fn remember(&mut self, path: &str) {
        self.made.push(path.to_owned());
    }

    // Requests.

    pub(super) fn authorized(&self, method: &str, target: &str) -> Request {
        self.with_credentials(Request::new(method, target).header("Accept", MEDIA_TYPE))
    }

    pub(super) fn with_credentials(&self, request: Request) -> Request {
        request.header("User-Agent", "scim-conformance").header("Authorization", &self.authorization)
    }

    /// Sends a request. A server that is asked too much (429) is given the time it asks for, within reason.
    pub(super) async fn send(&mut self, request: Request) -> Result<Answer, Stop> {
        for _ in 0..RETRIES {
            let answer = Answer::new(self.http.send(request.clone()).await?);
            if answer.status() != 429 {
                return Ok(answer);
            }
            let asked = answer.header("retry-after").and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
            tokio::time::sleep(Duration::from_secs(asked).min(LONGEST_WAIT)).await;
        }
        Ok(Answer::new(self.http.send(request).await?))
    }

    pub(super) async fn get(&mut self, target: &str) -> Result<Answer, Stop> {
        self.send(self.authorized("GET", target)).await
    }

    pub(super) async fn delete(&mut self, target: &str) -> Result<Answer, Stop> {
        self.send(self.authorized("DELETE", target)).await
    }

    /// A request with a JSON body.
    pub(super) async fn write(&mut self, method: &str, target: &str, body: &Value) -> Result<Answer, Stop> {
        self.write_with(method, target, &[], body).await
    }

    /// As [`Session::write`], with further headers.
    pub(super) async fn write_with(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, Stop> {
        let request = self.authorized(method, target).header("Content-Type", MEDIA_TYPE);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        self.send(request.body(body.to_string())).await
    }

    /// A POST to an endpoint of a resource type. What it makes is taken away after the check.
    pub(super) async fn post(&mut self, target: &str, body: &Value) -> Result<Answer, Stop> {
        let answer = self.write("POST", target, body).await?;
        self.note_made(target, &answer);
        Ok(answer)
    }

    /// Takes away after the check what this answer says was made.
    pub(super) fn note_made(&mut self, target: &str, answer: &Answer) {
        let endpoint = target.split('?').next().unwrap_or(target);
        if answer.status() == 201 && !answer.id().is_empty() {
            self.made.push(format!("{endpoint}/{}", answer.id()));
        }
    }

    pub(super) async fn put(&mut self, target: &str, body: &Value) -> Result<Answer, Stop> {
        self.write("PUT", target, body).await
    }

    /// A PATCH of these operations.
    pub(super) async fn patch(&mut self, target: &str, operations: &Value) -> Result<Answer, Stop> {
        self.write("PATCH", target, &json!({ "schemas": [PATCH_OP], "Operations": operations })).await
    }

    /// A PATCH that must succeed, and what the resource is afterwards.
    pub(super) async fn patched(&mut self, target: &str, operations: &Value) -> Result<Answer, Stop> {
        self.patch(target, operations).await?.success()?;
        self.get(target).await?.expect(200)
    }

    /// GET of an endpoint with parameters, which are escaped.
    pub(super) async fn query(&mut self, endpoint: &str, parameters: &[(&str, &str)]) -> Result<Answer, Stop> {
        self.get(&format!("{endpoint}{}", query(parameters))).await
    }

    // What the server offers.

    pub(super) fn offers(&self, feature: &str) -> Result<(), Stop> {
        let not = || Stop::not_offered(format!("ServiceProviderConfig says that {feature} is not supported"));
        if self.server.supports(feature) { Ok(()) } else { Err(not()) }
    }

    pub(super) fn type_of(&self, urn: &str) -> Result<ResourceType, Stop> {
        let not = || Stop::not_offered(format!("/ResourceTypes has none with the schema {urn}"));
        self.server.of_schema(urn).cloned().ok_or_else(not)
    }

    /// The endpoint of users: `/Users`.
    pub(super) fn users(&self) -> Result<String, Stop> {
        Ok(self.type_of(USER)?.endpoint)
    }

    /// The endpoint of groups: `/Groups`.
    pub(super) fn groups(&self) -> Result<String, Stop> {
        Ok(self.type_of(GROUP)?.endpoint)
    }

    /// That the schema of users has all of these.
    pub(super) fn user_has(&self, names: &[&str]) -> Result<(), Stop> {
        let ty = self.type_of(USER)?;
        let missing: Vec<&str> = names.iter().copied().filter(|name| !ty.has(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Stop::not_offered(format!("the schema of users has no {}", missing.join(", "))))
    }

    /// A plain string attribute of users, to try things with.
    pub(super) fn text(&self) -> Result<&'static str, Stop> {
        let ty = self.type_of(USER)?;
        let plain = |name: &&&str| {
            let fits = |attribute: &super::advertised::Attribute| {
                attribute.kind == "string"
                    && !attribute.multi_valued
                    && attribute.mutability == "readWrite"
                    && attribute.returned == "default"
                    && attribute.uniqueness == "none"
                    && !attribute.case_exact
            };
            ty.attribute(name).map_or_else(|| ty.has(name), fits)
        };
        let found = ["title", "nickName", "userType", "displayName"].iter().find(plain).copied();
        found.ok_or_else(|| Stop::not_offered("the schema of users has no plain string attribute"))
    }

    /// The URI of the enterprise extension, if users have it.
    pub(super) fn enterprise(&self) -> Result<&'static str, Stop> {
        let ty = self.type_of(USER)?;
        let not = || Stop::not_offered("users have no enterprise extension");
        ty.extension(ENTERPRISE_USER).map(|_| ENTERPRISE_USER).ok_or_else(not)
    }

    // Making things.

    /// A name that nobody has.
    pub(super) fn name(&mut self, hint: &str) -> String {
        self.next += 1;
        format!("{}-{}-{hint}", self.stamp, self.next)
    }

    /// The least that a resource of this type can be: `schemas` and what is required, with new values.
    pub(super) fn least(&mut self, ty: &ResourceType, hint: &str) -> Map<String, Value> {
        let name = self.name(hint);
        sample::least(ty, &name)
    }

    /// The body of a user with these members on top of what is required.
    pub(super) fn user_body(&mut self, hint: &str, members: Value) -> Result<Value, Stop> {
        let ty = self.type_of(USER)?;
        let mut body = self.least(&ty, hint);
        if !body.contains_key("userName") {
            let name = self.name(hint);
            body.insert("userName".to_owned(), json!(format!("{name}@conformance.example")));
        }
        sample::lay_over(&mut body, members);
        Ok(Value::Object(body))
    }

    /// Makes a user.
    pub(super) async fn add_user(&mut self, members: Value) -> Result<Made, Stop> {
        let body = self.user_body("user", members)?;
        let endpoint = self.users()?;
        self.add(&endpoint, body).await
    }

    /// Makes a group of these members.
    pub(super) async fn add_group(&mut self, members: &[&str]) -> Result<Made, Stop> {
        let ty = self.type_of(GROUP)?;
        let mut body = self.least(&ty, "group");
        let name = self.name("group");
        body.insert("displayName".to_owned(), Value::String(name));
        if !members.is_empty() {
            let members = members.iter().map(|id| json!({ "value": id })).collect();
            body.insert("members".to_owned(), Value::Array(members));
        }
        self.add(&ty.endpoint, Value::Object(body)).await
    }

    /// Makes a resource, or ends the check.
    pub(super) async fn add(&mut self, endpoint: &str, body: Value) -> Result<Made, Stop> {
        let answer = self.post(endpoint, &body).await?.expect(201)?;
        let id = answer.id().to_owned();
        answer.that(!id.is_empty(), || "the new resource has no id".to_owned())?;
        Ok(Made { path: format!("{endpoint}/{id}"), id, sent: body, answer })
    }
}

/// `?name=value&…`, escaped.
pub(super) fn query(parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ESCAPED)));
    let joined = pairs.collect::<Vec<_>>().join("&");
    if joined.is_empty() { joined } else { format!("?{joined}") }
}
