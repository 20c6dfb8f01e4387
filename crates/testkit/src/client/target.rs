//! Paths and queries as clients encode them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// RFC 3986 §2.3: what stays as it is in a query value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `attribute eq "value"`; RFC 7644 §3.4.2.2: the value is a JSON string.
pub(crate) fn equals(attribute: &str, value: &str) -> String {
    format!("{attribute} eq {}", Value::from(value))
}

/// A query value with `%20` for a space: Okta, Rauthy.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).to_string()
}

/// A query value with `+` for a space, as forms are encoded: Entra ID, OneLogin, authentik.
pub(crate) fn form_encoded(text: &str) -> String {
    encoded(text).replace("%20", "+")
}

/// `/Users/{id}`; an id is opaque and may hold anything.
pub(crate) fn resource(endpoint: &str, id: &str) -> String {
    format!("{endpoint}/{}", encoded(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_and_then_encoded() {
        let filter = equals("userName", "a \"b\"+c@x.test");
        assert_eq!(filter, r#"userName eq "a \"b\"+c@x.test""#);
        assert_eq!(encoded(&filter), "userName%20eq%20%22a%20%5C%22b%5C%22%2Bc%40x.test%22");
        assert_eq!(form_encoded(&filter), "userName+eq+%22a+%5C%22b%5C%22%2Bc%40x.test%22");
        assert_eq!(resource("/Users", "x/1"), "/Users/x%2F1");
    }
}
