//! What is printed: a table for people, or one JSON object.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

/// The results of one suite.
pub struct Suite {
    pub name: &'static str,
    pub results: Vec<CheckResult>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    /// Failed, and `exceptions` says why it may.
    Excepted,
    /// The server does not advertise what the check is about.
    NotOffered,
}

impl Outcome {
    const ALL: [Outcome; 4] = [Outcome::Passed, Outcome::Failed, Outcome::Excepted, Outcome::NotOffered];

    fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::Excepted => "excepted",
            Outcome::NotOffered => "not offered",
        }
    }
}

/// One check. What a suite does not say is empty.
#[derive(Debug)]
pub struct CheckResult {
    pub check: String,
    pub outcome: Outcome,
    /// What the check does.
    pub title: String,
    /// `MUST`, `SHOULD` or `MAY`, and the section.
    pub level: String,
    pub section: String,
    /// What the RFC says, in our words.
    pub rule: String,
    /// What was wrong, or why it is not offered.
    pub detail: String,
    /// The request and the answer that show it.
    pub evidence: String,
    /// Why it may fail.
    pub exception: Option<String>,
}

impl CheckResult {
    pub fn new(check: String, outcome: Outcome) -> CheckResult {
        let nothing = String::new;
        CheckResult {
            check,
            outcome,
            title: nothing(),
            level: nothing(),
            section: nothing(),
            rule: nothing(),
            detail: nothing(),
            evidence: nothing(),
            exception: None,
        }
    }
}

/// Our own checks line by line; of the others, whose names say little, what did not pass. The counts come last.
pub fn table(suites: &[Suite], needless: &[String]) -> String {
    let mut text = String::new();
    for suite in suites {
        line(&mut text, &format!("\n{}", suite.name));
        for result in &suite.results {
            if result.outcome != Outcome::Passed || !result.level.is_empty() {
                entry(&mut text, result);
            }
        }
    }
    line(&mut text, "");
    for suite in suites {
        let count = |outcome| suite.results.iter().filter(|result| result.outcome == outcome).count();
        let counts: Vec<String> = Outcome::ALL
            .iter()
            .map(|outcome| format!("{:>4} {}", count(*outcome), outcome.word().to_lowercase()))
            .collect();
        line(&mut text, &format!("{:<18}{}", suite.name, counts.join("  ")));
    }
    for exception in needless {
        line(&mut text, &format!("no longer needed in xtask/src/conformance/exceptions.rs: {exception}"));
    }
    text
}

fn entry(text: &mut String, result: &CheckResult) {
    let head = format!("  {:<12}{:<24}{:<10}{}", result.outcome.word(), result.check, result.level, result.title);
    line(text, head.trim_end());
    let told = [
        ("", &result.detail),
        (result.section.as_str(), &result.rule),
        ("excepted", result.exception.as_ref().unwrap_or(&String::new())),
        ("", &result.evidence),
    ]
    .map(
        |(before, what)| if before.is_empty() || what.is_empty() { what.clone() } else { format!("{before}: {what}") },
    );
    for what in told.iter().filter(|what| !what.is_empty() && result.outcome != Outcome::Passed) {
        // What is not offered has broken no rule.
        if result.outcome == Outcome::NotOffered && what.as_str() != result.detail {
            continue;
        }
        what.lines().for_each(|one| line(text, &format!("{:14}{one}", "")));
    }
}

fn line(text: &mut String, what: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{what}");
}

pub fn json(suites: &[Suite], needless: &[String]) -> Result<String> {
    let check = |result: &CheckResult| -> Value {
        json!({
            "check": result.check, "outcome": result.outcome.word().to_lowercase(), "title": result.title,
            "level": result.level, "section": result.section, "rule": result.rule, "detail": result.detail,
            "evidence": result.evidence, "exception": result.exception,
        })
    };
    let suites: Vec<Value> = suites
        .iter()
        .map(|suite| json!({ "suite": suite.name, "checks": suite.results.iter().map(check).collect::<Vec<_>>() }))
        .collect();
    Ok(serde_json::to_string_pretty(&json!({ "suites": suites, "exceptions_not_needed": needless }))? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suites() -> Vec<Suite> {
        let failed = CheckResult {
            level: "MUST".to_owned(),
            section: "RFC 7643 §2.5".to_owned(),
            rule: "null is unassigned".to_owned(),
            detail: "title is still there".to_owned(),
            evidence: "> PUT /Users/1\n< 200".to_owned(),
            ..CheckResult::new("D16.null".to_owned(), Outcome::Failed)
        };
        let quiet = CheckResult::new("somebody's".to_owned(), Outcome::Passed);
        vec![Suite { name: "own", results: vec![failed] }, Suite { name: "other", results: vec![quiet] }]
    }

    #[test]
    fn a_failure_shows_what_the_rule_and_the_exchange_are() {
        let text = table(&suites(), &["own: X".to_owned()]);
        for part in [
            "FAILED      D16.null",
            "title is still there",
            "RFC 7643 §2.5: null is unassigned",
            "> PUT /Users/1",
            "< 200",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("somebody's"), "{text}");
        assert!(text.contains("   0 passed     1 failed     0 excepted     0 not offered"), "{text}");
        assert!(text.contains("no longer needed"), "{text}");
    }

    #[test]
    fn json_holds_everything() {
        let value: Value = serde_json::from_str(&json(&suites(), &[]).unwrap()).unwrap();
        assert_eq!(value["suites"][0]["checks"][0]["outcome"], "failed");
        assert_eq!(value["suites"][1]["checks"][0]["check"], "somebody's");
    }
}
