//! Several operations in one request (RFC 7644 §3.7).

use super::patch_add::entry;
use crate::conformance::advertised::{ENTERPRISE_USER, GROUP};
use crate::conformance::answer::{Answer, has_schema};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};

const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A larger limit is believed: to go beyond it would be a load.
const MOST_BYTES: u64 = 20 * 1024 * 1024;
const MOST_OPERATIONS: u64 = 10_000;

pub const FAMILY: Family = Family {
    name: "bulk",
    checks: &[
        Check::new("B1.methods", &rules::B1, "POST, PUT, PATCH and DELETE are done in their order", |s| {
            Box::pin(methods(s))
        }),
        Check::new("B1.schemas", &rules::B1, "another message is refused", |s| Box::pin(schemas(s))),
        Check::new("B1.method", &rules::B1, "another method fails by itself or as a whole", |s| {
            Box::pin(unknown_method(s))
        }),
        Check::new("B2.result", &rules::B2, "a result has method, bulkId, location and status", |s| {
            Box::pin(result(s))
        }),
        Check::new("B2.error", &rules::B2, "a failure has the error as response", |s| Box::pin(error(s))),
        Check::new("B3.goes-on", &rules::B3, "without failOnErrors everything is tried", |s| Box::pin(goes_on(s))),
        Check::new("B3.stops", &rules::B3, "with failOnErrors 1 the first failure is the last", |s| Box::pin(stops(s))),
        Check::new("B4.missing", &rules::B4, "a POST without bulkId is refused", |s| Box::pin(missing_bulk_id(s))),
        Check::new("B4.value", &rules::B4, "bulkId: in a value is the new id", |s| Box::pin(reference(s, false))),
        Check::new("B4.forward", &rules::B4, "also before it is known", |s| Box::pin(reference(s, true))),
        Check::new("B4.path", &rules::B4, "and in a path", |s| Box::pin(in_path(s))),
        Check::new("B4.extension", &rules::B4, "and in an extension", |s| Box::pin(in_extension(s))),
        Check::new("B4.unknown", &rules::B4, "a bulkId that is nobody's fails", |s| Box::pin(unknown_bulk_id(s))),
        Check::new("B5.circle", &rules::B5, "references in a circle are resolved, or 409", |s| Box::pin(circle(s))),
        Check::new("B6.operations", &rules::B6, "too many operations are 413", |s| Box::pin(too_many(s))),
        Check::new("B6.bytes", &rules::B6, "too many bytes are 413", |s| Box::pin(too_large(s))),
        Check::new("B7.version", &rules::B7, "another version is 412 for that operation", |s| Box::pin(version(s))),
        Check::new("B8.alone", &rules::B8, "a failure undoes nothing else", |s| Box::pin(alone(s))),
    ],
};

/// A bulk request. What its results say was made is taken away after the check.
async fn bulk(s: &mut Session, members: Value) -> Result<Answer, Stop> {
    s.offers("bulk")?;
    let mut body = json!({ "schemas": [BULK_REQUEST] });
    for (name, value) in members.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let answer = s.write("POST", "/Bulk", &body).await?;
    let endpoints: Vec<String> = s.server().types.iter().map(|ty| ty.endpoint.clone()).collect();
    for result in answer.get("Operations").as_array().into_iter().flatten() {
        if status(result) == 201 {
            endpoints.iter().filter_map(|endpoint| path_of(result, endpoint)).for_each(|path| s.remember(&path));
        }
    }
    Ok(answer)
}

/// The path below the base URL of what a result is about.
fn path_of(result: &Value, endpoint: &str) -> Option<String> {
    let location = result.get("location")?.as_str()?;
    let at = location.rfind(&format!("{endpoint}/"))?;
    location.get(at..).map(str::to_owned)
}

fn id_of(result: &Value) -> &str {
    result.get("location").and_then(Value::as_str).and_then(|location| location.rsplit('/').next()).unwrap_or_default()
}

