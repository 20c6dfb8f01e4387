//! `GET /t/{slug}/users/{id}`: one person: profile, where it comes from, memberships, recent operations.

use crate::moment::Moment;
use crate::pages::reports::EventLine;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use provisioning::{Subject, UserGroup, UserSource, UserStatus};

/// The page.
#[derive(Template)]
#[template(path = "pages/users/detail.html")]
pub struct Detail {
    pub shell: Shell,
    pub user_name: String,
    pub display_name: String,
    pub active: bool,
    pub created: Moment,
    pub updated: Moment,
    pub has_password: bool,
    /// Attribute and value, as the mappings made them.
    pub profile: Vec<(String, String)>,
    pub sources: Vec<Source>,
    pub groups: Vec<Membership>,
    pub events: Vec<EventLine>,
    /// The report, filtered to this person.
    pub report: String,
}

/// The person as one application's client wrote it.
pub struct Source {
    pub application: String,
    pub application_href: String,
    pub resource_id: String,
    pub external_id: String,
    /// `Active`, `Inactive` or `Removed at the source`
    pub state: &'static str,
    pub state_class: &'static str,
    pub modified: Moment,
    /// Pretty JSON.
    pub document: String,
}

/// A group the person is in.
pub struct Membership {
    pub name: String,
    pub href: String,
    pub application: String,
    /// Names of the groups in it by which the person is; empty for a member of the group itself.
    pub through: String,
}

const EVENTS: i64 = 10;

/// `GET /t/{slug}/users/{id}`
pub async fn show(administrator: Administrator) -> Answer {
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let id = administrator.path("user");
    let user = provisioning.user(scope, id).await?.ok_or(PageFailure::NotFound)?;
    let events = provisioning.recent_events(scope, Subject::User(id.to_owned()), EVENTS).await?;
    let base = administrator.base();
    let membership = |UserGroup { group, through }: UserGroup| Membership {
        href: format!("{base}/groups/{}", group.id),
        name: group.display_name,
        application: group.application_name,
        through: through.join(", "),
    };
    administrator.page(&Detail {
        shell: administrator.shell(Section::Users),
        active: user.row.status == UserStatus::Active,
        created: administrator.moment(user.created_at),
        updated: administrator.moment(user.row.updated_at),
        has_password: user.has_password,
        profile: user.profile,
        sources: user.sources.into_iter().map(|source| Source::new(&administrator, source)).collect(),
        groups: user.groups.into_iter().map(membership).collect(),
        events: events.into_iter().map(|row| EventLine::new(&administrator, row)).collect(),
        report: crate::text::address(
            &format!("{base}/reports/provisioning"),
            &[("identifier", &user.row.user_name), ("span", "30d")],
        ),
        display_name: user.row.display_name.unwrap_or_default(),
        user_name: user.row.user_name,
    })
}

impl Source {
    fn new(administrator: &Administrator, source: UserSource) -> Self {
        let (state, state_class) = match (source.removed, source.active) {
            (true, _) => ("Removed at the source", "warn"),
            (false, true) => ("Active", "ok"),
            (false, false) => ("Inactive", ""),
        };
        Source {
            application: source.application_name,
            application_href: format!("{}/applications/{}/connection", administrator.base(), source.application_id),
            resource_id: source.resource_id,
            external_id: source.external_id.unwrap_or_default(),
            state,
            state_class,
            modified: administrator.moment(source.last_modified_at),
            document: source.document,
        }
    }
}

#[cfg(test)]
impl Detail {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let page = |active| Detail {
            shell: Shell::sample(crate::shell::Section::Users),
            user_name: "ada.okafor@northwind.example".into(),
            display_name: "Ada Okafor".into(),
            active,
            created: Moment::new(now - 40 * 86_400_000, now),
            updated: Moment::new(now - 9_000, now),
            has_password: false,
            profile: [
                ("givenName", "Ada"),
                ("familyName", "Okafor"),
                ("email", "ada.okafor@northwind.example"),
                ("title", "Principal Engineer"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
            sources: vec![Source {
                application: "Okta Workforce".into(),
                application_href: "/t/northwind/applications/k3v9q2m7x1ab".into(),
                resource_id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
                external_id: "00u1a2b3c4D5e6F7g8h9".into(),
                state: if active { "Active" } else { "Inactive" },
                state_class: if active { "ok" } else { "" },
                modified: Moment::new(now - 9_000, now),
                document: "{\n  \"userName\": \"ada.okafor@northwind.example\",\n  \"active\": false\n}".into(),
            }],
            groups: [("Compilers", ""), ("Engineering", "Compilers")]
                .map(|(name, through)| Membership {
                    name: name.into(),
                    href: "/t/northwind/groups/1".into(),
                    application: "Okta Workforce".into(),
                    through: through.into(),
                })
                .into(),
            events: EventLine::samples(),
            report: "/t/northwind/reports/provisioning?identifier=ada".into(),
        };
        let mut bare = page(true);
        bare.display_name = String::new();
        bare.groups.clear();
        bare.sources.clear();
        bare.events.clear();
        bare.profile.clear();
        vec![("disabled", page(false)), ("bare", bare)]
    }
}
