//! `GET /t/{slug}/groups`: the groups that clients pushed, searched by name.

use crate::moment::Moment;
use crate::shell::Shell;
use askama::Template;

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
