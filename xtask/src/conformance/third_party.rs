//! The checks that other people wrote, in Python: an environment for them, and a small runner for each in
//! `xtask/python`.
//!
//! A runner gets the server by its environment and writes its results to a file, since what these programs print is for
//! people.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::{CheckResult, Outcome};
use crate::process::{output, status};
use crate::server::Connection;
use crate::{debian, root};

pub const SCIM2_TESTER: &str = "scim2-tester";
pub const SCIM_SANITY: &str = "scim-sanity";
pub const STORAGE_CONTRACT: &str = "storage-contract";

/// Runs a suite and gives a result for each of its checks.
pub fn run(suite: &str, server: &Connection) -> Result<Vec<CheckResult>> {
    let root = root();
    let python = environment(&root)?;
    let runner = match suite {
        SCIM2_TESTER => "run_scim2_tester.py",
        SCIM_SANITY => "run_scim_sanity.py",
        STORAGE_CONTRACT => "run_storage_contract.py",
        _ => bail!("there is no suite {suite}"),
    };
    let file = root.join("target").join(format!("conformance-{suite}.json"));
    // Results of an earlier run must not pass for those of this one.
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    let mut command = Command::new(python);
    // -B: no compiled files beside the sources.
    command.arg("-B").arg(root.join("xtask/python").join(runner)).arg(&file).current_dir(root.join("target"));
    command.env("CONFORMANCE_URL", &server.base_url).env("CONFORMANCE_TOKEN", &server.token);
    let ended = status(command.stdin(Stdio::null()).stdout(Stdio::null()))?;
    if !ended.success() {
        bail!("{suite} came to no result ({ended})");
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("{suite} left no results"))?;
    results(&text).with_context(|| format!("the results of {suite} have another shape than expected"))
}

fn results(text: &str) -> Option<Vec<CheckResult>> {
    let list: Value = serde_json::from_str(text).ok()?;
    let one = |entry: &Value| {
        let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
        let outcome = match text("outcome")?.as_str() {
            "passed" => Outcome::Passed,
            "failed" => Outcome::Failed,
            "skipped" => Outcome::NotOffered,
            _ => return None,
        };
        Some(CheckResult { detail: text("detail")?, ..CheckResult::new(text("check")?, outcome) })
    };
    list.as_array()?.iter().map(one).collect()
}

/// The interpreter of a virtual environment under `target` that holds exactly `requirements.txt`. Made anew when that
/// file changed.
fn environment(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/conformance-venv");
    let python = folder.join("bin/python");
    let requirements = root.join("xtask/python/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    let installed = folder.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    debian::bring(debian::PYTHON)?;
    let version = output(Command::new("python3").args(["-c", "import sys; print(sys.version_info >= (3, 11))"]))?;
    if version.trim() != "True" {
        bail!("the checks from PyPI need Python 3.11 or newer as `python3`; `--only own` runs ours without them");
    }
    eprintln!("xtask: making {}", folder.display());
    output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    output(install.arg(&requirements))?;
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_or_refused() {
        let read = results(r#"[{ "check": "a", "outcome": "skipped", "detail": "no bulk" }]"#).unwrap();
        assert_eq!(
            (read[0].check.as_str(), read[0].outcome, read[0].detail.as_str()),
            ("a", Outcome::NotOffered, "no bulk")
        );
        for wrong in ["", "{}", "[1]", r#"[{ "check": "a", "outcome": "perhaps", "detail": "" }]"#] {
            assert!(results(wrong).is_none(), "{wrong}");
        }
    }
}
