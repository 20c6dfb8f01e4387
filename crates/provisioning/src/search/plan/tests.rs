use scim_model::Limits;
use scim_model::schema::{Definitions, core};

use super::*;

fn planned(text: &str, ty: &ResourceType) -> Plan {
    plan(Filter::parse(text, &Limits::default()).unwrap().resolve(ty).unwrap(), ty)
}

/// A plan in short: conditions with `&` between, branches with `|` between, `*` for everything; then what is left.
fn written(text: &str, ty: &ResourceType) -> (String, String) {
    let plan = planned(text, ty);
    let branch = |all_of: &Vec<Access>| match all_of.as_slice() {
        [] => "*".to_owned(),
        accesses => accesses.iter().map(in_short).collect::<Vec<_>>().join(" & "),
    };
    let candidates = plan.any_of.iter().map(branch).collect::<Vec<_>>().join(" | ");
    (candidates, plan.residual.map(|filter| filter.to_string()).unwrap_or_default())
}

fn in_short(access: &Access) -> String {
    match access {
        Access::Equal { column, values } => format!("{column:?}={}", values.join(",")),
        Access::Range { column, range } => {
            let low =
                range.low.as_ref().map(|(text, inclusive)| format!("{}{text}", if *inclusive { '[' } else { '(' }));
            let high =
                range.high.as_ref().map(|(text, inclusive)| format!("{text}{}", if *inclusive { ']' } else { ')' }));
            format!("{column:?}{}..{}", low.unwrap_or_default(), high.unwrap_or_default())
        }
        Access::Key { path, folded } => format!("{path}={}", folded.join(",")),
        Access::HasMember(ids) => format!("member={}", ids.join(",")),
        Access::InGroup(ids) => format!("group={}", ids.join(",")),
        Access::Created(span) => format!("created {:?}..{:?}", span.from, span.until),
        Access::Modified(span) => format!("modified {:?}..{:?}", span.from, span.until),
    }
}

