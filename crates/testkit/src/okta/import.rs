//! The connection test, and the import of what the server holds.

use super::client::OktaClient;
use super::problem::Problem;
use super::task::OktaTask;
use crate::client::{Failure, Wrong};
use crate::message::{Page, body, resource_id, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// Okta's page size.
const PAGE: u64 = 100;

/// A user seen by an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedUser {
    /// The server's id.
    pub id: String,
    pub user_name: String,
    /// Okta imports only active users; the others are listed all the same.
    pub active: bool,
}

/// A group seen by an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedGroup {
    /// The server's id.
    pub id: String,
    pub display_name: String,
    /// The server's ids of the members.
    pub members: Vec<String>,
}

impl OktaClient {
    /// "Test Connector Configuration", also sent when the settings are saved: two users, and the groups when they are imported.
    pub async fn test_connection(&mut self, import_groups: bool) -> Result<(), OktaTask> {
        let result = self.try_test_connection(import_groups).await;
        result.map_err(|problem| self.failed("", "Error authenticating", problem))
    }

    async fn try_test_connection(&mut self, import_groups: bool) -> Result<(), Problem> {
        let exchange = self.call("GET", "/Users?startIndex=1&count=2", None).await?;
        // Whether the counters are well formed only comes out at the import.
        body(&exchange, &[200])?;
        if import_groups {
            let exchange = self.call("GET", "/Groups?startIndex=1&count=100", None).await?;
            body(&exchange, &[200])?;
        }
        Ok(())
    }

    /// Reads every user, page by page. Fails where Okta's import stops: a counter that is no integer or lies, a page out of place, an id
    /// seen twice, users missing at the end.
    pub async fn import_users(&mut self) -> Result<Vec<ImportedUser>, OktaTask> {
        let resources = self.import("/Users").await?;
        Ok(resources.iter().map(imported_user).collect())
    }

    /// Reads every group with its members, as [`OktaClient::import_users`] does.
    pub async fn import_groups(&mut self) -> Result<Vec<ImportedGroup>, OktaTask> {
        let resources = self.import("/Groups").await?;
        Ok(resources.iter().map(imported_group).collect())
    }

    pub(super) async fn import(&mut self, endpoint: &str) -> Result<Vec<Value>, OktaTask> {
        let result = self.try_import(endpoint).await;
        result.map_err(|problem| self.failed("", &format!("Import of {endpoint} failed"), problem))
    }

    async fn try_import(&mut self, endpoint: &str) -> Result<Vec<Value>, Problem> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        let mut start_index = 1;
        loop {
            let exchange = self.call("GET", &format!("{endpoint}?startIndex={start_index}&count={PAGE}"), None).await?;
            let page = Page::read(&exchange, start_index)?;
            for resource in &page.resources {
                let id = resource_id(&exchange, resource)?;
                if seen.contains(&id) {
                    return Err(Failure::with(&exchange, Wrong::List(format!("{id} is listed twice"))).into());
                }
                seen.insert(id);
            }
            // The next page starts a whole page further, however many came: with fewer, the ones between would be lost.
            let expected = PAGE.min(page.total_results.saturating_sub(start_index - 1));
            if page.resources.len() as u64 != expected {
                let text = format!("the page at {start_index} holds {} instead of {expected}", page.resources.len());
                return Err(Failure::with(&exchange, Wrong::List(text)).into());
            }
            all.extend(page.resources);
            start_index += PAGE;
            if start_index > page.total_results {
                return Ok(all);
            }
        }
    }
}

fn imported_user(resource: &Value) -> ImportedUser {
    ImportedUser {
        id: text(resource, "/id"),
        user_name: text(resource, "/userName"),
        active: resource.get("active") == Some(&Value::Bool(true)),
    }
}

fn imported_group(resource: &Value) -> ImportedGroup {
    let members = resource.get("members").and_then(Value::as_array).into_iter().flatten();
    ImportedGroup {
        id: text(resource, "/id"),
        display_name: text(resource, "/displayName"),
        members: members.map(|member| text(member, "/value")).collect(),
    }
}
