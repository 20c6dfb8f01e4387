//! `GET /t/{slug}/users`: the people of the directory, searched by user name, e-mail or name.

use crate::moment::Moment;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use askama::Template;
use provisioning::{UserRow, UserSearch, UserStatus};

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

const PAGE: i64 = 50;

/// `GET /t/{slug}/users?q=…&status=…&application=…&after=…`
pub async fn show(administrator: Administrator) -> Answer {
    let query = &administrator.query;
    let (search, after) = (query.trimmed("q"), query.trimmed("after"));
    let applications = administrator.registry().applications(&administrator.scope).await?;
    let applications: Vec<(String, String)> =
        applications.into_iter().map(|application| (application.id.to_string(), application.name)).collect();
    let application = query.trimmed("application");
    let application = if applications.iter().any(|(id, _)| *id == application) { application } else { String::new() };
    let (status, wanted) = match query.text("status") {
        "active" => ("active", Some(UserStatus::Active)),
        "disabled" => ("disabled", Some(UserStatus::Disabled)),
        _ => ("", None),
    };
    let found = administrator
        .dashboard()
        .provisioning
        .users(
            &administrator.scope,
            UserSearch {
                text: search.clone(),
                status: wanted,
                application: Some(application.clone()).filter(|id| !id.is_empty()),
                after: Some(after.clone()).filter(|after| !after.is_empty()),
                limit: PAGE,
            },
        )
        .await?;
    let here = format!("{}/users", administrator.base());
    let page = |after: &str| {
        crate::text::address(
            &here,
            &[("q", &search), ("status", status), ("application", &application), ("after", after)],
        )
    };
    administrator.page(&List {
        shell: administrator.shell(Section::Users),
        next: found.next.as_deref().map(page).unwrap_or_default(),
        first: if after.is_empty() { String::new() } else { page("") },
        total: crate::text::total(found.total, "user"),
        rows: found.rows.into_iter().map(|row| Row::new(&administrator, row)).collect(),
        status: status.to_owned(),
        search,
        application,
        applications,
    })
}

impl Row {
    fn new(administrator: &Administrator, row: UserRow) -> Self {
        Row {
            href: format!("{}/users/{}", administrator.base(), row.id),
            user_name: row.user_name,
            display_name: row.display_name.unwrap_or_default(),
            email: row.email.unwrap_or_default(),
            active: row.status == UserStatus::Active,
            applications: row.applications.into_iter().map(|(_, name)| name).collect(),
            updated: administrator.moment(row.updated_at),
        }
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
