//! Our own checks, which lie in `testkit`.

use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result};
pub use testkit::conformance::DEFINITIONS;
use testkit::conformance::{Outcome, Session, evidence, run as run_checks};
use testkit::http::BaseUrl;

use super::report::{self, CheckResult};
use crate::server::Connection;

pub const NAME: &str = "own";

/// Runs the checks that `only` names, or all.
pub fn run(server: &Connection, only: Option<&str>) -> Result<Vec<CheckResult>> {
    let base = BaseUrl::anywhere(&server.base_url)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("the runtime")?;
    let found = runtime.block_on(async {
        // The names of what a run makes differ from those of another.
        let mut session = Session::open(base, &server.token, RandomState::new().hash_one(std::process::id())).await?;
        anyhow::Ok(run_checks(&mut session, only).await)
    })?;
    for path in &found.left {
        eprintln!("xtask: the server would not delete {path}");
    }
    Ok(found.results.into_iter().map(result).collect())
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
