//! The life of an application on its pages.

use super::{Bench, OWNER, PASSWORD, Seen, application};

impl Seen {
    /// The value of the first field after `marker`.
    pub fn value_after(&self, marker: &str) -> String {
        let (_, rest) = self.body.split_once(marker).unwrap_or_else(|| panic!("no {marker} in {}", self.body));
        rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
    }
}

#[actix_web::test]
async fn a_new_application_shows_its_values_at_once() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta Workforce").await;
    let page = browser.get(&format!("{path}/connection")).await;
    assert!(page.says("Application added."));
    let id = path.rsplit('/').next().unwrap();
    assert_eq!(page.value_after("id=\"base-url\""), format!("http://rollcall.example/t/acme/scim/{id}/v2"));
    assert_eq!(page.value_after("id=\"secret\"").len(), 52);
    assert!(page.says("Waiting for first request"));
    assert!(!browser.get(&format!("{path}/connection")).await.says("Application added."), "said twice");
    assert!(browser.get("/t/acme/applications?q=WORK").await.says("Okta Workforce"));

    bench.clock.step(11 * 60_000);
    let later = browser.get(&format!("{path}/connection")).await;
    assert!(!later.says("id=\"secret\"") && later.says("/reveal"));
}

#[actix_web::test]
async fn a_wrong_name_keeps_what_was_typed() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    application(&mut browser, "Okta").await;
    let path = "/t/acme/applications/new/scim-client";
    let page = browser.get(path).await;
    for (name, message) in [("OKTA", "has this name"), ("  ", "Enter a name")] {
        let seen = browser.post(path, &page, &[("name", name), ("authentication", "basic")]).await;
        assert_eq!(seen.status, 422, "{name}");
        assert!(seen.says(message) && seen.says(&format!("value=\"{}\"", name.trim())), "{}", seen.body);
        assert!(seen.says("value=\"basic\" checked"));
    }
}

#[actix_web::test]
async fn a_secret_is_revealed_for_the_password_only() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta").await;
    let page = browser.get(&format!("{path}/connection")).await;
    let secret = page.value_after("id=\"secret\"");
    let reveal = page.body.split('"').find(|part| part.ends_with("/reveal")).unwrap().to_owned();
    let ask = browser.get(&reveal).await;
    assert!(!ask.says(&secret));
    let wrong = browser.post(&reveal, &ask, &[("password", "wrong")]).await;
    assert!(wrong.status == 422 && !wrong.says(&secret));
    let shown = browser.post(&reveal, &ask, &[("password", PASSWORD)]).await;
    assert!(shown.status == 200 && shown.says(&secret));
    assert_eq!(browser.get(&reveal.replace("/reveal", "x/reveal")).await.status, 404);
}

#[actix_web::test]
async fn credentials_are_issued_and_revoked_by_name() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta").await;
    let here = format!("{path}/connection");
    let page = browser.get(&here).await;
    let nameless = browser.post(&format!("{here}/credentials"), &page, &[("name", ""), ("kind", "basic")]).await;
    assert!(nameless.status == 422 && nameless.says("id=\"credential-name-error\""));
    let fields = [("name", "Second"), ("kind", "basic"), ("expiry", "90")];
    let issued = browser.post(&format!("{here}/credentials"), &page, &fields).await;
    assert_eq!((issued.status, issued.location.as_str()), (303, here.as_str()));
    let page = browser.get(&here).await;
    assert!(page.says("Credential issued.") && page.says("id=\"username\"") && page.says("in 3 months"));

    let revoke = page.body.split('"').find(|part| part.ends_with("/revoke")).unwrap().to_owned();
    let ask = browser.get(&revoke).await;
    let wrong = browser.post(&revoke, &ask, &[("typed", "Secon")]).await;
    assert!(wrong.status == 422 && wrong.says("value=\"Secon\""));
    assert_eq!(browser.post(&revoke, &ask, &[("typed", "Second")]).await.status, 303);
    assert!(browser.get(&here).await.says(">Revoked<"));
}

#[actix_web::test]
async fn an_application_is_renamed_and_paused() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta").await;
    let here = format!("{path}/connection");
    let page = browser.get(&here).await;
    assert_eq!(browser.post(&format!("{here}/rename"), &page, &[("name", "Okta EMEA")]).await.status, 303);
    let empty = browser.post(&format!("{here}/rename"), &page, &[("name", "")]).await;
    assert!(empty.status == 422 && empty.says("id=\"rename-error\""));
    assert_eq!(browser.post(&format!("{here}/pause"), &page, &[("paused", "true")]).await.status, 303);
    let list = browser.get("/t/acme/applications").await;
    assert!(list.says("Okta EMEA") && list.says(">Paused<"));
    browser.post(&format!("{here}/pause"), &page, &[("paused", "false")]).await;
    assert!(browser.get(&here).await.says("Resumed."));
}

