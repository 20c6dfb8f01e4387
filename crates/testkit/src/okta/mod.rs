//! Okta's provisioning client, played faithfully: the requests of both kinds of integration in their order, with their headers and bodies, and
//! Okta's reactions to the answers.
//!
//! Sources: Okta's developer documentation, its published SPEC and CRUD test files, and captured traffic. Where those are silent the
//! simulator does what is plainest and says so at the place.
//!
//! Not here: Okta's own delays (200 ms between calls, import schedules), OAuth 2, entitlements.

mod bodies;
mod client;
mod conversation;
mod crud_test;
mod day;
mod directory;
mod flows;
mod groups;
mod import;
mod people;
mod problem;
mod profile;
mod spec_test;
mod task;
#[cfg(test)]
mod tests;

pub use crate::client::{Authentication, StepResult};
pub use client::OktaClient;
pub use crud_test::crud_test;
pub use day::{DayCounts, DayFailure, DayReport, play};
pub use directory::{Directory, DirectoryGroup, DirectoryUser};
pub use flows::{Assigned, Reactivated};
pub use groups::Pushed;
pub use import::{ImportedGroup, ImportedUser};
pub use people::People;
pub use profile::{Address, Employment, Kind, Manager, OktaGroup, OktaUser};
pub use spec_test::spec_test;
pub use task::OktaTask;
