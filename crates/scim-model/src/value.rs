//! Small facts about JSON values and bodies that several modules need.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::schema::Attribute;

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

/// Null, or a list or object of nothing: what RFC 7643 §2.5 calls unassigned.
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Takes what is unassigned out of a value, at any depth.
pub(crate) fn drop_unassigned(value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(drop_unassigned);
            values.retain(|value| !is_unassigned(value));
        }
        Value::Object(members) => members.retain(|_, value| {
            drop_unassigned(value);
            !is_unassigned(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether an entry of a list says nothing, or nothing but its label: everything apart from `type` and `primary` is blank.
/// Labels have something to label: a `value`, or other parts beside these two, as an address has.
pub(crate) fn is_blank_entry(attribute: &Attribute, entry: &Value) -> bool {
    let Value::Object(members) = entry else { return is_blank(entry) };
    let has = |name: &str| attribute.sub_attribute(name).is_some();
    let has_labels = has("value") || (has("type") && has("primary") && attribute.sub_attributes.len() > 2);
    members.iter().all(|(name, value)| (has_labels && matches!(name.as_str(), "type" | "primary")) || is_blank(value))
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

/// Whether a text is a dateTime as a body must have it (RFC 7643 §2.3.5): `2008-01-23T04:56:22`, with a fraction or without,
/// with `Z` or an offset or without.
pub(crate) fn is_date_time(text: &str) -> bool {
    let has_form = |text: &[u8], form: &[u8]| {
        text.len() == form.len()
            && text.iter().zip(form).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == wanted,
            })
    };
    let Some((time, rest)) = text.as_bytes().split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let zone = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            fraction.get(digits..).unwrap_or_default()
        }
        None => rest,
    };
    has_form(time, b"0000-00-00T00:00:00")
        // There are leap seconds, but not in xsd:dateTime.
        && !time.ends_with(b"60")
        && (matches!(zone, b"" | b"Z") || has_form(zone, b"+00:00") || has_form(zone, b"-00:00"))
        && parse_date_time(text).is_some()
}

/// A point in time. Without an offset it is taken as UTC; a date alone, which clients put in filters, is its first moment.
pub(crate) fn parse_date_time(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let civil = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })
}

/// Base64 (RFC 4648 §4); the padding may be left out (RFC 7643 §2.3.6).
pub(crate) fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let is_padded_rightly = match digits.len() % 4 {
        0 => padding == 0,
        1 => false,
        left_over => padding == 0 || padding == 4 - left_over,
    };
    is_padded_rightly && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
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
        let attribute = |subs: &[&str]| -> Attribute {
            let subs: Vec<Value> = subs.iter().map(|name| json!({ "name": name })).collect();
            serde_json::from_value(json!({"name": "x", "type": "complex", "subAttributes": subs})).unwrap()
        };
        let emails = attribute(&["value", "display", "type", "primary"]);
        for (entry, blank) in [
            (json!({"type": "work"}), true),
            (json!({"type": "work", "primary": true, "value": ""}), true),
            (json!({"value": null}), true),
            (json!({}), true),
            (json!({"type": "work", "value": "x"}), false),
            (json!({"display": "x"}), false),
            (json!(false), false),
        ] {
            assert_eq!(is_blank_entry(&emails, &entry), blank, "{entry}");
        }
        for (subs, blank) in [
            (&["value", "type"][..], true),
            (&["street", "type", "primary"], true),
            // Where `type` is all there is to say, or a part like others, it says something.
            (&["type", "primary"], false),
            (&["type", "speed"], false),
        ] {
            assert_eq!(is_blank_entry(&attribute(subs), &json!({"type": "usb"})), blank, "{subs:?}");
            assert!(is_blank_entry(&attribute(subs), &json!({"type": ""})), "{subs:?}");
        }
    }

    #[test]
    fn short_words() {
        assert_eq!(short("a\0b"), "a\u{fffd}b");
        assert_eq!(short(&"é".repeat(100)), format!("{}…", "é".repeat(80)));
    }
}
