//! Okta's "SCIM 2.0 SPEC Test" (2024): the twelve steps of its published file with every assertion, without the pauses between them.

use crate::client::{Authentication, Checks, StepResult};
use crate::http::{BaseUrl, Exchange, HttpClient, HttpError, Request};
use crate::message::{CORE_USER, LIST_RESPONSE, counter, text_at};
use crate::seeded::Seeded;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const GROUPS_WITHIN: Duration = Duration::from_millis(600);

/// Runs the test against a server on which at least one active user exists. The random user it creates follows from `seed`.
///
/// Error: an address this client does not call. A request without an answer is a failure of its step.
pub async fn spec_test(
    base_url: &str,
    authentication: &Authentication,
    seed: u64,
) -> Result<Vec<StepResult>, HttpError> {
    let mut test = SpecTest {
        http: HttpClient::new(BaseUrl::parse(base_url)?),
        authorization: authentication.header_value(),
        user: RandomUser::new(seed),
    };
    let mut results = Vec::new();
    let (listed, step) = test.first_user().await;
    results.push(step);
    results.push(test.read_first(listed.as_deref()).await);
    results.push(test.nobody(3, "look-up of a user that does not exist", "abcdefgh@atko.com").await);
    results.push(test.unknown_id(4, "010101001010101011001010101011", false).await);
    let random = test.user.email.clone();
    results.push(test.nobody(5, "look-up of the random user before it exists", &random).await);
    let (created, step) = test.create().await;
    results.push(step);
    results.push(test.read_created(created.as_deref()).await);
    results.push(test.create_again().await);
    results.push(test.other_case().await);
    results.push(test.groups().await);
    results.push(test.wrong_token().await);
    results.push(test.unknown_id(12, "00919288221112222", true).await);
    Ok(results)
}

struct SpecTest {
    http: HttpClient,
    authorization: String,
    user: RandomUser,
}

struct RandomUser {
    given_name: String,
    family_name: String,
    email: String,
}

impl RandomUser {
    fn new(seed: u64) -> Self {
        let mut seeded = Seeded::new(seed);
        let given_name = format!("Runscope{:03}", seeded.below(1000));
        let letters: String =
            (0..8).filter_map(|_| seeded.pick(b"abcdefghijklmnopqrstuvwxyz").copied()).map(char::from).collect();
        let family_name = format!("X{letters}{:03}", seeded.below(1000));
        let email = format!("{given_name}{family_name}@atko.com");
        Self { given_name, family_name, email }
    }
}

impl SpecTest {
    async fn get(&mut self, target: &str) -> Result<Arc<Exchange>, HttpError> {
        let authorization = self.authorization.clone();
        self.get_as(target, &authorization).await
    }

    async fn get_as(&mut self, target: &str, authorization: &str) -> Result<Arc<Exchange>, HttpError> {
        let request = Request::new("GET", target)
            .header("User-Agent", "OKTA SCIM Integration")
            .header("Accept", "application/scim+json")
            .header("Accept-Charset", "utf-8")
            .header("Content-Type", "application/scim+json; charset=utf-8")
            .header("Authorization", authorization);
        self.http.send(request).await
    }

    async fn post(&mut self) -> Result<Arc<Exchange>, HttpError> {
        let user = &self.user;
        let body = json!({
            "schemas": [CORE_USER],
            "userName": user.email,
            "name": {"givenName": user.given_name, "familyName": user.family_name},
            "emails": [{"primary": true, "value": user.email, "type": "work"}],
            "displayName": format!("{} {}", user.given_name, user.family_name),
            "active": true,
        });
        let request = Request::new("POST", "/Users")
            .header("Content-Type", "application/json")
            .header("Accept", "application/scim+json; charset=utf-8")
            .header("Authorization", &self.authorization)
            .body(body.to_string());
        self.http.send(request).await
    }

    async fn first_user(&mut self) -> (Option<String>, StepResult) {
        let mut checks = Checks::new(1, "the list has a first user");
        let answer = self.get("/Users?count=1&startIndex=1").await;
        let body = checks.answer(&answer, 200);
        checks.schema(&body, LIST_RESPONSE);
        checks.numbers(&body);
        let first = body.pointer("/Resources/0").cloned().unwrap_or_default();
        checks.that(!first.is_null(), || "Resources is empty: a user must exist before this test".to_owned());
        complete_user(&mut checks, &first);
        (text_at(&first, "/id").map(str::to_owned), checks.done())
    }

