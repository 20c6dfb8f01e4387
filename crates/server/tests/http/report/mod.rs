//! Reports → Provisioning Report

mod detail;
mod retention;
mod search;
