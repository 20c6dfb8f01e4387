//! One page = one Rust file and one template with the same path under `templates/pages/`. A `mod.rs` is no page: it holds
//! what the pages of its folder share.

pub mod applications;
pub mod failure;
pub mod groups;
pub mod reports;
pub mod setup;
pub mod sign_in;
pub mod tenants;
pub mod users;

/// The id of a cell in a form of numbered rows: where its error message is found.
pub fn row_id(cell: &str, row: impl std::fmt::Display) -> String {
    format!("{cell}-{row}")
}
