//! Attribute mapping: which SCIM attribute of a client's resource feeds which attribute of the tenant's directory.
//!
//! A [`Mapping`] is a list of [`Rule`]s, edited by an administrator and kept in the application's settings. This crate
//! parses, checks, applies and explains rules. It is pure: no clock, no socket, no database, and it never alters the
//! resource: what a client wrote is answered as written.
//!
//! Deliberately not here: expressions, and the writing of the directory (crate `provisioning`).

mod apply;
mod catalogue;
mod check;
mod source;

pub use apply::{BoundMapping, Profile};
pub use catalogue::{AttributeKind, DirectoryAttribute, catalogue};
pub use check::{Field, RowError};

use serde::{Deserialize, Serialize};

/// The rules of one application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Rules for users, in the order in which they are shown.
    pub users: Vec<Rule>,
}

/// One row: a directory attribute and the SCIM path that feeds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name of the directory attribute: one of [`catalogue`], or a custom one.
    pub attribute: String,
    /// SCIM path in the notation of RFC 7644 §3.5.2: `title`, `name.givenName`, `emails[type eq "work"].value`.
    pub path: String,
}

/// The rows that every mapping has: a person in the directory cannot be without them.
pub const REQUIRED: [(&str, &str); 6] = [
    ("userName", "userName"),
    ("givenName", "name.givenName"),
    ("familyName", "name.familyName"),
    ("email", "emails[type eq \"work\"].value"),
    ("displayName", "displayName"),
    ("active", "active"),
];

/// Whether `attribute` is one of the [`REQUIRED`] rows.
pub fn is_required(attribute: &str) -> bool {
    REQUIRED.iter().any(|(required, _)| *required == attribute)
}

impl Default for Mapping {
    /// The required rows and those that Okta maps by default.
    fn default() -> Self {
        const USUAL: [&str; 7] =
            ["title", "department", "division", "costCenter", "employeeNumber", "mobilePhone", "locale"];
        let required = REQUIRED.iter().map(|(attribute, path)| Rule::new(attribute, path));
        let usual = catalogue()
            .iter()
            .filter(|attribute| USUAL.contains(&attribute.name))
            .map(|attribute| Rule::new(attribute.name, attribute.suggested_path));
        Mapping { users: required.chain(usual).collect() }
    }
}

impl Rule {
    /// A rule from its two halves, unchecked.
    pub fn new(attribute: &str, path: &str) -> Self {
        Rule { attribute: attribute.to_owned(), path: path.to_owned() }
    }
}
