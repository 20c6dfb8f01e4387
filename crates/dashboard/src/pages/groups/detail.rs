//! `GET /t/{slug}/groups/{id}`: one group with its members and recent operations.

use crate::moment::Moment;
use crate::pages::reports::EventLine;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use provisioning::{MemberRow, Subject};

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

const EVENTS: i64 = 10;

/// `GET /t/{slug}/groups/{id}?after=…`
pub async fn show(administrator: Administrator) -> Answer {
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let (id, after) = (administrator.path("group"), administrator.query.trimmed("after"));
    let later = !after.is_empty();
    let group = provisioning.group(scope, id, Some(after).filter(|_| later)).await?.ok_or(PageFailure::NotFound)?;
    let events = provisioning.recent_events(scope, Subject::Group(id.to_owned()), EVENTS).await?;
    let base = administrator.base();
    let here = format!("{base}/groups/{id}");
    let member = |row: MemberRow| Member {
        href: row.directory_user_id.map(|user| format!("{base}/users/{user}")).unwrap_or_default(),
        user_name: row.user_name,
        display_name: row.display_name.unwrap_or_default(),
        active: row.active,
    };
    let next = group.members.next.as_deref().map(|after| crate::text::address(&here, &[("after", after)]));
    administrator.page(&Detail {
        shell: administrator.shell(Section::Groups),
        application_href: format!("{base}/applications/{}/connection", group.row.application_id),
        application: group.row.application_name,
        resource_id: group.row.id,
        external_id: group.row.external_id.unwrap_or_default(),
        created: administrator.moment(group.created_at),
        modified: administrator.moment(group.row.last_modified_at),
        total: crate::text::total(group.members.total, "member"),
        members: group.members.rows.into_iter().map(member).collect(),
        next: next.unwrap_or_default(),
        first: if later { here } else { String::new() },
        events: events.into_iter().map(|row| EventLine::new(&administrator, row)).collect(),
        report: crate::text::address(
            &format!("{base}/reports/provisioning"),
            &[("identifier", &group.row.display_name), ("span", "30d")],
        ),
        name: group.row.display_name,
        document: group.document,
    })
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
            (
                "full",
                page(
                    vec![member("ada.okafor", "Ada Okafor", false), member("grace.murray", "Grace Murray", true)],
                    "2 members",
                ),
            ),
            ("empty", page(Vec::new(), "0 members")),
        ]
    }
}