/// The status of a result, in the RFC's form or in that of its drafts; 0 if there is none.
fn status(result: &Value) -> u16 {
    let status = result.get("status").unwrap_or(&Value::Null);
    let code = status.get("code").unwrap_or(status);
    code.as_str().and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// The results of an answer, if there are so many.
fn results(answer: &Answer, count: usize) -> Result<Vec<Value>, Stop> {
    answer.that(answer.status() == 200, || format!("the status is {} instead of 200", answer.status()))?;
    answer.that(has_schema(answer.body(), BULK_RESPONSE), || format!("schemas does not contain {BULK_RESPONSE}"))?;
    let results = answer.get("Operations").as_array().cloned().unwrap_or_default();
    answer.that(results.len() == count, || format!("there are {} results instead of {count}", results.len()))?;
    Ok(results)
}

fn has_statuses(answer: &Answer, expected: &[u16]) -> Result<Vec<Value>, Stop> {
    let results = results(answer, expected.len())?;
    let statuses: Vec<u16> = results.iter().map(status).collect();
    answer.that(statuses == expected, || format!("the statuses are {statuses:?} instead of {expected:?}"))?;
    Ok(results)
}

/// A POST of a new user under that bulkId.
fn new_user(s: &mut Session, bulk_id: &str, members: Value) -> Result<Value, Stop> {
    let data = s.user_body("bulk", members)?;
    Ok(json!({ "method": "POST", "path": s.users()?, "bulkId": bulk_id, "data": data }))
}

/// A POST of a new group with those members under that bulkId.
fn new_group(s: &mut Session, bulk_id: &str, members: &[&str]) -> Result<Value, Stop> {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let data = json!({ "schemas": [GROUP], "displayName": s.name("bulk"), "members": members });
    Ok(json!({ "method": "POST", "path": s.groups()?, "bulkId": bulk_id, "data": data }))
}

async fn methods(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    let text = s.text()?;
    let (put, patched, deleted) =
        (s.add_user(json!({})).await?, s.add_user(json!({})).await?, s.add_user(json!({})).await?);
    let mut body = put.sent.clone();
    body[text] = json!("by PUT");
    let patch = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "add", "path": text, "value": "by PATCH" }] });
    let operations = json!([
        new_user(s, "new", json!({ text: "by POST" }))?,
        { "method": "PUT", "path": put.path, "data": body },
        { "method": "PATCH", "path": patched.path, "data": patch },
        { "method": "DELETE", "path": deleted.path },
    ]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = results(&answer, 4)?;
    let statuses: Vec<u16> = results.iter().map(status).collect();
    let right = matches!(statuses.as_slice(), [201, 200, 200 | 204, 204]);
    answer.that(right, || format!("the statuses are {statuses:?}"))?;
    let users = s.users()?;
    let made = results.first().and_then(|result| path_of(result, &users)).unwrap_or_default();
    for (path, value) in [(&made, "by POST"), (&put.path, "by PUT"), (&patched.path, "by PATCH")] {
        s.get(path).await?.expect(200)?.equals(&format!("/{text}"), &json!(value))?;
    }
    s.get(&deleted.path).await?.error(404, &[]).map(drop)
}

async fn schemas(s: &mut Session) -> Verdict {
    let operations = json!([new_user(s, "new", json!({}))?]);
    let answer = bulk(s, json!({ "schemas": ["urn:conformance:nobody"], "Operations": operations })).await?;
    answer.error(400, &["invalidSyntax", "invalidValue"]).map(drop)
}

