//! `cargo xtask conformance`: checks a SCIM server, ours or anybody's, against the RFCs.
//!
//! Four suites: our own checks (`testkit::conformance`) and three from PyPI. A check that fails makes the command fail,
//! unless `exceptions` says why it may. Not here: what the checks do, and what is specific to one database.

mod exceptions;
mod options;
mod own;
mod report;
mod third_party;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::server::{Build, Connection, Server};
use options::Options;
use report::{Outcome, Suite};

/// Runs the suites that were asked for and prints what they found.
pub fn run(arguments: &[&str]) -> Result<ExitCode> {
    let options = Options::parse(arguments)?;
    if let Some(name) = options.only_check().filter(|name| !own::has(name)) {
        bail!("nothing is called {name}: `--only` takes a suite ({}), a family, a rule or a check", SUITES.join(", "));
    }
    let target = match &options.server {
        Some(connection) => Target::Given(connection.clone()),
        None => Target::Own(Server::start(Build::Debug)?),
    };
    let mut suites = Vec::new();
    for name in options.suites() {
        let server = target.server(name)?;
        eprintln!("xtask: {name} against {}", server.base_url);
        let results = match name {
            own::NAME => own::run(&server, target.subject(&server)?.as_ref(), options.only_check())?,
            _ => third_party::run(name, &server)?,
        };
        suites.push(Suite { name, results });
    }
    let ours = matches!(target, Target::Own(_));
    exceptions::apply(&mut suites, ours);
    // A list that is not the whole one cannot say that an exception is not needed.
    let needless = if ours && options.is_everything() { exceptions::needless(&suites) } else { Vec::new() };
    let text = if options.json { report::json(&suites, &needless)? } else { report::table(&suites, &needless) };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let failed = suites.iter().flat_map(|suite| &suite.results).any(|result| result.outcome == Outcome::Failed);
    Ok(if failed || !needless.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// In the order in which they run.
const SUITES: [&str; 4] =
    [own::NAME, third_party::SCIM2_TESTER, third_party::SCIM_SANITY, third_party::STORAGE_CONTRACT];

enum Target {
    Given(Connection),
    Own(Server),
}

impl Target {
    /// Who has a credential of their own, so that `/Me` is somebody. For a server that is not ours, only the given token
    /// knows.
    fn subject(&self, application: &Connection) -> Result<Option<Connection>> {
        let Target::Own(server) = self else { return Ok(None) };
        let user_name = own::add_user(application)?;
        server.user_credential(own::NAME, application, &user_name).map(Some)
    }

    /// Each suite has a tenant of its own on our server, so that none sees what another left.
    fn server(&self, suite: &str) -> Result<Connection> {
        match self {
            Target::Given(connection) => Ok(connection.clone()),
            // Every type and characteristic there is.
            Target::Own(server) if suite == own::NAME => server.application_with(suite, own::DEFINITIONS),
            // It sets a password wherever /Schemas has one, whatever ServiceProviderConfig says of changing it.
            Target::Own(server) if suite == third_party::SCIM2_TESTER => {
                server.application(suite, &["sync-password=on"])
            }
            Target::Own(server) => server.application(suite, &[]),
        }
    }
}
