//! How Okta tells an administrator that something failed.

use super::answers::Problem;

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

/// The outcome of one step of one of Okta's published tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// As numbered in Okta's own file.
    pub number: u8,
    pub name: &'static str,
    /// Every assertion that did not hold, readable; empty when the step passed.
    pub failures: Vec<String>,
}

impl StepResult {
    /// True when every assertion held.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl std::fmt::Display for StepResult {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let outcome = if self.passed() { "passed" } else { "FAILED" };
        write!(formatter, "{outcome}  step {} {}", self.number, self.name)?;
        self.failures.iter().try_for_each(|failure| write!(formatter, "\n        {failure}"))
    }
}
