//! What lies below an application's base URL: the whole table.
//!
//! Paths are taken as clients send them: `//Users` (a base URL that ends in a slash), a slash at the end, `/users`. They
//! are taken apart before they are decoded, so that an encoded slash in an id does not become a path.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use scim_model::ScimError;
use scim_model::schema::{ResourceType, core};

/// Where a path leads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Route<'a> {
    /// All resources of a type: GET, POST.
    Type(&'static ResourceType),
    /// One resource: GET, PUT, PATCH, DELETE.
    Resource(&'static ResourceType, Cow<'a, str>),
    ServiceProviderConfig,
    ResourceTypes(Option<Cow<'a, str>>),
    Schemas(Option<Cow<'a, str>>),
    /// Defined by the RFC, not offered: answered 501.
    NotOffered(&'static str),
    Unknown,
}

impl<'a> Route<'a> {
    /// The route of a path below the base URL, as sent.
    ///
    /// # Errors
    /// 400 for what is not UTF-8 once decoded.
    pub fn of(below: &'a str) -> Result<Self, ScimError> {
        let not_text = |_| ScimError::invalid_value("The path is not UTF-8: percent-encode its characters as UTF-8.");
        let decode = |part: &'a str| percent_decode_str(part).decode_utf8().map_err(not_text);
        let parts: Vec<_> = below.split('/').filter(|part| !part.is_empty()).map(decode).collect::<Result<_, _>>()?;
        let mut parts = parts.into_iter();
        Ok(match (parts.next(), parts.next(), parts.next()) {
            (Some(first), second, None) => Route::of_parts(&first, second),
            _ => Route::Unknown,
        })
    }

    fn of_parts(first: &str, second: Option<Cow<'a, str>>) -> Self {
        let named = |name: &str| first.eq_ignore_ascii_case(name);
        let ty = core::all().iter().find(|ty| named(ty.endpoint.trim_start_matches('/')));
        match (ty, second) {
            (Some(_), Some(id)) if id == ".search" => Route::NotOffered(".search"),
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
            ("/users/42", Route::Resource(user, "42".into())),
            ("/Groups/42/", Route::Resource(group, "42".into())),
            ("/ServiceProviderConfig", Route::ServiceProviderConfig),
            ("/Schemas/urn:x", Route::Schemas(Some("urn:x".into()))),
            ("/ResourceTypes", Route::ResourceTypes(None)),
            ("/Users/.search", Route::NotOffered(".search")),
            ("/Bulk", Route::NotOffered("/Bulk")),
            ("/Users/a%2Fb", Route::Resource(user, "a/b".into())),
            ("/%55sers", Route::Type(user)),
            ("/Users/42/emails", Route::Unknown),
            ("/Nothing", Route::Unknown),
            ("", Route::Unknown),
        ] {
            assert_eq!(Route::of(below), Ok(route), "{below}");
        }
        assert_eq!(Route::of("/Users/%FF").unwrap_err().status, 400);
    }
}
