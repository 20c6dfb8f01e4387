//! What a day came to.

use crate::okta::OktaTask;

/// What happened, for the caller to print and to check.
#[derive(Clone, Debug, Default)]
pub struct DayReport {
    pub counts: DayCounts,
    /// What went wrong on purpose, and how the server answered.
    pub deliberate: Vec<DayFailure>,
    /// What should have worked and did not; a correct server leaves this empty.
    pub unexpected: Vec<OktaTask>,
}

/// How often each thing succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    pub connection_tests: usize,
    pub users_created: usize,
    pub users_linked: usize,
    /// Creations whose answer was lost and that were sorted out by a second attempt.
    pub answers_lost: usize,
    pub profiles_updated: usize,
    pub logins_renamed: usize,
    pub users_deactivated: usize,
    pub users_reactivated: usize,
    /// Reactivations for which the server had to create the user anew (it deletes deactivated users).
    pub users_created_again: usize,
    pub groups_pushed: usize,
    pub groups_renamed: usize,
    pub memberships_changed: usize,
    pub groups_deleted: usize,
    /// Users seen by the import at the end.
    pub users_imported: usize,
    pub groups_imported: usize,
}

/// Something that was meant to fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFailure {
    /// What was done, as one would tell it.
    pub what: &'static str,
    pub expected_status: u16,
    /// What the server answered; `None` without an answer.
    pub status: Option<u16>,
    /// What Okta's administrator reads.
    pub message: String,
}
