//! Groups and their members, seen from both sides (RFC 7643 §4.1.2, §4.2).

use super::patch_add::{entry, length};
use crate::conformance::advertised::GROUP;
use crate::conformance::answer::{Answer, is_unassigned};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::{Made, Session};
use crate::http::Request;
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "groups",
    checks: &[
        Check::new("U7.created", &rules::U7, "a group is created with its members", |s| Box::pin(created(s))),
        Check::new("U7.name", &rules::U7, "a group without displayName is invalidValue", |s| Box::pin(nameless(s))),
        Check::new("U7.member", &rules::U7, "a member has its value, and the right $ref and type", |s| {
            Box::pin(member(s))
        }),
        Check::new("D12.ref", &rules::D12, "$ref leads to the member", |s| Box::pin(reference(s))),
        Check::new("U7.add", &rules::U7, "members are added by PATCH", |s| Box::pin(add(s))),
        Check::new("W6.member-twice", &rules::W6, "a member is not added twice", |s| Box::pin(add_twice(s))),
        Check::new("W7.member", &rules::W7, "one member is removed by a filter", |s| Box::pin(remove_one(s))),
        Check::new("W7.members", &rules::W7, "all members are removed without one", |s| Box::pin(remove_all(s))),
        Check::new("W8.members", &rules::W8, "members are replaced as a whole", |s| Box::pin(replace(s))),
        Check::new("W1.members", &rules::W1, "also by PUT", |s| Box::pin(put(s))),
        Check::new("U7.immutable", &rules::U7, "a member cannot be changed in place", |s| Box::pin(immutable(s))),
        Check::new("Q19.members", &rules::Q19, "excludedAttributes=members leaves them out", |s| {
            Box::pin(without_members(s))
        }),
        Check::new("U6.groups", &rules::U6, "a user shows the groups it is in", |s| Box::pin(groups_of_user(s))),
        Check::new("U6.left", &rules::U6, "and not those it left", |s| Box::pin(left(s))),
        Check::new("U6.read-only", &rules::U6, "groups in a body of a user is ignored", |s| {
            Box::pin(groups_in_body(s))
        }),
        Check::new("U7.nested", &rules::U7, "a group may be a member", |s| Box::pin(nested(s))),
        Check::new("U6.indirect", &rules::U6, "who is in a group in a group is indirectly there", |s| {
            Box::pin(indirect(s))
        }),
        Check::new("U8.user", &rules::U8, "a deleted user is no member", |s| Box::pin(deleted_user(s))),
        Check::new("U8.group", &rules::U8, "a deleted group is no group of anybody", |s| Box::pin(deleted_group(s))),
        Check::new("U9.unknown", &rules::U9, "an unknown member is refused", |s| Box::pin(unknown_member(s))),
        Check::new("U9.itself", &rules::U9, "a group that holds itself does no harm", |s| Box::pin(itself(s))),
    ],
};

/// Two users, and a group of the first.
async fn scene(s: &mut Session) -> Result<(Made, Made, Made), Stop> {
    s.groups()?;
    let (first, second) = (s.add_user(json!({})).await?, s.add_user(json!({})).await?);
    let group = s.add_group(&[&first.id]).await?;
    Ok((group, first, second))
}

async fn members(s: &mut Session, group: &Made) -> Result<Answer, Stop> {
    s.get(&group.path).await?.expect(200)
}

/// Holds that the group has just these members now.
async fn has(s: &mut Session, group: &Made, expected: &[&str]) -> Verdict {
    let answer = members(s, group).await?;
    let held = answer.get("members");
    let all = expected.iter().all(|id| !entry(held, id).is_null());
    answer.that(all && length(held) == expected.len(), || {
        format!("members is {held} instead of [{}]", expected.join(", "))
    })
}

async fn created(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    group.answer.equals("/displayName", &group.sent["displayName"])?;
    let name = s.type_of(GROUP)?.name;
    group.answer.equals("/meta/resourceType", &json!(name))?;
    has(s, &group, &[&user.id]).await
}

async fn nameless(s: &mut Session) -> Verdict {
    let groups = s.groups()?;
    s.post(&groups, &json!({ "schemas": [GROUP] })).await?.error(400, &["invalidValue"]).map(drop)
}

async fn member(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    let answer = members(s, &group).await?;
    is_member(&answer, &user, "User")
}

