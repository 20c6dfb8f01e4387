//! A request body fit for a report: without passwords and other secrets, without endless member lists, of bounded size.
//!
//! Works on any JSON, not only on what SCIM allows: a refused body is reported too.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::schema::ResourceType;

const REDACTED: &str = "[redacted]";
const PASSWORD: &[u8] = b"password";

/// Longest member list that is shown entry by entry.
const MOST_MEMBERS: usize = 100;

/// An answer of this size has fewer members than [`MOST_MEMBERS`]: each has an id, a reference with it, and a type.
const SHORT_BYTES: usize = 8 * 1024;

/// Names whose values must not be shown: every name with the word password in it, and what a schema never returns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// The secrets of one resource type, or of several.
    pub fn of<'a>(types: impl IntoIterator<Item = &'a ResourceType>) -> Self {
        let names = types.into_iter().flat_map(ResourceType::secret_names);
        // Found anyway, whatever the type.
        Secrets(names.filter(|name| !contains_ignore_case(name, PASSWORD)).map(str::to_owned).collect())
    }

    /// Whether a name, a path or a filter speaks of one of them. Of a password any name with the word in it, behind a URN or
    /// in a path; of others the name as a whole word. Rather one value too many than one too few.
    fn are_named_in(&self, text: &str) -> bool {
        contains_ignore_case(text, PASSWORD)
            || self.0.iter().any(|secret| {
                let mut words =
                    text.split(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '$'));
                words.any(|word| word.eq_ignore_ascii_case(secret))
            })
    }
}

/// The JSON text of a body with every secret replaced by `[redacted]`, member lists of more than 100 folded to their
/// count, cut to about `cap_bytes`. Of what is not JSON only the length is told.
pub fn request_body(body: &[u8], cap_bytes: usize, secrets: &Secrets) -> String {
    let body_without_mark = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if let Some(text) = harmless(body_without_mark, cap_bytes, secrets) {
        return text.to_owned();
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(body_without_mark) else {
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

/// The body as it was sent if it is JSON with nothing to take out, which needs no copy of it as a tree to find out: it is short, and
/// no name in it can be a secret's or that of a list of members, since there is not even an escape to hide one. Not one with line
/// breaks: reports are more compact.
fn harmless<'a>(body: &'a [u8], cap_bytes: usize, secrets: &Secrets) -> Option<&'a str> {
    if body.len() > SHORT_BYTES.min(cap_bytes) || !secrets.0.is_empty() {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let is_harmless = !body.iter().any(|byte| matches!(byte, b'\\' | b'\n' | b'\t' | b'\r'))
        && !contains_ignore_case(text, PASSWORD)
        && !contains_ignore_case(text, b"members");
    (is_harmless && serde_json::from_str::<IgnoredAny>(text).is_ok()).then_some(text)
}

/// As [`request_body`], for the JSON text of an answer of ours, in which no attribute is a secret. What is short enough to have no
/// long member list, and has no word password in it, is kept as it is without being parsed: that is every usual answer.
pub fn answer_body(body: &str, cap_bytes: usize) -> String {
    if body.len() <= SHORT_BYTES.min(cap_bytes) && !contains_ignore_case(body, PASSWORD) {
        return body.to_owned();
    }
    request_body(body.as_bytes(), cap_bytes, &Secrets::default())
}

/// A text that a client sent outside of a body, such as a filter: as it is, unless it names a secret.
pub fn text<'a>(text: &'a str, secrets: &Secrets) -> &'a str {
    if secrets.are_named_in(text) { REDACTED } else { text }
}

fn redact(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::Object(members) => redact_object(members, secrets),
        Value::Array(values) => values.iter_mut().for_each(|value| redact(value, secrets)),
        // JSON within text: Entra ID's complex roles are sent like this.
        Value::String(text) if text.contains('{') && secrets.are_named_in(text) => *text = REDACTED.to_owned(),
        _ => {}
    }
}

