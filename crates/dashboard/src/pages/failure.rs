//! The page of every error: what happened, what to do, and the request id to quote.

use crate::shell::PlainShell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/failure.html")]
pub struct Failure {
    pub shell: PlainShell,
    pub status: u16,
    pub title: &'static str,
    pub text: String,
    /// Whether signing in is what helps.
    pub sign_in: bool,
    pub request_id: String,
}

#[cfg(test)]
impl Failure {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |status, title, text: &str| Failure {
            shell: PlainShell::default(),
            status,
            title,
            text: text.into(),
            sign_in: false,
            request_id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
        };
        vec![
            ("404", page(404, "There is nothing here", "The address is wrong, or what it showed no longer exists.")),
            (
                "500",
                page(
                    500,
                    "Something went wrong",
                    "It is our fault, and it is in the server's log under this request id.",
                ),
            ),
        ]
    }
}
