//! PUT (RFC 7644 §3.5.1).

use crate::conformance::check::{Check, Family, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "replace",
    checks: &[
        Check::new("W1.replaces", &rules::W1, "what the body says is there afterwards", |s| Box::pin(replaces(s))),
        Check::new("W1.lists", &rules::W1, "a list becomes the list that was sent", |s| Box::pin(lists(s))),
        Check::new("W1.answer", &rules::W1, "200 with the resource as it is read afterwards", |s| Box::pin(answer(s))),
        Check::new("W1.required", &rules::W1, "what is required must be there", |s| Box::pin(required(s))),
        Check::new("W1.id", &rules::W1, "another id in the body is ignored", |s| Box::pin(id(s))),
        Check::new("W1.echo", &rules::W1, "our own answer can be sent back", |s| Box::pin(echo(s))),
        Check::new("D26.put", &rules::D26, "a userName that is taken is 409 uniqueness", |s| Box::pin(taken(s))),
        Check::new("D26.rename", &rules::D26, "a userName that was given up is free", |s| Box::pin(given_up(s))),
    ],
};

async fn replaces(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = s.add_user(json!({ text: "before" })).await?;
    let mut body = user.sent.clone();
    body[text] = json!("after");
    s.put(&user.path, &body).await?.expect(200)?;
    s.get(&user.path).await?.expect(200)?.equals(&format!("/{text}"), &json!("after"))
}

async fn lists(s: &mut Session) -> Verdict {
    s.user_has(&["emails"])?;
    let (old, new) = (s.name("old"), format!("{}@conformance.example", s.name("new")));
    let emails =
        json!([{ "value": format!("{old}@conformance.example"), "type": "home" }, { "value": new, "type": "work" }]);
    let user = s.add_user(json!({ "emails": emails })).await?;
    let mut body = user.sent.clone();
    body["emails"] = json!([{ "value": new, "type": "other" }]);
    s.put(&user.path, &body).await?.expect(200)?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let count = answer.get("emails").as_array().map_or(0, Vec::len);
    answer.that(count == 1, || format!("{count} e-mails are there instead of 1"))?;
    answer.equals("/emails/0/value", &json!(new))?;
    answer.equals("/emails/0/type", &json!("other"))
}

async fn answer(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = s.add_user(json!({})).await?;
    let mut body = user.sent.clone();
    body[text] = json!("after");
    let put = s.put(&user.path, &body).await?.expect(200)?;
    let read = s.get(&user.path).await?.expect(200)?;
    put.that(put.body() == read.body(), || format!("it is read as {}", read.body()))
}

async fn required(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let mut body = user.sent.clone();
    body.as_object_mut().and_then(|body| body.shift_remove("userName"));
    s.put(&user.path, &body).await?.error(400, &["invalidValue"])?;
    s.get(&user.path).await?.expect(200)?.equals("/userName", &user.sent["userName"])
}

async fn id(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let mut body = user.sent.clone();
    body["id"] = json!("conformance-another");
    s.put(&user.path, &body).await?.expect(200)?.equals("/id", &json!(user.id))
}

async fn echo(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let read = s.get(&user.path).await?.expect(200)?;
    let put = s.put(&user.path, read.body()).await?.expect(200)?;
    put.equals("/id", &json!(user.id))?;
    put.equals("/userName", &user.sent["userName"])
}

async fn taken(s: &mut Session) -> Verdict {
    let (first, second) = (s.add_user(json!({})).await?, s.add_user(json!({})).await?);
    let mut body = second.sent.clone();
    body["userName"] = first.sent["userName"].clone();
    s.put(&second.path, &body).await?.error(409, &["uniqueness"])?;
    s.get(&second.path).await?.expect(200)?.equals("/userName", &second.sent["userName"])
}

async fn given_up(s: &mut Session) -> Verdict {
    let first = s.add_user(json!({})).await?;
    let renamed = s.user_body("renamed", json!({}))?;
    s.put(&first.path, &renamed).await?.expect(200)?;
    let second = s.user_body("heir", json!({ "userName": first.sent["userName"] }))?;
    let users = s.users()?;
    s.post(&users, &second).await?.expect(201).map(drop)
}
