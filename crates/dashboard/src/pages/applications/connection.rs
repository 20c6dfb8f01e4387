//! `/t/{slug}/applications/{id}/connection`: what the client needs (base URL, credential), the credentials, name and pause.

use super::ApplicationHead;
use super::new_scim_client::NAME_TAKEN;
use super::{Step, open};
use crate::moment::Moment;
use crate::shell::Notice;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Credential, CredentialKind, CredentialState, Error, RevealedCredential};
use secrecy::ExposeSecret;

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
    /// The user whose own it is, by userName; `None` for the application's.
    pub user: Option<String>,
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

const DAY_MS: i64 = 86_400_000;

impl Secret {
    /// To be put into a page.
    pub fn new(revealed: &RevealedCredential) -> Self {
        Secret {
            name: revealed.credential.name.clone(),
            username: revealed.credential.username.clone(),
            secret: revealed.secret.expose_secret().to_owned(),
        }
    }
}

impl CredentialRow {
    /// As the table shows it.
    pub fn new(administrator: &Administrator, credential: &Credential) -> Self {
        let state = credential.state(administrator.now());
        let (state_label, state_class) = match state {
            CredentialState::Active => ("Active", "ok"),
            CredentialState::Expired => ("Expired", "warn"),
            CredentialState::Revoked => ("Revoked", ""),
        };
        CredentialRow {
            id: credential.id.to_string(),
            name: credential.name.clone(),
            kind: match credential.kind {
                CredentialKind::Bearer => "Bearer token",
                CredentialKind::Basic => "Basic Auth",
            },
            username: credential.username.clone(),
            user: credential.user.as_ref().map(|user| user.user_name.clone().unwrap_or_else(|| "who is gone".into())),
            masked: format!("{}…{}", credential.prefix, credential.last_four),
            created: administrator.moment(credential.created_at),
            created_by: credential.created_by.clone(),
            last_used: credential.last_used_at.map(|at| administrator.moment(at)),
            expires: credential.expires_at.map(|at| administrator.moment(at)),
            state: state_label,
            state_class,
            active: state == CredentialState::Active,
            revoked: state == CredentialState::Revoked,
        }
    }

    /// The credential that the path names, of the application that it names.
    pub async fn open(administrator: &Administrator) -> Result<(Self, Vec<Self>), PageFailure> {
        let application = administrator.path("application");
        let credentials = administrator.registry().credentials(&administrator.scope, application).await?;
        let rows: Vec<Self> = credentials.iter().map(|one| CredentialRow::new(administrator, one)).collect();
        let found = rows.iter().find(|row| row.id == administrator.path("credential")).cloned();
        Ok((found.ok_or(PageFailure::NotFound)?, rows))
    }
}

impl Connection {
    async fn build(administrator: &Administrator) -> Result<Self, PageFailure> {
        let (application, shell, head) = open(administrator, Step::Connection).await?;
        let (registry, scope, id) = (administrator.registry(), &administrator.scope, application.id.as_str());
        let credentials: Vec<CredentialRow> = registry
            .credentials(scope, id)
            .await?
            .iter()
            .map(|credential| CredentialRow::new(administrator, credential))
            .collect();
        let fresh = match administrator.may_change() {
            true => registry.reveal_fresh(scope, id).await?.as_ref().map(Secret::new),
            false => None,
        };
        let date = |days: i64| administrator.moment(administrator.now().plus_milliseconds(days * DAY_MS)).date;
        Ok(Connection {
            shell,
            application: head,
            base_url: application.base_url,
            // A user's own credential is not what the identity provider is to be given.
            newest: credentials.iter().find(|row| row.active && row.user.is_none()).cloned(),
            fresh,
            credentials,
            issue: IssueForm { expiry: "365".into(), ..IssueForm::default() },
            rename: application.name,
            rename_error: String::new(),
            paused: application.paused,
            created: administrator.moment(application.created_at),
            created_by: application.created_by,
            last_request: application.last_request_at.map(|at| administrator.moment(at)),
            expiry_dates: ExpiryDates { days_90: date(90), year: date(365) },
        })
    }
}

