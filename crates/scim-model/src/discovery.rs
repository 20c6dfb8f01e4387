//! What the service provider says about itself (RFC 7644 §4). True to what is implemented, with the numbers from
//! [`Limits`].

use crate::limits::Limits;

/// `/ServiceProviderConfig`.
pub fn service_provider_config(base_url: &str, limits: &Limits) -> String {
    todo!()
}

/// `/ResourceTypes`: a list response of all of them.
pub fn resource_types(base_url: &str) -> String {
    todo!()
}

/// `/ResourceTypes/{id}`; `None` if there is none.
pub fn resource_type(base_url: &str, id: &str) -> Option<String> {
    todo!()
}

/// `/Schemas`: a list response of all of them.
pub fn schemas(base_url: &str) -> String {
    todo!()
}

/// `/Schemas/{urn}`; `None` if there is none.
pub fn schema(base_url: &str, id: &str) -> Option<String> {
    todo!()
}
