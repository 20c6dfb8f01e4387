//! A PATCH as a whole: its message, its order, its answer, its errors (RFC 7644 §3.5.2).

use crate::conformance::advertised::USER;
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session};
use serde_json::{Value, json};

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub const FAMILY: Family = Family {
    name: "patch",
    checks: &[
        Check::new("W2.schemas", &rules::W2, "a message without the PatchOp schema is refused", |s| {
            Box::pin(schemas(s))
        }),
        Check::new("W2.operations", &rules::W2, "so is one without operations", |s| Box::pin(no_operations(s))),
        Check::new("W2.op", &rules::W2, "and one of an unknown operation", |s| Box::pin(unknown_op(s))),
        Check::new("W2.value", &rules::W2, "add and replace need a value", |s| Box::pin(without_value(s))),
        Check::new("W3.order", &rules::W3, "operations run in their order", |s| Box::pin(order(s))),
        Check::new("W3.atomic", &rules::W3, "when one fails, none is done", |s| Box::pin(atomic(s))),
        Check::new("W4.answer", &rules::W4, "200 with the resource, or 204", |s| Box::pin(answer(s))),
        Check::new("P8.patch", &rules::P8, "PATCH of an unknown id is 404", |s| Box::pin(unknown_id(s))),
        Check::new("W5.attribute", &rules::W5, "a path of an attribute", |s| Box::pin(path_attribute(s))),
        Check::new("W5.part", &rules::W5, "a path of a part", |s| Box::pin(path_part(s))),
        Check::new("W5.urn", &rules::W5, "a path with the schema's URI", |s| Box::pin(path_urn(s))),
        Check::new("W5.extension", &rules::W5, "a path into an extension", |s| Box::pin(path_extension(s))),
        Check::new("W5.filter", &rules::W5, "a path with a filter, of whatever operators", |s| {
            Box::pin(path_filter(s))
        }),
        Check::new("W5.unknown", &rules::W5, "an unknown attribute is invalidPath", |s| {
            Box::pin(invalid_path(s, &["conformanceNobody", "name.conformanceNobody"], &["invalidPath"]))
        }),
        Check::new("W5.malformed", &rules::W5, "a path that is none is refused", |s| {
            Box::pin(invalid_path(
                s,
                &["emails[type eq", "emails[type zz \"x\"]", "emails[]", ".name", "name..familyName"],
                &["invalidPath", "invalidFilter"],
            ))
        }),
        Check::new("D4.path", &rules::D4, "names in a path mean the same in any case", |s| Box::pin(path_case(s))),
        Check::new("W10.id", &rules::W10, "id cannot be changed", |s| {
            Box::pin(immutable(s, json!({ "op": "replace", "path": "id", "value": "conformance" })))
        }),
        Check::new("W10.meta", &rules::W10, "nor meta", |s| {
            Box::pin(immutable(s, json!({ "op": "replace", "path": "meta.created", "value": "2001-01-01T00:00:00Z" })))
        }),
        Check::new("W10.groups", &rules::W10, "nor the groups of a user", |s| Box::pin(groups(s))),
        Check::new("W10.type", &rules::W10, "a value of the wrong type is invalidValue", |s| Box::pin(wrong_type(s))),
        Check::new("D26.patch", &rules::D26, "a userName that is taken is 409 uniqueness", |s| Box::pin(taken(s))),
    ],
};

/// A user with the text attribute set, for a PATCH to be tried on.
async fn target(s: &mut Session) -> Result<(&'static str, Made), Stop> {
    s.offers("patch")?;
    let text = s.text()?;
    Ok((text, s.add_user(json!({ text: "before" })).await?))
}

/// Holds that the user is as it was made.
async fn unchanged(s: &mut Session, user: &Made) -> Verdict {
    let answer = s.get(&user.path).await?.expect(200)?;
    answer.that(answer.body() == user.answer.body(), || format!("it was {}", user.answer.body()))
}

async fn schemas(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let operations = json!([{ "op": "replace", "path": text, "value": "after" }]);
    for body in [json!({ "Operations": operations }), json!({ "schemas": [USER], "Operations": operations })] {
        s.write("PATCH", &user.path, &body).await?.error(400, &["invalidSyntax", "invalidValue"])?;
    }
    unchanged(s, &user).await
}

async fn no_operations(s: &mut Session) -> Verdict {
    let (_, user) = target(s).await?;
    for body in [
        json!({ "schemas": [PATCH_OP] }),
        json!({ "schemas": [PATCH_OP], "Operations": [] }),
        json!({ "schemas": [PATCH_OP], "Operations": "remove" }),
        json!({ "schemas": [PATCH_OP], "Operations": ["remove"] }),
    ] {
        s.write("PATCH", &user.path, &body).await?.error(400, &["invalidSyntax", "invalidValue"])?;
    }
    Ok(())
}

async fn unknown_op(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    for operation in
        [json!({ "op": "move", "path": text, "value": "after" }), json!({ "path": text, "value": "after" })]
    {
        s.patch(&user.path, &json!([operation])).await?.error(400, &["invalidSyntax", "invalidValue"])?;
    }
    unchanged(s, &user).await
}

async fn without_value(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    s.patch(&user.path, &json!([{ "op": "add", "path": text }]))
        .await?
        .error(400, &["invalidValue", "invalidSyntax"])?;
    unchanged(s, &user).await
}

async fn order(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let operations = json!([
        { "op": "replace", "path": text, "value": "first" },
        { "op": "remove", "path": text },
        { "op": "add", "path": text, "value": "third" },
    ]);
    s.patched(&user.path, &operations).await?.equals(&format!("/{text}"), &json!("third"))
}