    async fn read_first(&mut self, id: Option<&str>) -> StepResult {
        let mut checks = Checks::new(2, "the listed user can be read");
        let Some(id) = id else {
            checks.failures.push("step 1 gave no id".to_owned());
            return checks.done();
        };
        let answer = self.get(&format!("/Users/{id}")).await;
        let body = checks.answer(&answer, 200);
        checks.equals(&body, "/id", id);
        complete_user(&mut checks, &body);
        checks.done()
    }

    async fn nobody(&mut self, number: u8, name: &'static str, user_name: &str) -> StepResult {
        let mut checks = Checks::new(number, name);
        let answer = self.get(&filter(user_name)).await;
        let body = checks.answer(&answer, 200);
        checks.schema(&body, LIST_RESPONSE);
        let total = body.get("totalResults").cloned().unwrap_or_default();
        checks.that(total == json!(0), || format!("totalResults is {total} instead of 0"));
        checks.done()
    }

    async fn unknown_id(&mut self, number: u8, id: &str, with_status: bool) -> StepResult {
        let mut checks = Checks::new(number, "an unknown id is not found");
        let answer = self.get(&format!("/Users/{id}")).await;
        let body = checks.answer(&answer, 404);
        checks.error(&body);
        if with_status {
            checks.equals(&body, "/status", "404");
        }
        checks.done()
    }

    async fn create(&mut self) -> (Option<String>, StepResult) {
        let mut checks = Checks::new(6, "a user is created");
        let answer = self.post().await;
        let body = checks.answer(&answer, 201);
        checks.that(body.get("active") == Some(&Value::Bool(true)), || "/active is not true".to_owned());
        checks.that(text_at(&body, "/id").is_some(), || "/id is empty".to_owned());
        self.as_sent(&mut checks, &body);
        checks.schema(&body, CORE_USER);
        (text_at(&body, "/id").map(str::to_owned), checks.done())
    }

    async fn read_created(&mut self, id: Option<&str>) -> StepResult {
        let mut checks = Checks::new(7, "the created user can be read");
        let Some(id) = id else {
            checks.failures.push("step 6 gave no id".to_owned());
            return checks.done();
        };
        let answer = self.get(&format!("/Users/{id}")).await;
        let body = checks.answer(&answer, 200);
        self.as_sent(&mut checks, &body);
        checks.done()
    }

    fn as_sent(&self, checks: &mut Checks, body: &Value) {
        checks.equals(body, "/userName", self.user.email.as_str());
        checks.equals(body, "/name/givenName", self.user.given_name.as_str());
        checks.equals(body, "/name/familyName", self.user.family_name.as_str());
    }

    async fn create_again(&mut self) -> StepResult {
        let mut checks = Checks::new(8, "the same user again is a conflict");
        let answer = self.post().await;
        checks.answer(&answer, 409);
        checks.done()
    }

    async fn other_case(&mut self) -> StepResult {
        let mut checks = Checks::new(9, "look-up in capitals");
        let answer = self.get(&filter(&self.user.email.to_uppercase())).await;
        checks.answer(&answer, 200);
        checks.done()
    }

    /// Optional in Okta's file, for servers without groups.
    async fn groups(&mut self) -> StepResult {
        let mut checks = Checks::new(10, "groups are listed, quickly");
        let answer = self.get("/Groups").await;
        let body = checks.answer(&answer, 200);
        if let Ok(exchange) = &answer {
            let elapsed = exchange.elapsed;
            checks.that(elapsed < GROUPS_WITHIN, || {
                format!("the answer took {} ms, 600 are allowed", elapsed.as_millis())
            });
        }
        let listed = body.get("Resources").is_some_and(Value::is_array);
        checks.that(listed || counter(&body, "totalResults") == Ok(0), || "Resources is not an array".to_owned());
        checks.done()
    }

    async fn wrong_token(&mut self) -> StepResult {
        let mut checks = Checks::new(11, "a wrong token is refused");
        let answer = self.get_as(&filter(&self.user.email.clone()), "non-token").await;
        let body = checks.answer(&answer, 401);
        checks.error(&body);
        checks.equals(&body, "/status", "401");
        checks.done()
    }
}

fn filter(user_name: &str) -> String {
    format!("/Users?filter=userName%20eq%20%22{}%22", user_name.replace('@', "%40"))
}

/// What the test wants to find in every user. "Not empty" is taken as true for `active`.
fn complete_user(checks: &mut Checks, user: &Value) {
    for pointer in ["/id", "/name/familyName", "/name/givenName", "/userName", "/emails/0/value"] {
        checks.that(text_at(user, pointer).is_some(), || format!("{pointer} is empty"));
    }
    checks.that(user.get("active") == Some(&Value::Bool(true)), || "/active is not true".to_owned());
}
