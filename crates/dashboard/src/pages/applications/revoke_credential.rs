//! `GET, POST …/connection/credentials/{credential}/revoke`: ends a credential after its name was typed.

use super::ApplicationHead;
use super::connection::CredentialRow;
use super::{Step, open};
use crate::shell::Notice;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
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

/// The name, typed to confirm.
pub struct RevokeForm {
    typed: String,
}

impl Form for RevokeForm {
    fn read(fields: &Fields) -> Self {
        RevokeForm { typed: fields.trimmed("typed") }
    }
}

async fn build(administrator: &Administrator) -> Result<RevokeCredential, PageFailure> {
    administrator.must_change()?;
    let (_, shell, application) = open(administrator, Step::Connection).await?;
    let (credential, all) = CredentialRow::open(administrator).await?;
    let works = |row: &CredentialRow| row.active && row.user.is_none();
    let last_one = works(&credential) && all.iter().filter(|row| works(row)).count() == 1;
    Ok(RevokeCredential { shell, application, credential, last_one, typed: String::new(), error: String::new() })
}

/// `GET …/revoke`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&build(&administrator).await?)
}

/// `POST …/revoke`
pub async fn submit(administrator: Administrator, Protected(form): Protected<RevokeForm>) -> Answer {
    let mut page = build(&administrator).await?;
    if form.typed != page.credential.name.trim() {
        page.error = format!("Type the name exactly: {}", page.credential.name);
        page.typed = form.typed;
        return administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let (application, credential) = (administrator.path("application"), administrator.path("credential"));
    administrator.registry().revoke_credential(&administrator.scope, application, credential).await?;
    Ok(administrator.see_other(&format!("{}/connection", page.application.base), Notice::CredentialRevoked))
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
