//! The built program, called as other programs call it: in a folder of its own, with nothing in its environment.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod applications;
mod backup;
mod demonstration;
mod durability;
mod events;
mod installation;
mod log;
mod metrics;
mod people;
mod schemas;
mod stopping;
mod support;
mod tls;
mod traces;
mod usage;