async fn unknown_method(s: &mut Session) -> Verdict {
    let operations = json!([{ "method": "GET", "path": s.users()?, "bulkId": "x" }]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    if answer.status() == 200 {
        let results = results(&answer, 1)?;
        let refused = results.iter().all(|result| status(result) >= 400);
        return answer.that(refused, || "it is no failure".to_owned());
    }
    answer.refused().map(drop)
}

async fn result(s: &mut Session) -> Verdict {
    let operations = json!([new_user(s, "qwerty", json!({}))?]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = has_statuses(&answer, &[201])?;
    let Some(result) = results.first() else { return Ok(()) };
    answer.that(result["status"].is_string(), || format!("status is {} instead of \"201\"", result["status"]))?;
    for (name, expected) in [("method", "POST"), ("bulkId", "qwerty")] {
        answer.that(result[name] == expected, || format!("{name} is {} instead of \"{expected}\"", result[name]))?;
    }
    let users = s.users()?;
    let path = path_of(result, &users).ok_or_else(|| answer.fail("there is no location"))?;
    let read = s.get(&path).await?.expect(200)?;
    if s.server().supports("etag") {
        let version = read.at("/meta/version");
        answer.that(result.get("version") == Some(version), || format!("there is no version {version}"))?;
    }
    read.equals("/meta/location", &result["location"])
}

async fn error(s: &mut Session) -> Verdict {
    let operations = json!([
        { "method": "DELETE", "path": format!("{}/conformance-nobody", s.users()?) },
        new_user(s, "nameless", json!({ "userName": "" }))?,
    ]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = has_statuses(&answer, &[404, 400])?;
    for result in &results {
        let response = &result["response"];
        let right = has_schema(response, "urn:ietf:params:scim:api:messages:2.0:Error")
            && response["status"] == status(result).to_string().as_str();
        answer.that(right, || format!("response is {response}"))?;
    }
    let failed_post = results.last().is_some_and(|result| result.get("location").is_none_or(Value::is_null));
    answer.that(failed_post, || "a POST that failed has a location".to_owned())
}

/// One that succeeds, one that fails, one that succeeds, one that fails, one that succeeds.
fn mixed(s: &mut Session) -> Result<Value, Stop> {
    let nobody = |name: &str, users: &str| json!({ "method": "DELETE", "path": format!("{users}/conformance-{name}") });
    let users = s.users()?;
    Ok(json!([
        new_user(s, "first", json!({}))?,
        nobody("nobody", &users),
        new_user(s, "third", json!({}))?,
        nobody("nobody-either", &users),
        new_user(s, "fifth", json!({}))?,
    ]))
}

async fn goes_on(s: &mut Session) -> Verdict {
    let operations = mixed(s)?;
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    has_statuses(&answer, &[201, 404, 201, 404, 201]).map(drop)
}

async fn stops(s: &mut Session) -> Verdict {
    let operations = mixed(s)?;
    let answer = bulk(s, json!({ "failOnErrors": 1, "Operations": operations })).await?;
    has_statuses(&answer, &[201, 404])?;
    s.offers("filter")?;
    let name = operations[2]["data"]["userName"].clone();
    let users = s.users()?;
    let filter = format!("userName eq {name}");
    let found = s.query(&users, &[("filter", filter.as_str())]).await?;
    found.that(found.total()? == 0, || "the third operation was done".to_owned())
}

async fn missing_bulk_id(s: &mut Session) -> Verdict {
    let mut operation = new_user(s, "none", json!({}))?;
    operation.as_object_mut().and_then(|operation| operation.shift_remove("bulkId"));
    let answer = bulk(s, json!({ "Operations": [operation] })).await?;
    if answer.status() == 200 {
        return has_statuses(&answer, &[400]).map(drop);
    }
    answer.error(400, &["invalidSyntax", "invalidValue"]).map(drop)
}

async fn reference(s: &mut Session, forward: bool) -> Verdict {
    s.offers("bulk")?;
    let (user, group) = (new_user(s, "u", json!({}))?, new_group(s, "g", &["bulkId:u"])?);
    let operations = if forward { [group, user] } else { [user, group] };
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = has_statuses(&answer, &[201, 201])?;
    let of = |bulk_id: &str| results.iter().find(|result| result["bulkId"] == bulk_id).cloned().unwrap_or_default();
    let (user, group) = (of("u"), of("g"));
    let groups = s.groups()?;
    let path = path_of(&group, &groups).ok_or_else(|| answer.fail("the group has no location"))?;
    let read = s.get(&path).await?.expect(200)?;
    let there = !entry(read.get("members"), id_of(&user)).is_null();
    read.that(there, || format!("members is {}", read.get("members")))
}

async fn in_path(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    let text = s.text()?;
    let users = s.users()?;
    let patch = json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "add", "path": text, "value": "after" }] });
    let operations = json!([
        new_user(s, "u", json!({}))?,
        { "method": "PATCH", "path": format!("{users}/bulkId:u"), "data": patch },
    ]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = results(&answer, 2)?;
    let done = results.iter().all(|result| (200..300).contains(&status(result)));
    answer.that(done, || "an operation failed".to_owned())?;
    let path = results.first().and_then(|result| path_of(result, &users)).unwrap_or_default();
    s.get(&path).await?.expect(200)?.equals(&format!("/{text}"), &json!("after"))
}

