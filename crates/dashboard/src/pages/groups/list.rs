//! `GET /t/{slug}/groups`: the groups that clients pushed, searched by name.

use crate::moment::Moment;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use askama::Template;
use provisioning::{GroupRow, GroupSearch};

/// The page.
#[derive(Template)]
#[template(path = "pages/groups/list.html")]
pub struct List {
    pub shell: Shell,
    pub search: String,
    /// Id of the application to narrow to, or empty.
    pub application: String,
    /// Id and name of every application.
    pub applications: Vec<(String, String)>,
    pub rows: Vec<Row>,
    /// `236 groups`
    pub total: String,
    /// The address of the next page, or empty.
    pub next: String,
    /// The address of the first page, when this is a later one; otherwise empty.
    pub first: String,
}

/// One group.
#[derive(Clone)]
pub struct Row {
    pub href: String,
    pub name: String,
    pub application: String,
    pub members: String,
    pub modified: Moment,
}

impl List {
    /// Nothing narrows the list.
    pub fn whole(&self) -> bool {
        self.search.is_empty() && self.application.is_empty()
    }
}

const PAGE: i64 = 50;

/// `GET /t/{slug}/groups?q=…&application=…&after=…`
pub async fn show(administrator: Administrator) -> Answer {
    let query = &administrator.query;
    let (search, after) = (query.trimmed("q"), query.trimmed("after"));
    let applications = administrator.registry().applications(&administrator.scope).await?;
    let applications: Vec<(String, String)> =
        applications.into_iter().map(|application| (application.id.to_string(), application.name)).collect();
    let application = query.trimmed("application");
    let application = if applications.iter().any(|(id, _)| *id == application) { application } else { String::new() };
    let wanted = GroupSearch {
        text: search.clone(),
        application: Some(application.clone()).filter(|id| !id.is_empty()),
        after: Some(after.clone()).filter(|after| !after.is_empty()),
        limit: PAGE,
    };
    let found = administrator.dashboard().provisioning.groups(&administrator.scope, wanted).await?;
    let here = format!("{}/groups", administrator.base());
    let page =
        |after: &str| crate::text::address(&here, &[("q", &search), ("application", &application), ("after", after)]);
    administrator.page(&List {
        shell: administrator.shell(Section::Groups),
        next: found.next.as_deref().map(page).unwrap_or_default(),
        first: if after.is_empty() { String::new() } else { page("") },
        total: crate::text::total(found.total, "group"),
        rows: found.rows.into_iter().map(|row| Row::new(&administrator, row)).collect(),
        search,
        application,
        applications,
    })
}

impl Row {
    fn new(administrator: &Administrator, row: GroupRow) -> Self {
        Row {
            href: format!("{}/groups/{}", administrator.base(), row.id),
            name: row.display_name,
            application: row.application_name,
            members: crate::text::number(row.members),
            modified: administrator.moment(row.last_modified_at),
        }
    }
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let row = |name: &str, members: &str, minutes: i64| Row {
            href: "/t/northwind/groups/0199a2b0".into(),
            name: name.into(),
            application: "Okta Workforce".into(),
            members: members.into(),
            modified: Moment::new(now - minutes * 60_000, now),
        };
        let page = |rows, search: &str, total: &str| List {
            shell: Shell::sample(crate::shell::Section::Groups),
            search: search.into(),
            application: String::new(),
            applications: vec![("k3v9q2m7x1ab".into(), "Okta Workforce".into())],
            rows,
            total: total.into(),
            next: String::new(),
            first: String::new(),
        };
        let rows = vec![row("Engineering", "412", 2), row("Finance – EMEA", "14", 30), row("Everyone", "3,104", 90)];
        vec![
            ("full", page(rows, "", "236 groups")),
            ("empty", page(Vec::new(), "", "0 groups")),
            ("nothing-found", page(Vec::new(), "board", "0 groups")),
        ]
    }
}
