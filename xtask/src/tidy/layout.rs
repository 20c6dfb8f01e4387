//! Where files lie: the top level, and one template for each page of the dashboard.

use std::collections::BTreeSet;

use super::Findings;

/// What lies at the top, but for dot-files.
const TOP: [&str; 9] =
    ["Cargo.lock", "Cargo.toml", "README.md", "crates", "docs", "migrations", "static", "templates", "xtask"];

const PAGES: &str = "crates/dashboard/src/pages/";
const TEMPLATES: &str = "templates/pages/";

pub fn check(files: &[String], findings: &mut Findings) {
    findings.errors.extend(top_level(files));
    findings.errors.extend(pages(files));
}

fn top_level(files: &[String]) -> Vec<String> {
    let there: BTreeSet<&str> =
        files.iter().filter_map(|file| file.split('/').next()).filter(|name| !name.starts_with('.')).collect();
    let wanted = BTreeSet::from(TOP);
    let extra = there
        .difference(&wanted)
        .map(|name| format!("{name} does not belong to the top level: that has {}", TOP.join(" ")));
    let missing = wanted.difference(&there).map(|name| format!("{name} is missing from the top level"));
    extra.chain(missing).collect()
}

fn pages(files: &[String]) -> Vec<String> {
    let below = |folder: &str, ending: &str| -> BTreeSet<String> {
        let inside = files.iter().filter_map(|file| file.strip_prefix(folder)?.strip_suffix(ending));
        inside
            .filter(|page| page.rsplit('/').next() != Some("mod") && !page.ends_with("/tests") && *page != "tests")
            .map(str::to_owned)
            .collect()
    };
    let (pages, templates) = (below(PAGES, ".rs"), below(TEMPLATES, ".html"));
    let without_template =
        pages.difference(&templates).map(|page| format!("{PAGES}{page}.rs has no {TEMPLATES}{page}.html"));
    let without_page =
        templates.difference(&pages).map(|page| format!("{TEMPLATES}{page}.html has no {PAGES}{page}.rs"));
    without_template.chain(without_page).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_top_level_is_exact() {
        let mut there = files(&TOP);
        assert!(top_level(&there).is_empty());
        there.extend(files(&[".ci/run", "notes.txt"]));
        there.retain(|name| name != "README.md");
        let found = top_level(&there);
        assert!(
            found[0].starts_with("notes.txt does not belong") && found[1] == "README.md is missing from the top level",
            "{found:?}"
        );
    }

    #[test]
    fn pages_and_templates_come_in_pairs() {
        let found = pages(&files(&[
            "crates/dashboard/src/pages/mod.rs",
            "crates/dashboard/src/pages/users/mod.rs",
            "crates/dashboard/src/pages/users/list.rs",
            "crates/dashboard/src/pages/users/list/tests.rs",
            "crates/dashboard/src/pages/alone.rs",
            "templates/pages/users/list.html",
            "templates/pages/users/lost.html",
            "templates/layout/app.html",
        ]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("crates/dashboard/src/pages/alone.rs has no")
                && found[1].starts_with("templates/pages/users/lost.html has no")
        );
    }
}
