//! `GET, POST …/connection/credentials/{credential}/reveal`: shows a secret again after the password was entered again.
//! The answer to the POST is the page itself, not a redirect: the secret must not outlive it.

use super::ApplicationHead;
use super::connection::{CredentialRow, Secret};
use super::{Step, open};
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::Error;
use secrecy::SecretString;

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

/// The password, once more.
pub struct RevealForm {
    password: SecretString,
}

impl Form for RevealForm {
    fn read(fields: &Fields) -> Self {
        RevealForm { password: fields.secret("password") }
    }
}

async fn build(administrator: &Administrator) -> Result<RevealCredential, PageFailure> {
    administrator.must_change()?;
    let (_, shell, application) = open(administrator, Step::Connection).await?;
    let (credential, _) = CredentialRow::open(administrator).await?;
    Ok(RevealCredential { shell, application, credential, error: String::new(), secret: None })
}

/// `GET …/reveal`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&build(&administrator).await?)
}

/// `POST …/reveal`
pub async fn submit(administrator: Administrator, Protected(form): Protected<RevealForm>) -> Answer {
    let mut page = build(&administrator).await?;
    let (application, credential) = (administrator.path("application"), administrator.path("credential"));
    let (scope, session) = (&administrator.scope, administrator.session());
    match administrator.registry().reveal_credential(scope, session, application, credential, form.password).await {
        Ok(revealed) => {
            page.secret = Some(Secret::new(&revealed));
            administrator.page(&page)
        }
        Err(Error::WrongPassword) => {
            page.error = "That is not your password.".to_owned();
            administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error @ Error::TooManyAttempts { .. }) => {
            page.error = error.to_string();
            administrator.page_with(StatusCode::TOO_MANY_REQUESTS, &page)
        }
        Err(error @ (Error::RevealNotAllowed | Error::OtherSecretKey)) => {
            page.error = error.to_string();
            administrator.page_with(StatusCode::FORBIDDEN, &page)
        }
        Err(error) => Err(error.into()),
    }
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
