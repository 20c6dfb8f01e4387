//! Small facts about JSON values and bodies that several modules need.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::limits::Limits;
use crate::message::error::ScimError;

/// A request body as a JSON object. `serde_json` stops at 128 levels of nesting, so no body can exhaust the stack.
pub(crate) fn parse_object(body: &[u8], limits: &Limits) -> Result<Map<String, Value>, ScimError> {
    if body.len() > limits.body_bytes {
        return Err(ScimError::payload_too_large(format!(
            "the body is larger than {} bytes, the most that is accepted",
            limits.body_bytes
        )));
    }
    // A byte order mark is no JSON, but .NET writers put one in front.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => {
            Err(ScimError::invalid_syntax(format!("the body must be a JSON object, found {}", kind_of(&other))))
        }
        Err(_) if body.is_empty() => Err(ScimError::invalid_syntax("the body is empty")),
        // A syntax error names line and column, never what stands there.
        Err(error) => Err(ScimError::invalid_syntax(format!("the body is not valid JSON: {error}"))),
    }
}

/// The member of a message by its name in any case.
pub(crate) fn take_member(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = map.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    map.shift_remove(&key)
}

/// What a value is, in words for an error.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A client's own word, short and printable enough for an error or a report.
pub(crate) fn short(text: &str) -> String {
    const LONGEST_CHARS: usize = 80;
    let mut short: String =
        text.chars().take(LONGEST_CHARS).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    if text.chars().nth(LONGEST_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// Whether an entry of a list is marked as the preferred one.
pub(crate) fn is_primary(entry: &Value) -> bool {
    entry.get("primary") == Some(&Value::Bool(true))
}

/// Null, empty text, or a list or object of nothing else: what RFC 7643 §2.5 calls unassigned, and empty text.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether an entry says nothing but its label: everything apart from `type` and `primary` is blank.
pub(crate) fn is_blank_entry(entry: &Value) -> bool {
    match entry {
        Value::Object(members) => {
            members.iter().all(|(name, value)| matches!(name.as_str(), "type" | "primary") || is_blank(value))
        }
        other => is_blank(other),
    }
}

/// A boolean that came as text. Entra ID without its compliance flag writes `"True"`, OneLogin templates `"true"`.
pub(crate) fn boolean_from_text(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// A dateTime (RFC 7643 §2.3.5). Without an offset it is taken as UTC; a date alone, which clients put in filters, is its
/// first moment.
pub(crate) fn parse_date_time(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn date_times() {
        let same = parse_date_time("2011-05-13T04:42:34Z").unwrap();
        for text in ["2011-05-13T04:42:34", "2011-05-13T06:42:34+02:00", "2011-05-13T04:42:34.000Z"] {
            assert_eq!(parse_date_time(text), Some(same), "{text}");
        }
        assert!(parse_date_time("2011-05-13").is_some_and(|midnight| midnight < same));
        for text in ["", "yesterday", "2011-13-01T00:00:00Z", "2011", "04:42:34"] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }

    #[test]
    fn blank_entries() {
        for (entry, blank) in [
            (json!({"type": "work"}), true),
            (json!({"type": "work", "primary": true, "value": ""}), true),
            (json!({"value": null}), true),
            (json!({}), true),
            (json!({"type": "work", "value": "x"}), false),
            (json!({"display": "x"}), false),
            (json!(false), false),
        ] {
            assert_eq!(is_blank_entry(&entry), blank, "{entry}");
        }
    }

    #[test]
    fn short_words() {
        assert_eq!(short("a\0b"), "a\u{fffd}b");
        assert_eq!(short(&"é".repeat(100)), format!("{}…", "é".repeat(80)));
    }
}
