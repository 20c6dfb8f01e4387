//! What a new resource is (RFC 7643 §3, RFC 7644 §3.3).

use crate::conformance::advertised::USER;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "create",
    checks: &[
        Check::new("P5.created", &rules::P5, "201, with the representation", |s| Box::pin(created(s))),
        Check::new("P5.location", &rules::P5, "Location is meta.location and leads to the resource", |s| {
            Box::pin(location(s))
        }),
        Check::new("P9.content-location", &rules::P9, "Content-Location is meta.location", |s| {
            Box::pin(content_location(s))
        }),
        Check::new("P8.read", &rules::P8, "the new resource is read as it was answered", |s| Box::pin(read(s))),
        Check::new("D1.schemas", &rules::D1, "schemas names the schema and the extensions in use", |s| {
            Box::pin(schemas(s))
        }),
        Check::new("D1.unknown", &rules::D1, "an unknown schema is refused or left out", |s| {
            Box::pin(unknown_schema(s))
        }),
        Check::new("D2.missing", &rules::D2, "a body without schemas is refused", |s| Box::pin(without_schemas(s))),
        Check::new("D17.id", &rules::D17, "the id is the server's, whatever the client sends", |s| Box::pin(id(s))),
        Check::new("D17.stable", &rules::D17, "the id stays when everything else changes", |s| Box::pin(stable(s))),
        Check::new("D18.external-id", &rules::D18, "externalId comes back as it was sent", |s| {
            Box::pin(external_id(s))
        }),
        Check::new("D18.not-made-up", &rules::D18, "without externalId there is none", |s| Box::pin(no_external_id(s))),
        Check::new("D19.meta", &rules::D19, "meta has resourceType, created, lastModified and location", |s| {
            Box::pin(meta(s))
        }),
        Check::new("D19.input", &rules::D19, "a meta that a client sends is ignored", |s| Box::pin(meta_input(s))),
        Check::new("D19.modified", &rules::D19, "lastModified moves on with a change, created stays", |s| {
            Box::pin(modified(s))
        }),
        Check::new("U1.missing", &rules::U1, "a user without userName is invalidValue", |s| Box::pin(no_user_name(s))),
        Check::new("U1.empty", &rules::U1, "an empty userName is refused", |s| Box::pin(empty_user_name(s))),
        Check::new("D26.post", &rules::D26, "a userName that is taken is 409 uniqueness", |s| {
            Box::pin(taken(s, |name| name.to_owned()))
        }),
        Check::new("D26.case", &rules::D26, "so it is in another case", |s| Box::pin(taken(s, str::to_uppercase))),
        Check::new("D23.case-kept", &rules::D23, "userName keeps the case that was sent", |s| Box::pin(case_kept(s))),
        Check::new("U2.unicode", &rules::U2, "so it is in another Unicode form", |s| Box::pin(unicode_name(s))),
    ],
};

async fn created(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    user.answer.equals("/userName", &user.sent["userName"])
}

async fn location(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let answer = &user.answer;
    let header = answer.header("location").unwrap_or_default().to_owned();
    answer.that(!header.is_empty(), || "there is no Location".to_owned())?;
    answer.equals("/meta/location", &json!(header))?;
    let absolute = header.starts_with("http://") || header.starts_with("https://");
    answer.that(absolute, || format!("`{header}` is no absolute URL"))?;
    answer.that(header.ends_with(&user.path), || format!("`{header}` does not end with {}", user.path))
}

async fn content_location(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let read = s.get(&user.path).await?.expect(200)?;
    for answer in [&user.answer, &read] {
        let header = answer.header("content-location").unwrap_or_default();
        answer.that(header == answer.text("/meta/location"), || format!("Content-Location is `{header}`"))?;
    }
    Ok(())
}

async fn read(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = s.add_user(json!({ text: "Read again" })).await?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let same = answer.body() == user.answer.body();
    answer.that(same, || format!("POST was answered with {}", user.answer.body()))
}

async fn schemas(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let ty = s.type_of(USER)?;
    let held = user.answer.get("schemas").clone();
    let list: Vec<&str> = held.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    user.answer.that(list.contains(&USER), || format!("schemas is {held}"))?;
    let known = |urn: &&str| ty.schemas.iter().any(|schema| schema.urn == *urn);
    user.answer.that(list.iter().all(known), || format!("schemas is {held}: not all are of this resource type"))?;
    let mut sorted = list.clone();
    sorted.sort_unstable();
    sorted.dedup();
    user.answer.that(sorted.len() == list.len(), || format!("schemas is {held}: one is there twice"))
}

async fn unknown_schema(s: &mut Session) -> Verdict {
    const NOBODY: &str = "urn:conformance:params:scim:schemas:nobody";
    let users = s.users()?;
    let body = s.user_body("schema", json!({ "schemas": [USER, NOBODY] }))?;
    let answer = s.post(&users, &body).await?;
    if answer.status() != 201 {
        return answer.error(400, &[]).map(drop);
    }
    let claimed = crate::conformance::answer::has_schema(answer.body(), NOBODY);
    answer.that(!claimed, || format!("the new user claims the schema {NOBODY}"))
}

async fn without_schemas(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let mut body = s.user_body("schemas", json!({}))?;
    for schemas in [None, Some(json!([]))] {
        match schemas {
            Some(schemas) => body["schemas"] = schemas,
            None => drop(body.as_object_mut().and_then(|body| body.shift_remove("schemas"))),
        }
        s.post(&users, &body).await?.error(400, &["invalidValue", "invalidSyntax"])?;
    }
    Ok(())
}

