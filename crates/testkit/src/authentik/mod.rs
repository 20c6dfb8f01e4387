//! authentik's outbound SCIM provider: the server's configuration is read first, users by POST and PUT, groups by PATCH with one
//! operation per member, cut into pieces of `bulk.maxOperations`.
//!
//! Source: authentik's own source. Not here: its compatibility modes for other servers, and the discovery of what a server holds.

mod client;
mod config;
mod groups;
#[cfg(test)]
mod tests;
mod users;

pub use client::AuthentikClient;
pub use config::Config;
