//! Pages by cursor (RFC 9865).

use super::cast::{Cast, NAMES, cast};
use super::search::{SEARCH_REQUEST, offers_search};
use crate::conformance::answer::{Answer, is_unassigned};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};
use std::sync::Arc;

pub const FAMILY: Family = Family {
    name: "cursors",
    checks: &[
        Check::new("C1.config", &rules::C1, "ServiceProviderConfig says how pages are had", |s| Box::pin(config(s))),
        Check::new("C2.first", &rules::C2, "an empty cursor begins, and the next needs no escaping", |s| {
            Box::pin(first(s))
        }),
        Check::new("C3.walk", &rules::C3, "the cursors lead to everybody once, and end", |s| Box::pin(walk(s))),
        Check::new("C3.back", &rules::C3, "previousCursor leads to the page before", |s| Box::pin(back(s))),
        Check::new("C3.one-page", &rules::C3, "a single page has no cursor", |s| Box::pin(one_page(s))),
        Check::new("C4.zero", &rules::C4, "count 0 and below give the total alone", |s| Box::pin(zero(s))),
        Check::new("C5.invalid", &rules::C5, "a cursor that is none is invalidCursor", |s| Box::pin(invalid(s))),
        Check::new("C5.count", &rules::C5, "another count is taken, or invalidCount", |s| Box::pin(another_count(s))),
        Check::new("C6.sorted", &rules::C6, "pages follow the order asked for", |s| Box::pin(sorted(s))),
        Check::new("C6.changes", &rules::C6, "who stays is on one page while others come and go", |s| {
            Box::pin(changes(s))
        }),
        Check::new("C7.default", &rules::C7, "without a cursor the default method holds", |s| Box::pin(default(s))),
        Check::new("C8.search", &rules::C8, "cursors work in /.search too", |s| Box::pin(search(s))),
    ],
};

fn offered(s: &Session) -> Verdict {
    if s.server().supports_cursors() {
        return s.offers("filter");
    }
    Err(Stop::not_offered("ServiceProviderConfig does not say that pagination.cursor is supported"))
}

/// A page of the cast.
async fn page(s: &mut Session, cursor: &str, more: &[(&str, &str)]) -> Result<(Arc<Cast>, Answer), Stop> {
    offered(s)?;
    let cast = cast(s).await?;
    let users = s.users()?;
    let everybody = cast.everybody();
    let mut parameters = vec![("filter", everybody.as_str()), ("cursor", cursor)];
    parameters.extend_from_slice(more);
    let answer = s.query(&users, &parameters).await?;
    Ok((cast, answer))
}

fn next(answer: &Answer) -> Option<String> {
    answer.get("nextCursor").as_str().filter(|cursor| !cursor.is_empty()).map(str::to_owned)
}

async fn config(s: &mut Session) -> Verdict {
    offered(s)?;
    let answer = s.get("/ServiceProviderConfig").await?.expect(200)?;
    for name in ["cursor", "index"] {
        let held = answer.at(&format!("/pagination/{name}"));
        answer.that(held.is_boolean(), || format!("pagination.{name} is {held} instead of a boolean"))?;
    }
    let method = answer.at("/pagination/defaultPaginationMethod");
    let known = method.is_null() || method == "cursor" || method == "index";
    answer.that(known, || format!("pagination.defaultPaginationMethod is {method}"))?;
    for name in ["defaultPageSize", "maxPageSize", "cursorTimeout"] {
        let held = answer.at(&format!("/pagination/{name}"));
        answer.that(held.is_null() || held.is_u64(), || {
            format!("pagination.{name} is {held} instead of a whole number")
        })?;
    }
    Ok(())
}

async fn first(s: &mut Session) -> Verdict {
    let (_, answer) = page(s, "", &[("count", "2")]).await?;
    let found = answer.resources()?.len();
    answer.that(found == 2, || format!("{found} resources are listed instead of 2"))?;
    let cursor = next(&answer).ok_or_else(|| answer.fail("there is no nextCursor, though there is a next page"))?;
    let unreserved = cursor.chars().all(|one| one.is_ascii_alphanumeric() || "-._~".contains(one));
    answer.that(unreserved, || format!("`{cursor}` needs escaping in a URL"))?;
    answer.lacks("/previousCursor")
}

async fn walk(s: &mut Session) -> Verdict {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    // One more than there can be pages.
    for _ in 0..=NAMES.len() {
        let (cast, answer) = page(s, &cursor, &[("count", "1")]).await?;
        let resources = answer.resources()?;
        answer.that(resources.len() <= 1, || format!("{} resources are listed instead of 1", resources.len()))?;
        let total = answer.get("totalResults");
        answer.that(total.is_null() || *total == 4, || format!("totalResults is {total} instead of 4"))?;
        seen.extend(cast.names_in(resources));
        match next(&answer) {
            Some(next) => cursor = next,
            None => {
                let listed = seen.join(", ");
                seen.sort_unstable();
                return answer.that(seen == NAMES, || format!("the pages have [{listed}]"));
            }
        }
    }
    Err(Stop::failed("the fifth page of four people still has a nextCursor"))
}

async fn back(s: &mut Session) -> Verdict {
    let (cast, first) = page(s, "", &[("count", "2")]).await?;
    let cursor = next(&first).ok_or_else(|| first.fail("there is no nextCursor"))?;
    let (_, second) = page(s, &cursor, &[("count", "2")]).await?;
    let Some(previous) = second.get("previousCursor").as_str().map(str::to_owned) else {
        return Err(Stop::not_offered("previousCursor is optional, and not there"));
    };
    let (_, again) = page(s, &previous, &[("count", "2")]).await?;
    let names = (cast.names_in(first.resources()?), cast.names_in(again.resources()?));
    again.that(names.0 == names.1, || format!("[{}] instead of [{}]", names.1.join(", "), names.0.join(", ")))?;
    again.lacks("/previousCursor")
}

