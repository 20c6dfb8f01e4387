//! The checks against servers that are wrong: a check that no wrong server fails checks nothing.

use super::*;
use crate::fake::{Answer, FakeServer, Wrong, WrongScim};
use crate::http::BaseUrl;
use std::collections::{BTreeMap, BTreeSet};

async fn report(wrong: Wrong, only: Option<&str>) -> Report {
    let mut scim = WrongScim::new(wrong);
    let server = FakeServer::start(move |request| scim.answer(request)).await;
    let mut session = Session::open(BaseUrl::parse(&server.base_url).unwrap(), "token", 7).await.unwrap();
    run(&mut session, only).await
}

fn failures(report: &Report) -> BTreeMap<&'static str, String> {
    let failed = report.results.iter().filter_map(|result| match &result.outcome {
        Outcome::Failed { what, .. } => Some((result.check.name, what.clone())),
        _ => None,
    });
    failed.collect()
}

fn all_checks() -> impl Iterator<Item = &'static Check> {
    FAMILIES.iter().flat_map(|family| family.checks)
}

#[tokio::test]
async fn every_check_fails_on_a_server_that_is_wrong_about_it() {
    let mut failed = BTreeSet::new();
    for wrong in Wrong::ALL {
        failed.extend(failures(&report(wrong, None).await).into_keys());
    }
    let never: Vec<&str> = all_checks().map(|check| check.name).filter(|name| !failed.contains(name)).collect();
    assert!(never.is_empty(), "no wrong server fails {never:?}");
}

/// For each family, that a check fails because of what it is about.
#[tokio::test]
async fn a_failure_says_what_is_wrong() {
    for (wrong, name, words) in [
        (Wrong::Lying, "S1.config", "patch.supported is null instead of a boolean"),
        (Wrong::Lying, "S1.schemes", "has no name"),
        (Wrong::Agreeable, "S8.paging", "1 of 2 entries are left"),
        (Wrong::Understating, "S11.bulk-off", "which is no refusal"),
        (Wrong::Lying, "S4.resource-types", "the endpoint is `Users`"),
        (Wrong::Lying, "S5.attributes", "type is \"text\""),
        (Wrong::Lying, "D5.names", "2nd name"),
        (Wrong::Lying, "D13.nesting", "groups.deeper is complex"),
        (Wrong::Lying, "S7.messages", "PatchOp is listed"),
        (Wrong::Agreeable, "P1.none", "the status is 200 instead of 401"),
        (Wrong::Agreeable, "P3.answers", "ServiceProviderConfig: is `application/json`"),
        (Wrong::Garbling, "P3.json-body", "the status is 415 instead of 201"),
        (Wrong::Refusing, "P8.unknown", "the status is 400 instead of 404"),
        (Wrong::Refusing, "P11.method", "the error is no JSON object"),
        (Wrong::Agreeable, "D17.id", "the client's id was taken"),
        (Wrong::Garbling, "D23.case-kept", "/userName is \"ELPMAXE"),
        (Wrong::Garbling, "D18.not-made-up", "instead of nothing"),
        (Wrong::Agreeable, "D14.two", "2 e-mails are primary"),
        (Wrong::Agreeable, "U3.returned", "POST: the password is in the answer"),
        (Wrong::Agreeable, "D24.immutable", "extension:birthplace: the status is 200 instead of 400"),
        (Wrong::Agreeable, "D25.request", "shoeSize: it is returned unasked"),
        (Wrong::Refusing, "D26.none", "the status is 409 instead of 201"),
        (Wrong::Agreeable, "D3.patch", "department in"),
        (Wrong::Agreeable, "W1.replaces", "/title is \"before\" instead of \"after\""),
        (Wrong::Agreeable, "W14.gone", "GET: the status is 200 instead of 404"),
        (Wrong::Garbling, "D17.reused", "the id is again R"),
        (Wrong::Agreeable, "Q5.eq", "finds [ada, bob, carol, dave] instead of [ada]"),
        (Wrong::Agreeable, "Q11.malformed", "`userName eq`: the status is 200 instead of 400"),
        (Wrong::Agreeable, "Q6.moment", "+02:00"),
        (Wrong::Agreeable, "Q18.everybody-once", "four pages of one have [ada, bob, carol, dave, ada"),
        (Wrong::Agreeable, "Q16.descending", "the order is [ada, bob, carol, dave] instead of [dave, carol, bob, ada]"),
        (Wrong::Agreeable, "C5.invalid", "the status is 200 instead of 400"),
        (Wrong::Agreeable, "Q19.only", "name is there"),
        (Wrong::Agreeable, "Q20.page", "resources are listed instead of 1"),
        (Wrong::Agreeable, "Q3.lacking", "there is more than the user"),
        (Wrong::Agreeable, "W3.order", "/title is \"before\" instead of \"third\""),
        (Wrong::Agreeable, "W6.append", "emails is"),
        (Wrong::Agreeable, "W8.no-match", "the status is 200 instead of 400"),
        (Wrong::Agreeable, "W7.last-value", "instead of nothing"),
        (Wrong::Agreeable, "U7.add", "members is"),
        (Wrong::Agreeable, "T1.header", "POST: ETag is `unquoted`"),
        (Wrong::Agreeable, "T2.put", "the status is 200 instead of 412"),
        (Wrong::Agreeable, "B3.stops", "there are 5 results instead of 2"),
        (Wrong::Agreeable, "B6.operations", "the status is 200 instead of 413"),
        (Wrong::Agreeable, "T3.answer", "the resource has no id"),
    ] {
        let found = failures(&report(wrong, Some(name)).await);
        let what = found.get(name).map_or("", String::as_str);
        assert!(what.contains(words), "{wrong:?} {name}: `{what}` does not say `{words}`");
    }
}

