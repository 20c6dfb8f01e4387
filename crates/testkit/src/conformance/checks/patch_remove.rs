//! PATCH remove (RFC 7644 §3.5.2.2).

use super::patch_add::{entry, length, with_email};
use crate::conformance::answer::is_unassigned;
use crate::conformance::check::{Check, Family, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "patch-remove",
    checks: &[
        Check::new("W7.attribute", &rules::W7, "takes an attribute away", |s| Box::pin(attribute(s))),
        Check::new("W7.part", &rules::W7, "takes a part away", |s| Box::pin(part(s))),
        Check::new("W7.list", &rules::W7, "takes a whole list away", |s| Box::pin(list(s))),
        Check::new("W7.value", &rules::W7, "takes the values away that match", |s| Box::pin(value(s))),
        Check::new("W7.last-value", &rules::W7, "a list without its last value is unassigned", |s| {
            Box::pin(last_value(s))
        }),
        Check::new("W7.part-of-value", &rules::W7, "takes a part of a value away", |s| Box::pin(part_of_value(s))),
        Check::new("W7.extension", &rules::W7, "takes an extension attribute away", |s| Box::pin(extension(s))),
        Check::new("W7.no-path", &rules::W7, "without a path is noTarget", |s| Box::pin(no_path(s))),
        Check::new("W7.required", &rules::W7, "of something required is mutability", |s| Box::pin(required(s))),
        Check::new("W7.read-only", &rules::W7, "of something read-only is mutability", |s| Box::pin(read_only(s))),
        Check::new("W7.active", &rules::W7, "active is removed like everything else", |s| Box::pin(active(s))),
    ],
};

async fn attribute(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = s.add_user(json!({ text: "here" })).await?;
    s.patched(&user.path, &json!([{ "op": "remove", "path": text }])).await?.lacks(&format!("/{text}"))
}

async fn part(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["name"])?;
    let user = s.add_user(json!({ "name": { "givenName": "Ada", "familyName": "Lovelace" } })).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "remove", "path": "name.givenName" }])).await?;
    answer.lacks("/name/givenName")?;
    answer.equals("/name/familyName", &json!("Lovelace"))
}

async fn list(s: &mut Session) -> Verdict {
    let (user, _) = with_email(s).await?;
    s.patched(&user.path, &json!([{ "op": "remove", "path": "emails" }])).await?.lacks("/emails")
}

async fn value(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let home = format!("{}@conformance.example", s.name("home"));
    s.patched(&user.path, &json!([{ "op": "add", "path": "emails", "value": [{ "value": home, "type": "home" }] }]))
        .await?;
    let answer = s.patched(&user.path, &json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }])).await?;
    let emails = answer.get("emails");
    answer.that(length(emails) == 1 && !entry(emails, &work).is_null(), || format!("emails is {emails}"))
}

async fn last_value(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let path = format!("emails[value eq \"{work}\"]");
    let answer = s.patched(&user.path, &json!([{ "op": "remove", "path": path }])).await?;
    answer.lacks("/emails")
}

async fn part_of_value(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "remove", "path": "emails[type eq \"work\"].type" }])).await?;
    let held = entry(answer.get("emails"), &work);
    answer.that(held.is_object() && is_unassigned(&held["type"]), || format!("the e-mail is {held}"))
}

async fn extension(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "department": "Engines", "costCenter": "4130" } })).await?;
    let operations = json!([{ "op": "remove", "path": format!("{urn}:department") }]);
    let answer = s.patched(&user.path, &operations).await?;
    let held = answer.get(urn);
    let right = is_unassigned(&held["department"]) && held["costCenter"] == "4130";
    answer.that(right, || format!("the extension is {held}"))
}

async fn no_path(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let user = s.add_user(json!({})).await?;
    s.patch(&user.path, &json!([{ "op": "remove" }])).await?.error(400, &["noTarget"]).map(drop)
}

async fn required(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let user = s.add_user(json!({})).await?;
    s.patch(&user.path, &json!([{ "op": "remove", "path": "userName" }])).await?.error(400, &["mutability"])?;
    s.get(&user.path).await?.expect(200)?.equals("/userName", &user.sent["userName"])
}

async fn read_only(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let user = s.add_user(json!({})).await?;
    for path in ["id", "meta"] {
        s.patch(&user.path, &json!([{ "op": "remove", "path": path }])).await?.error(400, &["mutability"])?;
    }
    Ok(())
}

async fn active(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["active"])?;
    let user = s.add_user(json!({ "active": true })).await?;
    s.patched(&user.path, &json!([{ "op": "remove", "path": "active" }])).await?.lacks("/active")
}
