//! An answer, and what a check expects of it.

use super::check::{Stop, Verdict};
use crate::http::Exchange;
use serde_json::Value;
use std::sync::Arc;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// One exchange and the JSON of its answer.
#[derive(Clone, Debug)]
pub struct Answer {
    exchange: Arc<Exchange>,
    body: Value,
}

impl Answer {
    pub fn new(exchange: Arc<Exchange>) -> Self {
        let body = exchange.json().unwrap_or_default();
        Self { exchange, body }
    }

    pub fn status(&self) -> u16 {
        self.exchange.status
    }

    /// The JSON; null if it is none.
    pub fn body(&self) -> &Value {
        &self.body
    }

    pub fn has_body(&self) -> bool {
        !self.exchange.response_body.is_empty()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.exchange.response_header(name)
    }

    /// A failure that this exchange shows.
    pub fn fail(&self, what: impl Into<String>) -> Stop {
        Stop::Failed { what: what.into(), exchange: Some(Arc::clone(&self.exchange)) }
    }

    pub fn that(&self, holds: bool, what: impl FnOnce() -> String) -> Verdict {
        if holds { Ok(()) } else { Err(self.fail(what())) }
    }

    /// This answer, if it has the status; and a JSON object, if the status promises one.
    pub fn expect(self, status: u16) -> Result<Self, Stop> {
        self.that(self.status() == status, || format!("the status is {} instead of {status}", self.status()))?;
        let promises = matches!(status, 200 | 201);
        self.that(!promises || self.body.is_object(), || "the body is no JSON object".to_owned())?;
        Ok(self)
    }

    /// This answer, if it is a success.
    pub fn success(self) -> Result<Self, Stop> {
        self.that((200..300).contains(&self.status()), || {
            format!("the status is {}, which is no success", self.status())
        })?;
        Ok(self)
    }

    /// Holds that this is an error as RFC 7644 §3.12 has it, of that status and with one of these `scimType`s. An empty
    /// list: any, or none.
    pub fn error(self, status: u16, scim_types: &[&str]) -> Result<Self, Stop> {
        self.that(self.status() == status, || format!("the status is {} instead of {status}", self.status()))?;
        self.is_scim_error()?;
        let held = self.body.get("scimType").and_then(Value::as_str).unwrap_or_default();
        self.that(scim_types.is_empty() || scim_types.contains(&held), || {
            format!("scimType is \"{held}\" instead of {}", scim_types.join(" or "))
        })?;
        Ok(self)
    }

    /// Holds that this is a refusal, of whatever status, in the form of an error.
    pub fn refused(self) -> Result<Self, Stop> {
        let refused = (400..500).contains(&self.status()) || self.status() == 501;
        self.that(refused, || format!("the status is {}, which is no refusal", self.status()))?;
        self.is_scim_error()?;
        Ok(self)
    }

    /// The form of an error: schemas, the status as a string.
    pub fn is_scim_error(&self) -> Verdict {
        self.that(self.body.is_object(), || "the error is no JSON object".to_owned())?;
        self.that(has_schema(&self.body, ERROR), || format!("schemas does not contain {ERROR}"))?;
        let status = self.body.get("status").cloned().unwrap_or_default();
        self.that(status == self.status().to_string().as_str(), || {
            format!("status in the body is {status} instead of \"{}\"", self.status())
        })
    }

    /// The value of a member of the body.
    pub fn get(&self, name: &str) -> &Value {
        self.body.get(name).unwrap_or(&Value::Null)
    }

    /// The value at a JSON pointer.
    pub fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.text("/id")
    }

    /// Holds that a member has a value.
    pub fn equals(&self, pointer: &str, expected: &Value) -> Verdict {
        let held = self.at(pointer);
        self.that(held == expected, || format!("{pointer} is {held} instead of {expected}"))
    }

    /// Holds that a member is unassigned.
    pub fn lacks(&self, pointer: &str) -> Verdict {
        let held = self.at(pointer);
        self.that(is_unassigned(held), || format!("{pointer} is {held} instead of nothing"))
    }

    /// Holds that this is a list and gives its resources.
    pub fn resources(&self) -> Result<&[Value], Stop> {
        self.that(self.status() == 200, || format!("the status is {} instead of 200", self.status()))?;
        self.that(has_schema(&self.body, LIST_RESPONSE), || format!("schemas does not contain {LIST_RESPONSE}"))?;
        match self.body.get("Resources") {
            Some(Value::Array(resources)) => Ok(resources),
            None | Some(Value::Null) if self.asks_for_none() || self.total()? == 0 => Ok(&[]),
            _ => Err(self.fail(format!("totalResults is {}, but Resources is no list", self.get("totalResults")))),
        }
    }

    pub fn total(&self) -> Result<u64, Stop> {
        let total = self.get("totalResults");
        total.as_u64().ok_or_else(|| self.fail(format!("totalResults is {total} instead of a whole number")))
    }

    /// A page without results needs no `Resources`, whatever the total.
    fn asks_for_none(&self) -> bool {
        let items = self.body.get("itemsPerPage").and_then(Value::as_u64);
        let request = self.exchange.request_body.windows(9).any(|window| window == b"\"count\":0");
        items == Some(0) || self.exchange.target.contains("count=0") || request
    }

    pub fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }
}

pub(super) fn has_schema(body: &Value, urn: &str) -> bool {
    let mut schemas = body.get("schemas").and_then(Value::as_array).into_iter().flatten();
    schemas.any(|schema| schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(urn)))
}

/// Absent, null and the empty list are one state (RFC 7643 §2.5).
pub(super) fn is_unassigned(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Whether what was sent came back: every member that was sent, and every value of a list, in any order.
pub(super) fn holds(held: &Value, sent: &Value) -> bool {
    match (held, sent) {
        (Value::Object(held), Value::Object(sent)) => {
            sent.iter().all(|(name, sent)| held.get(name).is_some_and(|held| holds(held, sent)))
        }
        (Value::Array(held), Value::Array(sent)) => sent.iter().all(|sent| held.iter().any(|held| holds(held, sent))),
        (Value::Number(held), Value::Number(sent)) => held.as_f64() == sent.as_f64(),
        _ => held == sent,
    }
}
