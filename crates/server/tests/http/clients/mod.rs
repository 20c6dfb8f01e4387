//! Whole conversations of clients other than Okta: what is left in the directory, and what of it had to be adjusted.

mod authentik;
mod entra;
mod google;
mod jumpcloud;
mod keycloak;
mod onelogin;
mod ping;
mod rauthy;
pub mod view;
