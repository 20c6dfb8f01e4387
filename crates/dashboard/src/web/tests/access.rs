//! Who gets in, and what those see who may not.

use super::{Bench, OWNER, PASSWORD, SUPPORT, application};
use actix_web::http::header;
use actix_web::test::TestRequest;

#[actix_web::test]
async fn set_up_opens_once_with_its_token() {
    let bench = Bench::new();
    let mut browser = bench.browser();
    assert_eq!(browser.get("/setup").await.status, 403);
    assert_eq!(browser.get("/setup?token=wrong").await.status, 403);
    assert!(browser.get("/sign-in").await.says("not set up yet"));

    let page = browser.get("/setup?token=one-time").await;
    assert_eq!(page.status, 200);
    let fields = |slug: &'static str, token: &'static str| {
        [("token", token), ("tenant_name", "Acme"), ("tenant_slug", slug), ("email", OWNER), ("password", PASSWORD)]
    };
    assert_eq!(browser.post("/setup", &page, &fields("acme", "wrong")).await.status, 403);
    let refused = browser.post("/setup", &page, &fields("Ac_me", "one-time")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("value=\"Ac_me\"") && refused.says("id=\"tenant_slug-error\""), "{}", refused.body);
    assert!(!refused.says(PASSWORD));

    let done = browser.post("/setup", &page, &fields("acme", "one-time")).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/t/acme/applications"));
    assert!(browser.get("/t/acme/applications").await.says("Connect your first identity provider"));
    assert_eq!(browser.get("/setup?token=one-time").await.status, 403);
}

#[actix_web::test]
async fn signing_in_leads_back_and_never_elsewhere() {
    let bench = Bench::set_up().await;
    let mut browser = bench.browser();
    let sent = browser.get("/t/acme/users?q=ada").await;
    assert_eq!((sent.status, sent.location.as_str()), (303, "/sign-in?return=%2Ft%2Facme%2Fusers%3Fq%3Dada"));
    let page = browser.get(&sent.location).await;
    let wrong = browser.post("/sign-in", &page, &[("email", OWNER), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says(OWNER) && wrong.says("role=\"alert\""));
    for (path, location) in
        [("/t/acme/users?q=ada", "/t/acme/users?q=ada"), ("//evil.example", "/"), ("https://evil.example", "/")]
    {
        let fields = [("email", OWNER), ("password", PASSWORD), ("return", path)];
        let seen = browser.post("/sign-in", &page, &fields).await;
        assert_eq!((seen.status, seen.location.as_str()), (303, location));
    }
}

#[actix_web::test]
async fn the_start_page_knows_where_to_go() {
    let bench = Bench::set_up().await;
    assert_eq!(bench.browser().get("/").await.location, "/sign-in");
    let mut browser = bench.signed_in(OWNER).await;
    assert_eq!(browser.get("/").await.location, "/t/acme/applications");
    bench.dashboard.registry.add_tenant("other", "Other").await.unwrap();
    let scope = bench.dashboard.registry.operator_scope("other").await.unwrap();
    bench.dashboard.registry.add_administrator(&scope, OWNER, registry::Role::Support, PASSWORD.into()).await.unwrap();
    assert_eq!(browser.get("/").await.location, "/tenants");
    let choice = browser.get("/tenants").await;
    assert!(choice.says("/t/acme/applications") && choice.says("/t/other/applications") && choice.says("Support"));
}

#[actix_web::test]
async fn signing_out_ends_the_session() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let kept = browser.cookies.clone();
    let page = browser.get("/t/acme/applications").await;
    assert_eq!(browser.post("/sign-out", &page, &[]).await.location, "/sign-in");
    browser.cookies = kept;
    assert_eq!(browser.get("/t/acme/applications").await.status, 303);
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    bench.clock.step(13 * 3_600_000);
    assert_eq!(browser.get("/t/acme/applications").await.status, 303);
}

