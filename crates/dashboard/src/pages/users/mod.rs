//! The people of the directory.

pub mod detail;
pub mod list;
