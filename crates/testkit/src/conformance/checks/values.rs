//! Types of values, and what is no value (RFC 7643 §2.3, §2.4, §2.5).

use crate::conformance::advertised::{Attribute, USER};
use crate::conformance::answer::is_unassigned;
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "values",
    checks: &[
        Check::new("D4.body", &rules::D4, "names in another case are understood and returned in the schema's", |s| {
            Box::pin(names_in_another_case(s))
        }),
        Check::new("D7.unicode", &rules::D7, "text of any script comes back as it was sent", |s| Box::pin(unicode(s))),
        Check::new("D8.boolean", &rules::D8, "a boolean stays one; what is none is refused", |s| Box::pin(boolean(s))),
        Check::new("D9.integer", &rules::D9, "an integer with a fraction is refused", |s| Box::pin(integer(s))),
        Check::new("D10.date-time", &rules::D10, "a dateTime that is none is refused", |s| Box::pin(date_time(s))),
        Check::new("D11.binary", &rules::D11, "binary comes back as it was sent; what is no base64 does not", |s| {
            Box::pin(binary(s))
        }),
        Check::new("D14.two", &rules::D14, "of two primary values at most one stays primary", |s| {
            Box::pin(two_primaries(s))
        }),
        Check::new("D15.twice", &rules::D15, "the same value twice is returned once", |s| Box::pin(twice(s))),
        Check::new("D16.post", &rules::D16, "null and [] in a POST are no value", |s| Box::pin(nothing_in_post(s))),
        Check::new("D16.put", &rules::D16, "null and [] in a PUT clear", |s| Box::pin(nothing_in_put(s))),
        Check::new("D16.patch", &rules::D16, "replacing with null clears", |s| Box::pin(nothing_in_patch(s))),
        Check::new("U3.returned", &rules::U3, "a password is in no answer", |s| Box::pin(password(s))),
        Check::new("Q14.password", &rules::Q14, "a filter tells nothing of a password", |s| {
            Box::pin(password_filter(s))
        }),
    ],
};

async fn names_in_another_case(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let users = s.users()?;
    let mut body = s.user_body("case", json!({}))?;
    let name = body["userName"].clone();
    let members = body.as_object_mut();
    members.and_then(|members| members.shift_remove("userName"));
    body["USERNAME"] = name.clone();
    body[text.to_uppercase()] = json!("Kept");
    let answer = s.post(&users, &body).await?.expect(201)?;
    answer.equals("/userName", &name)?;
    answer.equals(&format!("/{text}"), &json!("Kept"))
}

async fn unicode(s: &mut Session) -> Verdict {
    let text = s.text()?;
    for value in [
        "Zoë 李小龍 Ольга שלום",
        "\u{1f680} rocket",
        "\"quoted\" and \\ and /",
        "<b>&amp;</b> 'x' % _ ;--",
        " a\tb\nc ",
    ] {
        let user = s.add_user(json!({ text: value })).await?;
        s.get(&user.path).await?.expect(200)?.equals(&format!("/{text}"), &json!(value))?;
    }
    Ok(())
}

async fn boolean(s: &mut Session) -> Verdict {
    s.user_has(&["active"])?;
    for value in [true, false] {
        let user = s.add_user(json!({ "active": value })).await?;
        s.get(&user.path).await?.expect(200)?.equals("/active", &json!(value))?;
    }
    let users = s.users()?;
    for wrong in [json!("perhaps"), json!(7), json!({ "value": true })] {
        let body = s.user_body("boolean", json!({ "active": wrong }))?;
        s.post(&users, &body).await?.error(400, &["invalidValue", "invalidSyntax"])?;
    }
    Ok(())
}

/// A writable single attribute of that type, of users or of an extension of theirs.
fn of_kind(s: &Session, kind: &str) -> Result<(Option<String>, Attribute), Stop> {
    let ty = s.type_of(USER)?;
    let found = ty.all_attributes().into_iter().find(|(_, attribute)| {
        attribute.kind == kind && !attribute.multi_valued && attribute.mutability == "readWrite"
    });
    let (extension, attribute) =
        found.ok_or_else(|| Stop::not_offered(format!("users have no attribute of type {kind}")))?;
    Ok((extension.map(str::to_owned), attribute.clone()))
}

