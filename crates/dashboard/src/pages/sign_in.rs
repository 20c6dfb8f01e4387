//! `GET, POST /sign-in`, `POST /sign-out`.

use crate::shell::PlainShell;
use askama::Template;

/// The page.
#[derive(Template, Default)]
#[template(path = "pages/sign_in.html")]
pub struct SignIn {
    pub shell: PlainShell,
    pub email: String,
    /// Where to go afterwards: a path of this site, or empty.
    pub return_path: String,
    pub error: String,
    /// No administrator exists yet: says how to begin.
    pub not_set_up: bool,
}

#[cfg(test)]
impl SignIn {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let wrong = SignIn {
            email: "mira@northwind.example".into(),
            error: "This e-mail address and password do not match.".into(),
            ..SignIn::default()
        };
        vec![("empty", SignIn::default()), ("wrong", wrong), ("not-set-up", SignIn { not_set_up: true, ..SignIn::default() })]
    }
}
