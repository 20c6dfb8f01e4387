//! What lies below an application's base URL: the whole table.
//!
//! Paths are taken as clients send them: `//Users` (a base URL that ends in a slash), a slash at the end, `/users`. They
//! are taken apart before they are decoded, so that an encoded slash in an id does not become a path. Which resource types
//! there are is known only once the application is: a [`Path`] becomes a [`Route`] after authentication.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use scim_model::{ResourceType, ResourceTypes, ScimError};

/// The parts of a path below the base URL, decoded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path<'a>(Vec<Cow<'a, str>>);

impl<'a> Path<'a> {
    /// The path below the base URL, as sent.
    ///
    /// # Errors
    /// 400 for what is not UTF-8 once decoded.
    pub fn parse(below: &'a str) -> Result<Self, ScimError> {
        let not_text = |_| ScimError::invalid_value("The path is not UTF-8: percent-encode its characters as UTF-8.");
        let decode = |part: &'a str| percent_decode_str(part).decode_utf8().map_err(not_text);
        // No path of ours has more than two parts: a third one is enough to know that.
        Ok(Path(below.split('/').filter(|part| !part.is_empty()).take(3).map(decode).collect::<Result<_, _>>()?))
    }

    /// A path whose parts are known already.
    pub fn of_parts(parts: &'a [String]) -> Self {
        Path(parts.iter().map(|part| Cow::Borrowed(part.as_str())).collect())
    }

    /// Whether it is `/ServiceProviderConfig`, which every application has.
    pub fn is_service_provider_config(&self) -> bool {
        matches!(self.0.as_slice(), [only] if only.eq_ignore_ascii_case("ServiceProviderConfig"))
    }
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Route {
    /// The base URL itself, all resources of all types: GET.
    Root,
    /// All resources of a type: GET, POST.
    Type(Arc<ResourceType>),
    /// A query in a body, over a type or over all of them: POST.
    Search(Option<Arc<ResourceType>>),
    /// One resource: GET, PUT, PATCH, DELETE.
    Resource(Arc<ResourceType>, String),
    ServiceProviderConfig,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    /// Many operations at once: POST.
    Bulk,
    /// The user whose own credential it is: GET, PUT, PATCH.
    Me,
    Unknown,
}

impl Route {
    /// The route of a path in an application with these resource types.
    pub fn of(path: &Path<'_>, types: &ResourceTypes) -> Self {
        let (first, second) = match path.0.as_slice() {
            [] => return Route::Root,
            [first] => (first, None),
            [first, second] => (first, Some(second.as_ref())),
            _ => return Route::Unknown,
        };
        let named = |name: &str| first.eq_ignore_ascii_case(name);
        match (types.at_endpoint(first), second) {
            (Some(ty), Some(".search")) => Route::Search(Some(ty.clone())),
            (Some(ty), None) => Route::Type(ty.clone()),
            (Some(ty), Some(id)) => Route::Resource(ty.clone(), id.to_owned()),
            (None, None) if named("ServiceProviderConfig") => Route::ServiceProviderConfig,
            (None, id) if named("ResourceTypes") => Route::ResourceTypes(id.map(str::to_owned)),
            (None, id) if named("Schemas") => Route::Schemas(id.map(str::to_owned)),
            (None, None) if named("Bulk") => Route::Bulk,
            (None, None) if named("Me") => Route::Me,
            (None, None) if named(".search") => Route::Search(None),
            _ => Route::Unknown,
        }
    }

    /// Whether a user's own credential opens it.
    pub fn is_for_users(&self) -> bool {
        matches!(self, Route::Me | Route::ServiceProviderConfig | Route::ResourceTypes(_) | Route::Schemas(_))
    }

    /// The methods that the route takes, for the `Allow` header.
    pub fn methods(&self) -> &'static str {
        match self {
            Route::Root => "GET",
            Route::Type(_) => "GET, POST",
            Route::Search(_) => "POST",
            Route::Resource(..) => "GET, PUT, PATCH, DELETE",
            Route::Bulk => "POST",
            Route::Me => "GET, PUT, PATCH",
            Route::ServiceProviderConfig | Route::ResourceTypes(_) | Route::Schemas(_) => "GET",
            Route::Unknown => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use scim_model::schema::core;

    use super::*;

    fn route(below: &str) -> Route {
        Route::of(&Path::parse(below).unwrap(), &core::types())
    }

    #[test]
    fn paths_as_clients_send_them() {
        let types = core::types();
        let named = |name: &str| types.named(name).unwrap().clone();
        let (user, group) = (|| named("User"), || named("Group"));
        for (below, expected) in [
            ("/Users", Route::Type(user())),
            ("//Users", Route::Type(user())),
            ("/Users/", Route::Type(user())),
            ("/users/42", Route::Resource(user(), "42".into())),
            ("/Groups/42/", Route::Resource(group(), "42".into())),
            ("/ServiceProviderConfig", Route::ServiceProviderConfig),
            ("/Schemas/urn:x", Route::Schemas(Some("urn:x".into()))),
            ("/ResourceTypes", Route::ResourceTypes(None)),
            ("/Users/.search", Route::Search(Some(user()))),
            ("/groups/.search/", Route::Search(Some(group()))),
            ("/.search", Route::Search(None)),
            ("/Bulk", Route::Bulk),
            ("/me/", Route::Me),
            ("/Users/a%2Fb", Route::Resource(user(), "a/b".into())),
            ("/%55sers", Route::Type(user())),
            ("/Users/42/emails", Route::Unknown),
            ("/Nothing", Route::Unknown),
            ("", Route::Root),
            ("//", Route::Root),
        ] {
            assert_eq!(route(below), expected, "{below}");
        }
        assert_eq!(Path::parse("/Users/%FF").unwrap_err().status, 400);
        assert!(Path::parse("//serviceproviderconfig/").unwrap().is_service_provider_config());
    }
}
