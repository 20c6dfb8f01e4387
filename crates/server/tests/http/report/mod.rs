//! Reports → Provisioning Report

mod detail;
mod search;
