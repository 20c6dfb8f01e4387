//! Query parameters, as clients encode them: `+` or `%20` for a space, a stray `?` or `&`, any order, unknown ones.

use percent_encoding::percent_decode;
use scim_model::ScimError;
use scim_model::project::Projection;
use scim_model::redact::{self, Secrets};
use scim_model::schema::ResourceType;

/// Decoded names and values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes a query string.
    ///
    /// # Errors
    /// 400 for what is not UTF-8 once decoded.
    pub fn parse(query: &str) -> Result<Self, ScimError> {
        let mut pairs = Vec::new();
        for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Parameters(pairs))
    }

    /// A parameter by name, in any case; the last one counts, an empty one does not.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every name and value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Which attributes the answer should have (RFC 7644 §3.9).
    ///
    /// # Errors
    /// 400 for attributes that make no sense.
    pub fn projection(&self, ty: &ResourceType) -> Result<Projection, ScimError> {
        Projection::parse(self.get("attributes"), self.get("excludedAttributes"), ty)
    }
}

/// A query string fit for the report: a parameter that speaks of a secret keeps its name only.
pub(crate) fn redacted(query: &str, secrets: &Secrets) -> String {
    let pair = |pair: &str| match (decode(pair), pair.split_once('=')) {
        (Ok(decoded), Some((name, _))) if redact::text(&decoded, secrets) != decoded => format!("{name}=[redacted]"),
        _ => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

fn decode(text: &str) -> Result<String, ScimError> {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8()
        .map(|decoded| decoded.into_owned())
        .map_err(|_| ScimError::invalid_value("The query string is not UTF-8: percent-encode its characters as UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_reported() {
        for (query, kept) in [
            ("filter=userName+eq+%22a%22&count=1", "filter=userName+eq+%22a%22&count=1"),
            ("count=1&filter=p%61ssword+eq+%22s3cret%22", "count=1&filter=[redacted]"),
            ("Password=s3cret", "Password=[redacted]"),
            ("", ""),
        ] {
            assert_eq!(redacted(query, &Secrets::default()), kept, "{query}");
        }
    }

    #[test]
    fn encodings_of_real_clients() {
        for (query, name, value) in [
            ("filter=userName%20eq%20%22x%40y%22&startIndex=1", "filter", Some("userName eq \"x@y\"")),
            ("count=1&filter=userName+eq+%22a%2Bb%22&startIndex=1", "filter", Some("userName eq \"a+b\"")),
            ("?filter=a&", "filter", Some("a")),
            ("Filter=a", "filter", Some("a")),
            ("filter=", "filter", None),
            ("", "filter", None),
        ] {
            assert_eq!(Parameters::parse(query).unwrap().get(name), value, "{query}");
        }
        assert_eq!(Parameters::parse("filter=%ff%fe").unwrap_err().status, 400);
    }
}