#[actix_web::test]
async fn other_tenants_and_unknown_ids_are_not_found() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = application(&mut browser, "Okta").await;
    bench.dashboard.registry.add_tenant("other", "Other").await.unwrap();
    let scope = bench.dashboard.registry.operator_scope("other").await.unwrap();
    bench
        .dashboard
        .registry
        .add_administrator(&scope, "eve@other.example", registry::Role::Owner, PASSWORD.into())
        .await
        .unwrap();
    let mut eve = bench.signed_in("eve@other.example").await;
    for step in ["", "/connection", "/mapping", "/features", "/okta", "/check"] {
        let theirs = path.replace("/t/acme/", "/t/other/");
        assert_eq!(eve.get(&format!("{path}{step}")).await.status, 404, "{step}");
        assert_eq!(eve.get(&format!("{theirs}{step}")).await.status, 404, "{step}");
    }
    let page = eve.get("/t/other/applications/new/scim-client").await;
    for step in ["/connection/rename", "/connection/pause", "/connection/credentials", "/mapping", "/features"] {
        let theirs = path.replace("/t/acme/", "/t/other/");
        assert_eq!(eve.post(&format!("{path}{step}"), &page, &[("name", "x")]).await.status, 404, "{step}");
        assert_eq!(eve.post(&format!("{theirs}{step}"), &page, &[("name", "x")]).await.status, 404, "{step}");
    }
    for path in ["/t/acme/users/x", "/t/acme/groups/x", "/t/acme/reports/provisioning/x", "/t/nobody/users", "/nowhere"]
    {
        let seen = browser.get(path).await;
        assert_eq!(seen.status, 404, "{path}");
        assert!(seen.says("There is nothing here"));
    }
}

#[actix_web::test]
async fn support_looks_and_changes_nothing() {
    let bench = Bench::set_up().await;
    let mut owner = bench.signed_in(OWNER).await;
    let path = application(&mut owner, "Okta").await;
    let secret = owner.get(&format!("{path}/connection")).await.value_after("id=\"secret\"");
    let credential_page = owner.get(&format!("{path}/connection")).await;
    let reveal = credential_page.body.split('"').find(|part| part.ends_with("/reveal")).unwrap().to_owned();

    let mut support = bench.signed_in(SUPPORT).await;
    let page = support.get("/t/acme/applications").await;
    assert!(!page.says("applications/new"));
    for step in ["/connection", "/mapping", "/features", "/okta", "/check"] {
        let seen = support.get(&format!("{path}{step}")).await;
        assert_eq!(seen.status, 200, "{step}");
        assert!(!seen.says(&secret), "{step} shows the secret");
        let about_it = |form: &&str| form.split('>').next().unwrap().contains(&path);
        let forms = seen.body.split("<form").skip(1).filter(about_it);
        let posts = forms.filter(|form| form.split("</form>").next().unwrap().contains("type=\"submit\""));
        assert_eq!(posts.count(), 0, "{step} offers to change something");
    }
    for path in
        ["/t/acme/applications/new".to_owned(), "/t/acme/applications/new/scim-client".to_owned(), reveal.clone()]
    {
        assert_eq!(support.get(&path).await.status, 403, "{path}");
    }
    let refused = [
        "/t/acme/applications/new/scim-client".to_owned(),
        format!("{path}/connection/rename"),
        format!("{path}/connection/pause"),
        format!("{path}/connection/credentials"),
        format!("{path}/mapping"),
        format!("{path}/features"),
        reveal,
    ];
    for path in refused {
        let fields = [("name", "Mine"), ("paused", "true"), ("revision", "1"), ("password", PASSWORD)];
        assert_eq!(support.post(&path, &page, &fields).await.status, 403, "{path}");
    }
}

#[actix_web::test]
async fn every_page_has_its_headers() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    for path in [
        "/sign-in",
        "/tenants",
        "/t/acme/applications",
        "/t/acme/users",
        "/t/acme/groups",
        "/t/acme/reports/provisioning",
        "/nowhere",
    ] {
        let seen = browser.get(path).await;
        let policy = seen.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(seen.header(header::CACHE_CONTROL), "no-store", "{path}");
    }
    let css = browser.get(&crate::assets::url("app.css")).await;
    assert_eq!(css.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(browser.get("/static/0000000000000000/app.css").await.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(browser.get("/static/0/../../Cargo.toml").await.status, 404);
    let head = browser.send(TestRequest::default().method(actix_web::http::Method::HEAD).uri("/sign-in")).await;
    assert_eq!(head.status, 200);
}
