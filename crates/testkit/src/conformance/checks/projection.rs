//! `attributes` and `excludedAttributes` (RFC 7644 §3.4.2.5, §3.9).

use super::cast::cast;
use crate::conformance::advertised::{ENTERPRISE_USER, USER};
use crate::conformance::answer::{Answer, is_unassigned};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session, query};
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "projection",
    checks: &[
        Check::new("Q19.only", &rules::Q19, "attributes: the named ones and what is always returned", |s| {
            Box::pin(only(s))
        }),
        Check::new("Q19.without", &rules::Q19, "excludedAttributes: all but the named ones", |s| Box::pin(without(s))),
        Check::new("Q19.several", &rules::Q19, "several names, with commas", |s| Box::pin(several(s))),
        Check::new("Q19.part", &rules::Q19, "a part of a complex attribute", |s| Box::pin(part(s))),
        Check::new("Q19.without-part", &rules::Q19, "all but a part", |s| Box::pin(without_part(s))),
        Check::new("Q19.part-of-list", &rules::Q19, "a part of each value of a list", |s| Box::pin(part_of_list(s))),
        Check::new("Q19.urn", &rules::Q19, "names with the URI of their schema", |s| Box::pin(urn(s))),
        Check::new("Q19.extension", &rules::Q19, "an extension attribute", |s| Box::pin(extension(s))),
        Check::new("D25.always", &rules::D25, "id cannot be excluded", |s| Box::pin(id_stays(s))),
        Check::new("Q19.unknown", &rules::Q19, "an unknown name selects nothing", |s| Box::pin(unknown(s))),
        Check::new("Q19.list", &rules::Q19, "in a list", |s| Box::pin(list(s))),
        Check::new("Q19.post", &rules::Q19, "in the answer to a POST", |s| Box::pin(post(s))),
        Check::new("Q19.put", &rules::Q19, "in the answer to a PUT", |s| Box::pin(put(s))),
        Check::new("W4.attributes", &rules::W4, "in the answer to a PATCH, which is then 200", |s| Box::pin(patch(s))),
        Check::new("D4.attributes", &rules::D4, "names mean the same in any case", |s| Box::pin(case(s))),
    ],
};

/// A user with something everywhere.
async fn somebody(s: &mut Session) -> Result<Made, Stop> {
    let text = s.text()?;
    s.user_has(&["name", "emails"])?;
    let email = format!("{}@conformance.example", s.name("email"));
    let mut members = json!({
        text: "Here", "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": email, "type": "work", "primary": true }],
    });
    if let Ok(urn) = s.enterprise() {
        members[urn] = json!({ "department": "Engines", "costCenter": "4130" });
    }
    s.add_user(members).await
}

async fn read(s: &mut Session, parameter: &str, names: &str) -> Result<Answer, Stop> {
    let user = somebody(s).await?;
    s.query(&user.path, &[(parameter, names)]).await?.expect(200)
}

/// Holds that of `name`, `emails`, the text attribute and `userName` just these are there, and `id` and `schemas`.
fn has_only(answer: &Answer, body: &Value, text: &str, expected: &[&str]) -> Verdict {
    for name in ["userName", "name", "emails", text] {
        let there = !is_unassigned(body.get(name).unwrap_or(&Value::Null));
        let wanted = expected.contains(&name);
        answer.that(there == wanted, || format!("{name} is {}", if there { "there" } else { "not there" }))?;
    }
    for name in ["id", "schemas"] {
        answer.that(body.get(name).is_some(), || format!("{name} is not there"))?;
    }
    Ok(())
}

async fn only(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", "userName").await?;
    has_only(&answer, answer.body(), text, &["userName"])
}

async fn without(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "excludedAttributes", "emails").await?;
    has_only(&answer, answer.body(), text, &["userName", "name", text])
}

async fn several(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", &format!("userName,{text}")).await?;
    has_only(&answer, answer.body(), text, &["userName", text])?;
    let answer = read(s, "excludedAttributes", &format!("name,{text}")).await?;
    has_only(&answer, answer.body(), text, &["userName", "emails"])
}