/// Holds that the member is there, and that its `$ref` and `type` are right where it has them.
fn is_member(answer: &Answer, made: &Made, ty: &str) -> Verdict {
    let held = entry(answer.get("members"), &made.id);
    answer.that(held.is_object(), || format!("members is {}", answer.get("members")))?;
    answer.that(held["type"].is_null() || held["type"] == ty, || format!("the member is {held}"))?;
    let right = held["$ref"].as_str().is_none_or(|reference| reference.ends_with(&made.path));
    answer.that(right, || format!("the member is {held}, and the URI that of {}", made.path))
}

async fn reference(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    let answer = members(s, &group).await?;
    let reference = entry(answer.get("members"), &user.id)["$ref"].as_str().unwrap_or_default().to_owned();
    if reference.is_empty() {
        return Err(Stop::not_offered("members have no $ref here"));
    }
    // An absolute URL may name the public address of a server that is reached by another one.
    let below = match reference.split_once("://").and_then(|(_, rest)| rest.find('/').map(|slash| &rest[slash..])) {
        Some(path) => Request::at_origin("GET", path),
        None => Request::new("GET", &format!("/{}", reference.trim_start_matches('/'))),
    };
    let read = s.send(s.with_credentials(below)).await?.expect(200)?;
    read.equals("/id", &json!(user.id))
}

async fn patch(s: &mut Session, group: &Made, operation: Value) -> Verdict {
    s.offers("patch")?;
    s.patch(&group.path, &json!([operation])).await?.success().map(drop)
}

async fn add(s: &mut Session) -> Verdict {
    let (group, first, second) = scene(s).await?;
    patch(s, &group, json!({ "op": "add", "path": "members", "value": [{ "value": second.id }] })).await?;
    has(s, &group, &[&first.id, &second.id]).await
}

async fn add_twice(s: &mut Session) -> Verdict {
    let (group, first, second) = scene(s).await?;
    let both = json!([{ "value": first.id }, { "value": second.id }]);
    patch(s, &group, json!({ "op": "add", "path": "members", "value": both })).await?;
    has(s, &group, &[&first.id, &second.id]).await
}

