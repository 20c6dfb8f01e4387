//! What a check is, and how it ends.

use super::rules::Rule;
use super::session::Session;
use crate::http::{Exchange, HttpError};
use std::pin::Pin;
use std::sync::Arc;

/// Checks of one subject, run one after the other.
#[derive(Debug)]
pub struct Family {
    pub name: &'static str,
    pub checks: &'static [Check],
}

impl Family {
    /// Whether `name` is this family, the rule of the check, or the check itself.
    pub(super) fn selects(&self, check: &Check, name: &str) -> bool {
        [self.name, check.rule.id, check.name].iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// One check.
pub struct Check {
    /// The rule's id, a dot, and a word: `Q5.eq`.
    pub name: &'static str,
    pub rule: &'static Rule,
    /// What it expects, in a few words.
    pub title: &'static str,
    pub(super) run: Run,
}

/// A future that borrows the session.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Verdict> + 'a>>;
pub(super) type Run = for<'a> fn(&'a mut Session) -> Running<'a>;

impl Check {
    pub(super) const fn new(name: &'static str, rule: &'static Rule, title: &'static str, run: Run) -> Self {
        Self { name, rule, title, run }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Check({})", self.name)
    }
}

/// How a check ended, as the report has it.
#[derive(Debug)]
pub enum Outcome {
    Passed,
    Failed {
        what: String,
        /// The exchange that shows it; none if there was no answer at all.
        exchange: Option<Arc<Exchange>>,
    },
    NotOffered(String),
}

/// Ends a check before its time.
#[derive(Debug)]
pub(super) enum Stop {
    /// Without an exchange, the last one of the check shows it.
    Failed {
        what: String,
        exchange: Option<Arc<Exchange>>,
    },
    NotOffered(String),
}

/// How the function of a check ends.
pub(super) type Verdict = Result<(), Stop>;

impl Stop {
    pub fn failed(what: impl Into<String>) -> Self {
        Self::Failed { what: what.into(), exchange: None }
    }

    pub fn not_offered(why: impl Into<String>) -> Self {
        Self::NotOffered(why.into())
    }
}

impl From<HttpError> for Stop {
    fn from(error: HttpError) -> Self {
        let mut what = format!("there is no answer: {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            what.push_str(&format!(": {error}"));
            cause = error.source();
        }
        Self::failed(what)
    }
}

/// Several things of which each may be wrong: all of them are told, and the first exchange is shown.
#[derive(Default)]
pub(super) struct Findings {
    wrong: Vec<String>,
    exchange: Option<Arc<Exchange>>,
}

impl Findings {
    /// Notes a failure under a heading and goes on; what is not offered is left out.
    pub fn note(&mut self, heading: &str, verdict: Verdict) {
        if let Err(Stop::Failed { what, exchange }) = verdict {
            self.wrong.push(if heading.is_empty() { what } else { format!("{heading}: {what}") });
            self.exchange = self.exchange.take().or(exchange);
        }
    }

    pub fn done(self) -> Verdict {
        if self.wrong.is_empty() {
            return Ok(());
        }
        Err(Stop::Failed { what: self.wrong.join("\n"), exchange: self.exchange })
    }
}
