//! `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use serde_json::{Map, Value};

use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::{Attribute, Located, ResourceType, Returned, SchemaRef};

/// Which attributes a client wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    selection: Selection,
    /// Whether the type has attributes that are only returned when a client names them.
    hides_some: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Selection {
    Everything,
    Only(Vec<Selector>),
    Except(Vec<Selector>),
}

#[derive(Debug, Clone, PartialEq)]
enum Selector {
    Attribute(Bound),
    Extension(String),
}

impl Projection {
    /// From the two query parameters: lists of attribute paths with commas between. Unknown attributes select nothing.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>, ty: &ResourceType) -> Result<Self, ScimError> {
        let given = |list: Option<&str>| list.filter(|list| !list.trim().is_empty()).map(|list| selectors(list, ty));
        let selection = match (given(attributes), given(excluded)) {
            (None, None) => Selection::Everything,
            (Some(only), None) => Selection::Only(only),
            (None, Some(except)) => Selection::Except(except),
            (Some(_), Some(_)) => {
                return Err(ScimError::invalid_value("attributes and excludedAttributes exclude each other"));
            }
        };
        let hides_some = ty.hides_some();
        Ok(Self { selection, hides_some })
    }

    /// Whether the whole text goes out as it is.
    pub fn is_everything(&self) -> bool {
        self.selection == Selection::Everything && !self.hides_some
    }

    /// Whether a core attribute, or a part of it, is wanted. For attributes that are spliced in, such as `members`.
    pub fn wants(&self, attribute: &str) -> bool {
        let names = |selector: &Selector, whole_only: bool| match selector {
            Selector::Attribute(bound) => {
                bound.extension().is_none()
                    && bound.attribute().name == attribute
                    && !(whole_only && bound.sub_attribute().is_some())
            }
            Selector::Extension(_) => false,
        };
        match &self.selection {
            Selection::Everything => true,
            Selection::Only(only) => only.iter().any(|selector| names(selector, false)),
            Selection::Except(except) => !except.iter().any(|selector| names(selector, true)),
        }
    }

    /// The text of a resource with only what is wanted. A text that is not a JSON object comes back as it is.
    pub fn apply(&self, text: &str, ty: &ResourceType) -> String {
        let Ok(mut document) = serde_json::from_str::<Map<String, Value>>(text) else { return text.to_owned() };
        document.retain(|name, value| match ty.extension(name) {
            Some(extension) => {
                let urn = extension.schema.id.as_str();
                if let Value::Object(members) = value {
                    members.retain(|name, value| {
                        extension.schema.attribute(name).is_some_and(|attribute| self.keep(Some(urn), attribute, value))
                    });
                }
                value.as_object().is_some_and(|members| !members.is_empty())
            }
            None => ty.attribute(name).is_some_and(|attribute| self.keep(None, attribute, value)),
        });
        Value::Object(document).to_string()
    }

    /// Whether an attribute stays, after taking the unwanted sub-attributes out of its value.
    fn keep(&self, extension: Option<&str>, attribute: &Attribute, value: &mut Value) -> bool {
        match attribute.returned {
            Returned::Always => return true,
            Returned::Never => return false,
            Returned::Default | Returned::Request => {}
        }
        let of_attribute = |selector: &&Selector| match selector {
            Selector::Attribute(bound) => bound.extension() == extension && bound.attribute().name == attribute.name,
            Selector::Extension(urn) => extension == Some(urn.as_str()),
        };
        let is_default = attribute.returned == Returned::Default;
        match &self.selection {
            Selection::Everything => is_default && keep_parts(attribute, value, Parts::Default),
            Selection::Only(only) => {
                let selectors: Vec<_> = only.iter().filter(of_attribute).collect();
                match parts(&selectors) {
                    None => keep_parts(attribute, value, Parts::Default),
                    Some(names) if names.is_empty() => false,
                    Some(names) => keep_parts(attribute, value, Parts::Only(&names)),
                }
            }
            Selection::Except(except) => {
                let selectors: Vec<_> = except.iter().filter(of_attribute).collect();
                match parts(&selectors) {
                    None => false,
                    Some(names) => is_default && keep_parts(attribute, value, Parts::Except(&names)),
                }
            }
        }
    }
}

/// Which sub-attributes are meant; `None` for the whole attribute.
fn parts<'a>(selectors: &[&'a Selector]) -> Option<Vec<&'a str>> {
    selectors
        .iter()
        .map(|selector| match selector {
            Selector::Attribute(bound) => bound.sub_attribute().map(|sub| sub.name.as_str()),
            Selector::Extension(_) => None,
        })
        .collect()
}

enum Parts<'a> {
    Default,
    Only(&'a [&'a str]),
    Except(&'a [&'a str]),
}