#[test]
fn one_condition() {
    for (text, candidates, left) in [
        ("userName eq \"ADA@x\"", "UserName=ada@x", ""),
        ("externalId eq \"00U\"", "ExternalId=00U", ""),
        ("id eq \"1\"", "Id=1", ""),
        ("emails eq \"A@x\"", "emails.value=a@x", ""),
        ("emails[value eq \"A@x\"]", "emails.value=a@x", ""),
        ("emails[value eq \"a\" or value eq \"B\"]", "emails.value=a,b", ""),
        (
            "emails[type eq \"work\" and value eq \"A@x\"]",
            "emails.value=a@x",
            "emails[type eq \"work\" and value eq \"A@x\"]",
        ),
        ("emails[not (value eq \"A@x\")]", "*", "emails[not (value eq \"A@x\")]"),
        ("groups eq \"G\"", "group=G", ""),
        ("groups[value eq \"G\"]", "group=G", ""),
        ("groups[value eq \"G\" and type eq \"direct\"]", "group=G", "groups[value eq \"G\" and type eq \"direct\"]"),
        ("userName sw \"Ad\"", "UserName[ad..ae)", ""),
        ("userName sw \"\"", "UserName[..", ""),
        ("externalId sw \"a\u{10ffff}\"", "ExternalId[a\u{10ffff}..b)", ""),
        ("externalId sw \"\u{10ffff}\"", "ExternalId[\u{10ffff}..", ""),
        ("externalId sw \"\u{d7ff}\"", "ExternalId[\u{d7ff}..\u{e000})", ""),
        ("userName gt \"B\"", "UserName(b..", ""),
        ("userName ge \"B\"", "UserName[b..", ""),
        ("userName lt \"B\"", "UserName..b)", ""),
        ("userName le \"B\"", "UserName..b]", ""),
        ("meta.created gt \"1970-01-01T00:00:01Z\"", "created Some(1001)..None", ""),
        ("meta.created gt \"1970-01-01T00:00:01.0005Z\"", "created Some(1001)..None", ""),
        ("meta.created ge \"1970-01-01T00:00:01Z\"", "created Some(1000)..None", ""),
        ("meta.created ge \"1970-01-01T00:00:01.0005Z\"", "created Some(1001)..None", ""),
        ("meta.created lt \"1970-01-01T00:00:01Z\"", "created None..Some(999)", ""),
        ("meta.created lt \"1970-01-01T00:00:01.0005Z\"", "created None..Some(1000)", ""),
        ("meta.lastModified le \"1970-01-01T00:00:01.0005Z\"", "modified None..Some(1000)", ""),
        ("meta.lastModified eq \"1970-01-01T00:00:01Z\"", "modified Some(1000)..Some(1000)", ""),
        ("meta.lastModified eq \"1970-01-01T00:00:01.0005Z\"", "modified Some(1001)..Some(1000)", ""),
        ("meta.lastModified lt \"1969-12-31T23:59:59.9999Z\"", "modified None..Some(-1)", ""),
        ("userName pr", "*", ""),
        ("id pr", "*", ""),
        ("userName ne \"a\"", "*", "userName ne \"a\""),
        ("userName co \"a\"", "*", "userName co \"a\""),
        ("title pr", "*", "title pr"),
        ("title eq \"b\"", "*", "title eq \"b\""),
        ("displayName eq \"b\"", "*", "displayName eq \"b\""),
        ("not (userName eq \"b\")", "*", "not (userName eq \"b\")"),
        ("meta.created ne \"1970-01-01T00:00:01Z\"", "*", "meta.created ne \"1970-01-01T00:00:01Z\""),
        ("active eq true", "*", "active eq true"),
    ] {
        assert_eq!(written(text, core::user()), (candidates.to_owned(), left.to_owned()), "{text}");
    }
    for (text, candidates, left) in [
        ("displayName eq \"B\"", "DisplayName=b", ""),
        ("displayName sw \"B\"", "DisplayName[b..c)", ""),
        ("displayName pr", "*", ""),
        ("members eq \"U\"", "member=U", ""),
        ("members[value eq \"U\"]", "member=U", ""),
        ("members[value eq \"U\" and type eq \"User\"]", "member=U", "members[value eq \"U\" and type eq \"User\"]"),
        ("members.display eq \"U\"", "*", "members.display eq \"U\""),
    ] {
        assert_eq!(written(text, core::group()), (candidates.to_owned(), left.to_owned()), "{text}");
    }
}

#[test]
fn several_conditions() {
    for (text, candidates, left) in [
        ("active eq true and userName eq \"b\"", "UserName=b", "active eq true"),
        ("userName sw \"a\" and id eq \"1\"", "UserName[a..b) & Id=1", ""),
        ("emails eq \"a\" and (title pr and externalId eq \"7\")", "emails.value=a & ExternalId=7", "title pr"),
        ("groups eq \"G\" and groups eq \"H\" and title pr", "group=G & group=H", "title pr"),
        ("groups eq \"G\" and userName sw \"b\"", "UserName[b..c) & group=G", ""),
        // Of few candidates the evaluator knows the groups sooner than all members of a group are read.
        ("groups eq \"G\" and userName eq \"b\"", "UserName=b", "groups.value eq \"G\""),
        ("(groups eq \"G\" and title pr) and id eq \"1\"", "Id=1", "groups.value eq \"G\" and title pr"),
        ("userName eq \"b\" or userName eq \"C\" or userName eq \"d\"", "UserName=b,c,d", ""),
        ("userName eq \"b\" or id eq \"1\" or userName eq \"c\"", "UserName=b,c | Id=1", ""),
        ("userName eq \"b\" or emails eq \"b\"", "UserName=b | emails.value=b", ""),
        ("userName sw \"b\" or userName sw \"c\"", "UserName[b..c) | UserName[c..d)", ""),
        (
            "userName eq \"b\" or emails[type eq \"x\" and value eq \"b\"]",
            "UserName=b | emails.value=b",
            "userName eq \"b\" or emails[type eq \"x\" and value eq \"b\"]",
        ),
        ("id eq \"1\" and userName sw \"a\" or id eq \"2\"", "Id=1 & UserName[a..b) | Id=2", ""),
        ("userName eq \"b\" or title pr", "*", "userName eq \"b\" or title pr"),
        ("title pr or id pr", "*", "title pr or id pr"),
        ("userName eq \"b\" or id pr", "*", ""),
        // A choice is left to decide where something else finds fewer.
        (
            "(userName eq \"b\" or id eq \"1\") and externalId eq \"7\"",
            "ExternalId=7",
            "userName eq \"b\" or id eq \"1\"",
        ),
        ("(userName eq \"b\" or id eq \"1\") and title pr", "UserName=b | Id=1", "title pr"),
        (
            "(userName eq \"a\" or id eq \"1\" or externalId eq \"1\") and (userName eq \"b\" or id eq \"1\")",
            "UserName=b | Id=1",
            "userName eq \"a\" or id eq \"1\" or externalId eq \"1\"",
        ),
        ("title pr and active eq true", "*", "title pr and active eq true"),
    ] {
        assert_eq!(written(text, core::user()), (candidates.to_owned(), left.to_owned()), "{text}");
    }
    let (candidates, left) = written("id eq \"G\" and members eq \"U\"", core::group());
    assert_eq!((candidates.as_str(), left.as_str()), ("Id=G & member=U", ""));
}

