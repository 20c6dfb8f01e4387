//! List responses (RFC 7644 §3.4.2): pages by position, and pages by cursor (RFC 9865 §2).

use serde_json::Value;

use crate::urn;

/// One page of a list, each item a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListResponse {
    /// How many there are in all, on every page.
    pub total: u64,
    /// 1-based position of the first item.
    pub start_index: u64,
    /// The items of this page.
    pub items: Vec<String>,
}

impl ListResponse {
    /// The body on the wire. Counters are integers, `Resources` is always there, `itemsPerPage` is what is really
    /// returned: Okta's import stops without a word otherwise.
    pub fn to_json(self) -> String {
        let counters = format!("\"totalResults\":{},\"startIndex\":{}", self.total, self.start_index);
        list(&counters, "", self.items)
    }
}

/// One page of a list that is read by cursor, each item a JSON text. It has no position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorPage {
    /// How many there are in all; left out when that would take reading everything (RFC 9865 §2).
    pub total: Option<u64>,
    /// Leads to the next page; `None` on the last one only.
    pub next_cursor: Option<String>,
    /// Leads to the page before; `None` on the first one.
    pub previous_cursor: Option<String>,
    /// The items of this page.
    pub items: Vec<String>,
}

impl CursorPage {
    /// The body on the wire.
    pub fn to_json(self) -> String {
        let counters = self.total.map(|total| format!("\"totalResults\":{total}")).unwrap_or_default();
        let mut cursors = String::new();
        for (name, cursor) in [("nextCursor", &self.next_cursor), ("previousCursor", &self.previous_cursor)] {
            if let Some(cursor) = cursor {
                cursors.push_str(&format!(",\"{name}\":{}", Value::from(cursor.as_str())));
            }
        }
        list(&counters, &cursors, self.items)
    }
}

/// `before` and `after` are members: what stands before `itemsPerPage`, and what after it with a comma in front. Each item is
/// let go once it is in the text: a page of large groups is in memory once and not twice.
fn list(before: &str, after: &str, items: Vec<String>) -> String {
    let items_length: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut text = String::with_capacity(items_length + before.len() + after.len() + 160);
    text.push_str("{\"schemas\":[\"");
    text.push_str(urn::LIST_RESPONSE);
    text.push_str("\"],");
    if !before.is_empty() {
        text.push_str(before);
        text.push(',');
    }
    text.push_str(&format!("\"itemsPerPage\":{}{after},\"Resources\":[", items.len()));
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&item);
    }
    text.push_str("]}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_on_the_wire() {
        let items = vec!["{}".to_owned(), r#"{"a":1}"#.to_owned()];
        let schemas = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"#;
        assert_eq!(
            ListResponse { total: 7, start_index: 3, items: items.clone() }.to_json(),
            format!(r#"{schemas}"totalResults":7,"startIndex":3,"itemsPerPage":2,"Resources":[{{}},{{"a":1}}]}}"#)
        );
        let page = CursorPage { total: Some(7), next_cursor: Some("n-_".into()), previous_cursor: None, items };
        assert_eq!(
            page.to_json(),
            format!(r#"{schemas}"totalResults":7,"itemsPerPage":2,"nextCursor":"n-_","Resources":[{{}},{{"a":1}}]}}"#)
        );
        let last = CursorPage { total: None, next_cursor: None, previous_cursor: Some("p".into()), items: Vec::new() };
        assert_eq!(last.to_json(), format!(r#"{schemas}"itemsPerPage":0,"previousCursor":"p","Resources":[]}}"#));
    }
}
