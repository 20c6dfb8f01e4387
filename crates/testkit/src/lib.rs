//! Simulators of the programs that call us: SCIM clients as they behave on the wire.
//!
//! For tests, and for `rollcall demo`, which plays a day of an Okta organisation against a fresh server. Everything goes over real HTTP, so this
//! crate knows none of ours: what a simulator believes comes from the published behaviour of the client it stands for and from the
//! answers it got. `conformance` is a client of another kind: it checks any SCIM server against the RFCs.
//!
//! Not here: the in-process test server and checks of what the server stored.

pub mod authentik;
pub mod client;
pub mod conformance;
pub mod entra;
pub mod google;
pub mod http;
pub mod jumpcloud;
pub mod keycloak;
pub mod message;
pub mod okta;
pub mod onelogin;
pub mod ping;
pub mod rauthy;
pub mod seeded;

#[cfg(test)]
mod fake;
