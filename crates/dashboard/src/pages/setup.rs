//! `GET, POST /setup`: makes the first administrator and the first tenant. Opened only by the one-time token.

use crate::shell::PlainShell;
use askama::Template;

/// The page.
#[derive(Template, Default)]
#[template(path = "pages/setup.html")]
pub struct Setup {
    pub shell: PlainShell,
    /// The one-time token, carried through the form.
    pub token: String,
    pub tenant_name: String,
    pub tenant_slug: String,
    pub email: String,
    pub tenant_name_error: String,
    pub tenant_slug_error: String,
    pub email_error: String,
    pub password_error: String,
}

#[cfg(test)]
impl Setup {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let wrong = Setup {
            tenant_name: "Northwind Ltd".into(),
            tenant_slug: "North_wind".into(),
            tenant_slug_error: "Small letters, digits and hyphens; it starts with a letter.".into(),
            email: "mira@northwind.example".into(),
            password_error: "Use at least 12 characters.".into(),
            ..Setup::default()
        };
        vec![("empty", Setup::default()), ("wrong", wrong)]
    }
}
