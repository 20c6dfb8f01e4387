//! `GET /t/{slug}/applications`: every application of the tenant with its health in words.

use super::{Health, HealthKind};
use crate::moment::Moment;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/list.html")]
pub struct List {
    pub shell: Shell,
    /// What was searched for.
    pub search: String,
    pub chips: Vec<Chip>,
    pub rows: Vec<Row>,
    pub stats: Stats,
}

/// A status to narrow the list to.
pub struct Chip {
    pub label: &'static str,
    pub href: String,
    pub count: usize,
    pub current: bool,
}

/// The numbers above the list.
#[derive(Default)]
pub struct Stats {
    pub applications: usize,
    pub attention: usize,
    pub users: i64,
    pub disabled_users: i64,
    pub groups: i64,
    pub last_request: Option<Moment>,
}

/// One application.
#[derive(Clone)]
pub struct Row {
    pub href: String,
    pub name: String,
    pub base_url: String,
    pub kind: &'static str,
    pub health: Health,
    pub users: i64,
    pub groups: i64,
    pub last_request: Option<Moment>,
}

/// Narrows `rows` to those that hold `search` in their name or address and are of `status`, and makes the chips for them.
pub fn narrow(rows: Vec<Row>, search: &str, status: &str, base: &str) -> (Vec<Row>, Vec<Chip>) {
    let needle = search.trim().to_lowercase();
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| row.name.to_lowercase().contains(&needle) || row.base_url.to_lowercase().contains(&needle))
        .collect();
    let here = format!("{base}/applications");
    let chip = |label, name: &str, count| Chip {
        label,
        href: crate::text::address(&here, &[("q", search), ("status", name)]),
        count,
        current: status == name,
    };
    let mut chips = vec![chip("All", "", rows.len())];
    for kind in HealthKind::ALL {
        let count = rows.iter().filter(|row| row.health.kind == kind).count();
        if count > 0 || status == kind.name() {
            chips.push(chip(kind.label(), kind.name(), count));
        }
    }
    let rows = rows.into_iter().filter(|row| status.is_empty() || row.health.kind.name() == status).collect();
    (rows, chips)
}

/// `GET /t/{slug}/applications?q=…&status=…`
pub async fn show(administrator: Administrator) -> Answer {
    let base = administrator.base();
    let applications = administrator.registry().applications(&administrator.scope).await?;
    let counts = administrator.dashboard().provisioning.counts(&administrator.scope).await?;
    let mut rows = Vec::with_capacity(applications.len());
    for application in &applications {
        let (users, groups) = counts.per_application.get(application.id.as_str()).copied().unwrap_or_default();
        rows.push(Row {
            href: format!("{base}/applications/{}/connection", application.id),
            name: application.name.clone(),
            base_url: application.base_url.clone(),
            kind: application.kind_label(),
            health: super::health(&administrator, application).await?,
            users,
            groups,
            last_request: application.last_request_at.map(|at| administrator.moment(at)),
        });
    }
    let stats = Stats {
        applications: rows.len(),
        attention: rows.iter().filter(|row| row.health.kind == HealthKind::Attention).count(),
        users: counts.users,
        disabled_users: counts.disabled_users,
        groups: counts.groups,
        last_request: applications
            .iter()
            .filter_map(|one| one.last_request_at)
            .max()
            .map(|at| administrator.moment(at)),
    };
    let search = administrator.query.trimmed("q");
    let (rows, chips) = narrow(rows, &search, administrator.query.text("status"), &base);
    let shell = administrator.shell(Section::Applications);
    administrator.page(&List { shell, search, chips, rows, stats })
}

#[cfg(test)]
impl List {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let minute = 60_000;
        let row = |name: &str, id: &str, health, users, groups, ago: Option<i64>| Row {
            href: format!("/t/northwind/applications/{id}/connection"),
            name: name.into(),
            base_url: format!("https://id.northwind.example/t/northwind/scim/{id}/v2"),
            kind: "SCIM client",
            health,
            users,
            groups,
            last_request: ago.map(|ago| Moment::new(now - ago * minute, now)),
        };
        let rows = vec![
            row("Okta Workforce", "k3v9q2m7x1ab", Health::healthy(), 3_104, 148, Some(2)),
            row(
                "Okta Contractors",
                "p8d2n6c4w0ef",
                Health::attention(3, 20, "userName already taken".into()),
                318,
                12,
                Some(31),
            ),
            row(
                "Head office",
                "h5s1y7t3r9gh",
                Health::failing("10:42", "The credential was refused".into()),
                2_208,
                203,
                Some(302),
            ),
            row("JumpCloud Berlin", "b6f4j0l2z8ij", Health::healthy(), 206, 18, Some(9)),
            row("Sandbox", "z1x3c5v7b9kl", Health::waiting(), 0, 0, None),
            row("Old Okta org (migrated)", "q0w8e6r4t2mn", Health::paused(), 24, 4, Some(4_900)),
        ];
        let stats = || Stats {
            applications: 6,
            attention: 2,
            users: 4_812,
            disabled_users: 131,
            groups: 236,
            last_request: Some(Moment::new(now - 2 * minute, now)),
        };
        let page = |rows, search: &str, status: &str| {
            let (rows, chips) = narrow(rows, search, status, "/t/northwind");
            List {
                shell: Shell::sample(crate::shell::Section::Applications),
                search: search.into(),
                chips,
                rows,
                stats: stats(),
            }
        };
        let mut empty = page(Vec::new(), "", "");
        empty.stats = Stats::default();
        let mut support = page(rows.clone(), "", "");
        support.shell.may_change = false;
        support.shell.role = "Support";
        support.shell.several_tenants = true;
        vec![
            ("full", page(rows.clone(), "", "")),
            ("nothing-found", page(rows, "entra", "")),
            ("empty", empty),
            ("support", support),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrows_by_words_and_status() {
        let rows: Vec<Row> = List::samples().remove(0).1.rows;
        for (search, status, found) in
            [("", "", 6), ("OKTA", "", 3), ("", "attention", 2), ("okta", "paused", 1), ("x", "no", 0)]
        {
            let (left, chips) = narrow(rows.clone(), search, status, "/t/northwind");
            assert_eq!(left.len(), found, "{search} {status}");
            assert!(chips.iter().filter(|chip| chip.current).count() <= 1);
        }
    }
}
