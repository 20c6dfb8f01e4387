//! Renders every page with every sample, holds them to the rules of all pages, and writes them to
//! `target/dashboard-samples/`, where they can be looked at in a browser (serve that folder).

use crate::pages::{applications, failure, groups, reports, setup, sign_in, tenants, users};
use askama::Template;
use std::path::Path;

/// 2026-11-23T15:42:07Z, the "now" of every sample.
pub const NOW: i64 = 1_795_448_527_000;

fn render<T: Template>(page: &str, samples: Vec<(&'static str, T)>) -> Vec<(String, String)> {
    samples.into_iter().map(|(name, sample)| (format!("{page}-{name}"), sample.render().unwrap())).collect()
}

fn all() -> Vec<(String, String)> {
    [
        render("setup", setup::Setup::samples()),
        render("sign-in", sign_in::SignIn::samples()),
        render("tenants", tenants::Tenants::samples()),
        render("failure", failure::Failure::samples()),
        render("applications", applications::list::List::samples()),
        render("new", applications::new::New::samples()),
        render("new-scim-client", applications::new_scim_client::NewScimClient::samples()),
        render("connection", applications::connection::Connection::samples()),
        render("reveal", applications::reveal_credential::RevealCredential::samples()),
        render("revoke", applications::revoke_credential::RevokeCredential::samples()),
        render("mapping", applications::mapping::MappingPage::samples()),
        render("features", applications::features::FeaturesPage::samples()),
        render("okta", applications::okta::Okta::samples()),
        render("check", applications::check::Check::samples()),
        render("schemas", applications::schemas::SchemasPage::samples()),
        render("remove-schema", applications::remove_schema::RemoveSchema::samples()),
        render("resources", applications::resources::Resources::samples()),
        render("resource", applications::resource::ResourcePage::samples()),
        render("users", users::list::List::samples()),
        render("user", users::detail::Detail::samples()),
        render("groups", groups::list::List::samples()),
        render("group", groups::detail::Detail::samples()),
        render("report", reports::provisioning::Provisioning::samples()),
        render("event", reports::provisioning_event::ProvisioningEvent::samples()),
    ]
    .concat()
}

/// Every start tag of `html`, without its brackets.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[test]
fn every_page_keeps_the_rules() {
    for (name, html) in all() {
        let tags = tags(&html);
        let count = |wanted: &str| tags.iter().filter(|tag| tag.split_whitespace().next() == Some(wanted)).count();
        assert_eq!(count("h1"), 1, "{name}: one h1");
        assert_eq!(count("main"), 1, "{name}: one main");
        assert_eq!(count("style"), 0, "{name}: no inline style sheet");
        let title = html
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once(" · Rollcall</title>"))
            .map(|(title, _)| title);
        assert!(title.is_some_and(|title| !title.trim().is_empty()), "{name}: a title");

        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| attribute(tag, "id")).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{name}: an id occurs twice in {ids:?}");

        for tag in &tags {
            assert!(attribute(tag, "style").is_none(), "{name}: inline style in <{tag}>");
            let handler = tag.split_whitespace().skip(1).any(|part| part.starts_with("on") && part.contains('='));
            assert!(!handler || tag.contains("hx-"), "{name}: inline handler in <{tag}>");
            assert!(!tag.starts_with("script") || tag.contains(" src="), "{name}: inline script in <{tag}>");
            for reference in ["aria-describedby", "aria-labelledby", "list", "data-copy", "for"] {
                if let Some(target) = attribute(tag, reference) {
                    assert!(ids.binary_search(&target).is_ok(), "{name}: {reference} names nothing in <{tag}>");
                }
            }
            let field = ["input", "select", "textarea"].contains(&tag.split_whitespace().next().unwrap_or_default());
            if field && attribute(tag, "type") != Some("hidden") {
                let radio = matches!(attribute(tag, "type"), Some("radio" | "checkbox"));
                let label = attribute(tag, "id").is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
                assert!(radio || label || attribute(tag, "aria-label").is_some(), "{name}: no label for <{tag}>");
            }
        }
        for form in html.split("<form").skip(1).filter(|form| attribute(form, "method") == Some("post")) {
            let body = form.split_once("</form>").map_or(form, |(body, _)| body);
            assert!(body.contains("name=\"form_token\""), "{name}: a POST form without its token");
        }
        let levels = tags.iter().filter_map(|tag| match tag.split_whitespace().next()? {
            "h1" => Some(1),
            "h2" => Some(2),
            "h3" => Some(3),
            "h4" => Some(4),
            _ => None,
        });
        levels.fold(0, |before, level| {
            assert!(level <= before + 1, "{name}: a heading level is skipped");
            level
        });
    }
}

/// What a client or a person typed is text, never markup.
#[test]
fn hostile_text_is_escaped() {
    let mut page = applications::list::List::samples().remove(1).1;
    page.search = "\"><script>alert(1)</script>".into();
    let html = page.render().unwrap();
    assert!(!html.contains("<script>alert"), "{html}");
}

#[test]
fn samples_are_written_to_be_looked_at() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/dashboard-samples"));
    for (url, bytes) in crate::assets::all() {
        let path = folder.join(url.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    for (name, html) in all() {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}