async fn id(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({ "id": "conformance-of-my-own" })).await?;
    user.answer.that(user.id != "conformance-of-my-own", || "the client's id was taken".to_owned())?;
    user.answer.that(!user.id.to_lowercase().contains("bulkid"), || "the id contains bulkId".to_owned())?;
    let other = s.add_user(json!({})).await?;
    other.answer.that(other.id != user.id, || "two resources have one id".to_owned())
}

async fn stable(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let body = s.user_body("renamed", json!({}))?;
    let put = s.put(&user.path, &body).await?.expect(200)?;
    put.equals("/id", &json!(user.id))?;
    s.get(&user.path).await?.expect(200)?.equals("/userName", &body["userName"])
}

async fn external_id(s: &mut Session) -> Verdict {
    let external = s.name("External-ID");
    let user = s.add_user(json!({ "externalId": external })).await?;
    user.answer.equals("/externalId", &json!(external))?;
    s.get(&user.path).await?.expect(200)?.equals("/externalId", &json!(external))
}

async fn no_external_id(s: &mut Session) -> Verdict {
    s.add_user(json!({})).await?.answer.lacks("/externalId")
}

async fn meta(s: &mut Session) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let name = s.type_of(USER)?.name;
    let answer = &user.answer;
    answer.equals("/meta/resourceType", &json!(name))?;
    for pointer in ["/meta/created", "/meta/lastModified"] {
        let held = answer.text(pointer);
        answer.that(super::values::is_date_time(held), || format!("{pointer} is `{held}`, no dateTime"))?;
    }
    answer.equals("/meta/lastModified", answer.at("/meta/created"))?;
    answer.that(!answer.text("/meta/location").is_empty(), || "there is no meta.location".to_owned())
}

async fn meta_input(s: &mut Session) -> Verdict {
    let sent = json!({
        "resourceType": "Nobody", "created": "2001-01-01T00:00:00Z", "lastModified": "2001-01-01T00:00:00Z",
        "location": "https://conformance.example/nobody", "version": "W/\"conformance\"",
    });
    let user = s.add_user(json!({ "meta": sent })).await?;
    let mut body = user.sent.clone();
    body["meta"] = sent.clone();
    let put = s.put(&user.path, &body).await?.expect(200)?;
    for answer in [&user.answer, &put] {
        for (name, value) in sent.as_object().into_iter().flatten() {
            let taken = answer.at(&format!("/meta/{name}")) == value;
            answer.that(!taken, || format!("meta.{name} is what the client sent"))?;
        }
    }
    Ok(())
}

async fn modified(s: &mut Session) -> Verdict {
    let text = s.text()?;
    let user = s.add_user(json!({ text: "before" })).await?;
    let mut body = user.sent.clone();
    body[text] = json!("after");
    s.put(&user.path, &body).await?.expect(200)?;
    let answer = s.get(&user.path).await?.expect(200)?;
    answer.equals("/meta/created", user.answer.at("/meta/created"))?;
    // Clocks of one second are allowed: it must not go back.
    let (before, after) = (user.answer.text("/meta/lastModified"), answer.text("/meta/lastModified"));
    answer.that(!after.is_empty() && after >= before, || format!("meta.lastModified went from {before} to {after}"))
}

async fn no_user_name(s: &mut Session) -> Verdict {
    let users = s.users()?;
    let mut body = s.user_body("nameless", json!({}))?;
    body.as_object_mut().and_then(|body| body.shift_remove("userName"));
    s.post(&users, &body).await?.error(400, &["invalidValue"]).map(drop)
}

async fn empty_user_name(s: &mut Session) -> Verdict {
    let users = s.users()?;
    for empty in [json!(""), Value::Null] {
        let body = s.user_body("empty", json!({ "userName": empty }))?;
        s.post(&users, &body).await?.error(400, &["invalidValue"])?;
    }
    Ok(())
}

async fn taken(s: &mut Session, other: fn(&str) -> String) -> Verdict {
    let user = s.add_user(json!({})).await?;
    let name = user.sent["userName"].as_str().unwrap_or_default();
    let users = s.users()?;
    let body = s.user_body("taken", json!({ "userName": other(name) }))?;
    s.post(&users, &body).await?.error(409, &["uniqueness"]).map(drop)
}

async fn case_kept(s: &mut Session) -> Verdict {
    let name = format!("{}@Conformance.Example", s.name("MiXeD"));
    let user = s.add_user(json!({ "userName": name })).await?;
    s.get(&user.path).await?.expect(200)?.equals("/userName", &json!(name))
}

async fn unicode_name(s: &mut Session) -> Verdict {
    let name = s.name("ren");
    // "é" as one character and as two.
    let (composed, decomposed) =
        (format!("{name}\u{e9}@conformance.example"), format!("{name}e\u{301}@conformance.example"));
    let users = s.users()?;
    let first = s.user_body("unicode", json!({ "userName": composed }))?;
    let answer = s.post(&users, &first).await?;
    if answer.status() == 400 {
        return Err(Stop::not_offered("user names are plain ASCII here"));
    }
    answer.expect(201)?;
    let second = s.user_body("unicode", json!({ "userName": decomposed }))?;
    s.post(&users, &second).await?.error(409, &["uniqueness"]).map(drop)
}
