//! `/t/{tenant}/scim/{application}/v2`

mod credentials;
mod cursors;
mod differential;
mod discovery;
mod errors;
mod features;
mod groups;
mod root;
mod search;
mod sorting;
mod users;
