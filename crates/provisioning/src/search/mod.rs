//! Queries over resources: SQL finds candidates, the evaluator decides.
//!
//! | module | for |
//! |---|---|
//! | [`plan`] | pure: a filter becomes candidates that SQL finds, and what is left to decide |
//! | [`access`] | those candidates as conditions of a statement |
//! | [`order`] | the order of a list where columns have it |
//! | [`segment`] | a stretch of a list that one statement can read, by position or from an edge on |
//! | [`look`] | looking at candidates one by one, at most so many |
//! | [`outside`] | what a filter may ask of a resource that does not stand in its document |
//! | [`paged`] | a page out of segments, by position or by cursor |
//! | [`sorted`] | a page of a list that no column has in order: keys in memory, then the rows of the page |
//! | [`position`] | where a page begins, as a cursor |
//! | [`crawl`] | where pages by position ended |
//! | [`run`] | which of these answers a query |
//!
//! A list is in the order of ids, which is the order of creation; over several types type by type; or as `sortBy` says.

pub(crate) mod access;
pub(crate) mod crawl;
mod look;
mod membership;
pub(crate) mod order;
mod outside;
mod paged;
pub(crate) mod plan;
pub(crate) mod position;
pub(crate) mod run;
mod segment;
mod sorted;
