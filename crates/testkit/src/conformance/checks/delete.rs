//! DELETE, and what is left (RFC 7644 §3.6).

use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session};
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "delete",
    checks: &[
        Check::new("W14.deleted", &rules::W14, "204 without a body", |s| Box::pin(deleted(s))),
        Check::new("W14.gone", &rules::W14, "afterwards the id is 404 for everything", |s| Box::pin(gone(s))),
        Check::new("W14.queries", &rules::W14, "and in no query", |s| Box::pin(in_no_query(s))),
        Check::new("W15.post", &rules::W15, "the user name can be given to a new user", |s| Box::pin(name_is_free(s))),
        Check::new("W15.put", &rules::W15, "and to a user who had another", |s| Box::pin(name_is_free_for_rename(s))),
        Check::new("D17.reused", &rules::D17, "a new user of that name has a new id", |s| Box::pin(new_id(s))),
        Check::new("D19.reused", &rules::D19, "and was created when it was", |s| Box::pin(new_meta(s))),
    ],
};

async fn deleted(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let answer = s.delete(&user.path).await?.expect(204)?;
    answer.that(!answer.has_body(), || "there is a body".to_owned())
}

async fn gone(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = s.add_user(json!({})).await?;
    s.delete(&user.path).await?.expect(204)?;
    let mut findings = Findings::default();
    findings.note("GET", s.get(&user.path).await?.error(404, &[]).map(drop));
    findings.note("PUT", s.put(&user.path, &user.sent).await?.error(404, &[]).map(drop));
    if s.server().supports("patch") {
        let operations = json!([{ "op": "replace", "path": text, "value": "x" }]);
        findings.note("PATCH", s.patch(&user.path, &operations).await?.error(404, &[]).map(drop));
    }
    findings.note("DELETE", s.delete(&user.path).await?.error(404, &[]).map(drop));
    findings.done()
}

async fn in_no_query(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    let users = s.users()?;
    let user = s.add_user(json!({})).await?;
    let filter = format!("userName eq {}", user.sent["userName"]);
    let before = s.query(&users, &[("filter", filter.as_str())]).await?;
    before.that(before.total()? == 1, || "the user is not found before".to_owned())?;
    s.delete(&user.path).await?.expect(204)?;
    let after = s.query(&users, &[("filter", filter.as_str())]).await?;
    after.that(after.total()? == 0 && after.resources()?.is_empty(), || "the user is still found".to_owned())
}

async fn name_is_free(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let user = s.add_user(json!({})).await?;
    s.delete(&user.path).await?.expect(204)?;
    s.post(&users, &user.sent).await?.expect(201).map(drop)
}

async fn name_is_free_for_rename(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    s.delete(&user.path).await?.expect(204)?;
    let other = s.add_user(json!({})).await?;
    let mut body = other.sent.clone();
    body["userName"] = user.sent["userName"].clone();
    s.put(&other.path, &body).await?.expect(200).map(drop)
}

/// A user who was deleted, and a new one of the same name.
async fn again(s: &mut Session) -> Result<(Made, Made), Stop> {
    let user = s.add_user(json!({})).await?;
    s.delete(&user.path).await?.expect(204)?;
    let again = s.add_user(user.sent.clone()).await?;
    Ok((user, again))
}

async fn new_id(s: &mut Session) -> Verdict {
    let (user, again) = again(s).await?;
    again.answer.that(again.id != user.id, || format!("the id is again {}", user.id))
}

async fn new_meta(s: &mut Session) -> Verdict {
    let (_, again) = again(s).await?;
    again.answer.equals("/meta/lastModified", again.answer.at("/meta/created"))
}