async fn refuses(s: &mut Session, kind: &str, wrong: &[Value]) -> Verdict {
    let (extension, attribute) = of_kind(s, kind)?;
    let users = s.users()?;
    for value in wrong {
        let name = &attribute.name;
        let members = match &extension {
            Some(urn) => json!({ urn: { name: value } }),
            None => json!({ name: value }),
        };
        let body = s.user_body(kind, members)?;
        s.post(&users, &body).await?.error(400, &["invalidValue", "invalidSyntax"])?;
    }
    Ok(())
}

async fn integer(s: &mut Session) -> Verdict {
    refuses(s, "integer", &[json!(1.5), json!("seven")]).await
}

async fn date_time(s: &mut Session) -> Verdict {
    refuses(s, "dateTime", &[json!("yesterday"), json!("2020-02-30T00:00:00Z"), json!("2020-02-28")]).await
}

async fn binary(s: &mut Session) -> Verdict {
    s.user_has(&["x509Certificates"])?;
    let sent = json!([{ "value": "Y29uZm9ybWFuY2U=" }]);
    let user = s.add_user(json!({ "x509Certificates": sent })).await?;
    user.answer.equals("/x509Certificates/0/value", &sent[0]["value"])?;
    let users = s.users()?;
    let body = s.user_body("binary", json!({ "x509Certificates": [{ "value": "no base64: äöü!" }] }))?;
    let answer = s.post(&users, &body).await?;
    if answer.status() != 201 {
        return answer.error(400, &["invalidValue"]).map(drop);
    }
    let held = answer.text("/x509Certificates/0/value");
    answer.that(STANDARD.decode(held).is_ok(), || format!("`{held}` is returned, which is no base64"))
}

async fn two_primaries(s: &mut Session) -> Verdict {
    s.user_has(&["emails"])?;
    let (first, second) = (s.name("first"), s.name("second"));
    let users = s.users()?;
    let emails = json!([
        { "value": format!("{first}@conformance.example"), "type": "work", "primary": true },
        { "value": format!("{second}@conformance.example"), "type": "home", "primary": true },
    ]);
    let body = s.user_body("primary", json!({ "emails": emails }))?;
    let answer = s.post(&users, &body).await?;
    if answer.status() != 201 {
        return answer.error(400, &["invalidValue"]).map(drop);
    }
    let primary = primaries(answer.get("emails"));
    answer.that(primary <= 1, || format!("{primary} e-mails are primary"))
}

/// How many values of a list are primary.
pub(super) fn primaries(list: &Value) -> usize {
    list.as_array().into_iter().flatten().filter(|entry| entry.get("primary") == Some(&Value::Bool(true))).count()
}

async fn twice(s: &mut Session) -> Verdict {
    s.user_has(&["emails"])?;
    let email = json!({ "value": format!("{}@conformance.example", s.name("twice")), "type": "work" });
    let users = s.users()?;
    let body = s.user_body("twice", json!({ "emails": [email, email] }))?;
    let answer = s.post(&users, &body).await?;
    if answer.status() != 201 {
        return answer.error(400, &[]).map(drop);
    }
    let count = answer.get("emails").as_array().map_or(0, Vec::len);
    answer.that(count == 1, || format!("it is returned {count} times"))
}

async fn nothing_in_post(s: &mut Session) -> Verdict {
    let text = s.text()?;
    s.user_has(&["emails", "name"])?;
    let user = s.add_user(json!({ text: null, "emails": [], "name": null, "externalId": null })).await?;
    let answer = s.get(&user.path).await?.expect(200)?;
    for name in [text, "emails", "name", "externalId"] {
        answer.lacks(&format!("/{name}"))?;
    }
    Ok(())
}

