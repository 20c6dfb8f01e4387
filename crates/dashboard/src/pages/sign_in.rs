//! `GET, POST /sign-in`, `POST /sign-out`.

use crate::shell::PlainShell;
use crate::web::administrator::SignedIn;
use crate::web::answer::{self, Answer, local};
use crate::web::cookies;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use crate::web::visitor::Visitor;
use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use askama::Template;
use registry::Error;
use secrecy::SecretString;

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

/// What is typed.
pub struct SignInForm {
    email: String,
    password: SecretString,
    return_path: String,
}

impl Form for SignInForm {
    fn read(fields: &Fields) -> Self {
        SignInForm {
            email: fields.trimmed("email"),
            password: fields.secret("password"),
            return_path: local(fields.text("return")).to_owned(),
        }
    }
}

/// A form with nothing but its token.
pub struct NoFields;

impl Form for NoFields {
    fn read(_: &Fields) -> Self {
        NoFields
    }
}

/// `GET /`: to the only tenant, the choice of tenant, or the sign-in page.
pub async fn start(signed_in: Option<SignedIn>) -> Answer {
    let path = match signed_in.as_ref().map(|signed_in| signed_in.session.memberships()) {
        Some([only]) => format!("/t/{}/applications", only.tenant.slug),
        Some(_) => "/tenants".to_owned(),
        None => "/sign-in".to_owned(),
    };
    Ok(answer::see_other(&path).finish())
}

/// `GET /sign-in?return=…`
pub async fn show(visitor: Visitor) -> Answer {
    let page = SignIn {
        shell: visitor.shell(),
        return_path: local(visitor.query.text("return")).to_owned(),
        // Another process may have done it: the database knows.
        not_set_up: visitor.dashboard.setup_token.is_open() && !visitor.dashboard.registry.is_set_up().await?,
        ..SignIn::default()
    };
    visitor.page(StatusCode::OK, &page)
}

/// `POST /sign-in`
pub async fn submit(visitor: Visitor, Protected(form): Protected<SignInForm>) -> Answer {
    let dashboard = &visitor.dashboard;
    let error = match dashboard.registry.sign_in(&form.email, form.password).await {
        Ok(secret) => {
            let cookie = cookies::set_session(&secret, dashboard.https);
            return Ok(answer::see_other(local(&form.return_path)).cookie(cookie).finish());
        }
        Err(error @ (Error::WrongPassword | Error::TooManyAttempts { .. })) => error,
        Err(error) => return Err(error.into()),
    };
    let page = SignIn {
        shell: visitor.shell(),
        email: form.email,
        return_path: form.return_path,
        error: error.to_string(),
        not_set_up: false,
    };
    let Error::TooManyAttempts { retry_after_s } = error else {
        return visitor.page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let mut response = visitor.page(StatusCode::TOO_MANY_REQUESTS, &page)?;
    response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
    Ok(response)
}

/// `POST /sign-out`
pub async fn sign_out(signed_in: SignedIn, request: HttpRequest, _: Protected<NoFields>) -> Answer {
    let dashboard = &signed_in.dashboard;
    if let Some(cookie) = cookies::session(&request, dashboard.https) {
        dashboard.registry.sign_out(&cookie).await?;
    }
    Ok(answer::see_other("/sign-in").cookie(cookies::clear_session(dashboard.https)).finish())
}

#[cfg(test)]
impl SignIn {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let wrong = SignIn {
            email: "mira@northwind.example".into(),
            error: "This e-mail address and password do not match.".into(),
            ..SignIn::default()
        };
        vec![
            ("empty", SignIn::default()),
            ("wrong", wrong),
            ("not-set-up", SignIn { not_set_up: true, ..SignIn::default() }),
        ]
    }
}
