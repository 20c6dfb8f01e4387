//! `cargo xtask bench report`: how long the dashboard's provisioning report takes over millions of rows.
//!
//! The rows are put into the database behind the server's back; the server counts them by itself, as it would, and is then
//! asked for the page as a browser asks for it, one request after the other.

mod fill;
mod searches;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::process::Machine;
use super::{page, table};
use crate::client::{Client, Request, Target};
use crate::postgres::{Cluster, Durability};
use crate::server::{Build, Server, program};
use crate::{debian, root};

use fill::{Rows, Tables};
use searches::{SEARCHES, Search};

/// What the browser of the administrator holds, and its SHA-256, which the database holds.
const COOKIE: &str = "rollcall-bench-report-session";
const COOKIE_SHA256: &str = "1b5b3b7c169887b237c141b64941c772961bdbc98d2185439eab5bd54caa8eb0";
/// The limit for the 95th percentile.
const LIMIT_MS: f64 = 300.0;
/// Counting what is there is given up after this.
const COUNTED_AFTER: Duration = Duration::from_secs(30 * 60);

struct Options {
    events: i64,
    rounds: usize,
    postgres: bool,
    program: Option<PathBuf>,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let mut options = Options { events: 10_000_000, rounds: 40, postgres: false, program: None };
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let value = *rest.next().with_context(|| format!("{option} needs a value"))?;
            match *option {
                "--events" => options.events = value.parse().context("--events takes a whole number")?,
                "--rounds" => options.rounds = value.parse().context("--rounds takes a whole number")?,
                "--program" => options.program = Some(value.into()),
                "--database" => {
                    options.postgres = match value {
                        "sqlite" => false,
                        "postgres" => true,
                        _ => bail!("--database takes sqlite or postgres"),
                    }
                }
                _ => bail!("bench report knows no {option}"),
            }
        }
        ensure!(options.events >= 10_000, "--events takes a number of at least 10000");
        ensure!(options.rounds > 0, "--rounds takes a number above 0");
        Ok(options)
    }
}

/// What a search took.
struct Measured {
    name: &'static str,
    p50_ms: f64,
    p95_ms: f64,
    worst_ms: f64,
}

/// Measures, prints a line for each search as it goes, and writes the section of `docs/benchmarks.md`.
pub fn run(arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let folder = root().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    let mut cluster = None;
    if options.postgres {
        debian::bring(debian::POSTGRES)?;
        cluster = Some(Cluster::start(Durability::Full)?);
    }
    let url = cluster.as_ref().map(|cluster: &Cluster| cluster.database("bench")).transpose()?;
    let program = options.program.clone().map_or_else(|| program(Build::Release), Ok)?;
    let mut server = Server::start_on(program, url.as_deref(), Some(&folder))?;
    server.applications("bench", &["Okta Europe", "Entra", "Migration"])?;
    server.kill()?;
    let begun = Instant::now();
    let mut tables = Tables::open(url.as_deref(), &server.sqlite_file())?;
    let rows = Rows::fill(&mut tables, options.events, COOKIE_SHA256)?;
    eprintln!("{} rows after {:.0} s", table::grouped(usize::try_from(rows.events)?), begun.elapsed().as_secs_f64());
    server.restart()?;
    let begun = Instant::now();
    let mut left = 3;
    // Until it has counted and there was nothing more for some time.
    let mut up_to = -1;
    while left > 0 {
        ensure!(begun.elapsed() < COUNTED_AFTER, "the server does not get to the end of counting");
        std::thread::sleep(Duration::from_secs(5));
        let now = tables.counted_up_to()?;
        left = if now > 0 && now == up_to { left - 1 } else { 3 };
        up_to = now;
    }
    eprintln!("counted after {:.0} s", begun.elapsed().as_secs_f64());
    let target =
        Target::parse(&format!("http://{}", server.authority()), "")?.with_cookie(format!("rollcall_session={COOKIE}"));
    let measured = measure(&target, &rows, options.rounds)?;
    let database = if options.postgres { "PostgreSQL" } else { "SQLite" };
    page::write_report(&root(), database, &Machine::this(&folder), options.rounds, rows.events, &lines(&measured))?;
    let slow: Vec<&str> = measured.iter().filter(|row| row.p95_ms >= LIMIT_MS).map(|row| row.name).collect();
    ensure!(slow.is_empty(), "the 95th percentile is {LIMIT_MS} ms or more: {}", slow.join("; "));
    Ok(())
}

fn measure(target: &Target, rows: &Rows, rounds: usize) -> Result<Vec<Measured>> {
    let mut client = Client::connect(target)?;
    let mut measured = Vec::new();
    for Search { name, query, has } in SEARCHES {
        let mut times = Vec::new();
        for round in 0..rounds {
            // The path of the target ends with a slash.
            let path = format!("t/bench/reports/provisioning?{}", query(rows, round));
            let sent = Instant::now();
            let answer = client.send(&Request::get(path.clone()))?;
            times.push(sent.elapsed().as_secs_f64() * 1e3);
            let text = String::from_utf8_lossy(&answer.body);
            ensure!(
                answer.status == 200 && text.contains(&has(rows)),
                "{name}: {path} is answered with {}: {:.3000}",
                answer.status,
                text
            );
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            times.get(((times.len() as f64 * share) as usize).min(times.len() - 1)).copied().unwrap_or_default()
        };
        let row = Measured { name, p50_ms: at(0.5), p95_ms: at(0.95), worst_ms: at(1.0) };
        eprintln!("{:<70} {:>8.1} {:>8.1} {:>8.1}", row.name, row.p50_ms, row.p95_ms, row.worst_ms);
        measured.push(row);
    }
    Ok(measured)
}

fn lines(measured: &[Measured]) -> String {
    let line =
        |row: &Measured| format!("| {} | {:.0} | {:.0} | {:.0} |\n", row.name, row.p50_ms, row.p95_ms, row.worst_ms);
    let lines: String = measured.iter().map(line).collect();
    format!("| search | p50 ms | p95 ms | worst ms |\n|---|--:|--:|--:|\n{lines}")
}
