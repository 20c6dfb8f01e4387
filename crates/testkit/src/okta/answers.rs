//! Reading the server's answers as strictly as Okta does.

use crate::http::{Exchange, HttpError};
use serde_json::Value;

pub(super) const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What went wrong with one request, before it is put into the words of a task.
#[derive(Debug)]
pub(super) struct Problem {
    pub status: Option<u16>,
    pub text: String,
}

impl Problem {
    /// An answer that arrived but is not what it has to be.
    pub fn with(exchange: &Exchange, text: impl Into<String>) -> Self {
        Self { status: Some(exchange.status), text: text.into() }
    }

    /// Something Okta notices without asking the server.
    pub fn local(text: impl Into<String>) -> Self {
        Self { status: None, text: text.into() }
    }

    /// An answer of refusal: reason phrase and the server's `detail`, or the complaint of Okta's JSON parser.
    pub fn refused(exchange: &Exchange) -> Self {
        let reason = hyper::StatusCode::from_u16(exchange.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .map_or_else(|| exchange.status.to_string(), str::to_owned);
        let remote = match exchange.json() {
            Ok(body) => text_at(&body, "/detail").map_or_else(|| "no detail given".to_owned(), str::to_owned),
            Err(_) => invalid_json(exchange),
        };
        Self::with(exchange, format!("{reason}. Errors reported by remote server: {remote}"))
    }
}

impl From<HttpError> for Problem {
    fn from(error: HttpError) -> Self {
        use std::error::Error as _;
        let text = match &error {
            HttpError::Timeout(_) => "Read timed out".to_owned(),
            _ => error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")),
        };
        Self { status: None, text }
    }
}

/// Okta's words for a body that is no JSON.
fn invalid_json(exchange: &Exchange) -> String {
    let text = exchange.text();
    let token: String = text.trim_start().chars().take_while(|character| !character.is_whitespace()).take(40).collect();
    if token.is_empty() {
        return "Invalid JSON: No content to map due to end-of-input".to_owned();
    }
    format!("Invalid JSON: Unrecognized token '{token}': was expecting ('true', 'false' or 'null')")
}

/// The text at a JSON pointer; `None` when it is missing, empty or no text.
pub(super) fn text_at<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The body of an answer that must have one of `statuses`.
pub(super) fn body(exchange: &Exchange, statuses: &[u16]) -> Result<Value, Problem> {
    if !statuses.contains(&exchange.status) {
        return Err(Problem::refused(exchange));
    }
    exchange.json().map_err(|_| Problem::with(exchange, invalid_json(exchange)))
}

/// One page of a ListResponse (RFC 7644 §3.4.2).
pub(super) struct Page {
    pub total_results: u64,
    pub resources: Vec<Value>,
}

impl Page {
    /// Reads the page that was asked for with `start_index`. Counters must be JSON integers and tell the truth: Okta's import stops
    /// without a word at a counter that is a string.
    pub fn read(exchange: &Exchange, start_index: u64) -> Result<Self, Problem> {
        let body = body(exchange, &[200])?;
        let wrong = |text: String| Problem::with(exchange, text);
        if !has_schema(&body, LIST_RESPONSE) {
            return Err(wrong("the answer is not a ListResponse".to_owned()));
        }
        let total_results = counter(&body, "totalResults").map_err(wrong)?;
        let items_per_page = counter(&body, "itemsPerPage").map_err(wrong)?;
        let answered_start = counter(&body, "startIndex").map_err(wrong)?;
        let Some(resources) = body.get("Resources").and_then(Value::as_array) else {
            return Err(wrong("Resources is not an array".to_owned()));
        };
        if items_per_page != resources.len() as u64 {
            return Err(wrong(format!("itemsPerPage is {items_per_page}, but the page holds {}", resources.len())));
        }
        if answered_start != start_index {
            return Err(wrong(format!(
                "startIndex is {answered_start}, but {start_index} was asked for: pages overlap"
            )));
        }
        if total_results < items_per_page {
            return Err(wrong(format!("totalResults is {total_results}, less than the page holds")));
        }
        Ok(Self { total_results, resources: resources.clone() })
    }
}

/// A counter that is a JSON integer of at least 0.
pub(super) fn counter(body: &Value, name: &str) -> Result<u64, String> {
    match body.get(name) {
        None => Err(format!("{name} is missing")),
        Some(value) => value.as_u64().ok_or_else(|| format!("{name} is not an integer: {value}")),
    }
}

/// True when `schemas` lists `urn`.
pub(super) fn has_schema(body: &Value, urn: &str) -> bool {
    body.get("schemas").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(|schema| schema == urn))
}

/// The id Okta links by: a text, stable and without the word RFC 7644 §3.7.2 keeps for bulk references.
pub(super) fn resource_id(exchange: &Exchange, resource: &Value) -> Result<String, Problem> {
    match text_at(resource, "/id") {
        None => Err(Problem::with(exchange, "the answer has no id")),
        Some(id) if id.contains("bulkId") => Err(Problem::with(exchange, format!("the id `{id}` contains bulkId"))),
        Some(id) => Ok(id.to_owned()),
    }
}

/// A stored user as answered: the right one, and without a password.
pub(super) fn check_user(exchange: &Exchange, user: &Value, id: Option<&str>) -> Result<(), Problem> {
    if user.get("password").is_some() {
        return Err(Problem::with(exchange, "the answer holds the password"));
    }
    match (id, text_at(user, "/id")) {
        (Some(id), answered) if answered != Some(id) => {
            Err(Problem::with(exchange, format!("user {id} was asked for, {} answered", answered.unwrap_or("nobody"))))
        }
        _ => Ok(()),
    }
}
