//! `/t/{slug}/applications/{id}/connection`: what the client needs (base URL, credential), the credentials, name and pause.

use super::ApplicationHead;
use crate::moment::Moment;
use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/connection.html")]
pub struct Connection {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub base_url: String,
    /// The newest credential with its secret, while it may still be shown without a password.
    pub fresh: Option<Secret>,
    /// The newest working credential, when its secret is not shown.
    pub newest: Option<CredentialRow>,
    pub credentials: Vec<CredentialRow>,
    pub issue: IssueForm,
    pub rename: String,
    pub rename_error: String,
    pub paused: bool,
    pub created: Moment,
    pub created_by: String,
    pub last_request: Option<Moment>,
    pub expiry_dates: ExpiryDates,
}

/// A credential in clear, to be copied.
pub struct Secret {
    pub name: String,
    /// Basic: the user name that goes with it.
    pub username: Option<String>,
    pub secret: String,
}

/// One credential without its secret.
#[derive(Clone)]
pub struct CredentialRow {
    pub id: String,
    pub name: String,
    /// `Bearer token` or `Basic Auth`
    pub kind: &'static str,
    pub username: Option<String>,
    /// `rctAb…9xYz`
    pub masked: String,
    pub created: Moment,
    pub created_by: String,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
    pub state: &'static str,
    pub state_class: &'static str,
    /// Neither revoked nor expired.
    pub active: bool,
    pub revoked: bool,
}

/// What was typed into *Issue a credential*.
#[derive(Default)]
pub struct IssueForm {
    pub name: String,
    pub basic: bool,
    /// `90`, `365` or `none`
    pub expiry: String,
    pub error: String,
}

/// The dates that the choices of expiry come to.
pub struct ExpiryDates {
    pub days_90: String,
    pub year: String,
}

#[cfg(test)]
impl CredentialRow {
    /// One working credential.
    pub fn sample() -> Self {
        let now = crate::samples::NOW;
        let day = 86_400_000;
        CredentialRow {
            id: "0199a2b0-0000-7000-8000-000000000001".into(),
            name: "First credential".into(),
            kind: "Bearer token",
            username: None,
            masked: "rctAb…9xYz".into(),
            created: Moment::new(now - 12 * day, now),
            created_by: "mira.kowalski@northwind.example".into(),
            last_used: Some(Moment::new(now - 120_000, now)),
            expires: Some(Moment::new(now + 78 * day, now)),
            state: "Active",
            state_class: "ok",
            active: true,
            revoked: false,
        }
    }
}

#[cfg(test)]
impl Connection {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let day = 86_400_000;
        let page = |fresh: bool| {
            let first = CredentialRow::sample();
            let mut basic = CredentialRow::sample();
            basic.id = "0199a2b0-0000-7000-8000-000000000002".into();
            basic.name = "Legacy connector".into();
            basic.kind = "Basic Auth";
            basic.username = Some("okta-workforce-7c2f".into());
            basic.masked = "rctQ7…k2Lm".into();
            basic.last_used = None;
            basic.expires = None;
            let mut revoked = CredentialRow::sample();
            revoked.id = "0199a2b0-0000-7000-8000-000000000003".into();
            revoked.name = "Trial".into();
            (revoked.state, revoked.state_class, revoked.active, revoked.revoked) = ("Revoked", "", false, true);
            Connection {
                shell: Shell::sample(crate::shell::Section::Applications),
                application: ApplicationHead::sample(super::Step::Connection),
                base_url: "https://id.northwind.example/t/northwind/scim/k3v9q2m7x1ab/v2".into(),
                fresh: fresh.then(|| Secret {
                    name: "First credential".into(),
                    username: None,
                    secret: "rct7Hq2mZ0tVdX4cN9eYkB1sPaLwUj6RfGo3Ti82Qk4wzAbCdEfGh".into(),
                }),
                newest: (!fresh).then(|| first.clone()),
                credentials: vec![first, basic, revoked],
                issue: IssueForm { expiry: "90".into(), ..IssueForm::default() },
                rename: "Okta Workforce".into(),
                rename_error: String::new(),
                paused: false,
                created: Moment::new(now - 12 * day, now),
                created_by: "mira.kowalski@northwind.example".into(),
                last_request: Some(Moment::new(now - 120_000, now)),
                expiry_dates: ExpiryDates { days_90: "21 Feb 2027".into(), year: "23 Nov 2027".into() },
            }
        };
        let mut added = page(true);
        added.application.health = super::Health::waiting();
        added.credentials.truncate(1);
        added.last_request = None;
        added.shell.notice = Some(crate::shell::Notice::ApplicationAdded);
        let mut basic = page(true);
        if let Some(secret) = &mut basic.fresh {
            secret.username = Some("okta-workforce-7c2f".into());
        }
        let mut wrong = page(false);
        wrong.issue.error = "Give the credential a name of 1 to 100 characters.".into();
        wrong.rename = "Sandbox".into();
        wrong.rename_error = "Another application of this tenant has this name.".into();
        let mut support = page(false);
        support.shell.may_change = false;
        support.shell.role = "Support";
        let mut paused = page(false);
        paused.paused = true;
        paused.application.health = super::Health::paused();
        paused.newest = None;
        paused.credentials.clear();
        vec![("added", added), ("later", page(false)), ("basic", basic), ("wrong", wrong), ("support", support), ("paused", paused)]
    }
}