fn redact_object(members: &mut Map<String, Value>, secrets: &Secrets) {
    // In a PATCH operation the path says what the value is.
    let path = members
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("path"))
        .and_then(|(_, path)| Some(path.as_str()?.to_owned()))
        .unwrap_or_default();
    for (name, value) in members.iter_mut() {
        let is_operand = name.eq_ignore_ascii_case("value");
        // The filter of a search.
        let asks_for_secret =
            name.eq_ignore_ascii_case("filter") && value.as_str().is_some_and(|text| secrets.are_named_in(text));
        if secrets.are_named_in(name) || asks_for_secret || (is_operand && secrets.are_named_in(&path)) {
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
        assert_eq!(request_body(body.as_bytes(), 10_000, &Secrets::default()), expected, "{body}");
    }

    #[test]
    fn what_a_schema_never_returns_disappears() {
        let types = crate::schema::ready::named("devices").unwrap().definitions().build().unwrap();
        let device = types.named("Device").unwrap().as_ref();
        let ble = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
        for body in [
            json!({ "displayName": "shown", ble: { "IRK": "s3cret", "mobility": true } }),
            json!({ "displayName": "shown", format!("{ble}:irk"): "s3cret" }),
            json!({ "displayName": "shown", "Operations": [{ "op": "replace", "path": format!("{ble}:irk"), "value": "s3cret" }] }),
            json!({ "displayName": "shown", "Operations": [{ "op": "add", "value": { ble: { "irk": ["s3cret"] } } }] }),
            json!({ "displayName": "shown", "fdoVoucher": { "deep": "s3cret" } }),
        ] {
            let text = request_body(body.to_string().as_bytes(), 10_000, &Secrets::of([device]));
            assert!(!text.contains("s3cret") && text.contains(REDACTED) && text.contains("shown"), "{text}");
            assert!(
                request_body(body.to_string().as_bytes(), 10_000, &Secrets::default()).contains("s3cret"),
                "any type's would be too much"
            );
        }
        let user = crate::schema::core::user();
        let body = r#"{"userName":"ada","irk":"7"}"#;
        assert_eq!(request_body(body.as_bytes(), 10_000, &Secrets::of([user])), body);
    }

    #[test]
    fn answers_are_as_redacted_as_requests() {
        let members = |count: usize| {
            let member = |number: usize| {
                let id = format!("01a2b3c4-0000-7000-8000-{number:012}");
                json!({ "value": id, "$ref": format!("http://h/t/acme/scim/a1b2c3d4e5f6/v2/Users/{id}"), "type": "User" })
            };
            json!({ "displayName": "Engines", "members": (0..count).map(member).collect::<Vec<_>>() })
        };
        for body in [
            json!({ "userName": "ada" }),
            json!({ "userName": "ada", "urn:x": { "myPassword": "s3cret" } }),
            json!({ "roles": [{ "value": "{\"password\":\"s3cret\"}" }] }),
            members(40),
            members(101),
            json!({ "displayName": "x".repeat(20_000) }),
        ] {
            let text = body.to_string();
            assert_eq!(answer_body(&text, 10_000), request_body(text.as_bytes(), 10_000, &Secrets::default()));
        }
        assert!(answer_body(&members(101).to_string(), 100_000).contains("[101 values]"));
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
        check(
            r#"{"filter":"title pr","Filter":"passWord eq \"s3cret\""}"#,
            r#"{"filter":"title pr","Filter":"[redacted]"}"#,
        );
        check("\"password=s3cret", "not JSON, 16 bytes");
        check("", "no body");
        let deep = format!("{}\"s3cret\"{}", "{\"password\":".repeat(5_000), "}".repeat(5_000));
        check(&deep, &format!("not JSON, {} bytes", deep.len()));
    }

    #[test]
    fn filters_on_passwords_disappear() {
        assert_eq!(text("userName eq \"ada\"", &Secrets::default()), "userName eq \"ada\"");
        assert_eq!(text("userName pr and PassWord eq \"s3cret\"", &Secrets::default()), REDACTED);
    }

    /// What a schema never returns is as secret as a password.
    #[test]
    fn what_is_never_returned_disappears() {
        let secrets = Secrets(vec!["pin".to_owned()]);
        for (body, expected) in [
            (r#"{"label":"x","PIN":1234}"#, r#"{"label":"x","PIN":"[redacted]"}"#),
            (r#"{"urn:x:Y":{"pin":["a"]}}"#, r#"{"urn:x:Y":{"pin":"[redacted]"}}"#),
            (r#"{"urn:x:Y:pin":"a","spin":"b"}"#, r#"{"urn:x:Y:pin":"[redacted]","spin":"b"}"#),
            (
                r#"{"path":"locks[type eq \"a\"].pin","value":"a"}"#,
                r#"{"path":"locks[type eq \"a\"].pin","value":"[redacted]"}"#,
            ),
        ] {
            assert_eq!(request_body(body.as_bytes(), 10_000, &secrets), expected);
        }
        assert_eq!(text("urn:x:Y:Pin eq \"1234\"", &secrets), REDACTED);
        assert_eq!(text("spin eq \"1234\"", &secrets), "spin eq \"1234\"");
        assert_eq!(Secrets::of([crate::schema::core::user()]), Secrets::default());
    }

    #[test]
    fn what_is_harmless_is_kept_as_it_was_sent() {
        for body in [r#"{"b": 1.50, "a": ["x", null], "b": 2}"#, r#"{"userName":"ada","displayName":"Å"}"#, "7"] {
            check(body, body);
            check(&format!("\u{feff}{body}"), body);
        }
        check("{\n \"a\":\t1 }", r#"{"a":1}"#);
        check(r#"{"pass\u0077ord":"s3cret"}"#, r#"{"password":"[redacted]"}"#);
        check(r#"{"a":1"#, "not JSON, 6 bytes");
        assert_eq!(request_body(b"{\"a\":\"\xff\"}", 10_000, &Secrets::default()), "not JSON, 9 bytes");
        let pin = Secrets(vec!["pin".to_owned()]);
        assert_eq!(request_body(br#"{"Pin":"1234"}"#, 10_000, &pin), r#"{"Pin":"[redacted]"}"#);
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
        assert_eq!(
            request_body(body.as_bytes(), 7, &Secrets::default()),
            format!("{{\"a\":\"… (cut, {} bytes in all)", body.len())
        );
        assert_eq!(
            request_body(body.as_bytes(), 0, &Secrets::default()),
            format!("… (cut, {} bytes in all)", body.len())
        );
    }

    proptest! {
        #[test]
        fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..200), cap in 0_usize..50) {
            request_body(&body, cap, &Secrets::default());
        }

        #[test]
        fn no_password_at_any_depth(before in "[a-z]{0,5}", case in any::<bool>(), depth in 0_usize..20) {
            let name = if case { "Password" } else { "PASSWORD" };
            let body = format!("{}{{\"{before}{name}\":\"s3cret\"}}{}", "[{\"x\":".repeat(depth), "}]".repeat(depth));
            let text = request_body(body.as_bytes(), 10_000, &Secrets::default());
            prop_assert!(!text.contains("s3cret") && text.contains(REDACTED));
        }
    }
}