async fn atomic(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let operations = json!([
        { "op": "replace", "path": text, "value": "after" },
        { "op": "replace", "path": "id", "value": "conformance" },
    ]);
    s.patch(&user.path, &operations).await?.error(400, &[])?;
    unchanged(s, &user).await
}

async fn answer(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let answer = s.patch(&user.path, &json!([{ "op": "replace", "path": text, "value": "after" }])).await?;
    if answer.status() == 204 {
        return answer.that(!answer.has_body(), || "204 has a body".to_owned());
    }
    let answer = answer.expect(200)?;
    let read = s.get(&user.path).await?.expect(200)?;
    answer.that(answer.body() == read.body(), || format!("it is read as {}", read.body()))
}

async fn unknown_id(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let text = s.text()?;
    let users = s.users()?;
    let operations = json!([{ "op": "replace", "path": text, "value": "x" }]);
    s.patch(&format!("{users}/conformance-nobody"), &operations).await?.error(404, &[]).map(drop)
}

async fn path_attribute(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let answer = s.patched(&user.path, &json!([{ "op": "replace", "path": text, "value": "after" }])).await?;
    answer.equals(&format!("/{text}"), &json!("after"))
}

async fn path_part(s: &mut Session) -> Verdict {
    let (_, user) = target(s).await?;
    s.user_has(&["name"])?;
    let operations = json!([{ "op": "add", "path": "name.familyName", "value": "Lovelace" }]);
    s.patched(&user.path, &operations).await?.equals("/name/familyName", &json!("Lovelace"))
}

async fn path_urn(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let operations = json!([{ "op": "replace", "path": format!("{USER}:{text}"), "value": "after" }]);
    s.patched(&user.path, &operations).await?.equals(&format!("/{text}"), &json!("after"))
}

async fn path_extension(s: &mut Session) -> Verdict {
    let (_, user) = target(s).await?;
    let urn = s.enterprise()?;
    for (op, value) in [("add", "Engines"), ("replace", "Tables")] {
        let path = format!("{urn}:department");
        let answer = s.patched(&user.path, &json!([{ "op": op, "path": path, "value": value }])).await?;
        let held = answer.get(urn).get("department").cloned().unwrap_or_default();
        answer.that(held == value, || format!("department is {held} instead of \"{value}\""))?;
    }
    Ok(())
}

async fn path_filter(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["emails"])?;
    let (work, home) = (s.name("work"), s.name("home"));
    let (work, home) = (format!("{work}@conformance.example"), format!("{home}@conformance.example"));
    for filter in [
        "type eq \"work\"".to_owned(),
        format!("value eq \"{work}\" and type ne \"home\""),
        "not (type eq \"home\") and value ew \"example\"".to_owned(),
        "primary eq true".to_owned(),
    ] {
        let emails = json!([{ "value": work, "type": "work", "primary": true }, { "value": home, "type": "home" }]);
        let user = s.add_user(json!({ "emails": emails })).await?;
        let operations = json!([{ "op": "replace", "path": format!("emails[{filter}].type"), "value": "other" }]);
        let answer = s.patched(&user.path, &operations).await?;
        let of = |value: &str| {
            let list = answer.get("emails").as_array().into_iter().flatten();
            list.into_iter()
                .find(|entry| entry.get("value") == Some(&json!(value)))
                .map_or(Value::Null, |entry| entry["type"].clone())
        };
        answer
            .that(of(&work) == "other", || format!("emails[{filter}]: type is {} instead of \"other\"", of(&work)))?;
        answer.that(of(&home) == "home", || format!("emails[{filter}]: the other value was changed too"))?;
        s.delete(&user.path).await?;
    }
    Ok(())
}

async fn invalid_path(s: &mut Session, paths: &[&str], scim_types: &[&str]) -> Verdict {
    let (_, user) = target(s).await?;
    let mut findings = Findings::default();
    for path in paths {
        let answer = s.patch(&user.path, &json!([{ "op": "replace", "path": path, "value": "x" }])).await?;
        findings.note(path, answer.error(400, scim_types).map(drop));
    }
    findings.done()
}

async fn path_case(s: &mut Session) -> Verdict {
    let (text, user) = target(s).await?;
    let operations = json!([{ "op": "replace", "path": text.to_uppercase(), "value": "after" }]);
    s.patched(&user.path, &operations).await?.equals(&format!("/{text}"), &json!("after"))
}

async fn immutable(s: &mut Session, operation: Value) -> Verdict {
    let (_, user) = target(s).await?;
    s.patch(&user.path, &json!([operation])).await?.error(400, &["mutability"])?;
    unchanged(s, &user).await
}

async fn groups(s: &mut Session) -> Verdict {
    s.user_has(&["groups"])?;
    immutable(s, json!({ "op": "add", "path": "groups", "value": [{ "value": "conformance" }] })).await
}

async fn wrong_type(s: &mut Session) -> Verdict {
    let (_, user) = target(s).await?;
    let mut findings = Findings::default();
    for (path, value) in
        [("active", json!("perhaps")), ("name", json!("Ada Lovelace")), ("userName", json!({ "x": 1 }))]
    {
        if s.user_has(&[path]).is_ok() {
            let answer = s.patch(&user.path, &json!([{ "op": "replace", "path": path, "value": value }])).await?;
            findings.note(path, answer.error(400, &["invalidValue"]).map(drop));
        }
    }
    findings.done()
}

async fn taken(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let (first, second) = (s.add_user(json!({})).await?, s.add_user(json!({})).await?);
    let operations = json!([{ "op": "replace", "path": "userName", "value": first.sent["userName"] }]);
    s.patch(&second.path, &operations).await?.error(409, &["uniqueness"])?;
    unchanged(s, &second).await
}
