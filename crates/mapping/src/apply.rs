//! Applying the rules to a resource: the profile of the person in the directory.

use std::fmt;

use scim_model::{Resource, ResourceType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::source::Source;
use crate::{Mapping, Rule};

/// What the mapping yields for one person: directory attributes and their values, in the order of the rules. Attributes
/// without a value are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(Map<String, Value>);

impl Profile {
    /// An attribute as text; numbers and booleans in their JSON form.
    pub fn text(&self, attribute: &str) -> Option<String> {
        match self.0.get(attribute)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// Sets an attribute, whatever the mapping says.
    pub fn set_text(&mut self, attribute: &str, value: &str) {
        self.0.insert(attribute.to_owned(), Value::String(value.to_owned()));
    }

    /// Whether the person may use what the directory gives access to; true unless the mapping says otherwise.
    pub fn is_active(&self) -> bool {
        match self.0.get("active") {
            Some(Value::Bool(active)) => *active,
            Some(Value::String(text)) => !text.eq_ignore_ascii_case("false"),
            _ => true,
        }
    }

    /// Sets `active`.
    pub fn set_active(&mut self, active: bool) {
        self.0.insert("active".to_owned(), Value::Bool(active));
    }

    /// Names of the attributes that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// This profile with the values of `other` laid over it; what `other` has no value for stays.
    #[must_use]
    pub fn overlaid(&self, other: Profile) -> Profile {
        let mut attributes = self.0.clone();
        attributes.extend(other.0);
        Profile(attributes)
    }
}

/// A mapping with its paths bound, ready to be applied to any number of users.
pub struct BoundMapping(Vec<(String, Source)>);

impl Mapping {
    /// Binds the paths to the User type of the application. A rule that cannot be read is left out: rules are checked when
    /// they are saved.
    pub fn bind(&self, user: &ResourceType) -> BoundMapping {
        let bound = |rule: &Rule| Some((rule.attribute.clone(), Source::parse(&rule.path, user).ok()?));
        BoundMapping(self.users.iter().filter_map(bound).collect())
    }
}

impl BoundMapping {
    /// The profile that the rules yield for a user.
    pub fn apply(&self, resource: &Resource) -> Profile {
        let mut attributes = Map::new();
        for (attribute, source) in &self.0 {
            match source.select(resource) {
                Some(Value::String(text)) if text.is_empty() => {}
                Some(value @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => {
                    attributes.insert(attribute.clone(), value.clone());
                }
                _ => {}
            }
        }
        Profile(attributes)
    }
}

impl fmt::Debug for BoundMapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(attribute, _)| attribute)).finish()
    }
}

#[cfg(test)]
mod tests {
    use scim_model::schema::core;

    use super::*;

    fn user(json: &str) -> Resource {
        Resource::from_stored(json).unwrap()
    }

    const ADA: &str = r#"{"userName":"ada@corp.test","name":{"givenName":"Ada","familyName":"Lovelace"},
        "emails":[{"type":"home","value":"ada@home.test","primary":true},{"type":"work","value":"ada@corp.test"}],
        "displayName":"Ada Lovelace","active":true,"title":"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Engines","manager":{"value":"42"}}}"#;

    #[test]
    fn every_form_of_path_selects_its_value() {
        for (path, expected) in [
            ("userName", Some("ada@corp.test")),
            ("name.givenName", Some("Ada")),
            ("emails[type eq \"work\"].value", Some("ada@corp.test")),
            ("emails[type eq \"other\"].value", None),
            ("emails.value", Some("ada@home.test")),
            ("active", Some("true")),
            ("title", None),
            ("nickName", None),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", Some("Engines")),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", Some("42")),
        ] {
            let mapping = Mapping { users: vec![Rule::new("x", path)] };
            assert_eq!(mapping.bind(core::user()).apply(&user(ADA)).text("x").as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_default_mapping_fills_the_required_attributes() {
        let profile = Mapping::default().bind(core::user()).apply(&user(ADA));
        for (attribute, _) in crate::REQUIRED {
            assert!(profile.text(attribute).is_some(), "{attribute}");
        }
        assert!(profile.is_active());
    }

    #[test]
    fn an_overlay_only_sets() {
        let one = Mapping::default().bind(core::user()).apply(&user(ADA));
        let other = Mapping::default().bind(core::user()).apply(&user(r#"{"userName":"ada","active":false}"#));
        let both = one.overlaid(other);
        assert_eq!(both.text("userName").as_deref(), Some("ada"));
        assert_eq!(both.text("department").as_deref(), Some("Engines"));
        assert!(!both.is_active());
    }
}
