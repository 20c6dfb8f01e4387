//! `/t/{tenant}/scim/{application}/v2`

mod bulk;
mod credentials;
mod definitions;
mod discovery;
mod errors;
mod features;
mod groups;
mod me;
mod users;