fn here(administrator: &Administrator) -> String {
    format!("{}/applications/{}/connection", administrator.base(), administrator.path("application"))
}

/// `GET …/connection`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&Connection::build(&administrator).await?)
}

/// `GET …/applications/{id}`: to its first step.
pub async fn enter(administrator: Administrator) -> Answer {
    let (_, _, head) = open(&administrator, Step::Connection).await?;
    Ok(crate::web::answer::see_other(&format!("{}/connection", head.base)).finish())
}

impl Form for IssueForm {
    fn read(fields: &Fields) -> Self {
        IssueForm {
            name: fields.trimmed("name"),
            basic: fields.text("kind") == "basic",
            expiry: fields.trimmed("expiry"),
            error: String::new(),
        }
    }
}

/// `POST …/connection/credentials`
pub async fn issue(administrator: Administrator, Protected(form): Protected<IssueForm>) -> Answer {
    let after = |days: i64| Some(administrator.now().plus_milliseconds(days * DAY_MS));
    let expires_at = match form.expiry.as_str() {
        "90" => after(90),
        "none" => None,
        _ => after(365),
    };
    let kind = if form.basic { CredentialKind::Basic } else { CredentialKind::Bearer };
    let id = administrator.path("application");
    match administrator.registry().issue_credential(&administrator.scope, id, kind, &form.name, expires_at).await {
        Ok(_) => Ok(administrator.see_other(&here(&administrator), Notice::CredentialIssued)),
        Err(error @ (Error::InvalidField { .. } | Error::NameTaken { .. })) => {
            let mut page = Connection::build(&administrator).await?;
            page.issue = IssueForm { error: error.to_string(), ..form };
            administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// A new name.
pub struct RenameForm {
    name: String,
}

impl Form for RenameForm {
    fn read(fields: &Fields) -> Self {
        RenameForm { name: fields.trimmed("name") }
    }
}

/// `POST …/connection/rename`
pub async fn rename(administrator: Administrator, Protected(form): Protected<RenameForm>) -> Answer {
    let id = administrator.path("application");
    let error = match administrator.registry().rename_application(&administrator.scope, id, &form.name).await {
        Ok(()) => return Ok(administrator.see_other(&here(&administrator), Notice::ApplicationRenamed)),
        Err(Error::NameTaken { .. }) => NAME_TAKEN.to_owned(),
        Err(Error::InvalidField { message, .. }) => message,
        Err(error) => return Err(error.into()),
    };
    let mut page = Connection::build(&administrator).await?;
    (page.rename, page.rename_error) = (form.name, error);
    administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Pause or resume.
pub struct PauseForm {
    paused: bool,
}

impl Form for PauseForm {
    fn read(fields: &Fields) -> Self {
        PauseForm { paused: fields.text("paused") == "true" }
    }
}

/// `POST …/connection/pause`
pub async fn pause(administrator: Administrator, Protected(form): Protected<PauseForm>) -> Answer {
    let id = administrator.path("application");
    administrator.registry().pause_application(&administrator.scope, id, form.paused).await?;
    let notice = if form.paused { Notice::ApplicationPaused } else { Notice::ApplicationResumed };
    Ok(administrator.see_other(&here(&administrator), notice))
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
            user: None,
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
            let mut own = CredentialRow::sample();
            own.id = "0199a2b0-0000-7000-8000-000000000004".into();
            own.name = "Self-service".into();
            own.user = Some("jonas.weber@northwind.example".into());
            own.masked = "rcuM2…p8Qd".into();
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
                credentials: vec![first, basic, own, revoked],
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
        vec![
            ("added", added),
            ("later", page(false)),
            ("basic", basic),
            ("wrong", wrong),
            ("support", support),
            ("paused", paused),
        ]
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::Connection;

    #[test]
    fn a_users_own_credential_says_whose_it_is() {
        let page = Connection::samples().into_iter().find(|(name, _)| *name == "later").unwrap().1.render().unwrap();
        assert_eq!(page.matches("Bearer token for user jonas.weber@northwind.example · by").count(), 1, "{page}");
        assert_eq!(page.matches(" for user ").count(), 1);
    }
}
