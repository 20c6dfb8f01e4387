//! What a resource holds at a target attribute of a mapping: the service compares that with what it has itself.

use serde_json::Value;

/// The value at `name.givenName`, `emails[type eq "work"].value`, `roles[primary eq "True"].value` or `urn:…:User:department`.
pub(super) fn at<'a>(resource: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some((urn, attribute)) = path.strip_prefix("urn:").and_then(|_| path.rsplit_once(':')) {
        return resource.get(urn)?.get(attribute);
    }
    if let Some((attribute, rest)) = path.split_once('[') {
        let (condition, sub_attribute) = rest.split_once("].")?;
        let (name, literal) = condition.split_once(" eq ")?;
        let literal = literal.trim_matches('"');
        let entries = resource.get(attribute)?.as_array()?;
        return entries
            .iter()
            .find(|entry| entry.get(name).is_some_and(|held| says(held, literal)))?
            .get(sub_attribute);
    }
    match path.split_once('.') {
        Some((attribute, sub_attribute)) => resource.get(attribute)?.get(sub_attribute),
        None => resource.get(path),
    }
}

/// Whether a value is what was sent; text may stand for a boolean.
pub(super) fn same(held: &Value, sent: &Value) -> bool {
    held == sent || sent.as_str().is_some_and(|text| held.is_boolean() && says(held, text))
}

fn says(held: &Value, literal: &str) -> bool {
    match held {
        Value::String(text) => text == literal,
        other => other.to_string().eq_ignore_ascii_case(literal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_a_target_attribute() {
        let user = json!({
            "title": "T", "name": {"givenName": "Ada"}, "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}],
            "roles": [{"value": "a"}, {"primary": true, "value": "b"}], "urn:x:2.0:User": {"department": "D"},
        });
        for (path, expected) in [
            ("title", Some("T")),
            ("name.givenName", Some("Ada")),
            ("emails[type eq \"work\"].value", Some("w")),
            ("emails[type eq \"other\"].value", None),
            ("roles[primary eq \"True\"].value", Some("b")),
            ("urn:x:2.0:User:department", Some("D")),
            ("urn:x:2.0:User:manager", None),
            ("nickName", None),
        ] {
            assert_eq!(at(&user, path).and_then(Value::as_str), expected, "{path}");
        }
        assert!(same(&json!(true), &json!("True")) && !same(&json!(true), &json!("False")));
        assert!(!same(&json!("true"), &json!("True")));
    }
}
