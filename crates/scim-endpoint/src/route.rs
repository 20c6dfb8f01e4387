//! What lies below an application's base URL: the whole table.
//!
//! Paths are taken as clients send them: `//Users` (a base URL that ends in a slash), a slash at the end, `/users`.

use scim_model::schema::{ResourceType, core};

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Route<'a> {
    /// All resources of a type: GET, POST.
    Type(&'static ResourceType),
    /// One resource: GET, PUT, PATCH, DELETE.
    Resource(&'static ResourceType, &'a str),
    ServiceProviderConfig,
    ResourceTypes(Option<&'a str>),
    Schemas(Option<&'a str>),
    /// Defined by the RFC, not offered: answered 501.
    NotOffered(&'static str),
    Unknown,
}

impl<'a> Route<'a> {
    /// The route of a path below the base URL.
    pub fn of(below: &'a str) -> Self {
        let mut parts = below.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (Some(first), second, None) => Route::of_parts(first, second),
            _ => Route::Unknown,
        }
    }

    fn of_parts(first: &'a str, second: Option<&'a str>) -> Self {
        let named = |name: &str| first.eq_ignore_ascii_case(name);
        let ty = core::all().iter().find(|ty| named(ty.endpoint.trim_start_matches('/')));
        match (ty, second) {
            (Some(_), Some(".search")) => Route::NotOffered(".search"),
            (Some(ty), None) => Route::Type(ty),
            (Some(ty), Some(id)) => Route::Resource(ty, id),
            (None, None) if named("ServiceProviderConfig") => Route::ServiceProviderConfig,
            (None, id) if named("ResourceTypes") => Route::ResourceTypes(id),
            (None, id) if named("Schemas") => Route::Schemas(id),
            (None, None) if named("Bulk") => Route::NotOffered("/Bulk"),
            (None, None) if named("Me") => Route::NotOffered("/Me"),
            (None, None) if named(".search") => Route::NotOffered("/.search"),
            _ => Route::Unknown,
        }
    }

    /// The methods that the route takes, for the `Allow` header.
    pub fn methods(&self) -> &'static str {
        match self {
            Route::Type(_) => "GET, POST",
            Route::Resource(..) => "GET, PUT, PATCH, DELETE",
            Route::ServiceProviderConfig | Route::ResourceTypes(_) | Route::Schemas(_) => "GET",
            Route::NotOffered(_) | Route::Unknown => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_clients_send_them() {
        let (user, group) = (core::user(), core::group());
        for (below, route) in [
            ("/Users", Route::Type(user)),
            ("//Users", Route::Type(user)),
            ("/Users/", Route::Type(user)),
            ("/users/42", Route::Resource(user, "42")),
            ("/Groups/42/", Route::Resource(group, "42")),
            ("/ServiceProviderConfig", Route::ServiceProviderConfig),
            ("/Schemas/urn:x", Route::Schemas(Some("urn:x"))),
            ("/ResourceTypes", Route::ResourceTypes(None)),
            ("/Users/.search", Route::NotOffered(".search")),
            ("/Bulk", Route::NotOffered("/Bulk")),
            ("/Users/42/emails", Route::Unknown),
            ("/Nothing", Route::Unknown),
            ("", Route::Unknown),
        ] {
            assert_eq!(Route::of(below), route, "{below}");
        }
    }
}
