//! The dashboard: server-rendered administration.

mod assets;
mod chart;
mod moment;
mod pages;
#[cfg(test)]
mod samples;
mod setup_token;
mod shell;
mod text;

pub use setup_token::SetupToken;