#[test]
fn a_statement_has_few_conditions() {
    let conditions = |count: usize| vec!["userName sw \"a\""; count].join(" and ");
    for (count, in_statement, left) in [(16, 16, 0), (17, 16, 1), (700, 16, 684)] {
        let planned = planned(&conditions(count), core::user());
        let residual = planned.residual.map_or(0, |filter| match filter {
            Filter::And(parts) => parts.len(),
            _ => 1,
        });
        assert_eq!((planned.any_of[0].len(), residual), (in_statement, left), "{count}");
    }
    let nested = planned(&format!("({}) and ({})", conditions(12), conditions(12)), core::user());
    assert_eq!(nested.any_of[0].len(), 12);
    assert!(nested.residual.is_some());
}

#[test]
fn long_values_are_candidates_only() {
    let planned = |length: usize| planned(&format!("emails eq \"{}\"", "é".repeat(length / 2)), core::user());
    assert!(planned(508).residual.is_none());
    assert!(planned(510).residual.is_some());
    assert_eq!(
        planned(2_000).any_of,
        vec![vec![Access::Key { path: "emails.value".into(), folded: vec!["é".repeat(256)] }]]
    );
}

#[test]
fn unique_values_of_other_types() {
    let definitions = br#"[
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:x:Badge","name":"Badge","attributes":[
            {"name":"number","uniqueness":"server"},{"name":"userName"},{"name":"groups","multiValued":true},
            {"name":"serial","type":"integer","uniqueness":"server"},
            {"name":"code","caseExact":true,"uniqueness":"global"}]},
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Badge","endpoint":"/Badges",
         "schema":"urn:x:Badge"}]"#;
    let types = Definitions::parse(definitions).unwrap().build().unwrap();
    let badge = types.named("Badge").unwrap();
    for (text, candidates, left) in [
        ("number eq \"A\"", "Badge/number=a", ""),
        ("code eq \"A\"", "Badge/code=A", ""),
        ("code sw \"A\"", "*", "code sw \"A\""),
        ("serial eq 5", "*", "serial eq 5"),
        ("userName eq \"a\"", "*", "userName eq \"a\""),
        ("userName pr", "*", "userName pr"),
        ("groups eq \"a\"", "*", "groups eq \"a\""),
        ("externalId eq \"A\" and id eq \"b\"", "ExternalId=A & Id=b", ""),
    ] {
        assert_eq!(written(text, badge), (candidates.to_owned(), left.to_owned()), "{text}");
    }
}
