//! Checks of any SCIM 2.0 service provider against RFC 7643, RFC 7644 and RFC 9865, over HTTP.
//!
//! A check makes what it needs, asks for what a rule is about, and takes away what it made. It adapts to what the server
//! advertises: a feature that ServiceProviderConfig, /ResourceTypes or /Schemas does not have is "not offered" and no
//! failure. Checks of a family that only ask share one cast of people, made for the first and removed after the last.
//!
//! Not here: load, bad input in bulk, what needs a second credential, and anything that is particular to one server.

mod advertised;
mod answer;
mod check;
mod checks;
mod evidence;
mod rules;
mod sample;
mod session;
#[cfg(test)]
mod tests;

pub use check::{Check, Family, Outcome};
pub use checks::FAMILIES;
pub use evidence::evidence;
pub use rules::{Level, Rule};
pub use session::{OpenError, Session};

use check::Stop;

/// Schemas and resource types as RFC 7643 §6 and §7 write them, with every type and characteristic: for a server that takes
/// definitions, so that no check of a characteristic is "not offered".
pub const DEFINITIONS: &str = include_str!("definitions.json");

/// What became of one check.
#[derive(Debug)]
pub struct CheckResult {
    pub family: &'static str,
    pub check: &'static Check,
    pub outcome: Outcome,
}

/// What a run found.
#[derive(Debug)]
pub struct Report {
    pub results: Vec<CheckResult>,
    /// Paths of resources that a check made and the server would not delete.
    pub left: Vec<String>,
}

/// Whether a family, a rule or a check has that name.
pub fn knows(name: &str) -> bool {
    FAMILIES.iter().any(|family| family.checks.iter().any(|check| family.selects(check, name)))
}

/// Runs the checks that `only` names: a family, a rule or a check; all without it. None by that name: an empty report.
pub async fn run(session: &mut Session, only: Option<&str>) -> Report {
    let mut results = Vec::new();
    for family in FAMILIES {
        for check in family.checks.iter().filter(|check| only.is_none_or(|name| family.selects(check, name))) {
            session.begin();
            let outcome = match (check.run)(session).await {
                Ok(()) => Outcome::Passed,
                Err(Stop::NotOffered(why)) => Outcome::NotOffered(why),
                Err(Stop::Failed { what, exchange }) => {
                    Outcome::Failed { what, exchange: exchange.or_else(|| session.last_exchange()) }
                }
            };
            session.clean_up().await;
            results.push(CheckResult { family: family.name, check, outcome });
        }
        session.end_family().await;
    }
    Report { results, left: session.take_left() }
}
