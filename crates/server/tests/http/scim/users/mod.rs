//! `/Users`

mod create;
mod delete;
mod modify;
mod query;
mod read;
mod replace;
