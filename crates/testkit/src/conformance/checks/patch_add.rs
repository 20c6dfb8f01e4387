//! PATCH add (RFC 7644 §3.5.2.1).

use super::values::primaries;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session};
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "patch-add",
    checks: &[
        Check::new("W6.absent", &rules::W6, "sets what is not there", |s| Box::pin(absent(s))),
        Check::new("W6.single", &rules::W6, "replaces a single value", |s| Box::pin(single(s))),
        Check::new("W6.complex", &rules::W6, "fills in a complex attribute", |s| Box::pin(complex(s))),
        Check::new("W6.append", &rules::W6, "appends to a list", |s| Box::pin(append(s))),
        Check::new("W6.first", &rules::W6, "begins a list", |s| Box::pin(first(s))),
        Check::new("W6.part-of-value", &rules::W6, "sets a part of the values that match", |s| {
            Box::pin(part_of_value(s))
        }),
        Check::new("W6.twice", &rules::W6, "does not add a value twice", |s| Box::pin(twice(s))),
        Check::new("W6.same", &rules::W6, "what is there already leaves lastModified alone", |s| Box::pin(same(s))),
        Check::new("W6.no-path", &rules::W6, "without a path, adds each member of the value", |s| Box::pin(no_path(s))),
        Check::new("W6.no-path-extension", &rules::W6, "also of an extension", |s| Box::pin(no_path_extension(s))),
        Check::new("W9.primary", &rules::W9, "a new primary value takes the place of the old", |s| {
            Box::pin(primary(s))
        }),
    ],
};

/// A user with one e-mail, which is primary; and its address.
pub(super) async fn with_email(s: &mut Session) -> Result<(Made, String), Stop> {
    s.offers("patch")?;
    s.user_has(&["emails"])?;
    let work = format!("{}@conformance.example", s.name("work"));
    let user = s.add_user(json!({ "emails": [{ "value": work, "type": "work", "primary": true }] })).await?;
    Ok((user, work))
}

/// The value of a list that has this `value`.
pub(super) fn entry<'a>(list: &'a Value, value: &str) -> &'a Value {
    let mut entries = list.as_array().into_iter().flatten();
    entries.find(|entry| entry.get("value") == Some(&json!(value))).unwrap_or(&Value::Null)
}

pub(super) fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

async fn absent(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = s.add_user(json!({})).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "add", "path": text, "value": "added" }])).await?;
    answer.equals(&format!("/{text}"), &json!("added"))
}

async fn single(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = s.add_user(json!({ text: "before" })).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "add", "path": text, "value": "added" }])).await?;
    answer.equals(&format!("/{text}"), &json!("added"))
}

async fn complex(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["name"])?;
    let user = s.add_user(json!({ "name": { "givenName": "Ada" } })).await?;
    let operations = json!([{ "op": "add", "path": "name", "value": { "familyName": "Lovelace" } }]);
    let answer = s.patched(&user.path, &operations).await?;
    answer.equals("/name/familyName", &json!("Lovelace"))?;
    answer.equals("/name/givenName", &json!("Ada"))
}

async fn append(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let home = format!("{}@conformance.example", s.name("home"));
    let operations = json!([{ "op": "add", "path": "emails", "value": [{ "value": home, "type": "home" }] }]);
    let answer = s.patched(&user.path, &operations).await?;
    let emails = answer.get("emails");
    let both = length(emails) == 2 && !entry(emails, &work).is_null() && !entry(emails, &home).is_null();
    answer.that(both, || format!("emails is {emails}"))
}

async fn first(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["emails"])?;
    let user = s.add_user(json!({})).await?;
    let email = format!("{}@conformance.example", s.name("first"));
    let operations = json!([{ "op": "add", "path": "emails", "value": [{ "value": email, "type": "work" }] }]);
    let answer = s.patched(&user.path, &operations).await?;
    let held = entry(answer.get("emails"), &email);
    answer.that(held["type"] == "work", || format!("emails is {}", answer.get("emails")))
}

async fn part_of_value(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let operations = json!([{ "op": "add", "path": "emails[type eq \"work\"].display", "value": "At work" }]);
    let answer = s.patched(&user.path, &operations).await?;
    let held = entry(answer.get("emails"), &work);
    answer.that(held["display"] == "At work", || format!("the e-mail is {held}"))
}

async fn twice(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let email = json!([{ "value": work, "type": "work", "primary": true }]);
    let answer = s.patched(&user.path, &json!([{ "op": "add", "path": "emails", "value": email }])).await?;
    let count = length(answer.get("emails"));
    answer.that(count == 1, || format!("{count} e-mails are there instead of 1"))
}

async fn same(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let name = user.sent["userName"].clone();
    let email = json!([{ "value": work, "type": "work", "primary": true }]);
    let before = s.get(&user.path).await?.expect(200)?;
    for operation in [
        json!({ "op": "add", "path": "userName", "value": name }),
        json!({ "op": "add", "path": "emails", "value": email }),
        json!({ "op": "add", "value": { "userName": name } }),
    ] {
        let answer = s.patched(&user.path, &json!([operation])).await?;
        answer.equals("/meta/lastModified", before.at("/meta/lastModified"))?;
    }
    Ok(())
}

async fn no_path(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let text = s.text()?;
    let home = format!("{}@conformance.example", s.name("home"));
    let value = json!({ text: "added", "emails": [{ "value": home, "type": "home" }] });
    let answer = s.patched(&user.path, &json!([{ "op": "add", "value": value }])).await?;
    answer.equals(&format!("/{text}"), &json!("added"))?;
    let emails = answer.get("emails");
    let both = length(emails) == 2 && !entry(emails, &work).is_null() && !entry(emails, &home).is_null();
    answer.that(both, || format!("emails is {emails}"))
}

async fn no_path_extension(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "costCenter": "4130" } })).await?;
    let operations = json!([{ "op": "add", "value": { urn: { "department": "Engines" } } }]);
    let answer = s.patched(&user.path, &operations).await?;
    let held = answer.get(urn);
    let both = held["department"] == "Engines" && held["costCenter"] == "4130";
    answer.that(both, || format!("the extension is {held}"))
}

async fn primary(s: &mut Session) -> Verdict {
    let (user, work) = with_email(s).await?;
    let home = format!("{}@conformance.example", s.name("home"));
    let value = json!([{ "value": home, "type": "home", "primary": true }]);
    let answer = s.patched(&user.path, &json!([{ "op": "add", "path": "emails", "value": value }])).await?;
    let emails = answer.get("emails");
    let right = primaries(emails) == 1 && entry(emails, &home)["primary"] == true && length(emails) == 2;
    answer.that(right, || format!("emails is {emails}"))?;
    // And by naming the old one again.
    let path = format!("emails[value eq \"{work}\"].primary");
    let answer = s.patched(&user.path, &json!([{ "op": "replace", "path": path, "value": true }])).await?;
    let emails = answer.get("emails");
    let right = primaries(emails) == 1 && entry(emails, &work)["primary"] == true;
    answer.that(right, || format!("emails is {emails}"))
}
