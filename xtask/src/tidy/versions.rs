//! Third-party versions stand only in the workspace table, each with what it is for. Fuzz targets are a workspace of their
//! own, whose dependencies are its table.

use std::path::Path;

use anyhow::{Context, Result};

use super::Findings;

pub fn check(root: &Path, files: &[String], findings: &mut Findings) -> Result<()> {
    for file in files.iter().filter(|file| file.ends_with("Cargo.toml")) {
        let text = std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        let errors = match file.as_str() {
            "Cargo.toml" => without_purpose(&text, "workspace.dependencies"),
            file if file.ends_with("/fuzz/Cargo.toml") => without_purpose(&text, "dependencies"),
            _ => with_own_version(&text),
        };
        findings.errors.extend(errors.into_iter().map(|(line, error)| format!("{file}:{line}: {error}")));
    }
    Ok(())
}

/// The lines of the sections whose header `wanted` takes, with their numbers and the line above.
fn lines_of(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<(usize, &str, &str)> {
    let mut inside = false;
    let mut above = "";
    let mut lines = Vec::new();
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.starts_with('[') {
            inside = wanted(line.trim_matches(['[', ']']));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            lines.push((index + 1, line, above));
        }
        above = line;
    }
    lines
}

/// In the table of a workspace: a comment behind the version or right above it.
fn without_purpose(text: &str, table: &str) -> Vec<(usize, String)> {
    let told = |line: &str, above: &str| line.contains(" # ") || above.starts_with('#') || line.contains("path = ");
    let lines = lines_of(text, |section| section == table);
    let silent = lines.into_iter().filter(|(_, line, above)| !told(line, above));
    silent.map(|(number, line, _)| (number, format!("`{}` does not say what it is for", name(line)))).collect()
}

/// In a crate: only `workspace = true`.
fn with_own_version(text: &str) -> Vec<(usize, String)> {
    let lines = lines_of(text, |section| section.ends_with("dependencies"));
    let own = lines.into_iter().filter(|(_, line, _)| !line.replace(' ', "").contains("workspace=true"));
    own.map(|(number, line, _)| {
        (number, format!("`{}` has a version of its own: put it into the workspace's Cargo.toml", name(line)))
    })
    .collect()
}

fn name(line: &str) -> &str {
    line.split(['=', '.', ' ']).next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_party_crate_says_what_it_is_for() {
        let text = "[workspace.dependencies]\nours = { path = \"crates/ours\" }\n# A heading\n\nsilent = \"1\"\ntold = \"1\" # why\n# why\nalso = \"1\"\n[other]\nx = 1\n";
        assert_eq!(
            without_purpose(text, "workspace.dependencies"),
            [(5, "`silent` does not say what it is for".to_owned())]
        );
    }

    #[test]
    fn crates_take_the_versions_of_the_workspace() {
        let text = "[dependencies]\na.workspace = true\nb = { workspace = true, features = [] }\nc = \"1\"\n[features]\nd = []\n[dev-dependencies]\ne = { version = \"1\" }\n";
        let found: Vec<usize> = with_own_version(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(found, [4, 8]);
    }
}
