//! HTTP behaviour of the whole product, in-process, on both databases. Folders mirror URLs; `connection` is about what lies
//! below them.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

mod clients;
mod clock;
mod concurrency;
mod conformance;
mod connection;
mod consistency;
mod directory;
mod health;
mod malformed;
mod metrics;
mod okta;
mod plans;
mod pooling;
mod report;
mod scim;
mod tenancy;
