//! A request body fit for a report: without passwords, without endless member lists, of bounded size.
//!
//! Works on any JSON, not only on what SCIM allows: a refused body is reported too.

use serde_json::{Map, Value};

use crate::schema::ResourceType;

const REDACTED: &str = "[redacted]";

/// Longest member list that is shown entry by entry.
const MOST_MEMBERS: usize = 100;

/// The JSON text of a body with every password replaced by `[redacted]`, member lists of more than 100 folded to their
/// count, cut to about `cap_bytes`. Of what is not JSON only the length is told.
pub fn request_body(body: &[u8], cap_bytes: usize) -> String {
    without_secrets(body, &[], cap_bytes)
}

/// As [`request_body`], and without the values of attributes that the type's schemas never return.
pub fn request_body_of(ty: &ResourceType, body: &[u8], cap_bytes: usize) -> String {
    let mut secrets = ty.secret_names();
    // Found anyway, whatever the type.
    secrets.retain(|name| !names_password(name));
    without_secrets(body, &secrets, cap_bytes)
}

fn without_secrets(body: &[u8], secrets: &[&str], cap_bytes: usize) -> String {
    let Ok(mut value) = serde_json::from_slice::<Value>(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)) else {
        return match body.len() {
            0 => "no body".to_owned(),
            length => format!("not JSON, {length} bytes"),
        };
    };
    redact(&mut value, secrets);
    let text = value.to_string();
    if text.len() <= cap_bytes {
        return text;
    }
    let kept = text.get(..text.floor_char_boundary(cap_bytes)).unwrap_or_default();
    format!("{kept}… (cut, {} bytes in all)", text.len())
}

/// A text that a client sent outside of a body, such as a filter: as it is, unless it names a password.
pub fn text(text: &str) -> &str {
    if names_password(text) { REDACTED } else { text }
}

fn redact(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::Object(members) => redact_object(members, secrets),
        Value::Array(values) => values.iter_mut().for_each(|value| redact(value, secrets)),
        // JSON within text: Entra ID's complex roles are sent like this.
        Value::String(text) if text.contains('{') && names_password(text) => *text = REDACTED.to_owned(),
        _ => {}
    }
}

fn redact_object(members: &mut Map<String, Value>, secrets: &[&str]) {
    // In a PATCH operation the path says what the value is.
    let path = members
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("path"))
        .and_then(|(_, path)| Some(path.as_str()?.to_owned()))
        .unwrap_or_default();
    let is_secret = |name: &str| names_password(name) || names_secret(name, secrets);
    for (name, value) in members.iter_mut() {
        let is_operand = name.eq_ignore_ascii_case("value");
        // Any name with the word in it, behind a URN or in a path: rather one value too many than one too few.
        if is_secret(name) || (is_operand && is_secret(&path)) {
            if !value.is_null() {
                *value = Value::String(REDACTED.to_owned());
            }
        } else if names_members(name) || (is_operand && names_members(&path)) {
            fold_list(value);
            redact(value, secrets);
        } else {
            redact(value, secrets);
        }
    }
}

/// Whether one of the names stands in a name or path, with a URN in front, a sub-attribute behind, or alone.
fn names_secret(path: &str, secrets: &[&str]) -> bool {
    let parts = path.split([':', '.', '[', ']', ' ']);
    !secrets.is_empty() && parts.into_iter().any(|part| secrets.iter().any(|name| name.eq_ignore_ascii_case(part)))
}

fn names_password(text: &str) -> bool {
    contains_ignore_case(text, b"password")
}

fn names_members(path: &str) -> bool {
    path.rsplit(':').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("members"))
}

fn contains_ignore_case(text: &str, word: &[u8]) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

