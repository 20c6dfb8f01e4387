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
    /// Who is in the group through groups in it; `None` for one without such.
    pub nested: Option<Nested>,
    /// Groups that this one is in: name and address.
    pub parents: Vec<(String, String)>,
    pub events: Vec<EventLine>,
    pub report: String,
    pub document: String,
}

/// Who is in the group through groups in it.
pub struct Nested {
    /// `3 groups`
    pub groups: String,
    /// `120 people`
    pub total: String,
    /// Different people in all, as members or through groups: `532 people`
    pub effective: String,
    pub members: Vec<Member>,
    pub next: String,
    pub first: String,
}

/// One member.
pub struct Member {
    pub user_name: String,
    pub display_name: String,
    /// The person's or the group's page, or empty.
    pub href: String,
    pub is_group: bool,
    pub active: bool,
    /// Names of the groups through which the person is in this one; empty for a member of its own.
    pub through: String,
}

const EVENTS: i64 = 10;

/// `GET /t/{slug}/groups/{id}?after=…&through=…`
pub async fn show(administrator: Administrator) -> Answer {
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let id = administrator.path("group");
    let (after, through) = (administrator.query.trimmed("after"), administrator.query.trimmed("through"));
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let group = provisioning.group(scope, id, given(&after), given(&through)).await?.ok_or(PageFailure::NotFound)?;
    let events = provisioning.recent_events(scope, Subject::Group(id.to_owned()), EVENTS).await?;
    let base = administrator.base();
    let here = format!("{base}/groups/{id}");
    // Each of the two lists is turned by itself, and the other one stays where it is.
    let page = |after: &str, through: &str| crate::text::address(&here, &[("after", after), ("through", through)]);
    let nested = group.nested.map(|nested| Nested {
        groups: crate::text::counted(i64::try_from(nested.groups).unwrap_or(i64::MAX), "group"),
        total: crate::text::people(nested.people.total),
        effective: crate::text::people(nested.effective),
        next: nested.people.next.as_deref().map(|through| page(&after, through)).unwrap_or_default(),
        first: if through.is_empty() { String::new() } else { page(&after, "") },
        members: nested
            .people
            .rows
            .into_iter()
            .map(|row| Member { through: row.through.join(", "), ..Member::new(&base, row.member) })
            .collect(),
    });
    administrator.page(&Detail {
        shell: administrator.shell(Section::Groups),
        application_href: format!("{base}/applications/{}/connection", group.row.application_id),
        application: group.row.application_name,
        resource_id: group.row.id,
        external_id: group.row.external_id.unwrap_or_default(),
        created: administrator.moment(group.created_at),
        modified: administrator.moment(group.row.last_modified_at),
        total: crate::text::total(group.members.total, "member"),
        members: group.members.rows.into_iter().map(|row| Member::new(&base, row)).collect(),
        next: group.members.next.as_deref().map(|after| page(after, &through)).unwrap_or_default(),
        first: if after.is_empty() { String::new() } else { page("", &through) },
        nested,
        parents: group
            .parents
            .into_iter()
            .map(|parent| (parent.display_name, format!("{base}/groups/{}", parent.id)))
            .collect(),
        events: events.into_iter().map(|row| EventLine::new(&administrator, row)).collect(),
        report: crate::text::address(
            &format!("{base}/reports/provisioning"),
            &[("identifier", &group.row.display_name), ("span", "30d")],
        ),
        name: group.row.display_name,
        document: group.document,
    })
}

impl Member {
    fn new(base: &str, row: MemberRow) -> Self {
        let href = match (row.is_group, row.directory_user_id) {
            (true, _) => format!("{base}/groups/{}", row.resource_id),
            (false, Some(user)) => format!("{base}/users/{user}"),
            (false, None) => String::new(),
        };
        Member {
            href,
            user_name: row.user_name,
            display_name: row.display_name.unwrap_or_default(),
            is_group: row.is_group,
            active: row.active,
            through: String::new(),
        }
    }
}

#[cfg(test)]
impl Detail {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let member = |name: &str, display: &str, active| Member {
            user_name: format!("{name}@northwind.example"),
            display_name: display.into(),
            href: "/t/northwind/users/1".into(),
            is_group: false,
            active,
            through: String::new(),
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
            nested: None,
            parents: Vec::new(),
            events: EventLine::samples(),
            report: "/t/northwind/reports/provisioning?identifier=Engineering".into(),
            document: "{\n  \"displayName\": \"Engineering\"\n}".into(),
        };
        let mut full = page(
            vec![member("ada.okafor", "Ada Okafor", false), member("grace.murray", "Grace Murray", true)],
            "2 members",
        );
        full.parents = vec![("Everyone".into(), "/t/northwind/groups/2".into())];
        let inner = || Member {
            user_name: "Compilers".into(),
            display_name: "Compilers".into(),
            href: "/t/northwind/groups/3".into(),
            is_group: true,
            active: true,
            through: String::new(),
        };
        let mut nested = page(vec![member("ada.okafor", "Ada Okafor", true), inner()], "2 members");
        let through = |member: Member, through: &str| Member { through: through.into(), ..member };
        nested.nested = Some(Nested {
            groups: "2 groups".into(),
            total: "118 people".into(),
            effective: "119 people".into(),
            members: vec![
                through(member("grace.murray", "Grace Murray", true), "Compilers"),
                through(
                    member("jean.bartik", "Jean Bartik", true),
                    "Compilers, Parsers of languages that nobody has heard of",
                ),
            ],
            next: "/t/northwind/groups/1?through=2".into(),
            first: String::new(),
        });
        let mut nobody = page(vec![inner()], "1 member");
        nobody.nested = Some(Nested {
            groups: "1 group".into(),
            total: "0 people".into(),
            effective: "0 people".into(),
            members: Vec::new(),
            next: String::new(),
            first: String::new(),
        });
        vec![("full", full), ("nested", nested), ("nested-empty", nobody), ("empty", page(Vec::new(), "0 members"))]
    }
}
