//! What went wrong with a request, in Okta's words.

use crate::client::{Detail, Failure, Wrong};

/// What went wrong, before it is put into the words of a task.
#[derive(Debug)]
pub(super) struct Problem {
    pub status: Option<u16>,
    pub text: String,
}

impl Problem {
    /// Something Okta notices without asking the server.
    pub fn local(text: impl Into<String>) -> Self {
        Self { status: None, text: text.into() }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let text = match &failure.wrong {
            Wrong::TimedOut(_) => "Read timed out".to_owned(),
            Wrong::Status { detail, .. } => refusal(failure.status, detail),
            Wrong::NotJson(word) => invalid_json(word),
            other => other.to_string(),
        };
        Self { status: failure.status, text }
    }
}

/// Reason phrase and the server's `detail`, or the complaint of Okta's JSON parser.
fn refusal(status: Option<u16>, detail: &Detail) -> String {
    let reason = status
        .and_then(|status| hyper::StatusCode::from_u16(status).ok())
        .and_then(|status| status.canonical_reason())
        .map_or_else(|| status.map(|status| status.to_string()).unwrap_or_default(), str::to_owned);
    let remote = match detail {
        Detail::NotJson(word) => invalid_json(word),
        said => said.to_string(),
    };
    format!("{reason}. Errors reported by remote server: {remote}")
}

/// Okta's words for a body that is no JSON.
fn invalid_json(token: &str) -> String {
    if token.is_empty() {
        return "Invalid JSON: No content to map due to end-of-input".to_owned();
    }
    format!("Invalid JSON: Unrecognized token '{token}': was expecting ('true', 'false' or 'null')")
}
