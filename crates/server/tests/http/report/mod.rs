//! Reports → Provisioning Report

mod counts;
mod detail;
mod retention;
mod search;
