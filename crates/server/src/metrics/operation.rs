//! What a request asks for, in one of a few words. Told by method and path alone, before anything is looked up: also what is
//! refused at the door counts as the operation that it asked for.

use actix_web::http::Method;

/// What requests are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Read,
    Replace,
    Modify,
    Delete,
    /// GET with a filter: a look-up.
    Find,
    /// GET without one: a page of an import.
    List,
    Search,
    Bulk,
    Me,
    Discovery,
    /// Anything else below an application's base URL.
    OtherScim,
    /// The dashboard, with its static files.
    Page,
    /// Health and metrics themselves.
    Operations,
}

impl Operation {
    /// Each of them, in the order of their numbers.
    pub const ALL: [Operation; 14] = [
        Operation::Create,
        Operation::Read,
        Operation::Replace,
        Operation::Modify,
        Operation::Delete,
        Operation::Find,
        Operation::List,
        Operation::Search,
        Operation::Bulk,
        Operation::Me,
        Operation::Discovery,
        Operation::OtherScim,
        Operation::Page,
        Operation::Operations,
    ];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Read => "read",
            Operation::Replace => "replace",
            Operation::Modify => "modify",
            Operation::Delete => "delete",
            Operation::Find => "find",
            Operation::List => "list",
            Operation::Search => "search",
            Operation::Bulk => "bulk",
            Operation::Me => "me",
            Operation::Discovery => "discovery",
            Operation::OtherScim => "other_scim",
            Operation::Page => "page",
            Operation::Operations => "operations",
        }
    }

    /// What this request asks for.
    pub fn of(method: &Method, path: &str, query: &str) -> Operation {
        let Some(below) = below_base_url(path) else {
            return match path {
                "/healthz" | "/readyz" | "/metrics" => Operation::Operations,
                _ => Operation::Page,
            };
        };
        let mut parts = below.split('/').filter(|part| !part.is_empty());
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        let named = |names: &[&str]| names.iter().any(|name| first.eq_ignore_ascii_case(name));
        if named(&["ServiceProviderConfig", "ResourceTypes", "Schemas"]) {
            return Operation::Discovery;
        }
        match (method, second) {
            _ if parts.next().is_some() => Operation::OtherScim,
            (_, None) if named(&["Me"]) => Operation::Me,
            (&Method::POST, None) if named(&["Bulk"]) => Operation::Bulk,
            (&Method::POST, None) if named(&[".search"]) => Operation::Search,
            (&Method::POST, Some(".search")) => Operation::Search,
            (&Method::GET, None) if query.split('&').any(|pair| pair.starts_with("filter=")) => Operation::Find,
            (&Method::GET, None) => Operation::List,
            (&Method::POST, None) if !first.is_empty() => Operation::Create,
            (&Method::GET, Some(_)) => Operation::Read,
            (&Method::PUT, Some(_)) => Operation::Replace,
            (&Method::PATCH, Some(_)) => Operation::Modify,
            (&Method::DELETE, Some(_)) => Operation::Delete,
            _ => Operation::OtherScim,
        }
    }
}

/// What stands behind `/t/{tenant}/scim/{application}/v2`.
fn below_base_url(path: &str) -> Option<&str> {
    let (_tenant, rest) = path.strip_prefix("/t/")?.split_once('/')?;
    let (_application, rest) = rest.strip_prefix("scim/")?.split_once('/')?;
    Some(rest.split_once('/').map_or("", |(_version, below)| below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_of_a_request() {
        let scim = |below: &str| format!("/t/acme/scim/abcdefghijk1/v2{below}");
        for (method, path, query, expected) in [
            ("GET", scim("/Users"), "", "list"),
            ("GET", scim(""), "", "list"),
            ("GET", scim("//Users/"), "count=1&filter=userName%20eq%20%22a%22", "find"),
            ("GET", scim("/Users"), "prefilter=1", "list"),
            ("POST", scim("/Groups"), "", "create"),
            ("POST", scim("/Users/.search"), "", "search"),
            ("POST", scim("/.search"), "", "search"),
            ("POST", scim("/Bulk"), "", "bulk"),
            ("POST", scim(""), "", "other_scim"),
            ("GET", scim("/Users/42"), "", "read"),
            ("PUT", scim("/Devices/42"), "", "replace"),
            ("PATCH", scim("/Users/42"), "", "modify"),
            ("DELETE", scim("/Users/42/"), "", "delete"),
            ("PATCH", scim("/Me"), "", "me"),
            ("GET", scim("/schemas/urn:x"), "", "discovery"),
            ("GET", scim("/Users/42/emails"), "", "other_scim"),
            ("TRACE", scim("/Users"), "", "other_scim"),
            ("GET", "/t/acme/users".to_owned(), "", "page"),
            ("GET", "/t/acme/scim".to_owned(), "", "page"),
            ("GET", "/".to_owned(), "", "page"),
            ("GET", "/readyz".to_owned(), "", "operations"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(Operation::of(&method, &path, query).name(), expected, "{method} {path}?{query}");
        }
    }

    #[test]
    fn each_number_is_its_place() {
        for (place, operation) in Operation::ALL.iter().enumerate() {
            assert_eq!(*operation as usize, place, "{operation:?}");
        }
    }
}
