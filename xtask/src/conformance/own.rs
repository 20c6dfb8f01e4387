//! Our own checks, which lie in `testkit`.

use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result, ensure};
pub use testkit::conformance::DEFINITIONS;
use testkit::conformance::{Outcome, Report, Session, evidence, knows, run as run_checks};
use testkit::http::{BaseUrl, HttpClient, Request};

use super::report::{self, CheckResult};
use crate::server::Connection;

pub const NAME: &str = "own";

/// The family that asks who is asking.
const ME: &str = "me";

/// Runs the checks that `only` names, or all. Those of `/Me` with the credential of `subject`, if there is one.
pub fn run(server: &Connection, subject: Option<&Connection>, only: Option<&str>) -> Result<Vec<CheckResult>> {
    let mut found = checks(server, only)?;
    if let Some(subject) = subject {
        let of_subject = checks(subject, Some(ME))?.results;
        for result in of_subject {
            if let Some(known) = found.results.iter_mut().find(|known| known.check.name == result.check.name) {
                *known = result;
            }
        }
    }
    for path in &found.left {
        eprintln!("xtask: the server would not delete {path}");
    }
    Ok(found.results.into_iter().map(result).collect())
}

/// Whether a family, a rule or a check has that name.
pub fn has(name: &str) -> bool {
    knows(name)
}

fn checks(server: &Connection, only: Option<&str>) -> Result<Report> {
    let base = BaseUrl::anywhere(&server.base_url)?;
    runtime()?.block_on(async {
        // The names of what a run makes differ from those of another.
        let mut session = Session::open(base, &server.token, RandomState::new().hash_one(std::process::id())).await?;
        anyhow::Ok(run_checks(&mut session, only).await)
    })
}

/// Makes a user and gives its user name.
pub fn add_user(server: &Connection) -> Result<String> {
    let user_name = "subject@conformance.example";
    let body = serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
    });
    let request = Request::new("POST", "/Users")
        .header("Authorization", format!("Bearer {}", server.token))
        .header("Content-Type", "application/scim+json")
        .body(body.to_string());
    let mut client = HttpClient::new(BaseUrl::anywhere(&server.base_url)?);
    let answer = runtime()?.block_on(client.send(request))?;
    ensure!(answer.status == 201, "a user could not be made: {answer:?}");
    Ok(user_name.to_owned())
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime")
}

fn result(found: testkit::conformance::CheckResult) -> CheckResult {
    let (check, rule) = (found.check, found.check.rule);
    let (outcome, detail, exchange) = match found.outcome {
        Outcome::Passed => (report::Outcome::Passed, String::new(), None),
        Outcome::NotOffered(why) => (report::Outcome::NotOffered, why, None),
        Outcome::Failed { what, exchange } => (report::Outcome::Failed, what, exchange),
    };
    CheckResult {
        title: format!("{}: {}", found.family, check.title),
        level: rule.level.word().to_owned(),
        section: rule.section.to_owned(),
        rule: rule.says.to_owned(),
        detail,
        evidence: exchange.map(|exchange| evidence(&exchange)).unwrap_or_default(),
        ..CheckResult::new(check.name.to_owned(), outcome)
    }
}
