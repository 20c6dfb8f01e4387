//! Lists and pages by index (RFC 7644 §3.4.2, §3.4.2.4).

use super::cast::{NAMES, cast};
use crate::conformance::answer::Answer;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::{Value, json};

pub const FAMILY: Family = Family {
    name: "paging",
    checks: &[
        Check::new("Q1.list", &rules::Q1, "a list has the totals and its resources", |s| Box::pin(list(s))),
        Check::new("Q1.unfiltered", &rules::Q1, "so has a list of everybody", |s| Box::pin(unfiltered(s))),
        Check::new("Q1.groups", &rules::Q1, "groups are listed alike", |s| Box::pin(groups(s))),
        Check::new("Q17.pages", &rules::Q17, "startIndex and count cut out a page", |s| Box::pin(page(s))),
        Check::new("Q18.everybody-once", &rules::Q18, "the pages hold everybody once", |s| Box::pin(everybody_once(s))),
        Check::new("Q17.below-1", &rules::Q17, "startIndex below 1 is 1", |s| Box::pin(start_below_one(s))),
        Check::new("Q17.negative", &rules::Q17, "a negative count is 0", |s| Box::pin(nobody(s, "-3"))),
        Check::new("Q17.zero", &rules::Q17, "count 0 gives the total alone", |s| Box::pin(nobody(s, "0"))),
        Check::new("Q17.beyond", &rules::Q17, "a page behind the end is empty", |s| Box::pin(beyond(s))),
    ],
};

/// A page of the cast.
async fn of_cast(s: &mut Session, start: &str, count: &str) -> Result<Answer, Stop> {
    let cast = cast(s).await?;
    s.offers("filter")?;
    let users = s.users()?;
    let everybody = cast.everybody();
    s.query(&users, &[("filter", everybody.as_str()), ("startIndex", start), ("count", count)]).await
}

async fn list(s: &mut Session) -> Verdict {
    let answer = of_cast(s, "1", "10").await?;
    let found = answer.resources()?.len();
    answer.that(found == NAMES.len(), || format!("{found} resources are listed instead of 4"))?;
    answer.equals("/totalResults", &json!(NAMES.len()))?;
    whole(&answer)
}

/// What a list says of itself must be true of it.
fn whole(answer: &Answer) -> Verdict {
    let resources = answer.resources()?;
    for name in ["itemsPerPage", "startIndex"] {
        let held = answer.get(name);
        answer.that(held.is_null() || held.is_u64(), || format!("{name} is {held} instead of a whole number"))?;
    }
    let items = answer.get("itemsPerPage").as_u64();
    let right = items.is_none_or(|items| items == resources.len() as u64);
    answer.that(right, || format!("itemsPerPage is {items:?}, and {} are listed", resources.len()))?;
    let partial = (resources.len() as u64) < answer.total()?;
    let told = answer.get("startIndex").is_u64() && items.is_some();
    answer.that(!partial || told, || "a page without startIndex and itemsPerPage".to_owned())?;
    let complete = resources.iter().all(|resource| resource.get("id").is_some_and(Value::is_string));
    answer.that(complete, || "a resource has no id".to_owned())
}

async fn unfiltered(s: &mut Session) -> Verdict {
    cast(s).await?;
    let users = s.users()?;
    let answer = s.query(&users, &[("count", "2")]).await?;
    answer.that(answer.total()? >= NAMES.len() as u64, || "totalResults is less than there are".to_owned())?;
    let found = answer.resources()?.len();
    answer.that(found == 2, || format!("{found} resources are listed instead of 2"))?;
    whole(&answer)
}

async fn groups(s: &mut Session) -> Verdict {
    let groups = s.groups()?;
    let group = s.add_group(&[]).await?;
    whole(&s.query(&groups, &[("count", "1")]).await?)?;
    s.offers("filter")?;
    let filter = format!("displayName eq {}", group.sent["displayName"]);
    let answer = s.query(&groups, &[("filter", filter.as_str())]).await?;
    answer.that(answer.total()? == 1, || "the group is not found".to_owned())?;
    answer.equals("/Resources/0/id", &json!(group.id))
}

async fn page(s: &mut Session) -> Verdict {
    let answer = of_cast(s, "2", "2").await?;
    let found = answer.resources()?.len();
    answer.that(found == 2, || format!("{found} resources are listed instead of 2"))?;
    answer.equals("/totalResults", &json!(4))?;
    answer.equals("/startIndex", &json!(2))?;
    answer.equals("/itemsPerPage", &json!(2))
}

async fn everybody_once(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    let mut seen = Vec::new();
    let mut last = None;
    for start in ["1", "2", "3", "4"] {
        let answer = of_cast(s, start, "1").await?;
        seen.extend(cast.names_in(answer.resources()?));
        last = Some(answer);
    }
    let listed = seen.join(", ");
    seen.sort_unstable();
    let Some(answer) = last else { return Ok(()) };
    answer.that(seen == NAMES, || format!("four pages of one have [{listed}]"))
}

async fn start_below_one(s: &mut Session) -> Verdict {
    for start in ["0", "-5"] {
        let answer = of_cast(s, start, "10").await?;
        let found = answer.resources()?.len();
        answer.that(found == NAMES.len(), || format!("{found} resources are listed instead of 4"))?;
        let index = answer.get("startIndex");
        answer.that(index.is_null() || *index == 1, || format!("startIndex is {index}"))?;
    }
    Ok(())
}

async fn nobody(s: &mut Session, count: &str) -> Verdict {
    let answer = of_cast(s, "1", count).await?;
    // Whatever the answer lacks, it must not hold anybody.
    let found = answer.get("Resources").as_array().map_or(0, Vec::len);
    answer.that(found == 0, || format!("{found} resources are listed instead of none"))?;
    answer.expect(200)?.equals("/totalResults", &json!(4))
}

async fn beyond(s: &mut Session) -> Verdict {
    let answer = of_cast(s, "100", "10").await?.expect(200)?;
    let found = answer.get("Resources").as_array().map_or(0, Vec::len);
    answer.that(found == 0, || format!("{found} resources are listed instead of none"))?;
    answer.equals("/totalResults", &json!(4))
}
