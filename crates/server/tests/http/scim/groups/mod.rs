//! `/Groups`

mod create;
mod members;
mod modify;
mod nested;
mod query;
mod replace;