async fn remove_one(s: &mut Session) -> Verdict {
    let (group, first, second) = scene(s).await?;
    patch(s, &group, json!({ "op": "add", "path": "members", "value": [{ "value": second.id }] })).await?;
    patch(s, &group, json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", first.id) })).await?;
    has(s, &group, &[&second.id]).await
}

async fn remove_all(s: &mut Session) -> Verdict {
    let (group, _, _) = scene(s).await?;
    patch(s, &group, json!({ "op": "remove", "path": "members" })).await?;
    has(s, &group, &[]).await
}

async fn replace(s: &mut Session) -> Verdict {
    let (group, _, second) = scene(s).await?;
    patch(s, &group, json!({ "op": "replace", "path": "members", "value": [{ "value": second.id }] })).await?;
    has(s, &group, &[&second.id]).await
}

async fn put(s: &mut Session) -> Verdict {
    let (group, _, second) = scene(s).await?;
    let mut body = group.sent.clone();
    body["members"] = json!([{ "value": second.id }]);
    s.put(&group.path, &body).await?.expect(200)?;
    has(s, &group, &[&second.id]).await?;
    body["members"] = json!([]);
    s.put(&group.path, &body).await?.expect(200)?;
    has(s, &group, &[]).await
}

async fn immutable(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let ty = s.type_of(GROUP)?;
    let value = ty.attribute("members").and_then(|members| members.sub("value")).map(|value| value.mutability.clone());
    if value.as_deref() != Some("immutable") {
        return Err(Stop::not_offered("members.value is not advertised as immutable"));
    }
    let (group, first, second) = scene(s).await?;
    let path = format!("members[value eq \"{}\"].value", first.id);
    let operations = json!([{ "op": "replace", "path": path, "value": second.id }]);
    s.patch(&group.path, &operations).await?.error(400, &["mutability"])?;
    has(s, &group, &[&first.id]).await
}

async fn without_members(s: &mut Session) -> Verdict {
    let (group, _, _) = scene(s).await?;
    let answer = s.query(&group.path, &[("excludedAttributes", "members")]).await?.expect(200)?;
    answer.lacks("/members")?;
    answer.equals("/displayName", &group.sent["displayName"])
}

/// What a user says of being in a group; null when it says nothing.
async fn membership(s: &mut Session, user: &Made, group: &Made) -> Result<(Answer, Value), Stop> {
    s.user_has(&["groups"])?;
    let answer = s.get(&user.path).await?.expect(200)?;
    let held = entry(answer.get("groups"), &group.id).clone();
    Ok((answer, held))
}

async fn groups_of_user(s: &mut Session) -> Verdict {
    let (group, user, stranger) = scene(s).await?;
    let (answer, held) = membership(s, &user, &group).await?;
    answer.that(held.is_object(), || format!("groups is {}", answer.get("groups")))?;
    let reference = held["$ref"].as_str().unwrap_or_default();
    answer
        .that(reference.ends_with(&group.path), || format!("$ref is `{reference}`, not the URI of {}", group.path))?;
    answer.that(is_unassigned(&held["type"]) || held["type"] == "direct", || format!("the group is {held}"))?;
    let (answer, held) = membership(s, &stranger, &group).await?;
    answer.that(held.is_null(), || "a stranger is in the group".to_owned())
}

async fn left(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    let mut body = group.sent.clone();
    body["members"] = json!([]);
    s.put(&group.path, &body).await?.expect(200)?;
    let (answer, held) = membership(s, &user, &group).await?;
    answer.that(held.is_null(), || format!("groups is {}", answer.get("groups")))
}

async fn groups_in_body(s: &mut Session) -> Verdict {
    let (group, _, stranger) = scene(s).await?;
    s.user_has(&["groups"])?;
    let mut body = stranger.sent.clone();
    body["groups"] = json!([{ "value": group.id }]);
    s.put(&stranger.path, &body).await?.expect(200)?;
    let (answer, held) = membership(s, &stranger, &group).await?;
    answer.that(held.is_null(), || "the user put itself into the group".to_owned())
}

/// Whether a member of a group may be a group, as the schema says.
fn nests(s: &Session) -> Verdict {
    let ty = s.type_of(GROUP)?;
    let types = ty.attribute("members").and_then(|members| members.sub("$ref")).map(|sub| sub.reference_types.clone());
    match types {
        Some(types) if !types.iter().any(|ty| ty == "Group") => {
            Err(Stop::not_offered("members.$ref does not refer to groups"))
        }
        _ => Ok(()),
    }
}

async fn nested(s: &mut Session) -> Verdict {
    nests(s)?;
    let (inner, _, _) = scene(s).await?;
    let outer = s.add_group(&[&inner.id]).await?;
    let answer = members(s, &outer).await?;
    is_member(&answer, &inner, "Group")
}

async fn indirect(s: &mut Session) -> Verdict {
    nests(s)?;
    let (inner, user, _) = scene(s).await?;
    let outer = s.add_group(&[&inner.id]).await?;
    let (answer, held) = membership(s, &user, &outer).await?;
    if held.is_null() {
        // Only direct groups need be shown: "indirect" is a value that a server may use.
        return Err(Stop::not_offered("groups shows direct groups only"));
    }
    answer.that(held["type"] == "indirect", || format!("the group is {held}"))
}

async fn deleted_user(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    s.delete(&user.path).await?.expect(204)?;
    has(s, &group, &[]).await
}

async fn deleted_group(s: &mut Session) -> Verdict {
    let (group, user, _) = scene(s).await?;
    s.delete(&group.path).await?.expect(204)?;
    let (answer, held) = membership(s, &user, &group).await?;
    answer.that(held.is_null(), || format!("groups is {}", answer.get("groups")))
}

async fn unknown_member(s: &mut Session) -> Verdict {
    let groups = s.groups()?;
    let name = s.name("group");
    let body = json!({ "schemas": [GROUP], "displayName": name, "members": [{ "value": "conformance-nobody" }] });
    s.post(&groups, &body).await?.error(400, &["invalidValue"]).map(drop)
}

async fn itself(s: &mut Session) -> Verdict {
    nests(s)?;
    s.offers("patch")?;
    let (group, user, _) = scene(s).await?;
    let operation = json!([{ "op": "add", "path": "members", "value": [{ "value": group.id }] }]);
    let answer = s.patch(&group.path, &operation).await?;
    if (200..300).contains(&answer.status()) {
        s.get(&group.path).await?.expect(200)?;
        s.get(&user.path).await?.expect(200)?;
        return Ok(());
    }
    answer.refused().map(drop)
}
