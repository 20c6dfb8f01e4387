//! Extensions of users, above all the enterprise extension (RFC 7643 §3.3, §4.3).

use crate::conformance::advertised::USER;
use crate::conformance::answer::has_schema;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "extensions",
    checks: &[
        Check::new("D21.object", &rules::D21, "extension attributes come back under the extension's URI", |s| {
            Box::pin(object(s))
        }),
        Check::new("D3.post", &rules::D3, "schemas of the new resource names the extension", |s| Box::pin(in_post(s))),
        Check::new("D3.patch", &rules::D3, "a PATCH that brings an extension brings its URI", |s| {
            Box::pin(in_patch(s))
        }),
        Check::new("D3.put", &rules::D3, "a PUT that clears an extension leaves its attributes out", |s| {
            Box::pin(out_by_put(s))
        }),
        Check::new("D22.required", &rules::D22, "a required extension must be there", |s| Box::pin(required(s))),
        Check::new("U10.attributes", &rules::U10, "the enterprise attributes come back as they were sent", |s| {
            Box::pin(enterprise(s))
        }),
        Check::new("U10.manager", &rules::U10, "manager.value is kept, a displayName sent with it is not", |s| {
            Box::pin(manager(s))
        }),
    ],
};

async fn object(s: &mut Session) -> Verdict {
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "department": "Engines" } })).await?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let held = answer.get(urn).get("department").cloned().unwrap_or_default();
    answer.that(held == "Engines", || format!("department in {urn} is {held}"))?;
    answer.lacks("/department")
}

async fn in_post(s: &mut Session) -> Verdict {
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "department": "Engines" } })).await?;
    user.answer.that(has_schema(user.answer.body(), urn), || format!("schemas does not contain {urn}"))?;
    let plain = s.add_user(json!({})).await?;
    let held = plain.answer.get(urn);
    plain.answer.that(held.as_object().is_none_or(|members| members.is_empty()), || format!("{urn} is {held}"))
}

async fn in_patch(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let urn = s.enterprise()?;
    let user = s.add_user(json!({})).await?;
    let path = format!("{urn}:department");
    let answer = s.patched(&user.path, &json!([{ "op": "add", "path": path, "value": "Engines" }])).await?;
    let held = answer.get(urn).get("department").cloned().unwrap_or_default();
    answer.that(held == "Engines", || format!("department in {urn} is {held}"))?;
    answer.that(has_schema(answer.body(), urn), || format!("schemas does not contain {urn}"))
}

async fn out_by_put(s: &mut Session) -> Verdict {
    let urn = s.enterprise()?;
    let user = s.add_user(json!({ urn: { "department": "Engines", "costCenter": "42" } })).await?;
    let mut body = user.sent.clone();
    body[urn] = json!({ "department": null, "costCenter": "43" });
    s.put(&user.path, &body).await?.expect(200)?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let held = answer.get(urn).clone();
    answer.that(held.get("costCenter") == Some(&json!("43")), || format!("{urn} is {held}"))?;
    answer.that(held.get("department").is_none_or(Value::is_null), || format!("{urn} is {held}"))
}

async fn required(s: &mut Session) -> Verdict {
    let server = s.server();
    let with = server.types.iter().find_map(|ty| Some((ty, ty.schemas.iter().skip(1).find(|schema| schema.required)?)));
    let (ty, schema) = with.ok_or_else(|| Stop::not_offered("no resource type has a required extension"))?;
    let mut body = s.least(ty, "extension");
    body.shift_remove(&schema.urn);
    if let Some(Value::Array(schemas)) = body.get_mut("schemas") {
        schemas.retain(|urn| *urn != schema.urn.as_str());
    }
    s.post(&ty.endpoint, &Value::Object(body)).await?.error(400, &["invalidValue"]).map(drop)
}

async fn enterprise(s: &mut Session) -> Verdict {
    let urn = s.enterprise()?;
    let ty = s.type_of(USER)?;
    let sent = json!({
        "employeeNumber": s.name("employee"), "costCenter": "4130", "organization": "Analytical Engines",
        "division": "Theory", "department": "Tables",
    });
    let schema = ty.extension(urn).and_then(|schema| schema.attributes.as_ref());
    for name in sent.as_object().into_iter().flat_map(|members| members.keys()) {
        let has = schema.is_none_or(|attributes| attributes.iter().any(|attribute| attribute.name == *name));
        if !has {
            return Err(Stop::not_offered(format!("the enterprise extension has no {name}")));
        }
    }
    let user = s.add_user(json!({ urn: sent })).await?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let held = answer.get(urn);
    answer.that(crate::conformance::answer::holds(held, &sent), || format!("{urn} is {held}"))
}

async fn manager(s: &mut Session) -> Verdict {
    let urn = s.enterprise()?;
    let ty = s.type_of(USER)?;
    let attributes = ty.extension(urn).and_then(|schema| schema.attributes.as_ref());
    if attributes.is_some_and(|attributes| !attributes.iter().any(|attribute| attribute.name == "manager")) {
        return Err(Stop::not_offered("the enterprise extension has no manager"));
    }
    let boss = s.add_user(json!({})).await?;
    let sent = json!({ "value": boss.id, "displayName": "Made up by the client" });
    let user = s.add_user(json!({ urn: { "manager": sent } })).await?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let held = answer.get(urn).get("manager").cloned().unwrap_or_default();
    answer.that(held.get("value") == Some(&json!(boss.id)), || format!("manager is {held}"))?;
    answer.that(held.get("displayName") != sent.get("displayName"), || format!("manager is {held}"))
}
