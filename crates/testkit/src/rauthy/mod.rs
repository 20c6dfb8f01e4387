//! Rauthy's SCIM client: look-ups by `externalId` and then by name, no `Accept` on them, users by PUT, groups by PATCH, and a link that
//! is taken back by setting `externalId` to null.
//!
//! Source: Rauthy's own source and book. Any 2xx is a success; a list ends with the first page that is shorter than what was asked for.

mod client;
mod groups;
mod lookup;
#[cfg(test)]
mod tests;
mod users;

pub use client::RauthyClient;
