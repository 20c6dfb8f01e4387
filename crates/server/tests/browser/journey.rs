//! The first customer's day: set up, add the application, connect, map, switch, provision, look it up in the report.

use fantoccini::key::Key;
use testkit::okta::{Authentication, Kind, OktaClient, OktaGroup, OktaUser};

use crate::chromium::{Chromium, Looks};
use crate::page::Page;
use crate::program::Program;

const EMAIL: &str = "mira@acme.example";
const PASSWORD: &str = "correct horse battery staple";

#[tokio::test]
async fn at_desktop_width_in_light() {
    journey(Looks { width: 1440, height: 1000, scripts: true }, "light", "desktop").await;
}

#[tokio::test]
async fn at_360_pixels_in_dark() {
    journey(Looks { width: 360, height: 800, scripts: true }, "dark", "mobile").await;
}

async fn journey(looks: Looks, theme: &str, label: &str) {
    let program = Program::start();
    let chromium = Chromium::start(looks).await;
    let page = Page::new(&chromium.client, label);
    set_up(&page, &program).await;
    choose_theme(&page, theme).await;
    let (base_url, token) = add_application(&page).await;
    map(&page).await;
    switch_features(&page).await;
    define_schemas(&page).await;
    read_the_guide(&page, &base_url).await;
    provision(&base_url, &token).await;
    watch_the_check(&page).await;
    look_at_people(&page, &program).await;
    search_the_report(&page, &program).await;
    look_at_devices(&page, &program, &base_url, &token).await;
    reveal_again(&page, &program, &token).await;
    sign_out_and_in_by_keyboard(&page).await;
    page.nothing_found();
    chromium.stop().await;
}

async fn set_up(page: &Page<'_>, program: &Program) {
    page.open(&format!("{}/setup", program.origin())).await;
    page.inspect("setup-without-token").await;
    page.open(&program.url).await;
    page.inspect("setup").await;
    page.fill("#tenant_name", "Acme").await;
    page.fill("#tenant_slug", "acme").await;
    page.fill("#email", EMAIL).await;
    page.fill("#password", PASSWORD).await;
    page.follow("form button[type=submit]").await;
    page.arrive("/t/acme/applications").await;
}

async fn choose_theme(page: &Page<'_>, theme: &str) {
    page.click(".topbar .menu summary").await;
    page.follow(&format!("button[name=theme][value={theme}]")).await;
    page.find(&format!("html[data-theme={theme}]")).await;
    page.inspect("applications-empty").await;
}

async fn add_application(page: &Page<'_>) -> (String, String) {
    page.follow("main a[href$='/applications/new']").await;
    page.arrive("/applications/new").await;
    page.inspect("catalogue").await;
    page.follow("a[href$='/applications/new/scim-client']").await;
    page.arrive("/new/scim-client").await;
    page.fill("#name", "Okta Workforce").await;
    page.inspect("name").await;
    page.follow("main form button[type=submit]").await;
    page.arrive("/connection").await;
    page.inspect("connection").await;
    let (base_url, token) = (page.value("#base-url").await, page.value("#secret").await);
    assert!(base_url.contains("/t/acme/scim/") && base_url.ends_with("/v2") && !base_url.contains('_'), "{base_url}");
    assert!(token.starts_with("rct") && token.chars().all(|character| character.is_ascii_alphanumeric()), "{token}");
    page.click("[data-copy=base-url]").await;
    page.expect("copied").await;
    (base_url, token)
}

async fn map(page: &Page<'_>) {
    page.follow("a[href$='/mapping']").await;
    page.arrive("/mapping").await;
    page.inspect("mapping").await;
    let locked = page.client.find_all(fantoccini::Locator::Css(".rule .locked")).await.unwrap();
    assert_eq!(locked.len(), 6, "the six required rows");
    page.follow("button[name=act][value=add]").await;
    page.find(".rule:last-of-type select").await.select_by_value("custom").await.unwrap();
    page.fill(".rule:last-of-type input[name=custom]", "jobTitle").await;
    page.fill(".rule:last-of-type input[name=path]", "titel").await;
    page.follow("button.primary[name=act][value=save]").await;
    page.expect("titel").await;
    page.find("[aria-invalid=true]").await;
    page.inspect("mapping-wrong").await;
    page.fill(".rule:last-of-type input[name=path]", "title").await;
    page.follow("button.primary[name=act][value=save]").await;
    page.expect("saved").await;
}

