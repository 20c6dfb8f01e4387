//! `cargo xtask bench`: what a SCIM server does over loopback, step by step, at several sizes of the directory.
//!
//! Client and server share the machine's cores, so requests a second depend on both; the server's CPU time a request does
//! not, and it is what measurements are compared by. Figures of two machines cannot be compared at all.

mod bodies;
mod measure;
mod page;
mod process;
pub mod report;
mod steps;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::client::Target;
use crate::postgres::{Cluster, Durability};
use crate::server::{Build, Server, program};
use crate::{debian, root};

use bodies::Names;
use measure::Watched;
use process::{Machine, Processes};
use steps::{Bench, People};
use table::Row;

/// A step may cost so many times the CPU time of an earlier measurement.
const THRESHOLD: f64 = 1.25;
/// Filling has nothing to measure and may take more connections.
const FILLERS: usize = 32;

/// Measures, prints a line for each step as it goes, and writes what was asked for.
pub fn run(arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let earlier = options.compare.as_deref().map(read).transpose()?;
    let folder = root().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    let (mut cluster, mut ours) = (None, None);
    let target = match &options.server {
        Some((base_url, token)) => Target::parse(base_url, token)?,
        None => {
            if options.postgres {
                debian::bring(debian::POSTGRES)?;
                cluster = Some(Cluster::start(Durability::Full)?);
            }
            let url = cluster.as_ref().map(|cluster: &Cluster| cluster.database("bench")).transpose()?;
            let server = Server::start_on(program(Build::Release)?, url.as_deref(), Some(&folder))?;
            let connection = server.application("bench", &[])?;
            ours = Some(server);
            Target::parse(&connection.base_url, &connection.token)?
        }
    };
    let watched = || {
        let server = ours.as_ref().and_then(Server::process).or(options.process);
        let database = cluster.as_ref().map(Cluster::processes).unwrap_or_default();
        Watched { server: Processes(server.into_iter().collect()), database: Processes(database) }
    };
    let names = Names { run: format!("r{}", std::process::id()) };
    let (mut rows, mut people) = (Vec::new(), People::default());
    for users in &options.users {
        let took = steps::fill(&target, &names, &mut people, *users, FILLERS)?;
        eprintln!("{} users after {:.0} s more", table::grouped(*users), took.as_secs_f64());
        eprintln!("{}", table::heading());
        let mut bench = Bench {
            target: &target,
            users: *users,
            watched: watched(),
            names: &names,
            people: &mut people,
            time: options.time,
            connections: options.connections,
            only: &options.steps,
            tell: &|row| {
                eprintln!("{}", row.line());
                if let Some(error) = &row.error {
                    eprintln!("    the last error: {error}");
                }
            },
            rows: Vec::new(),
        };
        bench.run()?;
        rows.append(&mut bench.rows);
    }
    if let Some(path) = &options.json {
        let all = json!({ "rows": rows.iter().map(Row::to_json).collect::<Vec<Value>>() });
        std::fs::write(path, format!("{all:#}\n")).with_context(|| format!("cannot write {}", path.display()))?;
    }
    // A part, or a server of somebody else's, is no page for people.
    if options.server.is_none() && options.steps.is_empty() {
        let database = if options.postgres { "PostgreSQL" } else { "SQLite" };
        page::write(&root(), database, &Machine::this(&folder), &options, &table::markdown(&rows, &options.users))?;
    }
    match earlier {
        Some(earlier) => judge(&earlier, &rows, options.threshold),
        None => Ok(()),
    }
}

