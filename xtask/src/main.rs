//! The project's automation: `cargo xtask <command>`. Depends on no crate of the product, so that it works while they do
//! not compile; `testkit`, whose conformance checks it runs, uses none of them either.

mod bench;
mod client;
mod conformance;
mod debian;
mod pgbouncer;
mod postgres;
mod process;
mod schema;
mod server;
mod test;
mod tidy;
mod torture;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  test [-- ARGUMENTS]     runs every test on SQLite and on a throw-away PostgreSQL that it starts itself; ARGUMENTS go to
                          cargo-nextest. Brings PostgreSQL, pgbouncer, Chromium and cargo-nextest where they are missing and it may.
                          With ROLLCALL_TEST_POSTGRES_URL set it uses that server and starts none.
  schema [--check]        applies the migrations of both databases to scratch databases, fails unless they agree, and writes
                          crates/database/src/schema.rs (--check: fails unless it is up to date)
  tidy                    checks the rules of the tree that no compiler checks
  bench [--url BASE_URL --token TOKEN [--pid PID]] [--database sqlite|postgres] [--users 1000,100000,1000000] [--seconds 5]
        [--connections 16] [--steps NAME,...] [--json FILE] [--compare FILE [--threshold 1.25]]
                          measures a release build of the server (or the server at BASE_URL) over loopback, step by step,
                          with so many users, and writes docs/benchmarks.md. Creating users takes longest: of ours about five
                          minutes for a million; each size takes two more. NAME is the beginning of a step's name. --compare
                          takes an earlier --json and fails when a step costs more CPU time a request than it did
  bench report [--database sqlite|postgres] [--events 10000000] [--rounds 40] [--program PROGRAM]
                          puts so many rows into the report of a release build (or PROGRAM) and measures the dashboard's page of it; fails
                          where a search's p95 is 300 ms or more. Ten million rows take about 8 GB and ten minutes
  torture [--short] [--rounds N] [--database sqlite|postgres] [--only NAME] [--program PROGRAM]
          [--previous PROGRAM]
                          kills a server (PROGRAM, or a build of this tree) under load, cuts it off from its database, fills its disk, runs two of them side by
                          side, and looks whether everything that was acknowledged is there. Brings PostgreSQL where it may.
                          NAME: kill-sqlite, kill-postgres, nodes, cut, full-sqlite, full-postgres (root), upgrade (needs the
                          program of an earlier build)
  conformance [--url BASE_URL --token TOKEN] [--only NAME] [--json]
                          checks the SCIM server at BASE_URL (or a new one of ours) against the RFCs, with our own checks and
                          with scim2-tester, scim-sanity and scim2-server's storage contract. It makes, changes and deletes
                          users and groups there. NAME is a suite, a family of our checks, a requirement or one check
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["test", rest @ ..] => test::run(rest),
        ["schema"] => schema::run(schema::Mode::Write).map(|()| ExitCode::SUCCESS),
        ["schema", "--check"] => schema::run(schema::Mode::Check).map(|()| ExitCode::SUCCESS),
        ["tidy"] => tidy::run(),
        ["conformance", rest @ ..] => conformance::run(rest),
        ["torture", rest @ ..] => torture::run(rest),
        ["bench", "report", rest @ ..] => bench::report::run(rest).map(|()| ExitCode::SUCCESS),
        ["bench", rest @ ..] => bench::run(rest).map(|()| ExitCode::SUCCESS),
        _ => {
            eprint!("{HELP}");
            return if matches!(arguments.as_slice(), ["help" | "--help" | "-h"]) {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

/// The top of the checkout.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}
