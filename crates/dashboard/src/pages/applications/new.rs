//! `GET /t/{slug}/applications/new`: the catalogue of application kinds. It lists only kinds that work.

use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/new.html")]
pub struct New {
    pub shell: Shell,
    pub search: String,
    pub category: String,
    pub categories: Vec<Category>,
    pub kinds: Vec<&'static Kind>,
}

/// A group of kinds, with how many it holds.
pub struct Category {
    pub label: &'static str,
    pub href: String,
    pub count: usize,
    pub current: bool,
}

/// One kind of application that can be added.
pub struct Kind {
    /// The last segment of the URL of its form.
    pub name: &'static str,
    pub label: &'static str,
    pub category: &'static str,
    pub icon: &'static str,
    pub description: &'static str,
    /// Further words it is found by.
    pub words: &'static str,
}

const KINDS: [Kind; 1] = [Kind {
    name: "scim-client",
    label: "SCIM Client (source)",
    category: "provisioning",
    icon: "plug-connected",
    description: "An identity provider that creates, updates and deactivates people and groups here over SCIM 2.0.",
    words: "okta entra azure onelogin jumpcloud ping scim client source provisioning identity provider user group import",
}];

const CATEGORIES: [(&str, &str); 1] = [("provisioning", "Provisioning")];

impl New {
    /// The catalogue, narrowed to what holds `search` and is in `category` (empty: all).
    pub fn narrowed(shell: Shell, search: &str, category: &str) -> Self {
        let needle = search.trim().to_lowercase();
        let found = |kind: &Kind| {
            needle.is_empty() || kind.label.to_lowercase().contains(&needle) || kind.words.contains(needle.as_str())
        };
        let here = format!("{}/applications/new", shell.base);
        let entry = |label, name: &str| Category {
            label,
            href: crate::text::address(&here, &[("category", name), ("q", search)]),
            count: KINDS.iter().filter(|kind| found(kind) && (name.is_empty() || kind.category == name)).count(),
            current: category == name,
        };
        let mut categories = vec![entry("All", "")];
        categories.extend(CATEGORIES.iter().map(|(name, label)| entry(label, name)));
        let kinds =
            KINDS.iter().filter(|kind| found(kind) && (category.is_empty() || kind.category == category)).collect();
        New { shell, search: search.to_owned(), category: category.to_owned(), categories, kinds }
    }
}

/// `GET /t/{slug}/applications/new?category=…&q=…`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.must_change()?;
    let (search, category) = (administrator.query.trimmed("q"), administrator.query.trimmed("category"));
    administrator.page(&New::narrowed(administrator.shell(Section::Applications), &search, &category))
}

#[cfg(test)]
impl New {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let shell = || Shell::sample(crate::shell::Section::Applications);
        vec![
            ("all", New::narrowed(shell(), "", "")),
            ("nothing-found", New::narrowed(shell(), "payroll", "provisioning")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_kind_by_the_words_people_use() {
        for (search, found) in [("", 1), ("Okta", 1), (" SCIM ", 1), ("payroll", 0)] {
            let page = New::narrowed(Shell::sample(crate::shell::Section::Applications), search, "provisioning");
            assert_eq!(page.kinds.len(), found, "{search}");
        }
    }
}