async fn one_page(s: &mut Session) -> Verdict {
    let (_, answer) = page(s, "", &[("count", "10")]).await?;
    let found = answer.resources()?.len();
    answer.that(found == 4, || format!("{found} resources are listed instead of 4"))?;
    answer.lacks("/nextCursor")?;
    answer.lacks("/previousCursor")
}

async fn zero(s: &mut Session) -> Verdict {
    for count in ["0", "-1"] {
        let (_, answer) = page(s, "", &[("count", count)]).await?;
        let answer = answer.expect(200)?;
        answer.lacks("/Resources")?;
        answer.lacks("/nextCursor")?;
        let total = answer.get("totalResults");
        answer.that(total.is_null() || *total == 4, || format!("totalResults is {total} instead of 4"))?;
    }
    Ok(())
}

async fn invalid(s: &mut Session) -> Verdict {
    let (_, answer) = page(s, "conformance-nobody", &[("count", "2")]).await?;
    answer.error(400, &["invalidCursor"]).map(drop)
}

async fn another_count(s: &mut Session) -> Verdict {
    let (_, first) = page(s, "", &[("count", "1")]).await?;
    let cursor = next(&first).ok_or_else(|| first.fail("there is no nextCursor"))?;
    let (_, answer) = page(s, &cursor, &[("count", "2")]).await?;
    if answer.status() == 200 {
        let found = answer.resources()?.len();
        return answer.that(found <= 2, || format!("{found} resources are listed, and 2 were asked for"));
    }
    answer.error(400, &["invalidCount"]).map(drop)
}

async fn sorted(s: &mut Session) -> Verdict {
    s.offers("sort")?;
    let order = [("count", "3"), ("sortBy", "userName"), ("sortOrder", "descending")];
    let (cast, first) = page(s, "", &order).await?;
    let cursor = next(&first).ok_or_else(|| first.fail("there is no nextCursor"))?;
    let (_, second) = page(s, &cursor, &order).await?;
    let names = [cast.names_in(first.resources()?), cast.names_in(second.resources()?)].concat();
    second.that(names == ["dave", "carol", "bob", "ada"], || format!("the pages have [{}]", names.join(", ")))
}

async fn changes(s: &mut Session) -> Verdict {
    offered(s)?;
    let users = s.users()?;
    let prefix = s.name("paged");
    let person = |name: &str| json!({ "userName": format!("{prefix}{name}@conformance.example") });
    let mut people = Vec::new();
    for name in ["a", "b", "c", "d"] {
        people.push(s.add_user(person(name)).await?);
    }
    let filter = format!("userName sw \"{prefix}\"");
    let ids = |answer: &Answer| -> Result<Vec<Value>, Stop> {
        Ok(answer.resources()?.iter().filter_map(|resource| resource.get("id").cloned()).collect())
    };
    let first = s.query(&users, &[("filter", filter.as_str()), ("cursor", ""), ("count", "2")]).await?;
    let mut seen = ids(&first)?;
    let gone = people.iter().find(|person| seen.contains(&json!(person.id)));
    let gone = gone.ok_or_else(|| first.fail("nobody of those just made is listed"))?;
    s.delete(&gone.path).await?.expect(204)?;
    s.add_user(person("new")).await?;
    let mut cursor = next(&first);
    for _ in 0..4 {
        let Some(at) = cursor else { break };
        let answer = s.query(&users, &[("filter", filter.as_str()), ("cursor", at.as_str()), ("count", "2")]).await?;
        seen.extend(ids(&answer)?);
        cursor = next(&answer);
    }
    for person in people.iter().filter(|person| person.id != gone.id) {
        let times = seen.iter().filter(|id| **id == json!(person.id)).count();
        if times != 1 {
            return Err(Stop::failed(format!("{} is on {times} pages instead of one", person.sent["userName"])));
        }
    }
    Ok(())
}

async fn default(s: &mut Session) -> Verdict {
    offered(s)?;
    let server = s.server();
    let method =
        server.config.pointer("/pagination/defaultPaginationMethod").and_then(Value::as_str).unwrap_or_default();
    let cast = cast(s).await?;
    let users = s.users()?;
    let everybody = cast.everybody();
    let answer = s.query(&users, &[("filter", everybody.as_str()), ("count", "2")]).await?;
    let has_cursor = !is_unassigned(answer.get("nextCursor"));
    match method {
        "cursor" => answer.that(has_cursor, || "there is no nextCursor".to_owned()),
        "index" => {
            answer.that(!has_cursor, || "there is a nextCursor".to_owned())?;
            answer.equals("/startIndex", &json!(1))
        }
        _ => Err(Stop::not_offered("pagination.defaultPaginationMethod is not said")),
    }
}

async fn search(s: &mut Session) -> Verdict {
    offered(s)?;
    let cast = cast(s).await?;
    let target = format!("{}/.search", s.users()?);
    offers_search(s, &target).await?;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..2 {
        let body = json!({ "schemas": [SEARCH_REQUEST], "filter": cast.everybody(), "cursor": cursor, "count": 2 });
        let answer = s.write("POST", &target, &body).await?;
        seen.extend(cast.names_in(answer.resources()?));
        cursor = next(&answer).unwrap_or_default();
    }
    seen.sort_unstable();
    if seen == NAMES { Ok(()) } else { Err(Stop::failed(format!("two pages of two have [{}]", seen.join(", ")))) }
}
