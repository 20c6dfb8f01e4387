//! `GET, POST …/connection/credentials/{credential}/revoke`: ends a credential after its name was typed.

use super::ApplicationHead;
use super::connection::CredentialRow;
use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/revoke_credential.html")]
pub struct RevokeCredential {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub credential: CredentialRow,
    /// No other credential works: the client stops when this one ends.
    pub last_one: bool,
    pub typed: String,
    pub error: String,
}

#[cfg(test)]
impl RevokeCredential {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |last_one, typed: &str, error: &str| RevokeCredential {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Connection),
            credential: CredentialRow::sample(),
            last_one,
            typed: typed.into(),
            error: error.into(),
        };
        vec![("ask", page(true, "", "")), ("wrong", page(false, "First", "Type the name exactly: First credential"))]
    }
}
