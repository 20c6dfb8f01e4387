//! `/t/{slug}/applications/{id}/mapping`: which SCIM path feeds which directory attribute. Adding and removing a row are
//! submit buttons of the same form, so they work without scripts and keep what was typed.

use super::ApplicationHead;
use crate::shell::Shell;
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/mapping.html")]
pub struct MappingPage {
    pub shell: Shell,
    pub application: ApplicationHead,
    /// The revision of the settings that the rows were read from.
    pub revision: i64,
    pub rows: Vec<RuleRow>,
    /// What the left-hand select offers.
    pub attributes: Vec<AttributeOption>,
    /// Paths that the right-hand field suggests.
    pub suggestions: Vec<&'static str>,
    /// Something is wrong with the whole: saved by somebody else in between, or rows with errors.
    pub error: String,
    /// The rows differ from what is saved, so that leaving loses work.
    pub changed: bool,
}

/// A directory attribute that can be chosen.
#[derive(Clone)]
pub struct AttributeOption {
    pub name: String,
    pub label: String,
}

/// One rule.
#[derive(Clone, Default)]
pub struct RuleRow {
    pub attribute: String,
    /// Its label, for a required row.
    pub label: String,
    /// Not one of the catalogue: its name is typed.
    pub custom: bool,
    pub path: String,
    /// Cannot be removed, nor fed into another attribute.
    pub required: bool,
    pub attribute_error: String,
    pub path_error: String,
}

#[cfg(test)]
impl MappingPage {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let rule = |attribute: &str, label: &str, path: &str, required| RuleRow {
            attribute: attribute.into(),
            label: label.into(),
            path: path.into(),
            required,
            ..RuleRow::default()
        };
        let page = || MappingPage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Mapping),
            revision: 3,
            rows: vec![
                rule("userName", "User name", "userName", true),
                rule("givenName", "Given name", "name.givenName", true),
                rule("familyName", "Family name", "name.familyName", true),
                rule("email", "E-mail", "emails[type eq \"work\"].value", true),
                rule("displayName", "Display name", "displayName", true),
                rule("active", "Active", "active", true),
                rule("title", "Job title", "title", false),
                rule("department", "Department", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", false),
                RuleRow { custom: true, ..rule("badgeNumber", "", "employeeNumber", false) },
            ],
            attributes: [("title", "Job title"), ("department", "Department"), ("mobilePhone", "Mobile phone")]
                .map(|(name, label)| AttributeOption { name: name.into(), label: label.into() })
                .to_vec(),
            suggestions: vec!["title", "nickName", "emails[primary eq true].value"],
            error: String::new(),
            changed: false,
        };
        let mut wrong = page();
        wrong.rows[6].path_error = "“titel” is not an attribute of a SCIM user. Did you mean title?".into();
        wrong.rows[6].path = "titel".into();
        wrong.rows[8].attribute_error = "Start with a small letter; letters and digits only.".into();
        wrong.rows[8].attribute = "Badge number".into();
        wrong.error = "2 rows need attention. Nothing was saved.".into();
        wrong.changed = true;
        let mut support = page();
        support.shell.may_change = false;
        vec![("saved", page()), ("wrong", wrong), ("support", support)]
    }
}
