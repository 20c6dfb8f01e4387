//! Assertions on an answer, each failure in words: what published tests are made of.

use super::StepResult;
use crate::http::Exchange;
use crate::message::{ERROR, counter, has_schema, text_at};
use serde_json::Value;
use std::fmt::Display;
use std::sync::Arc;

/// The assertions of one step, collected.
pub(crate) struct Checks {
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

    /// Holds the status of an answer, and gives whether there was one.
    pub fn status(&mut self, answer: &Result<Arc<Exchange>, impl Display>, expected: &[u16]) -> bool {
        match answer {
            Err(error) => {
                self.failures.push(error.to_string());
                false
            }
            Ok(exchange) => {
                let wanted = || expected.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
                let status = exchange.status;
                self.that(expected.contains(&status), || format!("status is {status} instead of {}", wanted()));
                true
            }
        }
    }

    /// The status and the JSON body of an answer; a null body when there is none.
    pub fn answer(&mut self, answer: &Result<Arc<Exchange>, impl Display>, status: u16) -> Value {
        self.status(answer, &[status]);
        let Ok(exchange) = answer else { return Value::Null };
        exchange.json().unwrap_or_else(|error| {
            self.failures.push(format!("the body is not JSON: {error}"));
            Value::Null
        })
    }

    pub fn schema(&mut self, body: &Value, urn: &str) {
        self.that(has_schema(body, urn), || format!("schemas does not contain {urn}"));
    }

    /// Holds the value at a JSON pointer; null stands for an absent one.
    pub fn equals(&mut self, body: &Value, pointer: &str, expected: impl Into<Value>) {
        let expected = expected.into();
        let held = body.pointer(pointer).unwrap_or(&Value::Null);
        self.that(*held == expected, || format!("{pointer} is {held} instead of {expected}"));
    }

    pub fn numbers(&mut self, body: &Value) {
        for name in ["itemsPerPage", "startIndex", "totalResults"] {
            self.failures.extend(counter(body, name).err());
        }
    }

    /// A SCIM error (RFC 7644 §3.12) with something to read.
    pub fn error(&mut self, body: &Value) {
        self.that(text_at(body, "/detail").is_some(), || "detail is empty".to_owned());
        self.schema(body, ERROR);
    }

    pub fn done(self) -> StepResult {
        StepResult { number: self.number, name: self.name, failures: self.failures }
    }
}
