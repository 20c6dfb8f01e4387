//! Queries over resources: SQL finds candidates, the evaluator decides.
//!
//! [`plan`](plan::plan) is pure: it splits a resolved filter into candidates that an index yields and a residual filter.
//! [`run`] pages through them in the order of ids, which is the order of creation.

pub(crate) mod crawl;
pub(crate) mod plan;
pub(crate) mod run;
