//! `/Groups`

mod create;
mod modify;
mod query;
mod replace;
