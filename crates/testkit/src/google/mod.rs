//! Google Workspace's automatic provisioning: a probe of one user, users only, suspension first and deletion after a configured number of days.
//!
//! Sources: second-hand. Google provisions pre-integrated applications only and publishes no requests, so order and reactions are documented
//! by administrators, while the bodies here are plain RFC 7643.

mod client;
#[cfg(test)]
mod tests;

pub use client::GoogleClient;
