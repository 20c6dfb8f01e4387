//! `GET, POST /t/{slug}/applications/new/scim-client`: names the application. It exists from then on.

use crate::shell::Shell;
use crate::shell::{Notice, Section};
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{CredentialKind, Error, NewApplication};

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

/// What is typed.
pub struct NewForm {
    name: String,
    basic: bool,
}

impl Form for NewForm {
    fn read(fields: &Fields) -> Self {
        NewForm { name: fields.trimmed("name"), basic: fields.text("authentication") == "basic" }
    }
}

/// `GET …/applications/new/scim-client`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.must_change()?;
    administrator.page(&NewScimClient {
        shell: administrator.shell(Section::Applications),
        name: String::new(),
        name_error: String::new(),
        basic: false,
    })
}

/// `POST …/applications/new/scim-client`
pub async fn submit(administrator: Administrator, Protected(form): Protected<NewForm>) -> Answer {
    let wanted = NewApplication {
        name: form.name.clone(),
        authentication: if form.basic { CredentialKind::Basic } else { CredentialKind::Bearer },
        features: Vec::new(),
    };
    let name_error = match administrator.registry().add_application(&administrator.scope, wanted).await {
        Ok((application, _)) => {
            let path = format!("{}/applications/{}/connection", administrator.base(), application.id);
            return Ok(administrator.see_other(&path, Notice::ApplicationAdded));
        }
        Err(Error::NameTaken { .. }) => NAME_TAKEN.to_owned(),
        Err(Error::InvalidField { message, .. }) => message,
        Err(error) => return Err(error.into()),
    };
    let shell = administrator.shell(Section::Applications);
    let page = NewScimClient { shell, name: form.name, name_error, basic: form.basic };
    administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Beside the name, here and where an application is renamed.
pub const NAME_TAKEN: &str = "Another application of this tenant has this name.";

#[cfg(test)]
impl NewScimClient {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |name: &str, name_error: &str| NewScimClient {
            shell: Shell::sample(crate::shell::Section::Applications),
            name: name.into(),
            name_error: name_error.into(),
            basic: false,
        };
        vec![
            ("empty", page("", "")),
            ("taken", page("Okta Workforce", "Another application of this tenant has this name.")),
        ]
    }
}
