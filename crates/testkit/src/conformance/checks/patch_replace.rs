//! PATCH replace (RFC 7644 §3.5.2.3).

use super::patch_add::{entry, length, with_email};
use crate::conformance::check::{Check, Family, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "patch-replace",
    checks: &[
        Check::new("W8.absent", &rules::W8, "adds what is not there", |s| Box::pin(absent(s))),
        Check::new("W8.complex", &rules::W8, "sets the named parts and leaves the others", |s| Box::pin(complex(s))),
        Check::new("W8.list", &rules::W8, "replaces a whole list", |s| Box::pin(list(s))),
        Check::new("W8.value", &rules::W8, "replaces the value that matches", |s| Box::pin(value(s))),
        Check::new("W8.every-match", &rules::W8, "a part of every value that matches", |s| Box::pin(every_match(s))),
        Check::new("W8.no-match", &rules::W8, "no match is noTarget", |s| Box::pin(no_match(s))),
        Check::new("W8.no-match-part", &rules::W8, "also of a part", |s| Box::pin(no_match_part(s))),
        Check::new("W8.no-path", &rules::W8, "without a path, replaces each member of the value", |s| {
            Box::pin(no_path(s))
        }),
        Check::new("W8.no-path-extension", &rules::W8, "also of an extension", |s| Box::pin(no_path_extension(s))),
    ],
};

async fn absent(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = s.add_user(json!({})).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "replace", "path": text, "value": "after" }])).await?;
    answer.equals(&format!("/{text}"), &json!("after"))
}

async fn complex(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["name"])?;
    let user = s.add_user(json!({ "name": { "givenName": "Ada", "familyName": "Byron" } })).await?;
    let operations = json!([{ "op": "replace", "path": "name", "value": { "familyName": "Lovelace" } }]);
    let answer = s.patched(&user.path, &operations).await?;
    answer.equals("/name/familyName", &json!("Lovelace"))?;
    answer.equals("/name/givenName", &json!("Ada"))
}

async fn list(s: &mut Session) -> Verdict {
    let (user, _) = with_email(s).await?;
    let home = format!("{}@conformance.example", s.name("home"));
    let operations = json!([{ "op": "replace", "path": "emails", "value": [{ "value": home, "type": "home" }] }]);
    let answer = s.patched(&user.path, &operations).await?;
    let emails = answer.get("emails");
    answer.that(length(emails) == 1 && !entry(emails, &home).is_null(), || format!("emails is {emails}"))
}

async fn value(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let home = format!("{}@conformance.example", s.name("home"));
    s.patched(&user.path, &json!([{ "op": "add", "path": "emails", "value": [{ "value": home, "type": "home" }] }]))
        .await?;
    let new = format!("{}@conformance.example", s.name("new"));
    let path = format!("emails[value eq \"{work}\"]");
    let operations = json!([{ "op": "replace", "path": path, "value": { "value": new, "type": "work" } }]);
    let answer = s.patched(&user.path, &operations).await?;
    let emails = answer.get("emails");
    let right = length(emails) == 2
        && entry(emails, &new)["type"] == "work"
        && entry(emails, &home)["type"] == "home"
        && entry(emails, &work).is_null();
    answer.that(right, || format!("emails is {emails}"))
}

async fn every_match(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["emails"])?;
    let address = |name: String| format!("{name}@conformance.example");
    let (first, second, third) = (address(s.name("first")), address(s.name("second")), address(s.name("third")));
    let emails = json!([
        { "value": first, "type": "work" }, { "value": second, "type": "work" }, { "value": third, "type": "home" },
    ]);
    let user = s.add_user(json!({ "emails": emails })).await?;
    let operations = json!([{ "op": "replace", "path": "emails[type eq \"work\"].display", "value": "At work" }]);
    let answer = s.patched(&user.path, &operations).await?;
    let emails = answer.get("emails");
    let shown = |value: &str| entry(emails, value)["display"] == "At work";
    answer.that(shown(&first) && shown(&second) && !shown(&third), || format!("emails is {emails}"))
}

async fn no_match(s: &mut Session) -> Verdict {
    let (user, _) = with_email(s).await?;
    let value = json!({ "value": "new@conformance.example", "type": "other" });
    let operations = json!([{ "op": "replace", "path": "emails[value eq \"conformance-nobody\"]", "value": value }]);
    s.patch(&user.path, &operations).await?.error(400, &["noTarget"]).map(drop)
}

async fn no_match_part(s: &mut Session) -> Verdict {
    let (user, _) = with_email(s).await?;
    let operations =
        json!([{ "op": "replace", "path": "emails[type eq \"other\"].value", "value": "x@conformance.example" }]);
    s.patch(&user.path, &operations).await?.error(400, &["noTarget"]).map(drop)
}

async fn no_path(s: &mut Session) -> Verdict {
    let (user, _) = with_email(s).await?;
    let text = s.text()?;
    let home = format!("{}@conformance.example", s.name("home"));
    let value = json!({ text: "after", "emails": [{ "value": home, "type": "home" }] });
    let answer = s.patched(&user.path, &json!([{ "op": "replace", "value": value }])).await?;
    answer.equals(&format!("/{text}"), &json!("after"))?;
    let emails = answer.get("emails");
    answer.that(length(emails) == 1 && !entry(emails, &home).is_null(), || format!("emails is {emails}"))
}

async fn no_path_extension(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "costCenter": "4130", "department": "Engines" } })).await?;
    let operations = json!([{ "op": "replace", "value": { urn: { "department": "Tables" } } }]);
    let answer = s.patched(&user.path, &operations).await?;
    let held = answer.get(urn);
    answer.that(held["department"] == "Tables", || format!("the extension is {held}"))
}
