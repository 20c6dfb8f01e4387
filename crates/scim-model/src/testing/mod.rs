//! What the tests of this crate, tests of other crates and the fuzz targets share. Built for tests and with the feature
//! `testing` only, so it may panic.
//!
//! Deliberately without a library for properties: the generators turn any bytes into data, so that proptest, a seed and a
//! fuzzer drive the same code.

#![expect(clippy::expect_used, reason = "only tests use this")]

pub mod choices;
pub mod filters;
pub mod fuzz;
pub mod patches;
pub mod specimen;
pub mod values;

pub use choices::Choices;
pub use specimen::specimen;
