//! Which crate may know which: `docs/ARCHITECTURE.md`'s table, held against `cargo metadata`.
//!
//! Only ordinary dependencies count: tests may use what they like. The edges use `database` for its value types alone,
//! which `text` checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Findings;
use crate::process::{cargo, output};

/// A crate of ours, what it may depend on of ours, and what it must not reach, however indirectly.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    must_not_reach: &'static [&'static str],
    /// Must not stand in its own Cargo.toml, though what it uses may reach it.
    must_not_name: &'static [&'static str],
}

const PURE: &[&str] = &["tokio", "actix-web", "diesel", "rand", "aws-lc-rs"];

const RULES: &[Rule] = &[
    Rule { name: "scim-model", may_use: &[], must_not_reach: PURE, must_not_name: &[] },
    Rule { name: "mapping", may_use: &["scim-model"], must_not_reach: PURE, must_not_name: &[] },
    Rule { name: "measure", may_use: &[], must_not_reach: PURE, must_not_name: &[] },
    Rule { name: "database", may_use: &["measure"], must_not_reach: &["actix-web", "scim-model"], must_not_name: &[] },
    Rule {
        name: "registry",
        may_use: &["database", "scim-model", "mapping"],
        must_not_reach: &["actix-web", "askama"],
        must_not_name: &[],
    },
    Rule {
        name: "provisioning",
        may_use: &["registry", "database", "scim-model", "mapping", "measure"],
        must_not_reach: &["actix-web", "askama"],
        must_not_name: &[],
    },
    Rule {
        name: "scim-endpoint",
        may_use: &["provisioning", "registry", "database", "scim-model"],
        must_not_reach: &["askama", "dashboard"],
        must_not_name: &["diesel"],
    },
    Rule {
        name: "dashboard",
        may_use: &["provisioning", "registry", "database", "scim-model", "mapping"],
        must_not_reach: &["scim-endpoint"],
        must_not_name: &["diesel"],
    },
    Rule {
        name: "rollcall",
        may_use: &[
            "dashboard",
            "scim-endpoint",
            "provisioning",
            "registry",
            "database",
            "scim-model",
            "mapping",
            "measure",
            "testkit",
        ],
        must_not_reach: &[],
        must_not_name: &["diesel"],
    },
    Rule { name: "testkit", may_use: &[], must_not_reach: &["diesel", "actix-web"], must_not_name: &[] },
    Rule { name: "xtask", may_use: &["testkit"], must_not_reach: &["actix-web"], must_not_name: &[] },
];

pub fn check(root: &Path, findings: &mut Findings) -> Result<()> {
    let graph = Graph::read(root)?;
    for name in graph.ours() {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            findings
                .errors
                .push(format!("crate {name} has no rule: say in xtask/src/tidy/arrows.rs what it may depend on"));
            continue;
        };
        findings.errors.extend(broken(rule, &graph));
    }
    Ok(())
}

fn broken(rule: &Rule, graph: &Graph) -> Vec<String> {
    let name = rule.name;
    let mut errors = Vec::new();
    for used in graph.uses(name) {
        if graph.is_ours(used) && !rule.may_use.contains(&used.as_str()) {
            errors.push(format!("{name} depends on {used}, but may use only [{}] of ours", rule.may_use.join(", ")));
        }
        if rule.must_not_name.contains(&used.as_str()) {
            errors.push(format!("{name} depends on {used}: that belongs into a crate below"));
        }
    }
    for banned in rule.must_not_reach {
        if let Some(way) = graph.way(name, banned) {
            errors.push(format!("{name} must not reach {banned}, but does: {}", way.join(" → ")));
        }
    }
    errors
}

/// Ordinary dependencies, by name.
struct Graph {
    ours: BTreeSet<String>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn read(root: &Path) -> Result<Graph> {
        let text = output(cargo(root).args(["metadata", "--format-version", "1", "--locked"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata")?;
        Self::from_metadata(&metadata).context("cargo metadata has another shape than expected")
    }

    fn from_metadata(metadata: &Value) -> Option<Graph> {
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let mut names = BTreeMap::new();
        for package in metadata.get("packages")?.as_array()? {
            names.insert(text(package, "id")?, text(package, "name")?);
        }
        let members = metadata.get("workspace_members")?.as_array()?.iter();
        let ours = members.filter_map(|id| names.get(id.as_str()?).cloned()).collect();
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
            let used = edges.entry(names.get(&text(node, "id")?)?.clone()).or_default();
            for dependency in node.get("deps")?.as_array()? {
                // `null` is an ordinary dependency, the others are "dev" and "build".
                if dependency
                    .get("dep_kinds")?
                    .as_array()?
                    .iter()
                    .any(|kind| kind.get("kind").is_some_and(Value::is_null))
                {
                    used.insert(names.get(&text(dependency, "pkg")?)?.clone());
                }
            }
        }
        Some(Graph { ours, edges })
    }

    fn ours(&self) -> impl Iterator<Item = &str> {
        self.ours.iter().map(String::as_str)
    }

    fn is_ours(&self, name: &str) -> bool {
        self.ours.contains(name)
    }

    fn uses(&self, name: &str) -> impl Iterator<Item = &String> {
        self.edges.get(name).into_iter().flatten()
    }

    /// The shortest way from one crate to another, if there is one.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut ways = std::collections::VecDeque::from([vec![from.to_owned()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let last = way.last()?.clone();
            for next in self.uses(&last) {
                let longer = way.iter().chain([next]).cloned().collect::<Vec<_>>();
                if next == to {
                    return Some(longer);
                }
                if seen.insert(next.clone()) {
                    ways.push_back(longer);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let ours = RULES.iter().map(|rule| rule.name.to_owned()).collect();
        let edges = edges
            .iter()
            .map(|(from, to)| ((*from).to_owned(), to.iter().map(|name| (*name).to_owned()).collect()))
            .collect();
        Graph { ours, edges }
    }

    fn errors(edges: &[(&str, &[&str])]) -> Vec<String> {
        RULES.iter().flat_map(|rule| broken(rule, &graph(edges))).collect()
    }

    #[test]
    fn arrows_point_down() {
        assert!(
            errors(&[("dashboard", &["registry"]), ("registry", &["database"]), ("database", &["diesel"])]).is_empty()
        );
        assert_eq!(
            errors(&[("registry", &["dashboard"])]),
            ["registry depends on dashboard, but may use only [database, scim-model, mapping] of ours"]
        );
    }

    #[test]
    fn what_is_banned_is_found_far_away() {
        assert_eq!(
            errors(&[("scim-model", &["uuid"]), ("uuid", &["rand", "serde"])]),
            ["scim-model must not reach rand, but does: scim-model → uuid → rand"]
        );
        assert_eq!(
            errors(&[("dashboard", &["diesel"])]),
            ["dashboard depends on diesel: that belongs into a crate below"]
        );
    }
}
