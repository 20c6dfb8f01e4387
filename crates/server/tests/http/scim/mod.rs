//! `/t/{tenant}/scim/{application}/v2`

mod credentials;
mod definitions;
mod discovery;
mod errors;
mod features;
mod groups;
mod users;
