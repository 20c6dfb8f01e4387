//! sortBy and sortOrder (RFC 7644 §3.4.2.3).

use super::cast::cast;
use crate::conformance::advertised::{ENTERPRISE_USER, USER};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "sorting",
    checks: &[
        Check::new("Q16.default", &rules::Q16, "ascending, without case", |s| {
            Box::pin(sorted(s, "userName", None, &["ada", "bob", "carol", "dave"]))
        }),
        Check::new("Q16.ascending", &rules::Q16, "ascending when told so", |s| {
            Box::pin(sorted(s, "userName", Some("ascending"), &["ada", "bob", "carol", "dave"]))
        }),
        Check::new("Q16.descending", &rules::Q16, "descending", |s| {
            Box::pin(sorted(s, "userName", Some("descending"), &["dave", "carol", "bob", "ada"]))
        }),
        Check::new("Q16.missing-last", &rules::Q16, "who has no value comes last", |s| {
            Box::pin(by_text(s, None, &["carol", "ada", "dave", "bob"]))
        }),
        Check::new("Q16.missing-first", &rules::Q16, "and first when descending", |s| {
            Box::pin(by_text(s, Some("descending"), &["bob", "dave", "ada", "carol"]))
        }),
        Check::new("Q16.empty", &rules::Q16, "an empty string is a value", |s| Box::pin(empty_string(s))),
        Check::new("Q16.part", &rules::Q16, "a part of a complex attribute", |s| {
            Box::pin(begins(s, "name.familyName", &["ada", "carol"]))
        }),
        Check::new("Q16.list", &rules::Q16, "a list by its primary value, or its first", |s| {
            Box::pin(begins(s, "emails.value", &["ada", "bob", "dave"]))
        }),
        Check::new("Q16.list-default", &rules::Q16, "a list without a sub-attribute by its value", |s| {
            Box::pin(begins(s, "emails", &["ada", "bob", "dave"]))
        }),
        Check::new("Q16.time", &rules::Q16, "moments in time", |s| Box::pin(by_time(s))),
        Check::new("D4.sort-by", &rules::D4, "the name in any case", |s| {
            Box::pin(sorted(s, "USERNAME", None, &["ada", "bob", "carol", "dave"]))
        }),
        Check::new("Q12.sort-by", &rules::Q12, "a name with the URI of its schema", |s| Box::pin(by_urn(s))),
        Check::new("Q18.sorted", &rules::Q18, "pages follow the order", |s| Box::pin(pages(s))),
    ],
};

/// The names of the cast in the order asked for.
async fn order(
    s: &mut Session,
    parameters: &[(&str, &str)],
) -> Result<(crate::conformance::answer::Answer, Vec<&'static str>), Stop> {
    s.offers("sort")?;
    s.offers("filter")?;
    let cast = cast(s).await?;
    let users = s.users()?;
    let everybody = cast.everybody();
    let mut all = vec![("filter", everybody.as_str())];
    all.extend_from_slice(parameters);
    let answer = s.query(&users, &all).await?;
    let names = cast.names_in(answer.resources()?);
    Ok((answer, names))
}

async fn sorted(s: &mut Session, by: &str, sort_order: Option<&str>, expected: &[&str]) -> Verdict {
    let mut parameters = vec![("sortBy", by)];
    parameters.extend(sort_order.map(|order| ("sortOrder", order)));
    let (answer, names) = order(s, &parameters).await?;
    answer
        .that(names == expected, || format!("the order is [{}] instead of [{}]", names.join(", "), expected.join(", ")))
}

/// Nothing is said about the order of those who have no value, so only the others are compared.
async fn begins(s: &mut Session, by: &str, expected: &[&str]) -> Verdict {
    let (answer, names) = order(s, &[("sortBy", by)]).await?;
    let right = names.len() == 4 && names.starts_with(expected);
    answer.that(right, || format!("the order is [{}] instead of [{}, …]", names.join(", "), expected.join(", ")))
}

async fn by_text(s: &mut Session, sort_order: Option<&str>, expected: &[&str]) -> Verdict {
    let text = s.text()?;
    sorted(s, text, sort_order, expected).await
}

async fn empty_string(s: &mut Session) -> Verdict {
    s.offers("sort")?;
    s.offers("filter")?;
    let text = s.text()?;
    let users = s.users()?;
    let prefix = s.name("sorted");
    let name = |which: &str| json!(format!("{prefix}{which}@conformance.example"));
    let none = s.add_user(json!({ "userName": name("none") })).await?;
    let empty = s.add_user(json!({ "userName": name("empty"), text: "" })).await?;
    if empty.answer.get(text) != "" {
        return Err(Stop::not_offered("the server does not keep an empty string"));
    }
    let filter = format!("userName sw \"{prefix}\"");
    for (order, expected) in [("ascending", [&empty, &none]), ("descending", [&none, &empty])] {
        let parameters = [("filter", filter.as_str()), ("sortBy", text), ("sortOrder", order)];
        let answer = s.query(&users, &parameters).await?;
        let ids: Vec<&str> = answer.resources()?.iter().filter_map(|one| one.get("id")?.as_str()).collect();
        let right = ids == expected.map(|made| made.id.as_str());
        answer.that(right, || format!("{order}, the first is {}", ids.first().copied().unwrap_or_default()))?;
    }
    Ok(())
}

async fn by_time(s: &mut Session) -> Verdict {
    s.offers("sort")?;
    let cast = cast(s).await?;
    let mut moments: Vec<&str> = cast.answers.iter().map(|answer| answer.text("/meta/created")).collect();
    moments.dedup();
    if moments.len() < 4 {
        return Err(Stop::not_offered("meta.created is too coarse to tell four people apart"));
    }
    sorted(s, "meta.created", Some("descending"), &["dave", "carol", "bob", "ada"]).await
}

async fn by_urn(s: &mut Session) -> Verdict {
    sorted(s, &format!("{USER}:userName"), Some("descending"), &["dave", "carol", "bob", "ada"]).await?;
    s.enterprise()?;
    begins(s, &format!("{ENTERPRISE_USER}:employeeNumber"), &["ada", "carol"]).await
}

async fn pages(s: &mut Session) -> Verdict {
    let mut all = Vec::new();
    let mut last = None;
    for start in ["1", "3"] {
        let parameters = [("sortBy", "userName"), ("sortOrder", "descending"), ("startIndex", start), ("count", "2")];
        let (answer, names) = order(s, &parameters).await?;
        all.extend(names);
        last = Some(answer);
    }
    let Some(answer) = last else { return Ok(()) };
    answer.that(all == ["dave", "carol", "bob", "ada"], || format!("two pages of two have [{}]", all.join(", ")))
}
