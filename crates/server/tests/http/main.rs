//! HTTP behaviour of the whole product, in-process, on both databases. Folders mirror URLs.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

mod concurrency;
mod conformance;
mod directory;
mod okta;
mod plans;
mod report;
mod scim;
mod tenancy;
