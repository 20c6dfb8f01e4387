//! `docs/benchmarks.md`: a section for each database, each with the machine and the date of its own measurement.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Options;
use super::process::Machine;
use crate::process::output;

const INTRODUCTION: &str = "\
# Benchmarks

Written by `cargo xtask bench` (`--database postgres` for the second section). Client, server and database share one machine
over loopback, with kept connections and users of about 1 kB as Okta writes them; every status is checked, and the content of
one answer in 16. Requests a second depend on the machine and on what else it does; CPU time a request hardly does, and it is
what `--compare` looks at. SQLite runs with `synchronous=FULL`, PostgreSQL with `fsync=on`: what is acknowledged is on the disk.
A group of 10,000 has all users where these are fewer. Memory is all that is resident.
";

/// Puts the section of one database into the page, and leaves the other as it is.
pub fn write(root: &Path, database: &str, machine: &Machine, options: &Options, tables: &str) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let git = |arguments: &[&str]| output(Command::new("git").arg("-C").arg(root).args(arguments)).unwrap_or_default();
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"])).context("the date")?;
    let section = format!(
        "\nMeasured on {} with {} connections and {} s a step, at commit {}, on {} ({} cores), Linux {}, {}.\n\n{}",
        date.trim(),
        options.connections,
        options.time.as_secs(),
        git(&["rev-parse", "--short", "HEAD"]).trim(),
        machine.processor,
        machine.cores,
        machine.kernel,
        machine.disk,
        tables.trim_end(),
    );
    std::fs::write(&path, with_section(&page, database, &section))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Puts what the report took on one database into the page, and leaves the rest as it is.
pub fn write_report(
    root: &Path,
    database: &str,
    machine: &Machine,
    rounds: usize,
    events: i64,
    lines: &str,
) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    let date = output(Command::new("date").args(["-u", "+%Y-%m-%d"])).context("the date")?;
    let section = format!(
        "\nMeasured on {} by `cargo xtask bench report`, on {} ({} cores), Linux {}, {}: the dashboard's page for {} rows of one \
         tenant in a year, a twentieth of them within two hours; {rounds} requests of each kind over one connection, one after \
         the other.\n\n{}",
        date.trim(),
        machine.processor,
        machine.cores,
        machine.kernel,
        machine.disk,
        super::table::grouped(usize::try_from(events)?),
        lines.trim_end(),
    );
    std::fs::write(&path, with_section(&page, &format!("The report, {database}"), &section))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The page with the section of that name in its place, SQLite's first and the report's last.
fn with_section(page: &str, name: &str, section: &str) -> String {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for part in page.split("\n## ").skip(1) {
        if let Some((heading, body)) = part.split_once('\n')
            && heading != name
        {
            sections.push((heading, body.trim_end().to_owned()));
        }
    }
    sections.push((name, section.to_owned()));
    sections.sort_by_key(|(heading, _)| (heading.starts_with("The report"), !heading.ends_with("SQLite")));
    let sections: String = sections.iter().map(|(heading, body)| format!("\n## {heading}\n{body}\n")).collect();
    format!("{INTRODUCTION}{sections}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_its_own_alone() {
        let first = with_section("", "PostgreSQL", "\nfirst\n### a\n");
        let both = with_section(&first, "SQLite", "\nsecond");
        assert!(both.find("## SQLite").unwrap() < both.find("## PostgreSQL").unwrap(), "{both}");
        let again = with_section(&both, "PostgreSQL", "\nthird");
        assert!(again.contains("second") && again.contains("third") && !again.contains("first"), "{again}");
        assert_eq!(again.matches("## ").count(), 2, "{again}");
        assert!(again.starts_with("# Benchmarks\n"));
    }
}
