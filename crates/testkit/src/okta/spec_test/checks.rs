//! Assertions on an answer, each failure in words.

use crate::http::{Exchange, HttpError};
use crate::okta::StepResult;
use crate::okta::answers::{counter, has_schema, text_at};
use serde_json::Value;
use std::sync::Arc;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The assertions of one step, collected.
pub(super) struct Checks {
    number: u8,
    name: &'static str,
    pub failures: Vec<String>,
}

impl Checks {
    pub fn new(number: u8, name: &'static str) -> Self {
        Self { number, name, failures: Vec::new() }
    }

    pub fn that(&mut self, holds: bool, failure: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(failure());
        }
    }

    /// The status and the JSON body of an answer; a null body when there is none.
    pub fn answer(&mut self, answer: &Result<Arc<Exchange>, HttpError>, status: u16) -> Value {
        match answer {
            Err(error) => {
                self.failures.push(error.to_string());
                Value::Null
            }
            Ok(exchange) => {
                self.that(exchange.status == status, || format!("status is {} instead of {status}", exchange.status));
                exchange.json().unwrap_or_else(|error| {
                    self.failures.push(format!("the body is not JSON: {error}"));
                    Value::Null
                })
            }
        }
    }

    pub fn schema(&mut self, body: &Value, urn: &str) {
        self.that(has_schema(body, urn), || format!("schemas does not contain {urn}"));
    }

    pub fn equals(&mut self, body: &Value, pointer: &str, expected: &str) {
        let held = body.pointer(pointer).unwrap_or(&Value::Null);
        self.that(held == expected, || format!("{pointer} is {held} instead of \"{expected}\""));
    }

    pub fn numbers(&mut self, body: &Value) {
        for name in ["itemsPerPage", "startIndex", "totalResults"] {
            self.failures.extend(counter(body, name).err());
        }
    }

    /// What the test wants to find in every user. "Not empty" is taken as true for `active`.
    pub fn complete_user(&mut self, user: &Value) {
        for pointer in ["/id", "/name/familyName", "/name/givenName", "/userName", "/emails/0/value"] {
            self.that(text_at(user, pointer).is_some(), || format!("{pointer} is empty"));
        }
        self.that(user.get("active") == Some(&Value::Bool(true)), || "/active is not true".to_owned());
    }

    pub fn error(&mut self, body: &Value) {
        self.that(text_at(body, "/detail").is_some(), || "detail is empty".to_owned());
        self.schema(body, ERROR);
    }

    pub fn done(self) -> StepResult {
        StepResult { number: self.number, name: self.name, failures: self.failures }
    }
}
