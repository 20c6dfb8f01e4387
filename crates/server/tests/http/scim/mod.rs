//! `/t/{tenant}/scim/{application}/v2`

mod bulk;
mod credentials;
mod cursors;
mod definitions;
mod differential;
mod discovery;
mod errors;
mod features;
mod groups;
mod me;
mod ranges;
mod root;
mod search;
mod sorting;
mod users;
