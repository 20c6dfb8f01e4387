//! Microsoft's SCIM Validator: its tests of users and groups and the preview ones, as saved result files show them. Every test makes what it needs, so that one
//! rejected POST fails many of them.
//!
//! The values are random letters, also where a specification has a format: a locale of `PUWGYNUKSGVE` must come back as it is.

mod groups;
mod preview;
mod random;
mod target;
mod users;

use crate::client::{Checks, Failure, Session, StepResult};
use crate::http::{Exchange, HttpError};
use crate::message::{LIST_RESPONSE, text_at};
use random::Random;
use serde_json::Value;
use std::sync::Arc;

/// Runs every test. The random values follow from `seed`.
///
/// Error: an address this client does not call. A request without an answer is a failure of its test.
pub async fn validate(base_url: &str, token: &str, seed: u64) -> Result<Vec<StepResult>, HttpError> {
    let headers = vec![("Authorization", format!("Bearer {token}"))];
    let session = Session::new(base_url, headers, "application/scim+json; charset=utf-8")?;
    let mut validator = Validator { session, random: Random::new(seed), results: Vec::new() };
    validator.users().await;
    validator.groups().await;
    validator.preview().await;
    Ok(validator.results)
}

struct Validator {
    session: Session,
    random: Random,
    results: Vec<StepResult>,
}

type Answer = Result<Arc<Exchange>, Failure>;

impl Validator {
    /// The assertions of the next test.
    fn test(&self, name: &'static str) -> Checks {
        Checks::new(u8::try_from(self.results.len() + 1).unwrap_or(u8::MAX), name)
    }

    fn end(&mut self, checks: Checks) {
        self.results.push(checks.done());
    }

    async fn send(&mut self, method: &str, target: &str, sent: Option<&Value>) -> Answer {
        self.session.call(method, target, sent).await
    }

    /// A resource made for a test, by its target; an empty one, with a failure, when the server refuses.
    async fn made(&mut self, checks: &mut Checks, endpoint: &str, sent: &Value) -> (String, Value) {
        let answer = self.send("POST", endpoint, Some(sent)).await;
        let body = checks.answer(&answer, 201);
        (format!("{endpoint}/{}", text_at(&body, "/id").unwrap_or_default()), body)
    }

    /// The resource as it is now.
    async fn read(&mut self, checks: &mut Checks, target: &str) -> Value {
        let answer = self.send("GET", target, None).await;
        checks.answer(&answer, 200)
    }

    /// A PATCH; 204 is as good as a body.
    async fn change(&mut self, checks: &mut Checks, target: &str, sent: &Value) {
        let answer = self.send("PATCH", target, Some(sent)).await;
        checks.status(&answer, &[200, 204]);
    }

    /// A look-up, its quotation marks raw, that must answer a well-formed list; its entries.
    async fn look_up(&mut self, checks: &mut Checks, target: &str) -> Vec<Value> {
        let answer = self.session.call_as_written("GET", target).await;
        let body = checks.answer(&answer, 200);
        checks.schema(&body, LIST_RESPONSE);
        checks.numbers(&body);
        let entries = body.get("Resources").and_then(Value::as_array).cloned();
        checks.that(entries.is_some(), || "Resources is not an array".to_owned());
        let entries = entries.unwrap_or_default();
        checks.equals(&body, "/totalResults", entries.len());
        entries
    }

    /// A DELETE, then a GET that finds nothing.
    async fn gone(&mut self, checks: &mut Checks, target: &str) {
        let answer = self.send("DELETE", target, None).await;
        checks.status(&answer, &[204]);
        let answer = self.send("GET", target, None).await;
        checks.status(&answer, &[404]);
    }
}

/// Everything that was sent and did not come back. Text may come back as a boolean.
fn missing(sent: &Value, held: &Value, at: &str) -> Vec<String> {
    match (sent, held) {
        (Value::Object(members), Value::Object(_)) => members
            .iter()
            .flat_map(|(name, value)| missing(value, held.get(name).unwrap_or(&Value::Null), &format!("{at}/{name}")))
            .collect(),
        (Value::Array(entries), Value::Array(held)) => entries
            .iter()
            .filter(|entry| !held.iter().any(|held| missing(entry, held, at).is_empty()))
            .map(|entry| format!("{at} lacks {entry}"))
            .collect(),
        _ if super::path::same(held, sent) => Vec::new(),
        _ => vec![format!("{at} is {held} instead of {sent}")],
    }
}
