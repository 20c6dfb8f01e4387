//! Authentication, media types and parameters (RFC 7644 §2, §3.1, §3.4.2).

use crate::conformance::check::{Check, Family, Findings, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{MEDIA_TYPE, Session};
use crate::http::Request;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "protocol",
    checks: &[
        Check::new("P1.none", &rules::P1, "no credentials: 401 with WWW-Authenticate", |s| {
            Box::pin(unauthorized(s, None))
        }),
        Check::new("P1.wrong", &rules::P1, "a wrong token: 401 with WWW-Authenticate", |s| {
            Box::pin(unauthorized(s, Some("Bearer conformance-nobody")))
        }),
        Check::new("P1.malformed", &rules::P1, "credentials that are none: 401 with WWW-Authenticate", |s| {
            Box::pin(unauthorized(s, Some("Basic %%%")))
        }),
        Check::new("P1.write", &rules::P1, "nothing is written without credentials", |s| Box::pin(no_write(s))),
        Check::new("P3.answers", &rules::P3, "every kind of answer is application/scim+json", |s| Box::pin(answers(s))),
        Check::new("P3.json-body", &rules::P3, "a body of application/json is taken", |s| {
            Box::pin(body_type(s, "application/json", true))
        }),
        Check::new("P3.charset", &rules::P3, "a body with a charset parameter is taken", |s| {
            Box::pin(body_type(s, "application/scim+json; charset=utf-8", true))
        }),
        Check::new("P3.accept", &rules::P3, "Accept: application/json is answered", |s| Box::pin(accept(s))),
        Check::new("P4.media-type", &rules::P4, "a body of text/plain is refused", |s| {
            Box::pin(body_type(s, "text/plain", false))
        }),
        Check::new("P14.parameters", &rules::P14, "an unknown parameter changes nothing", |s| Box::pin(parameters(s))),
    ],
};

async fn unauthorized(s: &mut Session, authorization: Option<&str>) -> Verdict {
    let users = s.users()?;
    let request = Request::new("GET", &users).header("Accept", MEDIA_TYPE);
    let request = authorization.iter().fold(request, |request, value| request.header("Authorization", value));
    let answer = s.send(request).await?.error(401, &[])?;
    let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
    answer.that(!challenge.is_empty(), || "there is no WWW-Authenticate".to_owned())
}

async fn no_write(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let body = s.user_body("stranger", json!({}))?;
    let request = Request::new("POST", &users).header("Content-Type", MEDIA_TYPE).body(body.to_string());
    let answer = s.send(request).await?;
    s.note_made(&users, &answer);
    answer.error(401, &[]).map(drop)
}

async fn answers(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let user = s.add_user(json!({})).await?;
    let mut findings = Findings::default();
    for (what, answer) in [
        ("a new resource", user.answer.clone()),
        ("a resource", s.get(&user.path).await?),
        ("a list", s.query(&users, &[("count", "1")]).await?),
        ("ServiceProviderConfig", s.get("/ServiceProviderConfig").await?),
        ("/Schemas", s.get("/Schemas").await?),
        ("an error", s.get(&format!("{users}/conformance-nobody")).await?),
    ] {
        let held = answer.header("content-type").unwrap_or_default();
        let media_type = held.split(';').next().unwrap_or_default().trim();
        findings.note(what, answer.that(media_type.eq_ignore_ascii_case(MEDIA_TYPE), || format!("is `{held}`")));
    }
    findings.done()
}

async fn body_type(s: &mut Session, content_type: &str, taken: bool) -> Verdict {
    let users = s.users()?;
    let body = s.user_body("media", json!({}))?;
    let request = s.authorized("POST", &users).header("Content-Type", content_type).body(body.to_string());
    let answer = s.send(request).await?;
    s.note_made(&users, &answer);
    if taken { answer.expect(201) } else { answer.refused() }.map(drop)
}

async fn accept(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let request = s.with_credentials(Request::new("GET", &user.path).header("Accept", "application/json"));
    s.send(request).await?.expect(200)?.equals("/id", &json!(user.id))
}

async fn parameters(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let user = s.add_user(json!({})).await?;
    s.get(&format!("{}?conformance=1", user.path)).await?.expect(200)?.equals("/id", &json!(user.id))?;
    s.query(&users, &[("count", "1"), ("conformance", "1")]).await?.resources().map(drop)
}
