//! `GET, POST /t/{slug}/applications/new/scim-client`: names the application. It exists from then on.

use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/new_scim_client.html")]
pub struct NewScimClient {
    pub shell: Shell,
    pub name: String,
    pub name_error: String,
    /// Basic Auth was chosen; otherwise a bearer token.
    pub basic: bool,
}

#[cfg(test)]
impl NewScimClient {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, name_error: &str| NewScimClient {
            shell: Shell::sample(crate::shell::Section::Applications),
            name: name.into(),
            name_error: name_error.into(),
            basic: false,
        };
        vec![("empty", page("", "")), ("taken", page("Okta Workforce", "Another application of this tenant has this name."))]
    }
}
