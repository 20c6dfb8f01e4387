//! The one binary, `rollcall`: settings, log, commands, and the server put together from the edges.
//!
//! Deliberately not here: anything about SCIM, pages, users or tenants. Those are the crates below; this one only starts
//! them.

mod application;
mod cli;
mod commands;
mod config;
mod connection;
mod counting;
mod demo;
mod health;
mod installation;
mod metrics;
mod middleware;
mod retention;
mod signals;
mod telemetry;
mod tls;
mod traces;

pub use application::{Application, StopHandle};
pub use commands::main;
pub use config::{Config, DatabaseUrl, LogFormat, Options};
pub use tls::{Tls, TlsFiles};
pub use traces::{Endpoint, TraceMetrics};