/// Takes unwanted sub-attributes out. Returns whether anything is left.
fn keep_parts(attribute: &Attribute, value: &mut Value, wanted: Parts<'_>) -> bool {
    match value {
        Value::Array(entries) => {
            entries.retain_mut(|entry| keep_parts_of(attribute, entry, &wanted));
            !entries.is_empty()
        }
        single => keep_parts_of(attribute, single, &wanted),
    }
}

fn keep_parts_of(attribute: &Attribute, value: &mut Value, wanted: &Parts<'_>) -> bool {
    let Value::Object(members) = value else { return true };
    members.retain(|name, _| {
        let Some(sub) = attribute.sub_attribute(name) else { return false };
        match (sub.returned, wanted) {
            (Returned::Always, _) => true,
            (Returned::Never, _) => false,
            (_, Parts::Only(names)) => names.contains(&sub.name.as_str()),
            (Returned::Request, _) => false,
            (Returned::Default, Parts::Default) => true,
            (Returned::Default, Parts::Except(names)) => !names.contains(&sub.name.as_str()),
        }
    });
    !members.is_empty()
}

fn selectors(list: &str, ty: &ResourceType) -> Vec<Selector> {
    list.split(',')
        .filter_map(|path| ty.locate(path).ok())
        .flat_map(|located| match located {
            Located::Attribute(bound) => vec![Selector::Attribute(bound)],
            Located::Schema(SchemaRef::Extension(schema)) => vec![Selector::Extension(schema.id.clone())],
            Located::Schema(SchemaRef::Main(schema)) => schema
                .attributes
                .iter()
                .map(|attribute| Selector::Attribute(Bound::new(None, attribute.clone(), None)))
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::core;
    use crate::urn::ENTERPRISE_USER;

    const TEXT: &str = r#"{"schemas":["s"],"id":"1","externalId":"7","userName":"ada","name":{"givenName":"Ada","familyName":"L"},"emails":[{"value":"a@x","type":"work"},{"type":"home"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"9"}},"meta":{"resourceType":"User","version":"v"}}"#;

    fn check(attributes: &str, excluded: &str, expected: &str) {
        let projection = Projection::parse(Some(attributes), Some(excluded), core::user()).unwrap();
        assert_eq!(projection.apply(TEXT, core::user()), expected, "{attributes} / {excluded}");
    }

    #[test]
    fn projections() {
        check("", "", TEXT);
        check("userName", "", r#"{"schemas":["s"],"id":"1","userName":"ada"}"#);
        check("shoeSize", "", r#"{"schemas":["s"],"id":"1"}"#);
        check(
            "USERNAME, name.givenname,emails.value",
            "",
            r#"{"schemas":["s"],"id":"1","userName":"ada","name":{"givenName":"Ada"},"emails":[{"value":"a@x"}]}"#,
        );
        check("password,meta.version", "", r#"{"schemas":["s"],"id":"1","meta":{"version":"v"}}"#);
        check(
            &format!("{ENTERPRISE_USER}:department"),
            "",
            &format!(r#"{{"schemas":["s"],"id":"1","{ENTERPRISE_USER}":{{"department":"Sales"}}}}"#),
        );
        check(
            ENTERPRISE_USER,
            "",
            &format!(
                r#"{{"schemas":["s"],"id":"1","{ENTERPRISE_USER}":{{"department":"Sales","manager":{{"value":"9"}}}}}}"#
            ),
        );
        check(
            "",
            &format!("id,schemas,externalId,emails,name.familyName,{ENTERPRISE_USER},meta"),
            r#"{"schemas":["s"],"id":"1","userName":"ada","name":{"givenName":"Ada"}}"#,
        );
        check(
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "",
            r#"{"schemas":["s"],"id":"1","userName":"ada","name":{"givenName":"Ada","familyName":"L"},"emails":[{"value":"a@x","type":"work"},{"type":"home"}]}"#,
        );
    }

    #[test]
    fn wanted() {
        let projection = |attributes, excluded| Projection::parse(attributes, excluded, core::group()).unwrap();
        assert!(projection(None, None).is_everything());
        assert!(projection(Some(" "), None).is_everything());
        for (attributes, excluded, wants) in [
            (None, None, true),
            (Some("displayName"), None, false),
            (Some("members.value"), None, true),
            (Some("Members"), None, true),
            (None, Some("members"), false),
            (None, Some("members.display"), true),
            (None, Some("displayName"), true),
        ] {
            assert_eq!(projection(attributes, excluded).wants("members"), wants, "{attributes:?} {excluded:?}");
        }
        assert!(Projection::parse(Some("a"), Some("b"), core::user()).is_err());
    }
}
