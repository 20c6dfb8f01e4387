//! JumpCloud's provisioning: an activation that creates and removes a test user and a test group, users by PUT or by one PATCH operation
//! per attribute, members removed by a list of values.
//!
//! Sources: the vendor's pages, and the source of servers that were made to work with it. There is no enterprise extension by default.

mod activation;
mod client;
mod groups;
#[cfg(test)]
mod tests;
mod users;

pub use activation::Activated;
pub use client::JumpCloudClient;
