//! Versions (RFC 7644 §3.14).

use crate::conformance::answer::Answer;
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session};
use serde_json::json;

const NOBODYS: &str = "W/\"conformance-nobody\"";

pub const FAMILY: Family = Family {
    name: "etags",
    checks: &[
        Check::new("T1.header", &rules::T1, "every answer with a resource has an ETag", |s| Box::pin(header(s))),
        Check::new("T1.version", &rules::T1, "meta.version is the ETag", |s| Box::pin(version(s))),
        Check::new("T1.changes", &rules::T1, "a change brings another", |s| Box::pin(changes(s))),
        Check::new("T1.stays", &rules::T1, "reading does not", |s| Box::pin(stays(s))),
        Check::new("T2.put", &rules::T2, "PUT of another version is 412 and changes nothing", |s| {
            Box::pin(mismatch(s, "PUT"))
        }),
        Check::new("T2.patch", &rules::T2, "so is PATCH", |s| Box::pin(mismatch(s, "PATCH"))),
        Check::new("T2.delete", &rules::T2, "and DELETE", |s| Box::pin(mismatch(s, "DELETE"))),
        Check::new("T2.match", &rules::T2, "the same version, one of a list, and * pass", |s| Box::pin(matches(s))),
        Check::new("T2.not-modified", &rules::T2, "If-None-Match of the same version is 304", |s| {
            Box::pin(not_modified(s))
        }),
        Check::new("T2.modified", &rules::T2, "of another it is 200", |s| Box::pin(modified(s))),
    ],
};

fn etag(answer: &Answer) -> Result<String, Stop> {
    let held = answer.header("etag").unwrap_or_default();
    let quoted = held.trim_start_matches("W/");
    let right = quoted.len() >= 2 && quoted.starts_with('"') && quoted.ends_with('"');
    answer.that(right, || format!("ETag is `{held}`"))?;
    Ok(held.to_owned())
}

async fn somebody(s: &mut Session) -> Result<(&'static str, Made), Stop> {
    s.offers("etag")?;
    let text = s.text()?;
    Ok((text, s.add_user(json!({ text: "before" })).await?))
}

async fn header(s: &mut Session) -> Verdict {
    let (text, user) = somebody(s).await?;
    let mut body = user.sent.clone();
    body[text] = json!("after");
    let mut answers = vec![
        ("POST", user.answer.clone()),
        ("GET", s.get(&user.path).await?),
        ("PUT", s.put(&user.path, &body).await?),
    ];
    if s.server().supports("patch") {
        answers.push(("PATCH", s.patch(&user.path, &json!([{ "op": "remove", "path": text }])).await?));
    }
    let mut findings = Findings::default();
    for (method, answer) in answers {
        findings.note(method, etag(&answer).map(drop));
    }
    findings.done()
}

async fn version(s: &mut Session) -> Verdict {
    let (_, user) = somebody(s).await?;
    for answer in [&user.answer, &s.get(&user.path).await?] {
        let tag = etag(answer)?;
        answer.equals("/meta/version", &json!(tag))?;
    }
    Ok(())
}

async fn changes(s: &mut Session) -> Verdict {
    let (text, user) = somebody(s).await?;
    let mut body = user.sent.clone();
    body[text] = json!("after");
    let before = etag(&user.answer)?;
    let answer = s.put(&user.path, &body).await?.expect(200)?;
    let after = etag(&answer)?;
    answer.that(after != before, || format!("ETag is still {before}"))?;
    let read = s.get(&user.path).await?;
    let held = etag(&read)?;
    read.that(held == after, || format!("PUT said {after}, and GET says {held}"))
}

async fn stays(s: &mut Session) -> Verdict {
    let (_, user) = somebody(s).await?;
    let before = etag(&user.answer)?;
    for _ in 0..2 {
        let answer = s.get(&user.path).await?;
        let held = etag(&answer)?;
        answer.that(held == before, || format!("ETag went from {before} to {held}"))?;
    }
    Ok(())
}

/// A change of the user with that method, under that precondition.
async fn change(s: &mut Session, method: &str, user: &Made, text: &str, if_match: &str) -> Result<Answer, Stop> {
    let mut body = match method {
        "PUT" => user.sent.clone(),
        _ => json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": text, "value": "after" }],
        }),
    };
    if method == "PUT" {
        body[text] = json!("after");
    }
    if method == "DELETE" {
        let request = s.authorized(method, &user.path).header("If-Match", if_match);
        return s.send(request).await;
    }
    s.write_with(method, &user.path, &[("If-Match", if_match)], &body).await
}

async fn mismatch(s: &mut Session, method: &str) -> Verdict {
    let (text, user) = somebody(s).await?;
    if method == "PATCH" {
        s.offers("patch")?;
    }
    change(s, method, &user, text, NOBODYS).await?.error(412, &[])?;
    s.get(&user.path).await?.expect(200)?.equals(&format!("/{text}"), &json!("before"))
}

async fn matches(s: &mut Session) -> Verdict {
    let (text, user) = somebody(s).await?;
    for list in [false, true] {
        let tag = etag(&s.get(&user.path).await?)?;
        let condition = if list { format!("{NOBODYS}, {tag}") } else { tag };
        change(s, "PUT", &user, text, &condition).await?.expect(200)?;
    }
    change(s, "PUT", &user, text, "*").await?.expect(200)?;
    change(s, "DELETE", &user, text, "*").await?.expect(204).map(drop)
}

async fn not_modified(s: &mut Session) -> Verdict {
    let (_, user) = somebody(s).await?;
    let tag = etag(&user.answer)?;
    for condition in [tag.clone(), format!("{NOBODYS}, {tag}"), "*".to_owned()] {
        let request = s.authorized("GET", &user.path).header("If-None-Match", &condition);
        let answer = s.send(request).await?.expect(304)?;
        answer.that(!answer.has_body(), || "304 has a body".to_owned())?;
    }
    Ok(())
}

async fn modified(s: &mut Session) -> Verdict {
    let (_, user) = somebody(s).await?;
    let request = s.authorized("GET", &user.path).header("If-None-Match", NOBODYS);
    s.send(request).await?.expect(200)?.equals("/id", &json!(user.id))
}
