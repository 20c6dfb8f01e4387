//! Queries by POST, and at the root (RFC 7644 §3.4.2.1, §3.4.3).

use super::cast::{NAMES, cast};
use crate::conformance::answer::Answer;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};

pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

pub const FAMILY: Family = Family {
    name: "search",
    checks: &[
        Check::new("Q20.filter", &rules::Q20, "a filter in a POST finds what it finds in a GET", |s| {
            Box::pin(filter(s))
        }),
        Check::new("Q20.page", &rules::Q20, "startIndex and count cut out a page", |s| Box::pin(page(s))),
        Check::new("Q20.zero", &rules::Q20, "count 0 gives the total alone", |s| Box::pin(zero(s))),
        Check::new("Q20.sort", &rules::Q20, "sortBy and sortOrder sort", |s| Box::pin(sort(s))),
        Check::new("Q20.attributes", &rules::Q20, "attributes and excludedAttributes are lists here", |s| {
            Box::pin(attributes(s))
        }),
        Check::new("Q20.invalid", &rules::Q20, "a filter that cannot be read is invalidFilter", |s| {
            Box::pin(invalid_filter(s))
        }),
        Check::new("Q20.schemas", &rules::Q20, "another message is refused", |s| Box::pin(schemas(s))),
        Check::new("Q20.root", &rules::Q20, "POST /.search looks through every resource type", |s| {
            Box::pin(root_search(s))
        }),
        Check::new("Q2.types", &rules::Q2, "GET at the root finds users and groups", |s| Box::pin(root_types(s))),
        Check::new("Q2.meta", &rules::Q2, "meta.resourceType tells them apart", |s| Box::pin(root_meta(s))),
        Check::new("Q3.lacking", &rules::Q3, "an attribute that a type lacks is unassigned", |s| Box::pin(lacking(s))),
    ],
};

/// Ends the check unless the server searches here. No discovery document says so.
pub async fn offers_search(s: &mut Session, target: &str) -> Verdict {
    let answer = s.write("POST", target, &json!({ "schemas": [SEARCH_REQUEST], "count": 0 })).await?;
    offered(&answer, &format!("POST {target}"))
}

fn offered(answer: &Answer, what: &str) -> Verdict {
    if matches!(answer.status(), 403 | 404 | 405 | 501) {
        answer.is_scim_error()?;
        return Err(Stop::not_offered(format!("{what} is answered {}", answer.status())));
    }
    Ok(())
}

/// POST …/.search of the cast, with these members besides the filter.
async fn of_cast(s: &mut Session, members: Value) -> Result<(std::sync::Arc<super::cast::Cast>, Answer), Stop> {
    s.offers("filter")?;
    let target = format!("{}/.search", s.users()?);
    offers_search(s, &target).await?;
    let cast = cast(s).await?;
    let mut body = json!({ "schemas": [SEARCH_REQUEST], "filter": cast.everybody() });
    for (name, value) in members.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let answer = s.write("POST", &target, &body).await?;
    Ok((cast, answer))
}

async fn filter(s: &mut Session) -> Verdict {
    let (cast, answer) = of_cast(s, json!({})).await?;
    let mut names = cast.names_in(answer.resources()?);
    names.sort_unstable();
    answer.that(names == NAMES, || format!("[{}] are found", names.join(", ")))?;
    answer.equals("/totalResults", &json!(4))
}

async fn page(s: &mut Session) -> Verdict {
    let (_, answer) = of_cast(s, json!({ "startIndex": 3, "count": 1 })).await?;
    let found = answer.resources()?.len();
    answer.that(found == 1, || format!("{found} resources are listed instead of 1"))?;
    answer.equals("/totalResults", &json!(4))?;
    answer.equals("/startIndex", &json!(3))
}

async fn zero(s: &mut Session) -> Verdict {
    let (_, answer) = of_cast(s, json!({ "count": 0 })).await?;
    let answer = answer.expect(200)?;
    answer.equals("/totalResults", &json!(4))?;
    answer.lacks("/Resources")
}

