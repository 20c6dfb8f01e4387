//! Keeping secrets out of what is printed.

use serde_json::Value;

const REDACTED: &str = "[redacted]";

/// True for headers whose value is a credential.
pub(super) fn is_secret_header(name: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie", "set-cookie"]
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

/// A body for printing: JSON with every `password` replaced, also the value of a PATCH operation (RFC 7644 §3.5.2) whose path is or
/// ends with `password`. A body that is no JSON is described by its length only, since nobody knows what is in it.
pub fn redacted_body(body: &[u8]) -> String {
    if body.is_empty() {
        return "(empty)".to_owned();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            redact(&mut value);
            value.to_string()
        }
        Err(_) => format!("({} bytes, not JSON)", body.len()),
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => {
            let sets_password = members
                .iter()
                .any(|(name, path)| name.eq_ignore_ascii_case("path") && path.as_str().is_some_and(names_password));
            for (name, member) in members.iter_mut() {
                if names_password(name) || (sets_password && name.eq_ignore_ascii_case("value")) {
                    *member = Value::String(REDACTED.to_owned());
                } else {
                    redact(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `password`, also behind a schema URN (`urn:…:User:password`).
fn names_password(path: &str) -> bool {
    path.rsplit(':').next().is_some_and(|last| last.eq_ignore_ascii_case("password"))
}
