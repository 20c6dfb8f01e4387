//! How Okta tells an administrator that something failed.

use super::problem::Problem;

/// An entry of Okta's Tasks page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OktaTask {
    /// The login, or the name of the group; empty when it concerns the application as a whole.
    pub user: String,
    /// As Okta words it, with the server's `detail` at the end.
    pub message: String,
    /// The answer's status; `None` when there was no answer.
    pub status: Option<u16>,
}

impl OktaTask {
    pub(super) fn new(user: &str, action: &str, problem: Problem) -> Self {
        Self { user: user.to_owned(), message: format!("{action}: {}", problem.text), status: problem.status }
    }
}