async fn nothing_in_put(s: &mut Session) -> Verdict {
    let text = s.text()?;
    s.user_has(&["emails", "name"])?;
    let email = format!("{}@conformance.example", s.name("cleared"));
    let full = json!({ text: "here", "emails": [{ "value": email }], "name": { "givenName": "Ada", "familyName": "Lovelace" } });
    let user = s.add_user(full).await?;
    let mut body = user.sent.clone();
    for (name, nothing) in [(text, Value::Null), ("emails", json!([])), ("name", Value::Null)] {
        body[name] = nothing;
    }
    s.put(&user.path, &body).await?.expect(200)?;
    let answer = s.get(&user.path).await?.expect(200)?;
    for name in [text, "emails", "name"] {
        answer.lacks(&format!("/{name}"))?;
    }
    Ok(())
}

async fn nothing_in_patch(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let user = s.add_user(json!({ text: "here" })).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "replace", "path": text, "value": null }])).await?;
    answer.lacks(&format!("/{text}"))
}

async fn password(s: &mut Session) -> Verdict {
    s.user_has(&["password"])?;
    let secret = format!("Aa1!{}", s.name("secret"));
    let users = s.users()?;
    let user = s.add_user(json!({ "password": secret })).await?;
    let mut body = user.sent.clone();
    body["password"] = json!(format!("{secret}2"));
    let name = user.sent["userName"].as_str().unwrap_or_default().to_owned();
    let mut findings = Findings::default();
    for (what, answer) in [
        ("POST", user.answer.clone()),
        ("PUT", s.put(&user.path, &body).await?),
        ("GET", s.get(&user.path).await?),
        ("GET with attributes=password", s.query(&user.path, &[("attributes", "password")]).await?),
        ("a list with attributes=password", {
            let parameters = [("filter", format!("userName eq \"{name}\"")), ("attributes", "password".to_owned())];
            s.query(&users, &parameters.each_ref().map(|(name, value)| (*name, value.as_str()))).await?
        }),
    ] {
        let shown = answer.exchange().text().contains(&secret) || has_password(answer.body());
        findings.note(what, answer.that(!shown, || "the password is in the answer".to_owned()));
    }
    findings.done()
}

fn has_password(body: &Value) -> bool {
    match body {
        Value::Object(members) => members.iter().any(|(name, value)| {
            (name.eq_ignore_ascii_case("password") && !is_unassigned(value)) || has_password(value)
        }),
        Value::Array(items) => items.iter().any(has_password),
        _ => false,
    }
}

async fn password_filter(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    s.user_has(&["password"])?;
    let secret = format!("Aa1!{}", s.name("secret"));
    s.add_user(json!({ "password": secret })).await?;
    let users = s.users()?;
    let mut findings = Findings::default();
    for filter in [format!("password eq \"{secret}\""), "password sw \"Aa1!\"".to_owned(), "password pr".to_owned()] {
        let answer = s.query(&users, &[("filter", filter.as_str())]).await?;
        let told = answer.status() == 200 && answer.total().is_ok_and(|total| total > 0);
        findings.note(&filter, answer.that(!told, || "somebody was found".to_owned()));
        let known = matches!(answer.status(), 200 | 400 | 403);
        findings.note(&filter, answer.that(known, || format!("the status is {}", answer.status())));
    }
    findings.done()
}

/// A date, a time and an offset, as xsd:dateTime writes them.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let numbers = |text: &str, separator: char, lengths: &[usize]| {
        let parts: Vec<&str> = text.split(separator).collect();
        parts.len() == lengths.len()
            && parts
                .iter()
                .zip(lengths)
                .all(|(part, length)| part.len() == *length && part.bytes().all(|one| one.is_ascii_digit()))
    };
    let (clock, offset_is_right) = match time.strip_suffix('Z') {
        Some(clock) => (clock, true),
        None => match time.rfind(['+', '-']).map(|at| time.split_at(at)) {
            Some((clock, offset)) => (clock, numbers(&offset[1..], ':', &[2, 2])),
            None => (time, true),
        },
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let fraction_is_right = !fraction.is_empty() && fraction.bytes().all(|one| one.is_ascii_digit());
    numbers(date, '-', &[4, 2, 2]) && numbers(whole, ':', &[2, 2, 2]) && fraction_is_right && offset_is_right
}
