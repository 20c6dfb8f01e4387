//! Ping's outbound provisioning (PingFederate's SCIM connector, PingOne): a health probe before each run, a look-up by `userName` or by
//! `emails`, and settings for what happens to people who leave and to members the server has beside Ping's.
//!
//! Sources: the vendor's documentation, and notes of servers that run with it. Not here: OAuth 2.

mod client;
mod groups;
mod settings;
#[cfg(test)]
mod tests;
mod users;

pub use client::PingClient;
pub use settings::{Membership, PingSettings, UniqueUser};
