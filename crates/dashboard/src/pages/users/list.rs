//! `GET /t/{slug}/users`: the people of the directory, searched by user name, e-mail or name.

use crate::moment::Moment;
use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/users/list.html")]
pub struct List {
    pub shell: Shell,
    pub search: String,
    /// `active`, `disabled` or empty.
    pub status: String,
    /// Id of the application to narrow to, or empty.
    pub application: String,
    /// Id and name of every application.
    pub applications: Vec<(String, String)>,
    pub rows: Vec<Row>,
    /// `4,812 users`
    pub total: String,
    /// The address of the next page, or empty.
    pub next: String,
    /// The address of the first page, when this is a later one; otherwise empty.
    pub first: String,
}

/// One person.
#[derive(Clone)]
pub struct Row {
    pub href: String,
    pub user_name: String,
    pub display_name: String,
    pub email: String,
    pub active: bool,
    pub applications: Vec<String>,
    pub updated: Moment,
}

impl List {
    /// The report about whoever goes or went by what was searched for.
    pub fn report(&self) -> String {
        let path = format!("{}/reports/provisioning", self.shell.base);
        crate::text::address(&path, &[("identifier", &self.search), ("span", "30d")])
    }

    /// Nothing narrows the list.
    pub fn whole(&self) -> bool {
        self.search.is_empty() && self.status.is_empty() && self.application.is_empty()
    }
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let row = |name: &str, display: &str, active, applications: &[&str], minutes: i64| Row {
            href: "/t/northwind/users/0199a2b0".into(),
            user_name: format!("{name}@northwind.example"),
            display_name: display.into(),
            email: format!("{name}@northwind.example"),
            active,
            applications: applications.iter().map(|name| (*name).to_owned()).collect(),
            updated: Moment::new(now - minutes * 60_000, now),
        };
        let page = |rows, search: &str, total: &str| List {
            shell: Shell::sample(crate::shell::Section::Users),
            search: search.into(),
            status: String::new(),
            application: String::new(),
            applications: vec![("k3v9q2m7x1ab".into(), "Okta Workforce".into())],
            rows,
            total: total.into(),
            next: "/t/northwind/users?after=x".into(),
            first: String::new(),
        };
        let rows = vec![
            row("ada.okafor", "Ada Okafor", false, &["Okta Workforce"], 1),
            row("grace.murray", "Grace Murray", true, &["Okta Workforce", "Head office"], 15),
            row("liam.brandt", "Liam Brandt", true, &["Okta Contractors"], 64),
            row("s.ito", "", true, &[], 1_600),
        ];
        let mut empty = page(Vec::new(), "", "0 users");
        empty.next = String::new();
        let mut nothing = page(Vec::new(), "zoe", "0 users");
        nothing.next = String::new();
        vec![("full", page(rows, "", "4,812 users")), ("empty", empty), ("nothing-found", nothing)]
    }
}
