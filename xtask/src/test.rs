//! `cargo xtask test`: every test, with everything that they need.

use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::Result;

use crate::pgbouncer::{self, Proxy};
use crate::process::{self, cargo, status};
use crate::{debian, postgres, root, tidy};

/// Runs the tests and gives cargo-nextest's own exit code, whose closing lines come last.
pub fn run(arguments: &[&str]) -> Result<ExitCode> {
    let arguments = arguments.strip_prefix(&["--"]).unwrap_or(arguments);
    let root = root();
    debian::bring(debian::BROWSER)?;
    bring_nextest(&root)?;
    debian::bring(debian::PGBOUNCER)?;
    let (url, _stopped_at_the_end) = postgres::server()?;
    let proxy = Proxy::start(&url)?;
    if arguments.is_empty() && has_doc_tests(&root)? {
        process::run(cargo(&root).args(["test", "--workspace", "--doc", "--quiet"]).env(postgres::URL_VARIABLE, &url))?;
    }
    let mut nextest = cargo(&root);
    nextest.args(["nextest", "run"]);
    // cargo would take `--workspace` over a package that is named as well.
    if !arguments.iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package")) {
        nextest.arg("--workspace");
    }
    nextest.args(arguments).env(postgres::URL_VARIABLE, &url).env(pgbouncer::URL_VARIABLE, proxy.url());
    let code = status(&mut nextest)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

fn bring_nextest(root: &Path) -> Result<()> {
    let found = cargo(root).args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    eprintln!("xtask: installing cargo-nextest");
    // A fixed version: a later one may ask for a later Rust.
    process::run(cargo(root).args(["install", "--locked", "cargo-nextest", "--version", "0.9.143"]))
}

/// Whether any documentation comment holds code that rustdoc would run: a fence without a language, or with `rust`.
fn has_doc_tests(root: &Path) -> Result<bool> {
    for file in tidy::files(root)?.iter().filter(|file| file.ends_with(".rs")) {
        let Ok(text) = std::fs::read_to_string(root.join(file)) else { continue };
        let mut inside = false;
        for line in text.lines().map(str::trim_start).filter(|line| line.starts_with("///") || line.starts_with("//!"))
        {
            if let Some(language) = line.get(3..).and_then(|rest| rest.trim().strip_prefix("```")) {
                if !inside && (language.is_empty() || language.starts_with("rust")) {
                    return Ok(true);
                }
                inside = !inside;
            }
        }
    }
    Ok(false)
}
