//! Reading a list to its end, by position and by cursor, by GET and by search.

use serde_json::{Value, json};

use super::application::TestApplication;
use super::client::Answer;

/// How a query is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Get,
    Search,
}

/// The resources of a page or of several.
pub fn resources(list: &Value) -> Vec<Value> {
    list["Resources"].as_array().unwrap().clone()
}

/// The ids of the resources of a page.
pub fn ids(list: &Value) -> Vec<String> {
    resources(list).iter().map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
}

impl TestApplication {
    /// Asks at an endpoint, or at the root for an empty one. `query` is an object of parameters.
    pub async fn ask(&self, by: By, endpoint: &str, query: &Value) -> Answer {
        let parameters = query.as_object().unwrap();
        if by == By::Search {
            let mut body = query.clone();
            body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
            return self.post(&format!("{endpoint}/.search"), &body).await;
        }
        let encoded = |value: &Value| -> String {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.bytes().map(|byte| format!("%{byte:02X}")).collect()
        };
        let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.get(&format!("{endpoint}?{}", pairs.join("&"))).await
    }

    /// Every page by position, until there is nothing left.
    pub async fn pages_by_index(&self, by: By, endpoint: &str, query: &Value, count: usize) -> Vec<Value> {
        let mut pages = Vec::new();
        let mut start_index = 1;
        loop {
            let mut query = query.clone();
            query["startIndex"] = json!(start_index);
            query["count"] = json!(count);
            let page = self.ask(by, endpoint, &query).await.expect(200).json();
            let read = resources(&page).len();
            assert!(read <= count && page["itemsPerPage"] == read && page["startIndex"] == start_index, "{query}");
            assert!(page.get("nextCursor").is_none() && page.get("previousCursor").is_none(), "{query}");
            start_index += read;
            let total = page["totalResults"].as_u64().unwrap();
            pages.push(page);
            if read == 0 || start_index as u64 > total {
                return pages;
            }
        }
    }

    /// Every page by cursor, from the first one on.
    pub async fn pages_by_cursor(&self, by: By, endpoint: &str, query: &Value, count: usize) -> Vec<Value> {
        let first = self.page_at(by, endpoint, query, count, "").await;
        assert!(first.get("previousCursor").is_none(), "{query}");
        self.follow(by, endpoint, query, count, first, "nextCursor").await
    }

    /// Every page before one, the nearest first, and that one in front.
    pub async fn pages_back(&self, by: By, endpoint: &str, query: &Value, count: usize, last: Value) -> Vec<Value> {
        self.follow(by, endpoint, query, count, last, "previousCursor").await
    }

    /// The page of a cursor.
    pub async fn page_at(&self, by: By, endpoint: &str, query: &Value, count: usize, cursor: &str) -> Value {
        let mut query = query.clone();
        query["cursor"] = json!(cursor);
        query["count"] = json!(count);
        let page = self.ask(by, endpoint, &query).await.expect(200).json();
        let read = resources(&page).len();
        assert!(read <= count && page["itemsPerPage"] == read && page.get("startIndex").is_none(), "{query}");
        page
    }

    async fn follow(
        &self,
        by: By,
        endpoint: &str,
        query: &Value,
        count: usize,
        page: Value,
        member: &str,
    ) -> Vec<Value> {
        let mut pages = vec![page];
        while let Some(cursor) = pages.last().unwrap().get(member) {
            assert!(pages.len() < 10_000, "{query}");
            let page = self.page_at(by, endpoint, query, count, cursor.as_str().unwrap()).await;
            pages.push(page);
        }
        pages
    }
}
