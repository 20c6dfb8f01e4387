//! How what is wrong is told (RFC 7644 §3.12).

use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{MEDIA_TYPE, Session};
use serde_json::{Value, json};

/// RFC 7644 §3.12 table 9, and RFC 9865 §2.1.
const SCIM_TYPES: [&str; 13] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

pub const FAMILY: Family = Family {
    name: "errors",
    checks: &[
        Check::new("P8.unknown", &rules::P8, "an unknown id is 404, whatever it looks like", |s| {
            Box::pin(unknown_id(s))
        }),
        Check::new("P10.detail", &rules::P10, "an error says in `detail` what is wrong", |s| Box::pin(detail(s))),
        Check::new("P10.scim-type", &rules::P10, "scimType is a word of the RFCs", |s| Box::pin(scim_type(s))),
        Check::new("P11.nowhere", &rules::P11, "a path that is nothing is a SCIM error", |s| Box::pin(nowhere(s))),
        Check::new("P11.method", &rules::P11, "a method that is nothing is a SCIM error", |s| Box::pin(method(s))),
        Check::new("P12.malformed", &rules::P12, "a body that is no JSON is invalidSyntax", |s| Box::pin(malformed(s))),
        Check::new("P12.no-object", &rules::P12, "a body that is no object is refused", |s| Box::pin(no_object(s))),
        Check::new("P12.types", &rules::P12, "values of the wrong type are refused", |s| Box::pin(wrong_types(s))),
        Check::new("P15.put", &rules::P15, "PUT of an unknown id is 404 and makes nothing", |s| Box::pin(put(s))),
    ],
};

async fn unknown_id(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let mut findings = Findings::default();
    for id in ["conformance-nobody", "0", "00000000-0000-0000-0000-000000000000", "%20", "%C3%A9"] {
        let answer = s.get(&format!("{users}/{id}")).await?;
        findings.note(id, answer.error(404, &[]).map(drop));
    }
    findings.done()
}

async fn detail(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let answer = s.get(&format!("{users}/conformance-nobody")).await?.error(404, &[])?;
    answer.that(!answer.text("/detail").is_empty(), || "there is no detail".to_owned())
}

async fn scim_type(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let mut findings = Findings::default();
    let mut body = s.user_body("types", json!({}))?;
    let made = s.add(&users, body.clone()).await?;
    body["userName"] = made.answer.get("userName").clone();
    for (what, answer) in [
        ("a user name that is taken", s.post(&users, &body).await?),
        ("no JSON", raw(s, "POST", &users, "{").await?),
        ("no user name", s.post(&users, &json!({ "schemas": body["schemas"] })).await?),
    ] {
        let held = answer.text("/scimType");
        findings.note(what, answer.that(SCIM_TYPES.contains(&held), || format!("scimType is \"{held}\"")));
    }
    findings.done()
}

async fn raw(
    s: &mut Session,
    method: &str,
    target: &str,
    body: &str,
) -> Result<crate::conformance::answer::Answer, Stop> {
    let request = s.authorized(method, target).header("Content-Type", MEDIA_TYPE).body(body.to_owned());
    s.send(request).await
}

async fn nowhere(s: &mut Session) -> Verdict {
    for target in ["/ConformanceNobody", "/ConformanceNobody/1"] {
        s.get(target).await?.error(404, &[])?;
    }
    Ok(())
}

async fn method(s: &mut Session) -> Verdict {
    let users = s.users()?;
    for method in ["DELETE", "PUT"] {
        s.write(method, &users, &json!({})).await?.refused()?;
    }
    Ok(())
}

async fn malformed(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let user = s.add_user(json!({})).await?;
    for (method, target) in [("POST", &users), ("PUT", &user.path)] {
        for body in ["{", "{\"userName\": }", "nonsense", ""] {
            raw(s, method, target, body).await?.error(400, &["invalidSyntax"])?;
        }
    }
    Ok(())
}

async fn no_object(s: &mut Session) -> Verdict {
    let users = s.users()?;
    for body in ["[]", "\"text\"", "null", "5"] {
        raw(s, "POST", &users, body).await?.error(400, &["invalidSyntax", "invalidValue"])?;
    }
    Ok(())
}

async fn wrong_types(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let mut findings = Findings::default();
    for (name, value) in [
        ("userName", json!({ "value": "x" })),
        ("userName", json!(["x", "y"])),
        ("name", json!("Ada Lovelace")),
        ("active", json!("perhaps")),
        ("emails", json!("text without a structure")),
        ("emails", json!([["nested"]])),
    ] {
        if s.user_has(&[name]).is_err() {
            continue;
        }
        let mut body = s.user_body("types", json!({}))?;
        body[name] = value.clone();
        let answer = s.post(&users, &body).await?;
        // A single value for a list is a leniency; then it must be the value.
        let kept = answer.status() == 201 && name == "emails" && holds_text(answer.get("emails"), &value);
        let verdict = if kept { Ok(()) } else { answer.error(400, &["invalidValue", "invalidSyntax"]).map(drop) };
        findings.note(&format!("{name}: {value}"), verdict);
    }
    findings.done()
}

fn holds_text(list: &Value, text: &Value) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|entry| entry.get("value") == Some(text)))
}

async fn put(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let body = s.user_body("put", json!({}))?;
    let target = format!("{users}/conformance-nobody");
    s.put(&target, &body).await?.error(404, &[])?;
    s.get(&target).await?.error(404, &[]).map(drop)
}