async fn sort(s: &mut Session) -> Verdict {
    s.offers("sort")?;
    let (cast, answer) = of_cast(s, json!({ "sortBy": "userName", "sortOrder": "descending" })).await?;
    let names = cast.names_in(answer.resources()?);
    answer.that(names == ["dave", "carol", "bob", "ada"], || format!("the order is [{}]", names.join(", ")))
}

async fn attributes(s: &mut Session) -> Verdict {
    let has = |answer: &Answer, name: &str| -> Result<bool, Stop> {
        Ok(answer.resources()?.iter().any(|resource| resource.get(name).is_some()))
    };
    let (_, answer) = of_cast(s, json!({ "attributes": ["userName", "active"] })).await?;
    answer.that(has(&answer, "userName")? && !has(&answer, "emails")?, || "attributes is not obeyed".to_owned())?;
    let (_, answer) = of_cast(s, json!({ "excludedAttributes": ["emails"] })).await?;
    answer.that(has(&answer, "userName")? && !has(&answer, "emails")?, || "excludedAttributes is not obeyed".to_owned())
}

async fn invalid_filter(s: &mut Session) -> Verdict {
    let (_, answer) = of_cast(s, json!({ "filter": "userName eq" })).await?;
    answer.error(400, &["invalidFilter"]).map(drop)
}

async fn schemas(s: &mut Session) -> Verdict {
    let (_, answer) = of_cast(s, json!({ "schemas": ["urn:conformance:nobody"] })).await?;
    answer.error(400, &["invalidSyntax", "invalidValue"]).map(drop)
}

/// A user and a group, and a filter that finds just them where both can be looked for.
async fn pair(s: &mut Session) -> Result<(String, [String; 2]), Stop> {
    s.offers("filter")?;
    s.groups()?;
    let user = s.add_user(json!({})).await?;
    let group = s.add_group(&[]).await?;
    let filter = format!("userName eq {} or displayName eq {}", user.sent["userName"], group.sent["displayName"]);
    Ok((filter, [user.id, group.id]))
}

fn finds_both(answer: &Answer, ids: &[String; 2]) -> Verdict {
    let resources = answer.resources()?;
    for id in ids {
        let there = resources.iter().any(|resource| resource.get("id") == Some(&json!(id)));
        answer.that(there, || format!("{id} is not found"))?;
    }
    answer.equals("/totalResults", &json!(2))
}

async fn root_search(s: &mut Session) -> Verdict {
    offers_search(s, "/.search").await?;
    let (filter, ids) = pair(s).await?;
    let body = json!({ "schemas": [SEARCH_REQUEST], "filter": filter });
    finds_both(&s.write("POST", "/.search", &body).await?, &ids)
}

/// GET at the root, if there is such a thing.
async fn at_root(s: &mut Session, filter: &str) -> Result<Answer, Stop> {
    let answer = s.query("/", &[("filter", filter)]).await?;
    offered(&answer, "GET /")?;
    Ok(answer)
}

async fn root_types(s: &mut Session) -> Verdict {
    let (filter, ids) = pair(s).await?;
    finds_both(&at_root(s, &filter).await?, &ids)
}

async fn root_meta(s: &mut Session) -> Verdict {
    let (filter, [_, group]) = pair(s).await?;
    let answer = at_root(s, &format!("({filter}) and meta.resourceType eq \"Group\"")).await?;
    answer.that(answer.total()? == 1, || "there is more than the group".to_owned())?;
    answer.equals("/Resources/0/id", &json!(group))
}

async fn lacking(s: &mut Session) -> Verdict {
    let (filter, [user, group]) = pair(s).await?;
    let answer = at_root(s, &format!("({filter}) and userName pr")).await?;
    answer.that(answer.total()? == 1, || "there is more than the user".to_owned())?;
    answer.equals("/Resources/0/id", &json!(user))?;
    let answer = at_root(s, &format!("({filter}) and not (userName pr)")).await?;
    answer.that(answer.total()? == 1, || "there is more than the group".to_owned())?;
    answer.equals("/Resources/0/id", &json!(group))
}
