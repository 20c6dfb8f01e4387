//! Operators and logic of filters (RFC 7644 §3.4.2.2).

use super::cast::{cast, finds, finds_alone, invalid};
use crate::conformance::check::{Check, Family, Findings, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;

/// What cannot be read. `not` without parentheses is left out: many take it, and it means what it says.
const MALFORMED: [&str; 11] = [
    "userName",
    "userName eq",
    "eq \"x\"",
    "userName eq \"x",
    "userName zz \"x\"",
    "(userName eq \"x\"",
    "userName eq \"x\")",
    "userName eq \"x\" and",
    "userName eq \"x\" userName eq \"y\"",
    "emails[type eq \"work\"",
    "userName eq \"x\" xor userName eq \"y\"",
];

pub const FAMILY: Family = Family {
    name: "filter",
    checks: &[
        Check::new("Q5.eq", &rules::Q5, "eq finds the equal value", |s| {
            Box::pin(finds_alone(s, "userName eq \"{ada}\"", &["ada"]))
        }),
        Check::new("Q5.ne", &rules::Q5, "ne finds the other values", |s| {
            Box::pin(finds(s, "# pr and # ne \"Boss\"", &["carol", "dave"]))
        }),
        Check::new("Q5.co", &rules::Q5, "co finds what is inside", |s| {
            Box::pin(finds(s, "userName co \"aro\"", &["carol"]))
        }),
        Check::new("Q5.sw", &rules::Q5, "sw finds the beginning", |s| {
            Box::pin(finds_alone(s, "userName sw \"~\"", &["ada", "bob", "carol", "dave"]))
        }),
        Check::new("Q5.ew", &rules::Q5, "ew finds the end", |s| Box::pin(finds(s, "# ew \"off_\"", &["carol"]))),
        Check::new("Q5.pr", &rules::Q5, "pr finds who has a value", |s| {
            Box::pin(finds(s, "# pr", &["ada", "carol", "dave"]))
        }),
        Check::new("Q5.gt", &rules::Q5, "gt finds what comes after", |s| {
            Box::pin(finds(s, "userName gt \"{carol}\"", &["dave"]))
        }),
        Check::new("Q5.ge", &rules::Q5, "ge finds it too", |s| {
            Box::pin(finds(s, "userName ge \"{carol}\"", &["carol", "dave"]))
        }),
        Check::new("Q5.lt", &rules::Q5, "lt finds what comes before", |s| {
            Box::pin(finds(s, "userName lt \"{carol}\"", &["ada", "bob"]))
        }),
        Check::new("Q5.le", &rules::Q5, "le finds it too", |s| {
            Box::pin(finds(s, "userName le \"{carol}\"", &["ada", "bob", "carol"]))
        }),
        Check::new("Q5.case", &rules::Q5, "operators mean the same in any case", |s| {
            Box::pin(finds(s, "userName EQ \"{ada}\" Or NOT (# Pr)", &["ada", "bob"]))
        }),
        Check::new("Q5.unknown", &rules::Q5, "another operator is invalidFilter", |s| {
            Box::pin(invalid(s, "userName like \"{ada}\""))
        }),
        Check::new("Q6.boolean", &rules::Q6, "an order on a boolean is invalidFilter", |s| {
            Box::pin(all_invalid(s, &["active gt true", "active ge true", "active lt false", "active le false"]))
        }),
        Check::new("Q6.binary", &rules::Q6, "an order on a binary is invalidFilter", |s| Box::pin(binary_order(s))),
        Check::new("Q7.and", &rules::Q7, "and needs both", |s| {
            Box::pin(finds(s, "# pr and active eq true and emails pr", &["ada", "dave"]))
        }),
        Check::new("Q7.or", &rules::Q7, "or needs one", |s| {
            Box::pin(finds(s, "userName eq \"{bob}\" or # eq \"Boss\"", &["ada", "bob"]))
        }),
        Check::new("Q7.not", &rules::Q7, "not takes the others, those without a value too", |s| {
            Box::pin(finds(s, "not (# eq \"Boss\")", &["bob", "carol", "dave"]))
        }),
        Check::new("Q7.and-before-or", &rules::Q7, "and binds before or", |s| {
            Box::pin(finds(s, "# eq \"Boss\" or userName eq \"{bob}\" and active eq false", &["ada", "bob"]))
        }),
        Check::new("Q7.grouping", &rules::Q7, "parentheses bind before and", |s| {
            Box::pin(finds(s, "(# eq \"Boss\" or userName eq \"{bob}\") and active eq false", &["bob"]))
        }),
        Check::new("Q7.not-before-and", &rules::Q7, "not binds before and", |s| {
            Box::pin(finds(s, "not (# eq \"Boss\") and active eq true", &["carol", "dave"]))
        }),
        Check::new("Q7.nested", &rules::Q7, "groups may lie in groups", |s| {
            Box::pin(finds(s, "not (not ((# pr) and (not (active eq false))))", &["ada", "carol", "dave"]))
        }),
        Check::new("Q8.same-value", &rules::Q8, "both conditions hold for one value", |s| Box::pin(same_value(s))),
        Check::new("Q8.inside", &rules::Q8, "and, or and not work in brackets", |s| {
            Box::pin(finds(s, "emails[not (type eq \"work\") and (value co \"ada\" or value co \"bob\")]", &["ada"]))
        }),
        Check::new("Q8.combined", &rules::Q8, "brackets are one condition among others", |s| {
            Box::pin(finds(s, "emails[type eq \"work\"] and active eq false", &["bob"]))
        }),
        Check::new("Q8.nesting", &rules::Q8, "brackets in brackets are invalidFilter", |s| {
            Box::pin(invalid(s, "emails[addresses[type eq \"work\"]]"))
        }),
        Check::new("Q9.value", &rules::Q9, "a complex list without a sub-attribute means its value", |s| {
            Box::pin(finds(s, "emails ew \"home.example\" or emails eq \"nobody\"", &["ada", "dave"]))
        }),
        Check::new("Q9.any", &rules::Q9, "any value of a list may match", |s| {
            Box::pin(finds(s, "emails.type eq \"work\"", &["ada", "bob"]))
        }),
        Check::new("Q10.complex", &rules::Q10, "pr of a complex attribute needs any part", |s| {
            Box::pin(finds(s, "name pr", &["ada", "carol"]))
        }),
        Check::new("Q10.part", &rules::Q10, "pr of a part needs that part", |s| {
            Box::pin(finds(s, "name.givenName pr", &["ada"]))
        }),
        Check::new("Q10.list", &rules::Q10, "pr of a list needs a value", |s| {
            Box::pin(finds(s, "emails pr", &["ada", "bob", "dave"]))
        }),
        Check::new("Q11.malformed", &rules::Q11, "what cannot be read is invalidFilter", |s| {
            Box::pin(all_invalid(s, &MALFORMED))
        }),
        Check::new("Q11.bare-word", &rules::Q11, "so is a word without quotes", |s| {
            Box::pin(invalid(s, "userName eq ada"))
        }),
        Check::new("Q11.unknown", &rules::Q11, "an unknown attribute does not find everybody", |s| {
            Box::pin(unknown_attribute(s))
        }),
    ],
};

async fn all_invalid(s: &mut Session, filters: &[&str]) -> Verdict {
    cast(s).await?;
    s.offers("filter")?;
    let mut findings = Findings::default();
    for filter in filters {
        findings.note("", invalid(s, filter).await);
    }
    findings.done()
}

async fn binary_order(s: &mut Session) -> Verdict {
    s.user_has(&["x509Certificates"])?;
    invalid(s, "x509Certificates.value gt \"Y29uZm9ybWFuY2U=\"").await
}

async fn same_value(s: &mut Session) -> Verdict {
    finds(s, "emails[type eq \"work\" and value co \"home.example\"]", &[]).await?;
    finds(s, "emails[type eq \"work\" and value co \"work.example\"]", &["ada", "bob"]).await
}

async fn unknown_attribute(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    s.offers("filter")?;
    let users = s.users()?;
    let answer = s.query(&users, &[("filter", "conformanceNobody eq \"x\"")]).await?;
    if answer.status() == 400 {
        return answer.error(400, &["invalidFilter"]).map(drop);
    }
    let found = cast.names_in(answer.resources()?);
    answer.that(found.is_empty(), || format!("[{}] are found", found.join(", ")))
}
