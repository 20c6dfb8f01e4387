//! What is compared in filters: names, values, moments (RFC 7644 §3.4.2.2, §3.10).

use super::cast::{DOMAIN, cast, finds, finds_alone};
use crate::conformance::advertised::{ENTERPRISE_USER, USER};
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "filter-values",
    checks: &[
        Check::new("D4.filter", &rules::D4, "names of attributes mean the same in any case", |s| {
            Box::pin(finds(s, "USERNAME eq \"{ada}\" or NAME.givenname eq \"Ada\" or Emails[TYPE eq \"x\"]", &["ada"]))
        }),
        Check::new("Q1.no-match", &rules::Q1, "no match is 200 with totalResults 0", |s| Box::pin(no_match(s))),
        Check::new("Q11.boolean", &rules::Q11, "true and false", |s| Box::pin(finds(s, "active eq false", &["bob"]))),
        Check::new("Q11.null", &rules::Q11, "null is no value", |s| Box::pin(null(s))),
        Check::new("Q11.empty", &rules::Q11, "an empty string is a value, and not null", |s| Box::pin(empty_string(s))),
        Check::new("Q11.escapes", &rules::Q11, "strings are escaped as in JSON", |s| {
            Box::pin(finds(s, r##"# eq "boss of \"all\" \\" or # eq "\u0042oss""##, &["ada", "dave"]))
        }),
        Check::new("Q12.core", &rules::Q12, "the schema's URI may stand before a name", |s| Box::pin(core_names(s))),
        Check::new("Q12.extension", &rules::Q12, "an extension attribute is named with its URI", |s| {
            Box::pin(extension(s))
        }),
        Check::new("Q12.schemas", &rules::Q12, "schemas can be asked for", |s| Box::pin(schemas(s))),
        Check::new("Q12.id", &rules::Q12, "id finds the resource", |s| Box::pin(id(s))),
        Check::new("Q12.external-id", &rules::Q12, "externalId finds the resource", |s| {
            Box::pin(finds_alone(s, "externalId eq \"~C\"", &["carol"]))
        }),
        Check::new("Q12.meta", &rules::Q12, "meta.resourceType and meta.lastModified can be asked for", |s| {
            Box::pin(finds(
                s,
                "meta.resourceType eq \"User\" and meta.lastModified gt \"2001-01-01T00:00:00Z\"",
                &["ada", "bob", "carol", "dave"],
            ))
        }),
        Check::new("Q13.case", &rules::Q13, "userName is found in another case", |s| {
            Box::pin(user_name_in_capitals(s))
        }),
        Check::new("Q13.exact", &rules::Q13, "externalId and id are not", |s| Box::pin(exact(s))),
        Check::new("Q6.moment", &rules::Q6, "a moment is the same in every time zone", |s| Box::pin(moment(s))),
        Check::new("Q6.moment-order", &rules::Q6, "moments are in order", |s| {
            Box::pin(finds(s, "meta.created lt \"2001-01-01T00:00:00+14:00\"", &[]))
        }),
        Check::new("Q15.wildcards", &rules::Q15, "percent and underscore are characters", |s| Box::pin(wildcards(s))),
        Check::new("Q15.quotes", &rules::Q15, "so are the quotes of SQL", |s| {
            Box::pin(finds_alone(s, "userName eq \"~x' or '1'='1\" or userName eq \"~ada'--\"", &[]))
        }),
    ],
};

async fn no_match(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    let users = s.users()?;
    let nobody = format!("userName eq \"{}\"", s.name("nobody"));
    let answer = s.query(&users, &[("filter", nobody.as_str())]).await?;
    let found = answer.resources()?.len();
    answer.that(found == 0 && answer.total()? == 0, || "somebody is found".to_owned())
}

async fn null(s: &mut Session) -> Verdict {
    finds(s, "# eq null", &["bob"]).await?;
    finds(s, "# ne null", &["ada", "carol", "dave"]).await
}

async fn empty_string(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    let text = s.text()?;
    let users = s.users()?;
    let user = s.add_user(json!({ text: "" })).await?;
    if user.answer.get(text) != "" {
        return Err(Stop::not_offered("the server does not keep an empty string"));
    }
    for (condition, found) in [("eq \"\"", true), ("eq null", false), ("ne null", true), ("pr", false)] {
        let filter = format!("userName eq {} and {text} {condition}", user.sent["userName"]);
        let answer = s.query(&users, &[("filter", filter.as_str())]).await?;
        let total = answer.total()?;
        answer.that((total == 1) == found, || format!("`{text} {condition}` finds {total}"))?;
    }
    Ok(())
}

async fn core_names(s: &mut Session) -> Verdict {
    let filter = format!("{USER}:userName eq \"{{ada}}\" and {USER}:name.familyName eq \"Lovelace\"");
    finds_alone(s, &filter, &["ada"]).await
}

async fn extension(s: &mut Session) -> Verdict {
    s.enterprise()?;
    finds_alone(s, &format!("{ENTERPRISE_USER}:employeeNumber eq \"~3\""), &["carol"]).await?;
    finds(s, &format!("{ENTERPRISE_USER}:department eq \"engines\""), &["ada", "carol"]).await
}

async fn schemas(s: &mut Session) -> Verdict {
    finds(s, &format!("schemas eq \"{USER}\""), &["ada", "bob", "carol", "dave"]).await?;
    s.enterprise()?;
    finds(s, &format!("schemas eq \"{ENTERPRISE_USER}\""), &["ada", "carol"]).await
}

async fn id(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    finds_alone(s, &format!("id eq \"{}\"", cast.id("bob")), &["bob"]).await
}

async fn user_name_in_capitals(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    let prefix = cast.prefix.to_uppercase();
    let domain = DOMAIN.to_uppercase();
    let filter = format!("userName eq \"{prefix}CAROL{domain}\" or userName eq \"{prefix}BOB{domain}\"");
    finds_alone(s, &filter, &["bob", "carol"]).await
}

async fn exact(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    let lower = format!("{}c", cast.prefix);
    finds_alone(s, &format!("externalId eq \"{lower}\""), &[]).await?;
    let id = cast.id("ada");
    let other = if id == id.to_uppercase() { id.to_lowercase() } else { id.to_uppercase() };
    if other == id {
        return Ok(());
    }
    finds_alone(s, &format!("id eq \"{other}\""), &[]).await
}

async fn moment(s: &mut Session) -> Verdict {
    let cast = cast(s).await?;
    let Some(created) = cast.answers.first().map(|answer| answer.text("/meta/created").to_owned()) else {
        return Ok(());
    };
    let elsewhere =
        in_another_zone(&created).ok_or_else(|| Stop::not_offered(format!("meta.created is `{created}`")))?;
    for operator in ["eq", "ge", "le"] {
        finds(s, &format!("meta.created {operator} \"{elsewhere}\" and userName eq \"{{ada}}\""), &["ada"]).await?;
    }
    finds(s, &format!("meta.created gt \"{elsewhere}\" and userName eq \"{{ada}}\""), &[]).await
}

/// The same moment, with the clock and the offset moved by two hours within the day.
fn in_another_zone(moment: &str) -> Option<String> {
    let hour: u32 = moment.get(11..13)?.parse().ok()?;
    let head = moment.strip_suffix('Z').or_else(|| moment.strip_suffix("+00:00"))?;
    let (hour, offset) = if hour < 22 { (hour + 2, "+02:00") } else { (hour - 2, "-02:00") };
    Some(format!("{}{hour:02}{}{offset}", head.get(..11)?, head.get(13..)?))
}

async fn wildcards(s: &mut Session) -> Verdict {
    finds(s, "# co \"%\"", &["carol"]).await?;
    finds(s, "# ew \"_\"", &["carol"]).await?;
    finds(s, "userName sw \"~dave_\"", &["dave"]).await?;
    finds_alone(s, "userName sw \"~d_ve\" or userName eq \"~%\"", &[]).await
}

#[cfg(test)]
mod tests {
    use super::in_another_zone;

    #[test]
    fn the_same_moment_elsewhere() {
        for (moment, elsewhere) in [
            ("2026-11-24T09:00:00.123Z", Some("2026-11-24T11:00:00.123+02:00")),
            ("2026-11-24T23:59:59+00:00", Some("2026-11-24T21:59:59-02:00")),
            ("2026-11-24T09:00:00+05:30", None),
            ("today", None),
        ] {
            assert_eq!(in_another_zone(moment).as_deref(), elsewhere, "{moment}");
        }
    }
}
