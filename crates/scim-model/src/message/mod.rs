//! SCIM messages that are not resources: errors, list responses, bulk requests and the parameters of a query.

pub mod bulk;
pub mod error;
pub mod list;
pub mod query;