/// The fields of the mapping form as the page has them.
fn mapping_fields(page: &Seen) -> Vec<(&'static str, String)> {
    let mut fields = vec![("revision", page.value_of("revision"))];
    for row in page.body.split("role=\"group\"").skip(1) {
        let cell = |marker: &str| {
            let rest = row.split_once(marker).unwrap().1;
            rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0.replace("&#34;", "\"")
        };
        let attribute = match row.contains("<select") {
            true => row
                .split(" selected")
                .next()
                .unwrap()
                .rsplit("value=\"")
                .next()
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned(),
            false => cell("name=\"attribute\""),
        };
        fields.extend([("attribute", attribute), ("custom", cell("name=\"custom\"")), ("path", cell("name=\"path\""))]);
    }
    fields
}

#[actix_web::test]
async fn the_mapping_is_edited_row_by_row() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = format!("{}/mapping", application(&mut browser, "Okta").await);
    let page = browser.get(&path).await;
    let saved = mapping_fields(&page);
    let rows = |seen: &Seen| seen.body.matches("role=\"group\"").count();
    let send = |extra: &[(&'static str, &'static str)]| {
        let mut fields = saved.clone();
        fields.extend(extra.iter().map(|(name, value)| (*name, (*value).to_owned())));
        fields
    };
    fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    let fields = send(&[("act", "add")]);
    let added = browser.post(&path, &page, &borrowed(&fields)).await;
    assert_eq!((added.status, rows(&added)), (200, rows(&page) + 1));
    assert!(added.says("data-changed") && added.says("autofocus"));
    for (row, left) in [("0", rows(&page)), ("8", rows(&page) - 1), ("99", rows(&page)), ("x", rows(&page))] {
        let fields = send(&[("remove", row)]);
        let seen = browser.post(&path, &page, &borrowed(&fields)).await;
        let shown = if seen.status == 303 { left } else { rows(&seen) };
        assert_eq!(shown, left, "remove {row}");
    }

    let revision = browser.get(&path).await.value_of("revision");
    let mut fields = send(&[("attribute", "custom"), ("custom", "Bad name"), ("path", "title"), ("act", "save")]);
    fields[0].1 = revision;
    let wrong = browser.post(&path, &page, &borrowed(&fields)).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("value=\"Bad name\"") && wrong.says("1 row needs attention"), "{}", wrong.body);
    let at = fields.iter().position(|(_, value)| value == "Bad name").unwrap();
    fields[at].1 = "badgeNumber".into();
    assert_eq!(browser.post(&path, &page, &borrowed(&fields)).await.status, 303);
    assert!(browser.get(&path).await.says("value=\"badgeNumber\""));

    let stale = browser.post(&path, &page, &borrowed(&send(&[("act", "save")]))).await;
    assert_eq!(stale.status, 409);
    assert!(stale.says("in the meantime"));
}

#[actix_web::test]
async fn features_are_switched_one_by_one() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let base = application(&mut browser, "Okta").await;
    let path = format!("{base}/features");
    let page = browser.get(&path).await;
    let revision = page.value_of("revision");
    let fields = [
        ("revision", revision.as_str()),
        ("feature", "create-users"),
        ("feature", "delete-deactivated-users"),
        ("feature", "x"),
    ];
    assert_eq!(browser.post(&path, &page, &fields).await.status, 303);
    let saved = browser.get(&path).await;
    assert_eq!(saved.body.matches(" checked").count(), 2);
    assert!(saved.says("It is on at the moment."));
    assert!(browser.get(&format!("{base}/okta")).await.says("Push groups is off here"));
    assert_eq!(browser.post(&path, &page, &[("revision", revision.as_str())]).await.status, 409);
}

#[actix_web::test]
async fn the_report_keeps_its_criteria() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let seen = browser.get("/t/acme/reports/provisioning?identifier=%22%3Eada&application=Okta&span=7d&outcome=failed&operation=nonsense").await;
    assert_eq!(seen.status, 200);
    assert!(seen.says("value=\"&#34;&#62;ada\""), "{}", seen.body);
    assert!(seen.says("Search 30 days") && seen.says("Search all applications") && seen.says("Outcome: Failed"));
    let wrong = browser.get("/t/acme/reports/provisioning?span=custom&from=2026-11-23T10:00&to=2026-11-22T10:00").await;
    assert!(wrong.status == 422 && wrong.says("must end after it begins"));
}
