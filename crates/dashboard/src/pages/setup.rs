//! `GET, POST /setup`: makes the first administrator and the first tenant. Opened only by the one-time token.

use crate::shell::PlainShell;
use crate::web::answer::{self, Answer};
use crate::web::cookies;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Error, SetUp};
use secrecy::SecretString;

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

/// What is typed.
pub struct SetupForm {
    token: String,
    tenant_name: String,
    tenant_slug: String,
    email: String,
    password: SecretString,
}

impl Form for SetupForm {
    fn read(fields: &Fields) -> Self {
        SetupForm {
            token: fields.trimmed("token"),
            tenant_name: fields.trimmed("tenant_name"),
            tenant_slug: fields.trimmed("tenant_slug"),
            email: fields.trimmed("email"),
            password: fields.secret("password"),
        }
    }
}

/// `GET /setup?token=…`
pub async fn show(visitor: Visitor) -> Answer {
    let token = visitor.query.trimmed("token");
    if !visitor.dashboard.setup_token.accepts(&token) {
        return Err(PageFailure::WrongSetupToken);
    }
    visitor.page(StatusCode::OK, &Setup { shell: visitor.shell(), token, ..Setup::default() })
}

/// `POST /setup`: makes everything, then signs in.
pub async fn submit(visitor: Visitor, Protected(form): Protected<SetupForm>) -> Answer {
    let dashboard = &visitor.dashboard;
    if !dashboard.setup_token.accepts(&form.token) {
        return Err(PageFailure::WrongSetupToken);
    }
    let wanted = SetUp {
        tenant_name: form.tenant_name.clone(),
        tenant_slug: form.tenant_slug.clone(),
        email: form.email.clone(),
        password: form.password.clone(),
    };
    match dashboard.registry.set_up(wanted).await {
        Ok(()) => {}
        Err(Error::InvalidField { field, message }) => {
            let mut page = Setup {
                shell: visitor.shell(),
                token: form.token,
                tenant_name: form.tenant_name,
                tenant_slug: form.tenant_slug,
                email: form.email,
                ..Setup::default()
            };
            *page.error_beside(field) = message;
            return visitor.page(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(Error::AlreadySetUp) => {
            dashboard.setup_token.consume();
            return Ok(answer::see_other("/sign-in").finish());
        }
        Err(error) => return Err(error.into()),
    }
    dashboard.setup_token.consume();
    let secret = dashboard.registry.sign_in(&form.email, form.password).await?;
    let start = format!("/t/{}/applications", form.tenant_slug);
    Ok(answer::see_other(&start).cookie(cookies::set_session(&secret, dashboard.https)).finish())
}

impl Setup {
    /// Where a message about `field` is shown.
    fn error_beside(&mut self, field: &str) -> &mut String {
        match field {
            "tenant_slug" => &mut self.tenant_slug_error,
            "email" => &mut self.email_error,
            "password" => &mut self.password_error,
            _ => &mut self.tenant_name_error,
        }
    }
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