fn fold_list(value: &mut Value) {
    if let Value::Array(values) = value
        && values.len() > MOST_MEMBERS
    {
        *value = Value::String(format!("[{} values]", values.len()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(body: &str, expected: &str) {
        assert_eq!(request_body(body.as_bytes(), 10_000), expected, "{body}");
    }

    #[test]
    fn what_a_schema_never_returns_disappears() {
        let types = crate::schema::ready::named("devices").unwrap().definitions().build().unwrap();
        let device = types.named("Device").unwrap();
        let ble = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
        for body in [
            json!({ "displayName": "shown", ble: { "IRK": "s3cret", "mobility": true } }),
            json!({ "displayName": "shown", format!("{ble}:irk"): "s3cret" }),
            json!({ "displayName": "shown", "Operations": [{ "op": "replace", "path": format!("{ble}:irk"), "value": "s3cret" }] }),
            json!({ "displayName": "shown", "Operations": [{ "op": "add", "value": { ble: { "irk": ["s3cret"] } } }] }),
            json!({ "displayName": "shown", "fdoVoucher": { "deep": "s3cret" } }),
        ] {
            let text = request_body_of(device, body.to_string().as_bytes(), 10_000);
            assert!(!text.contains("s3cret") && text.contains(REDACTED) && text.contains("shown"), "{text}");
            assert!(
                request_body(body.to_string().as_bytes(), 10_000).contains("s3cret"),
                "any type's would be too much"
            );
        }
        let user = crate::schema::core::user();
        let body = r#"{"userName":"ada","irk":"7"}"#;
        assert_eq!(request_body_of(user, body.as_bytes(), 10_000), body);
    }

    #[test]
    fn passwords_disappear() {
        check(r#"{ "userName": "ada", "password": "s3cret" }"#, r#"{"userName":"ada","password":"[redacted]"}"#);
        check(r#"{"PassWord":{"deep":"s3cret"}}"#, r#"{"PassWord":"[redacted]"}"#);
        check(r#"{"password":null}"#, r#"{"password":null}"#);
        check(
            r#"{"urn:ietf:params:scim:schemas:core:2.0:User:password":"s3cret"}"#,
            r#"{"urn:ietf:params:scim:schemas:core:2.0:User:password":"[redacted]"}"#,
        );
        check(
            r#"{"Operations":[{"op":"replace","value":{"password":"s3cret"}},{"op":"Replace","Path":"Password","Value":"s3cret"}]}"#,
            r#"{"Operations":[{"op":"replace","value":{"password":"[redacted]"}},{"op":"Replace","Path":"Password","Value":"[redacted]"}]}"#,
        );
        check(
            r#"{"op":"add","value":["s3cret"],"path":"urn:ietf:params:scim:schemas:core:2.0:User:password"}"#,
            r#"{"op":"add","value":"[redacted]","path":"urn:ietf:params:scim:schemas:core:2.0:User:password"}"#,
        );
        check(r#"{"value":"{\"password\":\"s3cret\"}"}"#, r#"{"value":"[redacted]"}"#);
        check("\"password=s3cret", "not JSON, 16 bytes");
        check("", "no body");
        let deep = format!("{}\"s3cret\"{}", "{\"password\":".repeat(5_000), "}".repeat(5_000));
        check(&deep, &format!("not JSON, {} bytes", deep.len()));
    }

    #[test]
    fn filters_on_passwords_disappear() {
        assert_eq!(text("userName eq \"ada\""), "userName eq \"ada\"");
        assert_eq!(text("userName pr and PassWord eq \"s3cret\""), REDACTED);
    }

    #[test]
    fn long_lists_are_folded() {
        let many: Vec<_> = (0..101).map(|index| json!({"value": index})).collect();
        let few = many.get(..100).unwrap().to_vec();
        check(&json!({"members": few}).to_string(), &json!({"members": few}).to_string());
        check(&json!({"members": many}).to_string(), r#"{"members":"[101 values]"}"#);
        check(
            &json!({"op": "add", "path": "members", "value": many}).to_string(),
            r#"{"op":"add","path":"members","value":"[101 values]"}"#,
        );
        check(&json!({"emails": many}).to_string(), &json!({"emails": many}).to_string());
    }

    #[test]
    fn size_is_capped() {
        let body = json!({"a": "é".repeat(100)}).to_string();
        assert_eq!(request_body(body.as_bytes(), 7), format!("{{\"a\":\"… (cut, {} bytes in all)", body.len()));
        assert_eq!(request_body(body.as_bytes(), 0), format!("… (cut, {} bytes in all)", body.len()));
    }

    proptest! {
        #[test]
        fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..200), cap in 0_usize..50) {
            request_body(&body, cap);
        }

        #[test]
        fn no_password_at_any_depth(before in "[a-z]{0,5}", case in any::<bool>(), depth in 0_usize..20) {
            let name = if case { "Password" } else { "PASSWORD" };
            let body = format!("{}{{\"{before}{name}\":\"s3cret\"}}{}", "[{\"x\":".repeat(depth), "}]".repeat(depth));
            let text = request_body(body.as_bytes(), 10_000);
            prop_assert!(!text.contains("s3cret") && text.contains(REDACTED));
        }
    }
}
