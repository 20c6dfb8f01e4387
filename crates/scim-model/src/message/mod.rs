//! SCIM messages that are not resources: errors, list responses, bulk requests, and queries from a URL or from the body of
//! a search.

pub mod bulk;
pub mod error;
pub mod list;
pub mod query;
pub mod search;
