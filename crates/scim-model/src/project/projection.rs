//! `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use serde_json::{Map, Value};

use crate::message::error::ScimError;
use crate::path::Bound;
use crate::schema::{Attribute, Located, ResourceType, Returned, SchemaRef};

/// Which attributes a client wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    selection: Selection,
    /// Whether a stored text of the type may hold what goes out only when a client names it, or never.
    hides_some: bool,
}

/// A whole schema counts as each of its attributes.
#[derive(Debug, Clone, PartialEq)]
enum Selection {
    Everything,
    Only(Vec<Bound>),
    Except(Vec<Bound>),
}

impl Projection {
    /// From the two query parameters: lists of attribute paths with commas between. Unknown attributes select nothing.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>, ty: &ResourceType) -> Result<Self, ScimError> {
        let given = |list: Option<&str>| list.filter(|list| !list.trim().is_empty()).map(|list| named(list, ty));
        let selection = match (given(attributes), given(excluded)) {
            (None, None) => Selection::Everything,
            (Some(only), None) => Selection::Only(only),
            (None, Some(except)) => Selection::Except(except),
            (Some(_), Some(_)) => {
                return Err(ScimError::invalid_value("attributes and excludedAttributes exclude each other"));
            }
        };
        Ok(Self { selection, hides_some: ty.hides_some() })
    }

    /// Whether the whole text goes out as it is.
    pub fn is_everything(&self) -> bool {
        self.selection == Selection::Everything && !self.hides_some
    }

    /// Whether a core attribute, or a part of it, is wanted. For attributes that are spliced in, such as `members`.
    pub fn wants(&self, attribute: &str) -> bool {
        let is_it = |bound: &&Bound| bound.extension().is_none() && bound.attribute().name == attribute;
        match &self.selection {
            Selection::Everything => true,
            Selection::Only(only) => only.iter().any(|bound| is_it(&bound)),
            Selection::Except(except) => !except.iter().filter(is_it).any(|bound| bound.sub_attribute().is_none()),
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
        if attribute.is_hidden() {
            return false;
        }
        let of_attribute = |bound: &&Bound| bound.extension() == extension && bound.attribute().name == attribute.name;
        let is_always = attribute.returned == Returned::Always;
        let is_on_request = attribute.returned == Returned::Request;
        let wanted = match &self.selection {
            Selection::Everything if is_on_request => return false,
            Selection::Everything => Parts { by_default: true, named: Vec::new(), excluded: Vec::new() },
            Selection::Only(only) => {
                let (is_whole, named) = parts(only.iter().filter(of_attribute));
                if is_on_request && !is_whole && named.is_empty() {
                    return false;
                }
                Parts { by_default: is_whole || is_always, named, excluded: Vec::new() }
            }
            Selection::Except(_) if is_on_request => return false,
            Selection::Except(except) => {
                let (is_whole, excluded) = parts(except.iter().filter(of_attribute));
                let excluded = if is_always { Vec::new() } else { excluded };
                Parts { by_default: !is_whole || is_always, named: Vec::new(), excluded }
            }
        };
        match value {
            Value::Array(entries) => {
                entries.retain_mut(|entry| wanted.keep(attribute, entry));
                !entries.is_empty()
            }
            single => wanted.keep(attribute, single),
        }
    }
}

/// Whether the whole attribute is meant, and which sub-attributes are.
fn parts<'a>(named: impl Iterator<Item = &'a Bound>) -> (bool, Vec<&'a str>) {
    let mut is_whole = false;
    let mut parts = Vec::new();
    for bound in named {
        match bound.sub_attribute() {
            Some(sub) => parts.push(sub.name.as_str()),
            None => is_whole = true,
        }
    }
    (is_whole, parts)
}

/// What of a value is wanted, besides what is always returned.
struct Parts<'a> {
    /// What is returned unless a client says otherwise; of a plain value the value itself.
    by_default: bool,
    named: Vec<&'a str>,
    excluded: Vec<&'a str>,
}

impl Parts<'_> {
    /// Takes unwanted sub-attributes out of one value. Returns whether anything is left.
    fn keep(&self, attribute: &Attribute, value: &mut Value) -> bool {
        let Value::Object(members) = value else { return self.by_default };
        members.retain(|name, _| attribute.sub_attribute(name).is_some_and(|sub| self.wants(sub)));
        !members.is_empty()
    }

    fn wants(&self, sub: &Attribute) -> bool {
        let name = sub.name.as_str();
        match sub.returned {
            _ if sub.is_hidden() => false,
            Returned::Always => true,
            _ if self.named.contains(&name) => true,
            Returned::Default => self.by_default && !self.excluded.contains(&name),
            Returned::Request | Returned::Never => false,
        }
    }
}

fn named(list: &str, ty: &ResourceType) -> Vec<Bound> {
    let mut bound = Vec::new();
    for located in list.split(',').filter_map(|path| ty.locate(path).ok()) {
        let (extension, schema) = match located {
            Located::Attribute(attribute) => {
                bound.push(attribute);
                continue;
            }
            Located::Schema(SchemaRef::Main(schema)) => (None, schema),
            Located::Schema(SchemaRef::Extension(schema)) => (Some(schema.id.as_str()), schema),
        };
        // What is only returned on request has to be named itself.
        let attributes = schema.attributes.iter().filter(|attribute| attribute.returned != Returned::Request);
        bound.extend(attributes.map(|attribute| Bound::new(extension, attribute.clone(), None)));
    }
    bound
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
