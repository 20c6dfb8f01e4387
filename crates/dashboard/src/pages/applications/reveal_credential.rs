//! `GET, POST …/connection/credentials/{credential}/reveal`: shows a secret again after the password was entered again.
//! The answer to the POST is the page itself, not a redirect: the secret must not outlive it.

use super::ApplicationHead;
use super::connection::{CredentialRow, Secret};
use crate::shell::Shell;
use askama::Template;

/// The page, before (`secret` is none) and after.
#[derive(Template)]
#[template(path = "pages/applications/reveal_credential.html")]
pub struct RevealCredential {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub credential: CredentialRow,
    pub error: String,
    pub secret: Option<Secret>,
}

#[cfg(test)]
impl RevealCredential {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |error: &str, secret| RevealCredential {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Connection),
            credential: CredentialRow::sample(),
            error: error.into(),
            secret,
        };
        let secret = Secret {
            name: "First credential".into(),
            username: None,
            secret: "rct7Hq2mZ0tVdX4cN9eYkB1sPaLwUj6RfGo3Ti82Qk4wzAbCdEfGh".into(),
        };
        vec![
            ("ask", page("", None)),
            ("wrong", page("That is not your password.", None)),
            ("shown", page("", Some(secret))),
        ]
    }
}
