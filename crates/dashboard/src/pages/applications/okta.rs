//! `GET /t/{slug}/applications/{id}/okta`: the guide for Okta's administrator, with this application's own values under
//! the names that Okta gives to its fields. OAuth 2 is not mentioned: we do not serve it.

use super::ApplicationHead;
use super::connection::CredentialRow;
use super::{Step, open};
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use registry::{Credential, CredentialKind, CredentialState, Feature, Features};
use secrecy::ExposeSecret;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/okta.html")]
pub struct Okta {
    pub shell: Shell,
    pub application: ApplicationHead,
    /// The catalogue template app; otherwise an app of the App Integration Wizard.
    pub catalogue: bool,
    pub base_url: String,
    pub credential: GuideCredential,
    /// Under *Integration*: *Supported provisioning actions*.
    pub actions: Vec<Action>,
    /// Under *To App*.
    pub to_app: Vec<Action>,
}

/// What goes into Okta's authentication fields.
#[derive(Default)]
pub struct GuideCredential {
    /// Basic Auth; otherwise HTTP Header.
    pub basic: bool,
    pub username: String,
    /// The secret in clear, while it may be shown; otherwise empty.
    pub secret: String,
    /// Its masked form; empty when no credential works.
    pub masked: String,
    /// Where it can be revealed; empty for support.
    pub reveal: String,
}

impl GuideCredential {
    /// The value of the `Authorization` header, for the catalogue app, which sends its field as it is.
    pub fn header(&self) -> String {
        format!("Bearer {}", self.secret)
    }
}

/// One box to tick, or to leave.
pub struct Action {
    pub label: &'static str,
    pub tick: bool,
    pub why: &'static str,
}

/// Label in Okta, the feature it needs here, and what stands beside it when that is on or off.
type Tick = (&'static str, Feature, &'static str, &'static str);

const TO_APP: [Tick; 4] = [
    ("Create Users", Feature::CreateUsers, "", "Create users is off here: leave it off."),
    ("Update User Attributes", Feature::UpdateUsers, "", "Update users is off here: leave it off."),
    ("Deactivate Users", Feature::DeactivateUsers, "", "Deactivate users is off here: leave it off."),
    ("Sync Password", Feature::SyncPassword, "", "Sync password is off here: leave it off."),
];

const ACTIONS: [Tick; 4] = [
    (
        "Import New Users and Profile Updates",
        Feature::ImportUsers,
        "Import users is on here.",
        "Import users is off here: leave it unticked.",
    ),
    (
        "Push New Users",
        Feature::CreateUsers,
        "Create users is on here.",
        "Create users is off here: leave it unticked.",
    ),
    (
        "Push Profile Updates",
        Feature::UpdateUsers,
        "Update users is on here.",
        "Update users is off here: leave it unticked.",
    ),
    ("Push Groups", Feature::PushGroups, "Push groups is on here.", "Push groups is off here: leave it unticked."),
];

fn actions(boxes: [Tick; 4], features: Features) -> Vec<Action> {
    let action = |(label, feature, on, off)| {
        let tick = features.is_on(feature);
        Action { label, tick, why: if tick { on } else { off } }
    };
    boxes.into_iter().map(action).collect()
}

/// The newest credential of the application itself that works: in clear for ten minutes after it was issued, masked afterwards.
async fn credential(
    administrator: &Administrator,
    application: &str,
    base: &str,
) -> Result<GuideCredential, PageFailure> {
    let (registry, scope) = (administrator.registry(), &administrator.scope);
    let works = |credential: &&Credential| {
        credential.user.is_none() && credential.state(administrator.now()) == CredentialState::Active
    };
    let credentials = registry.credentials(scope, application).await?;
    let Some(newest) = credentials.iter().find(works) else {
        return Ok(GuideCredential::default());
    };
    let fresh = match administrator.may_change() {
        true => registry.reveal_fresh(scope, application).await?.filter(|fresh| fresh.credential.id == newest.id),
        false => None,
    };
    let row = CredentialRow::new(administrator, newest);
    Ok(GuideCredential {
        basic: newest.kind == CredentialKind::Basic,
        username: row.username.unwrap_or_default(),
        secret: fresh.map(|fresh| fresh.secret.expose_secret().to_owned()).unwrap_or_default(),
        masked: row.masked,
        reveal: match administrator.may_change() {
            true => format!("{base}/connection/credentials/{}/reveal", newest.id),
            false => String::new(),
        },
    })
}

/// `GET …/okta?kind=catalogue`
pub async fn show(administrator: Administrator) -> Answer {
    let (application, shell, head) = open(&administrator, Step::Okta).await?;
    let credential = credential(&administrator, application.id.as_str(), &head.base).await?;
    administrator.page(&Okta {
        shell,
        application: head,
        catalogue: administrator.query.text("kind") == "catalogue",
        base_url: application.base_url,
        credential,
        actions: actions(ACTIONS, application.settings.features),
        to_app: actions(TO_APP, application.settings.features),
    })
}

#[cfg(test)]
impl Okta {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |catalogue, credential| Okta {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Okta),
            catalogue,
            base_url: "https://id.northwind.example/t/northwind/scim/k3v9q2m7x1ab/v2".into(),
            credential,
            to_app: vec![
                Action { label: "Create Users", tick: true, why: "" },
                Action { label: "Sync Password", tick: false, why: "Sync password is off here: leave it off." },
            ],
            actions: vec![
                Action { label: "Import New Users and Profile Updates", tick: true, why: "Import users is on here." },
                Action { label: "Push New Users", tick: true, why: "Create users is on here." },
                Action { label: "Push Profile Updates", tick: true, why: "Update users is on here." },
                Action { label: "Push Groups", tick: false, why: "Push groups is off here: leave it unticked." },
            ],
        };
        let bearer = |secret: &str| GuideCredential {
            basic: false,
            username: String::new(),
            secret: secret.into(),
            masked: "rctAb…9xYz".into(),
            reveal: "/t/northwind/applications/k3v9q2m7x1ab/connection/credentials/1/reveal".into(),
        };
        let basic = GuideCredential { basic: true, username: "okta-workforce-7c2f".into(), ..bearer("") };
        let none = GuideCredential { masked: String::new(), reveal: String::new(), ..bearer("") };
        vec![
            ("wizard", page(false, bearer("rct7Hq2mZ0tVdX4cN9eYkB1sPaLwUj6RfGo3Ti82Qk4wzAbCdEfGh"))),
            ("catalogue", page(true, bearer("rct7Hq2mZ0tVdX4cN9eYkB1sPaLwUj6RfGo3Ti82Qk4wzAbCdEfGh"))),
            ("hidden", page(false, bearer(""))),
            ("basic", page(false, basic)),
            ("no-credential", page(false, none)),
        ]
    }
}
