//! The stored text and what is spliced into it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::urn;

/// What is written at a place of its own.
const PLACED: [&str; 4] = ["schemas", "id", "externalId", "meta"];

/// What the service provider knows about a resource (RFC 7643 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta<'a> {
    /// Name of the resource type.
    pub resource_type: &'a str,
    /// Identifier of the resource.
    pub id: &'a str,
    /// UTC milliseconds.
    pub created: i64,
    /// UTC milliseconds.
    pub last_modified: i64,
    /// As in the ETag header, such as `W/"3"`.
    pub version: &'a str,
}

/// The stored text: `schemas`, `id`, `externalId`, attributes as written, extensions, `meta` last. What is
/// [kept apart](ResourceType::is_kept_apart) is never part of it; what no answer shows is, and a
/// [projection](super::Projection) takes it out again.
pub fn serialise(resource: &Resource, ty: &ResourceType, meta: &Meta<'_>) -> String {
    let document = resource.as_map();
    let mut text = String::with_capacity(1024);
    text.push('{');
    for name in ["schemas", "id", "externalId"] {
        match (name, document.get(name)) {
            ("id", _) => push_member(&mut text, name, &Value::String(meta.id.to_owned())),
            (_, Some(value)) => push_member(&mut text, name, value),
            (_, None) => {}
        }
    }
    let (extensions, attributes): (Vec<_>, Vec<_>) = document
        .iter()
        .filter(|(name, _)| !PLACED.contains(&name.as_str()) && !ty.is_kept_apart(name))
        .partition(|(name, _)| urn::is_uri(name));
    for (name, value) in attributes.into_iter().chain(extensions) {
        push_member(&mut text, name, value);
    }
    let meta = json!({
        "resourceType": meta.resource_type,
        "created": rfc3339(meta.created),
        "lastModified": rfc3339(meta.last_modified),
        "version": meta.version,
    });
    push_member(&mut text, "meta", &meta);
    text.push('}');
    text
}

/// Puts `meta.location` and further top-level attributes (name, JSON text) into a stored text, without parsing it.
///
/// Relies on [`serialise`] having written `meta` last; any other text comes back as it is.
pub fn splice(stored: &str, location: &str, extra: &[(&str, &str)]) -> String {
    let Some(open) = stored.strip_suffix("}}") else { return stored.to_owned() };
    let extra_length: usize = extra.iter().map(|(name, json)| name.len() + json.len() + 4).sum();
    let mut text = String::with_capacity(stored.len() + location.len() + extra_length + 16);
    text.push_str(open);
    push_member(&mut text, "location", &Value::String(location.to_owned()));
    text.push('}');
    for (name, json) in extra {
        push_name(&mut text, name);
        text.push_str(json);
    }
    text.push('}');
    text
}

/// A time in UTC milliseconds as the RFC's dateTime, with milliseconds and `Z`.
pub fn rfc3339(utc_ms: i64) -> String {
    let time = Timestamp::from_millisecond(utc_ms).unwrap_or(if utc_ms < 0 { Timestamp::MIN } else { Timestamp::MAX });
    format!("{time:.3}")
}

fn push_member(text: &mut String, name: &str, value: &Value) {
    push_name(text, name);
    text.push_str(&value.to_string());
}

/// A member's name, after a comma unless it is the first.
fn push_name(text: &mut String, name: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push_str(&Value::String(name.to_owned()).to_string());
    text.push(':');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::core;

    const META: Meta<'_> = Meta {
        resource_type: "User",
        id: "0192",
        created: 1_264_222_582_000,
        last_modified: 1_305_261_754_007,
        version: "W/\"3\"",
    };

    #[test]
    fn stored_text() {
        let resource = Resource::from_stored(
            r#"{"urn:x:User":{"a":"b"},"password":"secret","userName":"ada","id":"no","schemas":["urn:y"],
                "meta":{},"groups":[],"active":true,"externalId":"7"}"#,
        )
        .unwrap();
        let stored = serialise(&resource, core::user(), &META);
        assert_eq!(
            stored,
            concat!(
                r#"{"schemas":["urn:y"],"id":"0192","externalId":"7","userName":"ada","active":true,"urn:x:User":{"a":"b"},"#,
                r#""meta":{"resourceType":"User","created":"2010-01-23T04:56:22.000Z","#,
                r#""lastModified":"2011-05-13T04:42:34.007Z","version":"W/\"3\""}}"#
            )
        );
        assert_eq!(
            splice(&stored, "https://x/Users/0192", &[("groups", "[]"), ("more", "{\"a\":1}")]),
            stored.replace(
                "\"W/\\\"3\\\"\"}}",
                "\"W/\\\"3\\\"\",\"location\":\"https://x/Users/0192\"},\"groups\":[],\"more\":{\"a\":1}}"
            )
        );
        assert_eq!(splice("damaged", "x", &[]), "damaged");
        assert_eq!(serialise(&Resource::from_stored(&stored).unwrap(), core::user(), &META), stored);
    }

    #[test]
    fn times_out_of_range_are_cut() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert!(rfc3339(i64::MAX).starts_with("9999-"));
        assert!(rfc3339(i64::MIN).starts_with("-009999-"));
    }
}
