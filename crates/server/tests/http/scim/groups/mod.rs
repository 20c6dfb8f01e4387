//! `/Groups`

mod create;
mod large;
mod members;
mod modify;
mod nested;
mod query;
mod replace;
