//! List responses (RFC 7644 §3.4.2).

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
    pub fn to_json(&self) -> String {
        let items_length: usize = self.items.iter().map(|item| item.len() + 1).sum();
        let mut text = String::with_capacity(items_length + 160);
        text.push_str("{\"schemas\":[\"");
        text.push_str(urn::LIST_RESPONSE);
        text.push_str(&format!(
            "\"],\"totalResults\":{},\"startIndex\":{},\"itemsPerPage\":{},\"Resources\":[",
            self.total,
            self.start_index,
            self.items.len()
        ));
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(item);
        }
        text.push_str("]}");
        text
    }
}
