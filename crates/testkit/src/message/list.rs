//! List responses (RFC 7644 §3.4.2).

use super::LIST_RESPONSE;
use super::answer::{body, counter, has_schema, resource_id};
use crate::client::{Failure, Wrong};
use crate::http::Exchange;
use serde_json::Value;

/// One page.
#[derive(Debug)]
pub struct Page {
    pub total_results: u64,
    pub resources: Vec<Value>,
}

/// The one resource that a look-up was for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The server's id.
    pub id: String,
    pub resource: Value,
}

impl Page {
    /// Reads the page that was asked for with `start_index`. Counters must be JSON integers and tell the truth.
    pub fn read(exchange: &Exchange, start_index: u64) -> Result<Self, Failure> {
        let body = body(exchange, &[200])?;
        let wrong = |text: String| Failure::with(exchange, Wrong::List(text));
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

    /// The answer to a look-up of `attribute eq "value"`: nobody, or the one resource that has the value, in any case. A list of
    /// anything else is an error: a client that takes the first entry of an unfiltered list would overwrite a stranger.
    pub fn only(exchange: &Exchange, attribute: &str, value: &str) -> Result<Option<Found>, Failure> {
        let page = Self::read(exchange, 1)?;
        let wrong = |text: String| Failure::with(exchange, Wrong::List(text));
        match page.resources.as_slice() {
            [] => Ok(None),
            [found] => {
                let held = held_values(found, attribute);
                if !held.iter().any(|held| held.to_lowercase() == value.to_lowercase()) {
                    return Err(wrong(format!("the look-up of `{value}` answered `{}`", held.join(", "))));
                }
                Ok(Some(Found { id: resource_id(exchange, found)?, resource: found.clone() }))
            }
            several => Err(wrong(format!("the look-up of `{value}` answered {} entries", several.len()))),
        }
    }
}

/// The values that a look-up by `attribute` may have meant: of a list such as `emails` or `emails[type eq "work"].value` any entry's.
fn held_values<'a>(resource: &'a Value, attribute: &str) -> Vec<&'a str> {
    let name = attribute.split(['[', '.']).next().unwrap_or_default();
    match resource.get(name) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(entries)) => {
            entries.iter().filter_map(|entry| entry.get("value").and_then(Value::as_str)).collect()
        }
        _ => Vec::new(),
    }
}