#[tokio::test]
async fn what_is_not_advertised_is_not_offered() {
    for (wrong, name, words) in [
        (Wrong::Understating, "B1.methods", "bulk is not supported"),
        (Wrong::Understating, "W6.append", "patch is not supported"),
        (Wrong::Lying, "Q5.eq", "no plain string attribute"),
        (Wrong::Lying, "U7.created", "/ResourceTypes has none"),
        (Wrong::Lying, "C2.first", "pagination.cursor"),
        (Wrong::Agreeable, "S11.bulk-off", "bulk is supported"),
    ] {
        let found = report(wrong, Some(name)).await;
        let outcome = &found.results[0].outcome;
        assert!(
            matches!(outcome, Outcome::NotOffered(why) if why.contains(words)),
            "{wrong:?} {name}: {outcome:?} does not say `{words}`"
        );
    }
}

#[tokio::test]
async fn one_family_rule_or_check_can_be_run() {
    for (name, count) in [("etags", 10), ("Q17", 5), ("q17.ZERO", 1), ("nothing", 0)] {
        assert_eq!(report(Wrong::Agreeable, Some(name)).await.results.len(), count, "{name}");
        assert_eq!(knows(name), count > 0, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_away_is_told() {
    let mut scim = WrongScim::new(Wrong::Refusing);
    let server = FakeServer::start(move |request| scim.answer(request)).await;
    let mut session = Session::open(BaseUrl::parse(&server.base_url).unwrap(), "token", 7).await.unwrap();
    let found = run(&mut session, Some("Q5")).await;
    // The cast of four, which outlives its checks and not its family.
    assert_eq!(found.left, ["/Users/R00004", "/Users/R00003", "/Users/R00002", "/Users/R00001"]);
    let lines = server.request_lines();
    let deletes: Vec<&String> = lines.iter().filter(|line| line.starts_with("DELETE")).collect();
    assert_eq!(deletes, lines.iter().rev().take(4).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_server_that_refuses_the_token_is_not_checked() {
    let server = FakeServer::start(|_| Answer::text(401, "")).await;
    let opened = Session::open(BaseUrl::parse(&server.base_url).unwrap(), "token", 7).await;
    assert!(matches!(opened, Err(OpenError::Refused(401))));
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let mut scim = WrongScim::new(Wrong::Agreeable);
    let mut busy = 0;
    let server = FakeServer::start(move |request| {
        busy += u32::from(request.head.starts_with("POST"));
        match busy {
            1 | 2 => Answer::text(429, "").header("Retry-After", "0"),
            _ => scim.answer(request),
        }
    })
    .await;
    let mut session = Session::open(BaseUrl::parse(&server.base_url).unwrap(), "token", 7).await.unwrap();
    let found = run(&mut session, Some("P5.created")).await;
    assert!(matches!(found.results[0].outcome, Outcome::Passed), "{found:?}");
    assert_eq!(server.request_lines().iter().filter(|line| line.starts_with("POST")).count(), 3);
}

#[tokio::test]
async fn evidence_shows_the_exchange_and_no_secret() {
    let found = report(Wrong::Agreeable, Some("U3.returned")).await;
    let Outcome::Failed { exchange: Some(exchange), .. } = &found.results[0].outcome else { panic!("{found:?}") };
    let text = evidence(exchange);
    assert!(text.starts_with("> POST /scim/v2/Users\n> Content-Type: application/scim+json\n> {"), "{text}");
    assert!(text.contains("< 201\n< etag: unquoted\n< {"), "{text}");
    assert!(!text.contains("Aa1!") && !text.contains("token"), "{text}");
}

#[test]
fn names_begin_with_their_rule_and_are_given_once() {
    let mut names = BTreeSet::new();
    for check in all_checks() {
        let prefix = check.name.split_once('.').map(|(prefix, _)| prefix);
        assert_eq!(prefix, Some(check.rule.id), "{}", check.name);
        assert!(names.insert(check.name), "{} is there twice", check.name);
        assert!(check.rule.level == Level::Practice || check.rule.section.starts_with("RFC "), "{}", check.name);
    }
}
