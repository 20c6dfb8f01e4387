//! OneLogin's provisioning: users by PUT as `application/json`, groups by PATCH as `application/scim+json`, an empty User-Agent, and URLs
//! with a stray `&` or `?` at the end.
//!
//! Sources: logged requests in public issue threads, and the vendor's documentation. The bodies come from a template that each administrator
//! edits by hand, with the defects that such templates have ([`Defect`]).

mod client;
mod groups;
mod template;
#[cfg(test)]
mod tests;
mod users;

pub use client::OneLoginClient;
pub use template::{Defect, Template};
