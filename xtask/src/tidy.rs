//! `cargo xtask tidy`: the rules of the tree that no compiler checks.
//!
//! Each rule gives sentences that name the file and what to do. Not here: formatting (rustfmt), what clippy can say,
//! the schema (`schema`).

mod arrows;
mod layout;
mod text;
mod versions;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::process::output;
use crate::root;

/// What the rules found.
#[derive(Default)]
pub struct Findings {
    /// Each fails the command.
    pub errors: Vec<String>,
    /// Each is only told.
    pub warnings: Vec<String>,
}

/// Runs every rule.
pub fn run() -> Result<ExitCode> {
    let root = root();
    let files = files(&root)?;
    let mut findings = Findings::default();
    arrows::check(&root, &mut findings)?;
    versions::check(&root, &files, &mut findings)?;
    layout::check(&files, &mut findings);
    text::check(&root, &files, &mut findings);
    for warning in &findings.warnings {
        eprintln!("tidy: warning: {warning}");
    }
    for error in &findings.errors {
        eprintln!("tidy: {error}");
    }
    if !findings.errors.is_empty() {
        eprintln!("tidy: {} to mend", findings.errors.len());
        return Ok(ExitCode::FAILURE);
    }
    eprintln!("tidy: {} files in order", files.len());
    Ok(ExitCode::SUCCESS)
}

/// Every file that git has or would take, relative to the top of the checkout.
pub fn files(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = output(&mut git)?;
    let there = |file: &&str| !file.is_empty() && root.join(file).is_file();
    let mut files: Vec<String> = list.split('\0').filter(there).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}
