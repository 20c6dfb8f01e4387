//! `GET /t/{slug}/groups/{id}`: one group with its members and recent operations.

use crate::moment::Moment;
use crate::pages::reports::EventLine;
use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/groups/detail.html")]
pub struct Detail {
    pub shell: Shell,
    pub name: String,
    pub application: String,
    pub application_href: String,
    pub resource_id: String,
    pub external_id: String,
    pub created: Moment,
    pub modified: Moment,
    /// `412 members`
    pub total: String,
    pub members: Vec<Member>,
    pub next: String,
    pub first: String,
    pub events: Vec<EventLine>,
    pub report: String,
    pub document: String,
}

/// One member.
pub struct Member {
    pub user_name: String,
    pub display_name: String,
    /// The person's page, or empty.
    pub href: String,
    pub active: bool,
}

#[cfg(test)]
impl Detail {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let member = |name: &str, display: &str, active| Member {
            user_name: format!("{name}@northwind.example"),
            display_name: display.into(),
            href: "/t/northwind/users/1".into(),
            active,
        };
        let page = |members, total: &str| Detail {
            shell: Shell::sample(crate::shell::Section::Groups),
            name: "Engineering".into(),
            application: "Okta Workforce".into(),
            application_href: "/t/northwind/applications/k3v9q2m7x1ab".into(),
            resource_id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
            external_id: String::new(),
            created: Moment::new(now - 40 * 86_400_000, now),
            modified: Moment::new(now - 45_000, now),
            total: total.into(),
            members,
            next: String::new(),
            first: String::new(),
            events: EventLine::samples(),
            report: "/t/northwind/reports/provisioning?identifier=Engineering".into(),
            document: "{\n  \"displayName\": \"Engineering\"\n}".into(),
        };
        vec![
            ("full", page(vec![member("ada.okafor", "Ada Okafor", false), member("grace.murray", "Grace Murray", true)], "2 members")),
            ("empty", page(Vec::new(), "0 members")),
        ]
    }
}
