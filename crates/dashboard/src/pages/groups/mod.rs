//! The groups that clients pushed.

pub mod detail;
pub mod list;
