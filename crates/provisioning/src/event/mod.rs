//! Provisioning events: what happened to an end user, one row per operation.
//!
//! A report is a search over these rows. Changes write their row in their own transaction ([`record`]); answered
//! questions (look-ups, imports, connection tests) are collected by the [`recorder`] and written in batches, because a
//! read must not cost a write. [`count`] counts rows beforehand for charts over millions of them. [`advice`] turns a failure
//! into its cause and remedy.

pub mod advice;
pub(crate) mod count;
pub mod detail;
pub mod kind;
pub(crate) mod record;
pub(crate) mod recorder;
pub mod report;
pub mod retention;
pub mod timeline;
