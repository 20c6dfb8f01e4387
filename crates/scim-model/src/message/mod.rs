//! SCIM messages that are not resources: errors, list responses and the parameters of a query.

pub mod error;
pub mod list;
pub mod query;
