//! Microsoft Entra ID's provisioning service, played in each of its PATCH dialects, with its tests: the SCIM Validator and the Postman set.
//!
//! Sources: Microsoft's documentation and its known issues, saved results of the validator, the reference code's Postman collections, and
//! issues of servers that met the service. Where those are silent the simulator does what is plainest and says so at the place.
//!
//! Not here: the times between cycles (about 40 minutes) and retries (6, 12, 24 hours), scoping, and tokens that Entra ID signs by itself
//! when the secret is blank.

mod client;
mod connection;
mod groups;
mod manager;
mod mapping;
mod patch;
mod path;
mod postman;
mod profile;
#[cfg(test)]
mod tests;
mod users;
mod validator;

pub use client::EntraClient;
pub use manager::ManagerForm;
pub use postman::postman_set;
pub use profile::{AppRole, Dialect, EntraGroup, EntraUser, Matching, Roles, WorkAddress};
pub use validator::validate;
