//! `cargo xtask torture`: what is promised about durability, held against a real server that is killed, cut off, and runs
//! out of room, under load. Each scenario ends with two looks at the data: by the clients, who know what was acknowledged to
//! them, and by `rollcall doctor --deep`.
//!
//! Deliberately not here: what can be held in a test without killing anything (`crates/server/tests`).

mod cut;
mod full;
mod kill;
mod load;
mod nodes;
mod upgrade;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::client::Target;
use crate::debian;
use crate::postgres::{Cluster, Durability};
use crate::server::{Build, Server, program};

/// What is done, how often in the long form and in the short one, and how.
struct Scenario {
    name: &'static str,
    database: Database,
    rounds: usize,
    short_rounds: usize,
    run: fn(&Stage) -> Result<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Database {
    Sqlite,
    Postgres,
}

const SCENARIOS: [Scenario; 7] = [
    Scenario { name: "kill-sqlite", database: Database::Sqlite, rounds: 50, short_rounds: 3, run: kill::kill },
    Scenario { name: "kill-postgres", database: Database::Postgres, rounds: 50, short_rounds: 3, run: kill::kill },
    Scenario { name: "nodes", database: Database::Postgres, rounds: 20, short_rounds: 2, run: nodes::nodes },
    Scenario { name: "cut", database: Database::Postgres, rounds: 5, short_rounds: 1, run: cut::cut },
    Scenario { name: "full-sqlite", database: Database::Sqlite, rounds: 5, short_rounds: 1, run: full::sqlite },
    Scenario { name: "full-postgres", database: Database::Postgres, rounds: 5, short_rounds: 1, run: full::postgres },
    Scenario { name: "upgrade", database: Database::Postgres, rounds: 1, short_rounds: 0, run: upgrade::upgrade },
];

/// What a scenario is given.
struct Stage {
    program: PathBuf,
    rounds: usize,
    /// Running, for scenarios on PostgreSQL.
    cluster: Option<Cluster>,
    /// An earlier build of the server.
    previous: Option<PathBuf>,
}

impl Stage {
    fn cluster(&self) -> Result<&Cluster> {
        self.cluster.as_ref().context("no PostgreSQL was started")
    }

    /// A server on a new database, and an application in it.
    fn server(&self) -> Result<(Server, Target)> {
        let url = self.cluster.as_ref().map(|cluster| cluster.database("torture")).transpose()?;
        let server = Server::start_on(self.program.clone(), url.as_deref(), None)?;
        let target = target(&server)?;
        Ok((server, target))
    }
}

/// An application to write to.
fn target(server: &Server) -> Result<Target> {
    let connection = server.application("torture", &[])?;
    Target::parse(&connection.base_url, &connection.token)
}

pub fn run(arguments: &[&str]) -> Result<ExitCode> {
    let options = Options::parse(arguments)?;
    let chosen: Vec<&Scenario> = SCENARIOS.iter().filter(|scenario| options.wants(scenario)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        bail!("nothing to do: the scenarios are {}", names.join(", "));
    }
    if chosen.iter().any(|scenario| scenario.database == Database::Postgres) {
        debian::bring(debian::POSTGRES)?;
    }
    // What the tests were built as will do for a few rounds.
    let program = match &options.program {
        Some(program) => program.clone(),
        None => program(if options.short { Build::Debug } else { Build::Release })?,
    };
    let mut failed = 0;
    for scenario in chosen {
        let rounds = options.rounds.unwrap_or(if options.short { scenario.short_rounds } else { scenario.rounds });
        let start = Instant::now();
        let outcome = on_stage(scenario, &program, rounds, options.previous.clone());
        let took = start.elapsed().as_secs_f64();
        match outcome {
            Ok(told) => eprintln!("ok      {:<14} {told} ({took:.0} s)", scenario.name),
            Err(error) => {
                failed += 1;
                eprintln!("FAILED  {:<14} {error:#} ({took:.0} s)", scenario.name);
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn on_stage(
    scenario: &Scenario,
    program: &std::path::Path,
    rounds: usize,
    previous: Option<PathBuf>,
) -> Result<String> {
    let cluster = match scenario.database {
        Database::Sqlite => None,
        Database::Postgres => Some(Cluster::start(Durability::Full)?),
    };
    (scenario.run)(&Stage { program: program.to_path_buf(), rounds, cluster, previous })
}

/// In milliseconds.
fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1_000.0)
}

#[derive(Default)]
struct Options {
    short: bool,
    rounds: Option<usize>,
    database: Option<Database>,
    only: Option<String>,
    previous: Option<PathBuf>,
    program: Option<PathBuf>,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options::default();
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            if *option == "--short" {
                options.short = true;
                continue;
            }
            let value = rest.next().with_context(|| format!("{option} needs a value"))?;
            match (*option, *value) {
                ("--rounds", rounds) => options.rounds = Some(rounds.parse().context("--rounds takes a whole number")?),
                ("--database", "sqlite") => options.database = Some(Database::Sqlite),
                ("--database", "postgres") => options.database = Some(Database::Postgres),
                ("--only", name) => options.only = Some(name.to_owned()),
                ("--previous", path) => {
                    options.previous = Some(std::fs::canonicalize(path).with_context(|| format!("--previous {path}"))?);
                }
                ("--program", path) => {
                    options.program = Some(std::fs::canonicalize(path).with_context(|| format!("--program {path}"))?);
                }
                _ => bail!("torture knows no {option} {value}"),
            }
        }
        Ok(options)
    }

    /// The upgrade needs an earlier build.
    fn wants(&self, scenario: &Scenario) -> bool {
        self.database.is_none_or(|database| database == scenario.database)
            && self.only.as_ref().is_none_or(|only| scenario.name.starts_with(only.as_str()))
            && (scenario.name != "upgrade" || self.previous.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_chosen() {
        let chosen = |arguments: &[&str]| -> Vec<&str> {
            let options = Options::parse(arguments).unwrap();
            SCENARIOS.iter().filter(|scenario| options.wants(scenario)).map(|scenario| scenario.name).collect()
        };
        assert_eq!(chosen(&["--short"]).len(), SCENARIOS.len() - 1);
        assert_eq!(chosen(&["--database", "sqlite"]), ["kill-sqlite", "full-sqlite"]);
        assert_eq!(chosen(&["--only", "kill", "--database", "postgres"]), ["kill-postgres"]);
        assert_eq!(chosen(&["--only", "upgrade", "--previous", "/"]), ["upgrade"]);
        assert_eq!(chosen(&["--only", "nothing"]), Vec::<&str>::new());
        assert!(Options::parse(&["--rounds", "many"]).is_err());
        assert!(Options::parse(&["--database", "oracle"]).is_err());
    }
}