async fn in_extension(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    s.enterprise()?;
    let boss = new_user(s, "boss", json!({}))?;
    let user = new_user(s, "u", json!({ ENTERPRISE_USER: { "manager": { "value": "bulkId:boss" } } }))?;
    let answer = bulk(s, json!({ "Operations": [user, boss] })).await?;
    let results = has_statuses(&answer, &[201, 201])?;
    let of = |bulk_id: &str| results.iter().find(|result| result["bulkId"] == bulk_id).cloned().unwrap_or_default();
    let users = s.users()?;
    let path = path_of(&of("u"), &users).ok_or_else(|| answer.fail("the user has no location"))?;
    let read = s.get(&path).await?.expect(200)?;
    let held = &read.get(ENTERPRISE_USER)["manager"]["value"];
    read.that(*held == id_of(&of("boss")), || format!("manager.value is {held}"))
}

async fn unknown_bulk_id(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    let operations = json!([new_group(s, "g", &["bulkId:nobody"])?]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    if answer.status() == 200 {
        let results = results(&answer, 1)?;
        let refused = results.iter().all(|result| matches!(status(result), 400 | 409));
        return answer.that(refused, || "it is not refused with 400 or 409".to_owned());
    }
    answer.refused().map(drop)
}

async fn circle(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    let operations = json!([new_group(s, "a", &["bulkId:b"])?, new_group(s, "b", &["bulkId:a"])?]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    if answer.status() != 200 {
        return answer.error(409, &[]).map(drop);
    }
    let results = results(&answer, 2)?;
    if results.iter().any(|result| status(result) == 409) {
        return Ok(());
    }
    let groups = s.groups()?;
    for (index, result) in results.iter().enumerate() {
        let other = results.iter().rev().nth(index).map(id_of).unwrap_or_default().to_owned();
        let path =
            path_of(result, &groups).ok_or_else(|| answer.fail("a group was not made, and not refused with 409"))?;
        let read = s.get(&path).await?.expect(200)?;
        read.that(!entry(read.get("members"), &other).is_null(), || format!("members is {}", read.get("members")))?;
    }
    Ok(())
}

fn limit(s: &Session, name: &str, most: u64) -> Result<u64, Stop> {
    s.offers("bulk")?;
    let server = s.server();
    let held = server.config.pointer(&format!("/bulk/{name}")).and_then(Value::as_u64).unwrap_or(0);
    if (1..=most).contains(&held) { Ok(held) } else { Err(Stop::not_offered(format!("bulk.{name} is {held}"))) }
}

async fn too_many(s: &mut Session) -> Verdict {
    let most = limit(s, "maxOperations", MOST_OPERATIONS)?;
    let users = s.users()?;
    let operation = json!({ "method": "DELETE", "path": format!("{users}/conformance-nobody") });
    let operations: Vec<Value> = (0..=most).map(|_| operation.clone()).collect();
    bulk(s, json!({ "Operations": operations })).await?.error(413, &[]).map(drop)
}

async fn too_large(s: &mut Session) -> Verdict {
    let most = limit(s, "maxPayloadSize", MOST_BYTES)?;
    let users = s.users()?;
    let filler = "x".repeat(usize::try_from(most).unwrap_or(0));
    let operation = json!({ "method": "DELETE", "path": format!("{users}/conformance-nobody"), "bulkId": filler });
    bulk(s, json!({ "Operations": [operation] })).await?.error(413, &[]).map(drop)
}

async fn version(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    s.offers("etag")?;
    let user = s.add_user(json!({})).await?;
    let current = user.answer.at("/meta/version").clone();
    let other = "W/\"conformance-nobody\"";
    let operations = json!([
        { "method": "PUT", "path": user.path, "version": other, "data": user.sent },
        { "method": "DELETE", "path": user.path, "version": other },
        { "method": "DELETE", "path": user.path, "version": current },
    ]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    has_statuses(&answer, &[412, 412, 204]).map(drop)
}

async fn alone(s: &mut Session) -> Verdict {
    s.offers("bulk")?;
    let text = s.text()?;
    let user = s.add_user(json!({ text: "before" })).await?;
    let patch = json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "replace", "path": text, "value": "half" },
        { "op": "replace", "path": "id", "value": "conformance" },
    ] });
    let operations = json!([new_user(s, "new", json!({}))?, { "method": "PATCH", "path": user.path, "data": patch }]);
    let answer = bulk(s, json!({ "Operations": operations })).await?;
    let results = has_statuses(&answer, &[201, 400])?;
    let users = s.users()?;
    let path = results.first().and_then(|result| path_of(result, &users)).unwrap_or_default();
    s.get(&path).await?.expect(200)?;
    s.get(&user.path).await?.expect(200)?.equals(&format!("/{text}"), &json!("before"))
}