fn judge(earlier: &[Row], rows: &[Row], threshold: f64) -> Result<()> {
    let (lines, worse) = table::compare(earlier, rows, threshold);
    ensure!(!lines.is_empty(), "nothing to compare: the earlier measurement has none of these steps at these sizes");
    eprintln!("\nnow ÷ then");
    lines.iter().for_each(|line| eprintln!("{line}"));
    ensure!(worse.is_empty(), "more than {threshold} times the CPU time a request:\n{}", worse.join("\n"));
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<Row>> {
    let what = || format!("{}, from an earlier --json", path.display());
    let text = std::fs::read_to_string(path).with_context(what)?;
    let all: Value = serde_json::from_str(&text).with_context(what)?;
    let rows = all.get("rows").and_then(Value::as_array).with_context(what)?;
    rows.iter().map(Row::from_json).collect::<Result<_>>().with_context(what)
}

pub struct Options {
    pub time: Duration,
    pub connections: usize,
    /// In rising order.
    pub users: Vec<usize>,
    postgres: bool,
    steps: Vec<String>,
    server: Option<(String, String)>,
    process: Option<u32>,
    compare: Option<PathBuf>,
    threshold: f64,
    json: Option<PathBuf>,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options {
            time: Duration::from_secs(5),
            connections: 16,
            users: vec![1_000, 100_000, 1_000_000],
            postgres: false,
            steps: Vec::new(),
            server: None,
            process: None,
            compare: None,
            threshold: THRESHOLD,
            json: None,
        };
        let (mut url, mut token) = (None, None);
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let value = *rest.next().with_context(|| format!("{option} needs a value"))?;
            match *option {
                "--seconds" => {
                    options.time = Duration::from_secs(value.parse().context("--seconds takes a whole number")?);
                }
                "--connections" => options.connections = value.parse().context("--connections takes a whole number")?,
                "--users" => {
                    let numbers: Result<Vec<usize>, _> = value.split(',').map(str::parse).collect();
                    options.users = numbers.context("--users takes whole numbers, such as 1000,100000")?;
                    options.users.sort_unstable();
                }
                "--database" => {
                    options.postgres = match value {
                        "sqlite" => false,
                        "postgres" => true,
                        _ => bail!("--database takes sqlite or postgres"),
                    }
                }
                "--steps" => options.steps = value.split(',').map(str::to_owned).collect(),
                "--url" => url = Some(value.to_owned()),
                "--token" => token = Some(value.to_owned()),
                "--pid" => options.process = Some(value.parse().context("--pid takes a process id")?),
                "--compare" => options.compare = Some(value.into()),
                "--threshold" => {
                    options.threshold = value.parse().context("--threshold takes a number, such as 1.25")?
                }
                "--json" => options.json = Some(value.into()),
                _ => bail!("bench knows no {option}"),
            }
        }
        ensure!(url.is_some() == token.is_some(), "--url and --token belong together");
        ensure!(options.users.first().is_some_and(|users| *users > 0), "--users takes numbers above 0");
        ensure!(options.connections > 0, "--connections takes a number above 0");
        options.server = url.zip(token);
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood_or_refused() {
        let options = Options::parse(&["--users", "100000,1000", "--seconds", "2", "--steps", "get,PUT"]).unwrap();
        assert_eq!((options.users, options.time), (vec![1_000, 100_000], Duration::from_secs(2)));
        assert_eq!(options.steps, ["get", "PUT"]);
        for refused in [
            &["--users", "0"][..],
            &["--users", "many"],
            &["--url", "http://x"],
            &["--token", "t"],
            &["--database", "oracle"],
            &["--seconds"],
            &["--colour", "red"],
        ] {
            assert!(Options::parse(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_regression_fails_and_nothing_to_compare_does_too() {
        let outcome = |us: u64| measure::Outcome {
            elapsed: Duration::from_secs(1),
            latencies: vec![Duration::from_millis(1); 100],
            server_cpu: Some(Duration::from_micros(us * 100)),
            ..measure::Outcome::default()
        };
        let rows = |us| [Row::of("get by id", 1_000, &outcome(us))];
        assert!(judge(&rows(100), &rows(110), THRESHOLD).is_ok());
        assert!(judge(&rows(100), &rows(150), THRESHOLD).unwrap_err().to_string().contains("150 us instead of 100"));
        assert!(judge(&[], &rows(100), THRESHOLD).is_err());
    }
}