async fn part(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", "name.familyName").await?;
    has_only(&answer, answer.body(), text, &["name"])?;
    answer.equals("/name/familyName", &json!("Lovelace"))?;
    answer.lacks("/name/givenName")
}

async fn without_part(s: &mut Session) -> Verdict {
    let answer = read(s, "excludedAttributes", "name.familyName").await?;
    answer.lacks("/name/familyName")?;
    answer.equals("/name/givenName", &json!("Ada"))
}

async fn part_of_list(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", "emails.value").await?;
    has_only(&answer, answer.body(), text, &["emails"])?;
    answer.that(!answer.text("/emails/0/value").is_empty(), || "emails.value is not there".to_owned())?;
    answer.lacks("/emails/0/type")
}

async fn urn(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", &format!("{USER}:userName,{USER}:name.givenName")).await?;
    has_only(&answer, answer.body(), text, &["userName", "name"])?;
    answer.lacks("/name/familyName")
}

async fn extension(s: &mut Session) -> Verdict {
    s.enterprise()?;
    let text = s.text()?;
    let answer = read(s, "attributes", &format!("{ENTERPRISE_USER}:department")).await?;
    has_only(&answer, answer.body(), text, &[])?;
    let held = answer.get(ENTERPRISE_USER).clone();
    answer.that(held == json!({ "department": "Engines" }), || format!("the extension is {held}"))
}

async fn id_stays(s: &mut Session) -> Verdict {
    let user = somebody(s).await?;
    for parameter in [("excludedAttributes", "id"), ("attributes", "userName")] {
        s.query(&user.path, &[parameter]).await?.expect(200)?.equals("/id", &json!(user.id))?;
    }
    Ok(())
}

async fn unknown(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", "conformanceNobody").await?;
    has_only(&answer, answer.body(), text, &[])?;
    let answer = read(s, "excludedAttributes", "conformanceNobody").await?;
    has_only(&answer, answer.body(), text, &["userName", "name", "emails", text])
}

async fn list(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    let cast = cast(s).await?;
    let users = s.users()?;
    let ada = format!("userName eq {}", json!(cast.answers.first().map_or("", |ada| ada.text("/userName"))));
    for (parameter, names, expected) in [
        ("attributes", "userName", &["userName"][..]),
        ("excludedAttributes", "emails", &["userName", "name", cast.text]),
    ] {
        let answer = s.query(&users, &[("filter", ada.as_str()), (parameter, names)]).await?;
        let first = answer.resources()?.first().cloned().unwrap_or_default();
        has_only(&answer, &first, cast.text, expected)?;
    }
    Ok(())
}

async fn post(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let users = s.users()?;
    let body = s.user_body("projected", json!({ text: "Here" }))?;
    let target = format!("{users}{}", query(&[("attributes", "userName")]));
    let answer = s.post(&target, &body).await?.expect(201)?;
    has_only(&answer, answer.body(), text, &["userName"])
}

async fn put(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = somebody(s).await?;
    let target = format!("{}{}", user.path, query(&[("excludedAttributes", "name,emails")]));
    let answer = s.put(&target, &user.sent).await?.expect(200)?;
    has_only(&answer, answer.body(), text, &["userName", text])
}

async fn patch(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = somebody(s).await?;
    let target = format!("{}{}", user.path, query(&[("attributes", text)]));
    let answer = s.patch(&target, &json!([{ "op": "replace", "path": text, "value": "After" }])).await?.expect(200)?;
    has_only(&answer, answer.body(), text, &[text])?;
    answer.equals(&format!("/{text}"), &json!("After"))
}

async fn case(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let answer = read(s, "attributes", "USERNAME,Name.FAMILYname").await?;
    has_only(&answer, answer.body(), text, &["userName", "name"])?;
    answer.lacks("/name/givenName")
}
