//! The plugin mitodl/keycloak-scim: POST, PUT and DELETE, PATCH where it is switched on, five seconds of patience and ten tries.
//!
//! Source: the plugin's own source. Not here: its import, and Keycloak's own client, which is not released.

mod client;
mod groups;
#[cfg(test)]
mod tests;
mod users;

pub use client::{KeycloakClient, Patching};