async fn switch_features(page: &Page<'_>) {
    page.follow("nav a[href$='/features']").await;
    page.arrive("/features").await;
    page.inspect("features").await;
    page.click("input[value=delete-deactivated-users]").await;
    page.follow("main form button[type=submit]").await;
    page.expect("It is on at the moment").await;
    page.inspect("features-delete-on").await;
    page.click("input[value=delete-deactivated-users]").await;
    page.follow("main form button[type=submit]").await;
    page.expect("saved").await;
    assert!(!page.text().await.contains("It is on at the moment"));
}

/// A badge number of the people's own, from a mistake to a row of the mapping, and ready-made devices beside it.
async fn define_schemas(page: &Page<'_>) {
    page.follow("nav a[href$='/schemas']").await;
    page.arrive("/schemas").await;
    page.inspect("schemas").await;
    page.fill("#json", &badge("badge number")).await;
    page.follow("form[enctype] button[type=submit]").await;
    page.expect("begins with a letter").await;
    assert!(page.value("#json").await.contains("badge number"), "what was typed is kept");
    page.inspect("schemas-wrong").await;
    page.fill("#json", "").await;
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), badge("number")).unwrap();
    page.find("#file").await.send_keys(file.path().to_str().unwrap()).await.unwrap();
    page.follow("form[enctype] button[type=submit]").await;
    page.expect("Definitions added").await;
    page.follow("button[value=devices]").await;
    page.expect("Definitions added").await;
    page.click_text("FIDO Device Onboard").await;
    page.click("details.schema:has(#schema-5) summary").await;
    page.inspect("schemas-devices").await;
    page.follow("a[aria-label='Remove the type EndpointApp']").await;
    page.inspect("schemas-remove").await;
    page.follow("main form button[type=submit]").await;
    page.expect("Removed").await;
    let removable = page.client.find_all(fantoccini::Locator::Css("a[aria-label^='Remove the type']")).await.unwrap();
    assert_eq!(removable.len(), 1, "devices are left");
    page.follow("nav a[href$='/mapping']").await;
    let suggested = format!("#paths option[value='{BADGE}:number']");
    assert_eq!(page.client.find_all(fantoccini::Locator::Css(&suggested)).await.unwrap().len(), 1);
}

const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";

/// An extension of users with one attribute.
fn badge(attribute: &str) -> String {
    serde_json::json!([
        { "id": BADGE, "name": "Badge", "attributes": [{ "name": attribute, "description": "As printed on the badge" }] },
        { "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
          "schemaExtensions": [{ "schema": BADGE }] },
    ])
    .to_string()
}

async fn read_the_guide(page: &Page<'_>, base_url: &str) {
    page.follow("nav a[href$='/okta']").await;
    page.arrive("/okta").await;
    page.inspect("okta").await;
    let source = page.client.source().await.unwrap();
    for expected in
        [base_url, "SCIM connector base URL", "Unique identifier field for users", "userName", "HTTP Header"]
    {
        assert!(source.contains(expected), "the guide names {expected}");
    }
    assert!(!source.contains("OAuth"), "a mode that does not work is not offered");
}

/// What Okta then sends: the simulator on the values that the page showed.
async fn provision(base_url: &str, token: &str) {
    let mut okta = OktaClient::new(base_url, Authentication::Bearer(token.to_owned()), Kind::Aiw).unwrap();
    okta.test_connection(true).await.unwrap();
    let mut ada = OktaUser::new("00u1", "ada@acme.example", "Ada", "Okafor");
    ada.title = Some("Engineer".to_owned());
    let liam = OktaUser::new("00u2", "liam@acme.example", "Liam", "Brandt");
    okta.assign(&ada).await.unwrap();
    okta.assign(&liam).await.unwrap();
    ada.title = Some("Principal Engineer".to_owned());
    okta.update_profile(&ada).await.unwrap();
    let group = OktaGroup {
        id: "00g1".to_owned(),
        name: "Engineering".to_owned(),
        members: vec!["00u1".to_owned(), "00u2".to_owned()],
    };
    okta.push_group(&group).await.unwrap();
    okta.rename_login("00u1", "ada.brandt@acme.example").await.unwrap();
    okta.deactivate("00u2").await.unwrap();
    okta.set_authentication(Authentication::Bearer("rctwrong".to_owned()));
    okta.test_connection(false).await.unwrap_err();
}

async fn watch_the_check(page: &Page<'_>) {
    page.follow("nav a[href$='/check']").await;
    page.arrive("/check").await;
    page.expect("Everything works").await;
    page.inspect("check").await;
}

