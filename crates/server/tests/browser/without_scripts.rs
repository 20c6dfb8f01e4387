//! The same forms with scripts switched off in the browser: everything that changes something still works.

use crate::chromium::{Chromium, Looks};
use crate::page::Page;
use crate::program::Program;

#[tokio::test]
async fn the_forms_work_without_scripts() {
    let program = Program::start();
    let chromium = Chromium::start(Looks { width: 1440, height: 1000, scripts: false }).await;
    let page = Page::new(&chromium.client, "no-scripts");
    page.open(&program.url).await;
    for (field, text) in [
        ("#tenant_name", "Acme"),
        ("#tenant_slug", "acme"),
        ("#email", "mira@acme.example"),
        ("#password", "correct horse battery staple"),
    ] {
        page.fill(field, text).await;
    }
    page.follow("form button[type=submit]").await;
    page.arrive("/t/acme/applications").await;
    page.open(&format!("{}/t/acme/applications/new/scim-client", program.origin())).await;
    page.fill("#name", "Okta").await;
    page.follow("main form button[type=submit]").await;
    page.arrive("/connection").await;
    assert!(page.value("#secret").await.starts_with("rct"));
    page.screenshot("connection").await;
    page.follow("nav a[href$='/mapping']").await;
    page.arrive("/mapping").await;
    let rules = rules(&page).await;
    page.follow("button[name=act][value=add]").await;
    page.find(&format!(".rule:nth-of-type({}) input[name=path]", rules + 2)).await;
    page.follow("nav a[href$='/features']").await;
    page.arrive("/features").await;
    page.click("input[value=push-groups]").await;
    page.follow("main form button[type=submit]").await;
    page.expect("saved").await;
    page.follow("nav a[href$='/schemas']").await;
    page.arrive("/schemas").await;
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), "[]").unwrap();
    page.find("#file").await.send_keys(file.path().to_str().unwrap()).await.unwrap();
    page.follow("form[enctype] button[type=submit]").await;
    page.expect("it defines nothing").await;
    assert_eq!(page.value("#json").await, "[]");
    page.follow("button[value=okta-entitlements]").await;
    page.expect("Definitions added").await;
    page.follow("a[aria-label='Remove the type Role']").await;
    page.follow("main form button[type=submit]").await;
    page.expect("Removed").await;
    page.screenshot("schemas").await;
    page.click("form[action='/sign-out'] button, .side .menu summary").await;
    chromium.stop().await;
}

async fn rules(page: &Page<'_>) -> usize {
    page.client.find_all(fantoccini::Locator::Css(".rule [name=path]")).await.unwrap().len()
}
