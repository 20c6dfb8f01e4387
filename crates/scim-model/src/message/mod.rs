//! SCIM messages that are not resources: errors, list responses, and queries from a URL or from the body of a search.

pub mod error;
pub mod list;
pub mod query;
pub mod search;
