//! What was put right in a request before its body was looked at, for the report: how the URL and the query are written, and a
//! content type that is missing. Accepting it is the business of [`route`](crate::route), [`parameters`](crate::parameters)
//! and [`body`](crate::body); here it is only named.

use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpMessage, HttpRequest};
use scim_model::ResourceTypes;

use crate::parameters::Parameters;

/// The server puts this into the extensions of a request whose URL held characters that must be percent-encoded there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UriEncoded;

/// So much of a client's own word is repeated.
const LONGEST_WORD: usize = 60;

/// Parameters that are ours to know (RFC 7644 §3.4.2, §3.9; RFC 9865 §2), and the flag by which Entra ID says that it keeps
/// to the RFC.
const KNOWN_PARAMETERS: [&str; 9] = [
    "filter",
    "startIndex",
    "count",
    "attributes",
    "excludedAttributes",
    "sortBy",
    "sortOrder",
    "cursor",
    "aadOptscim062020",
];

/// Names of what is below the base URL beside the resource types.
const OTHER_ENDPOINTS: [&str; 6] = ["Bulk", "Me", "ResourceTypes", "Schemas", "ServiceProviderConfig", ".search"];

/// What was put right, in words.
pub(crate) fn adjustments(
    request: &HttpRequest,
    below: &str,
    parameters: &Parameters,
    types: &ResourceTypes,
) -> Vec<String> {
    let mut words = Vec::new();
    if request.extensions().get::<UriEncoded>().is_some() {
        words.push("characters in the URL percent-encoded".to_owned());
    }
    if is_written_otherwise(below, types) {
        words.push(format!("path in another spelling: {}", short(below)));
    }
    let query = request.query_string();
    if query.starts_with(['?', '&']) || query.ends_with('&') || query.contains("&&") {
        words.push("stray characters in the query".to_owned());
    }
    let is_known = |name: &str| KNOWN_PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    words.extend(
        parameters
            .pairs()
            .map(|(name, _)| name)
            .filter(|name| !is_known(name))
            .map(|name| format!("parameter ignored: {}", short(name))),
    );
    let has_body = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if has_body && !request.headers().contains_key(CONTENT_TYPE) {
        words.push("content type is missing".to_owned());
    }
    words
}

/// Whether a path has a slash too many, or its endpoint in another case.
fn is_written_otherwise(below: &str, types: &ResourceTypes) -> bool {
    let Some(path) = below.strip_prefix('/').filter(|path| !path.is_empty()) else { return false };
    let endpoint = path.split('/').next().unwrap_or_default();
    let is_endpoint = |known: &str| known.trim_start_matches('/') == endpoint;
    let is_plain =
        types.all().iter().any(|ty| is_endpoint(&ty.endpoint)) || OTHER_ENDPOINTS.into_iter().any(is_endpoint);
    !is_plain || path.ends_with('/') || path.contains("//")
}

fn short(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

#[cfg(test)]
mod tests {
    use scim_model::schema::core;

    use super::*;

    #[test]
    fn paths_in_another_spelling() {
        for (below, expected) in [
            ("", false),
            ("/", false),
            ("/Users", false),
            ("/Users/42", false),
            ("/Users/.search", false),
            ("/.search", false),
            ("/Schemas/urn:x", false),
            ("/users", true),
            ("//Users", true),
            ("/Users/", true),
            ("/Users//42", true),
            ("/%55sers", true),
            ("/serviceproviderconfig", true),
        ] {
            assert_eq!(is_written_otherwise(below, &core::types()), expected, "{below}");
        }
    }
}