async fn look_at_people(page: &Page<'_>, program: &Program) {
    page.open(&format!("{}/t/acme/users", program.origin())).await;
    page.expect("liam@acme.example").await;
    page.inspect("users").await;
    page.fill("input[name=q]", "ada").await;
    page.follow("form.toolbar button[type=submit]").await;
    page.expect("ada.brandt@acme.example").await;
    page.follow("main table a.go").await;
    page.expect("Principal Engineer").await;
    page.expect("jobTitle").await;
    page.expect("Engineering").await;
    page.inspect("user").await;
    page.open(&format!("{}/t/acme/groups", program.origin())).await;
    page.inspect("groups").await;
    page.follow("main table a.go").await;
    page.expect("ada.brandt@acme.example").await;
    page.inspect("group").await;
}

async fn search_the_report(page: &Page<'_>, program: &Program) {
    page.open(&format!("{}/t/acme/reports/provisioning", program.origin())).await;
    page.expect("Disabled user liam@acme.example").await;
    page.expect("Rejected").await;
    page.inspect("report").await;
    // The login that she no longer has still finds her.
    page.fill("#identifier", "ada@acme.example").await;
    page.fill("#application", "Okta Work").await;
    page.follow("form.criteria button[type=submit]").await;
    page.expect("Renamed user ada@acme.example to ada.brandt@acme.example").await;
    assert!(!page.text().await.contains("liam@acme.example"));
    page.inspect("report-ada").await;
    page.follow_text("Renamed user").await;
    page.expect("userName").await;
    page.inspect("event").await;
    page.open(&format!("{}/t/acme/reports/provisioning?operation=user.create", program.origin())).await;
    page.follow_text("Created user ada@acme.example").await;
    page.expect("Request and").await;
    page.inspect("event-created").await;
    assert!(page.client.source().await.unwrap().contains("[redacted]"), "the password that Okta sends is not shown");
    page.open(&format!("{}/t/acme/reports/provisioning?operation=credential.rejected", program.origin())).await;
    page.follow("main table a.go").await;
    page.expect("What to do").await;
    page.inspect("event-rejected").await;
}

/// A device that any SCIM client creates is there to look at, with what had to be adjusted in its request.
async fn look_at_devices(page: &Page<'_>, program: &Program, base_url: &str, token: &str) {
    let application = base_url.trim_end_matches("/v2").rsplit('/').next().unwrap();
    let list = format!("{}/t/acme/applications/{application}/resources?type=Device", program.origin());
    page.open(&list).await;
    page.inspect("resources-empty").await;
    let body = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"],
        "displayName": "BLE Heart Monitor",
        "active": "True",
        "urn:ietf:params:scim:schemas:extension:ethernet-mab:2.0:Device": { "deviceMacAddress": "2C:54:91:88:C9:E2" },
        "colour": "red",
    });
    assert_eq!(program.post(&format!("{base_url}/Devices"), token, &body.to_string()), 201);
    page.open(&format!("{list}&q=2c:54")).await;
    page.expect("BLE Heart Monitor").await;
    page.inspect("resources").await;
    page.follow("main table a.go").await;
    page.expect("2C:54:91:88:C9:E2").await;
    page.inspect("resource").await;
    page.follow_text("Created Device").await;
    page.expect("boolean sent as text: active").await;
    page.expect("attribute ignored: colour").await;
    page.inspect("event-adjusted").await;
}

async fn reveal_again(page: &Page<'_>, program: &Program, token: &str) {
    page.open(&format!("{}/t/acme/applications", program.origin())).await;
    page.inspect("applications").await;
    page.follow("main table a.go").await;
    page.arrive("/connection").await;
    page.follow("a[href$='/reveal']").await;
    page.fill("#password", "wrong password").await;
    page.follow("main form button[type=submit]").await;
    page.find("[aria-invalid=true]").await;
    page.inspect("reveal-wrong").await;
    page.fill("#password", PASSWORD).await;
    page.follow("main form button[type=submit]").await;
    assert_eq!(page.value("#secret").await, token);
}

async fn sign_out_and_in_by_keyboard(page: &Page<'_>) {
    page.click(".side .menu summary").await;
    page.follow("form[action='/sign-out'] button").await;
    page.arrive("/sign-in").await;
    page.inspect("sign-in").await;
    let keys = format!("{EMAIL}{}{PASSWORD}{}", Key::Tab, Key::Enter);
    page.client.active_element().await.unwrap().send_keys(&keys).await.unwrap();
    page.arrive("/t/acme/applications").await;
}
