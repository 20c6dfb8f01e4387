//! Checking a mapping before it is saved: every row by itself, and the rows together.

use std::collections::HashSet;

use scim_model::ResourceType;

use crate::source::Source;
use crate::{Mapping, REQUIRED};

/// More rules than this are refused: every one of them is applied on every write.
const RULES: usize = 100;
const PATH_BYTES: usize = 500;
const NAME_BYTES: usize = 63;

/// The half of a row that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Attribute,
    Path,
}

/// What is wrong with one row, as a sentence to show beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// 0-based.
    pub row: usize,
    pub field: Field,
    pub message: String,
}

impl Mapping {
    /// Checks the rules against the User type of the application.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first thing.
    pub fn check(&self, user: &ResourceType) -> Result<(), Vec<RowError>> {
        let mut errors = Vec::new();
        let mut error = |row, field, message: String| errors.push(RowError { row, field, message });
        let mut seen = HashSet::new();
        for (row, rule) in self.users.iter().enumerate() {
            if row >= RULES {
                error(row, Field::Attribute, format!("A mapping has at most {RULES} rows."));
                break;
            }
            if !is_name(&rule.attribute) {
                let message = "A directory attribute begins with a small letter and has only letters and digits.";
                error(row, Field::Attribute, message.to_owned());
            } else if !seen.insert(rule.attribute.as_str()) {
                error(row, Field::Attribute, format!("{} already has a row.", rule.attribute));
            }
            if rule.path.len() > PATH_BYTES {
                error(row, Field::Path, format!("A path has at most {PATH_BYTES} characters."));
            } else {
                match Source::parse(&rule.path, user) {
                    Err(message) => error(row, Field::Path, message),
                    Ok(source) if rule.attribute == "active" && !source.is_boolean() => {
                        let message = format!("{} is not true or false, but active must be.", rule.path);
                        error(row, Field::Path, message);
                    }
                    Ok(_) => {}
                }
            }
        }
        let row = self.users.len();
        for (required, _) in REQUIRED.iter().filter(|(required, _)| !seen.contains(required)) {
            let message = format!("The row for {required} cannot be removed: every person in the directory has one.");
            errors.push(RowError { row, field: Field::Attribute, message });
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_BYTES
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use scim_model::schema::core;

    use super::*;
    use crate::Rule;

    #[test]
    fn the_default_and_every_suggestion_are_right() {
        assert_eq!(Mapping::default().check(core::user()), Ok(()));
        let mut all = Mapping::default();
        for attribute in crate::catalogue() {
            if !all.users.iter().any(|rule| rule.attribute == attribute.name) {
                all.users.push(Rule::new(attribute.name, attribute.suggested_path));
            }
        }
        assert_eq!(all.check(core::user()), Ok(()));
    }

    #[test]
    fn wrong_rows_are_named() {
        for (attribute, path, field, words) in [
            ("Title", "title", Field::Attribute, "small letter"),
            ("jobTitle", "", Field::Path, "Enter the SCIM path"),
            ("jobTitle", "titel", Field::Path, "titel"),
            ("jobTitle", "name", Field::Path, "several parts"),
            ("jobTitle", "emails[type eq \"work\"]", Field::Path, "sub-attribute after the bracket"),
            ("jobTitle", "emails[type eq \"work\".value", Field::Path, "not closed"),
            ("jobTitle", "emails[colour eq \"red\"].value", Field::Path, "colour"),
            ("secret", "password", Field::Path, "cannot be mapped"),
            ("email", "userName", Field::Attribute, "already has a row"),
        ] {
            let mut mapping = Mapping::default();
            mapping.users.push(Rule::new(attribute, path));
            let errors = mapping.check(core::user()).unwrap_err();
            let row = mapping.users.len() - 1;
            assert!(
                errors.len() == 1
                    && errors[0].row == row
                    && errors[0].field == field
                    && errors[0].message.contains(words),
                "{attribute} <- {path}: {errors:?}"
            );
        }
    }

    #[test]
    fn active_comes_from_something_that_is_true_or_false() {
        let mut mapping = Mapping::default();
        let row = mapping.users.iter().position(|rule| rule.attribute == "active").unwrap();
        mapping.users[row].path = "userName".to_owned();
        let errors = mapping.check(core::user()).unwrap_err();
        assert_eq!((errors.len(), errors[0].row, errors[0].field), (1, row, Field::Path));
    }

    #[test]
    fn required_rows_cannot_be_removed() {
        for (required, _) in REQUIRED {
            let mut mapping = Mapping::default();
            mapping.users.retain(|rule| rule.attribute != required);
            assert!(mapping.check(core::user()).unwrap_err()[0].message.contains(required));
        }
    }
}
