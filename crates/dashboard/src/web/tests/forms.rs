//! A form counts only when it comes from a page of ours in this very browser.

use super::{Bench, OWNER, application};
use actix_web::test::TestRequest;

const PATH: &str = "/t/acme/applications/new/scim-client";

#[actix_web::test]
async fn a_form_needs_the_token_of_this_session() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let mut other = bench.signed_in(OWNER).await;
    let others_page = other.get(PATH).await;
    assert_eq!(browser.post(PATH, &others_page, &[("name", "Okta")]).await.status, 403);
    for token in ["", "x", "a.b.c"] {
        let request = TestRequest::post().uri(PATH).set_form([("name", "Okta"), ("form_token", token)]);
        let seen = browser.send(request).await;
        assert_eq!(seen.status, 403, "{token:?}");
        assert!(seen.says("Nothing was changed"));
    }
    let anonymous = bench.browser().post(PATH, &others_page, &[("name", "Okta")]).await;
    assert!(anonymous.status == 401 || anonymous.status == 403);
    assert!(browser.get("/t/acme/applications").await.says("Connect your first"));
}

#[actix_web::test]
async fn a_form_of_another_site_is_refused() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let page = browser.get(PATH).await;
    let token = page.value_of("form_token");
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://rollcall.example", 422),
        ("sec-fetch-site", "same-origin", 422),
    ] {
        let fields = [("name", ""), ("form_token", token.as_str())];
        let seen = browser.send(TestRequest::post().uri(PATH).insert_header((name, value)).set_form(fields)).await;
        assert_eq!(seen.status, status, "{name}: {value}");
    }
}

#[actix_web::test]
async fn what_is_no_form_is_refused_as_one() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let json = TestRequest::post().uri(PATH).insert_header(("content-type", "application/json")).set_payload("{}");
    assert_eq!(browser.send(json).await.status, 400);
    let form = ("content-type", "application/x-www-form-urlencoded");
    for body in [vec![0xff, 0xfe], vec![b'a'; 600 * 1024]] {
        let seen = browser.send(TestRequest::post().uri(PATH).insert_header(form).set_payload(body)).await;
        assert_eq!(seen.status, 400);
        assert!(seen.says("could not be read"));
    }
}

#[actix_web::test]
async fn the_theme_is_kept_without_scripts() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta").await;
    let page = browser.get(&format!("{path}/check")).await;
    assert!(!page.says("data-theme"));
    let back = page.value_of("return");
    let seen = browser.post("/theme", &page, &[("theme", "dark"), ("return", &back)]).await;
    assert_eq!(seen.location, format!("{path}/check"));
    assert!(browser.get(&seen.location).await.says("data-theme=\"dark\""));
    assert!(browser.get("/nowhere").await.says("data-theme=\"dark\""));
    browser.post("/theme", &page, &[("theme", "system")]).await;
    assert!(!browser.get(&back).await.says("data-theme"));
}
