//! The provisioning report: its search and the detail of one operation. Shared: a row as lists show it.

pub mod provisioning;
pub mod provisioning_event;

use crate::moment::Moment;
use crate::web::administrator::Administrator;
use ::provisioning::{EventRow, Operation, Outcome};

/// How an operation ended: word and badge class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeView {
    pub label: &'static str,
    pub class: &'static str,
}

/// One operation in a list.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// Its page in the report.
    pub href: String,
    pub when: Moment,
    /// User name or group name; empty where the operation had no subject.
    pub subject: String,
    /// The page of the person or group, where there is one.
    pub subject_href: String,
    pub application: String,
    /// What happened in words.
    pub summary: String,
    pub outcome: OutcomeView,
    /// The first changed fields.
    pub changed: Vec<String>,
    /// How many more there are.
    pub more: usize,
    pub duration: String,
}

/// So many changed fields are named in a row.
const NAMED_FIELDS: usize = 3;

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        let class = match outcome {
            Outcome::Succeeded => "ok",
            Outcome::Unchanged => "",
            Outcome::Refused => "warn",
            Outcome::Failed => "bad",
        };
        OutcomeView { label: outcome.label(), class }
    }
}

impl EventLine {
    /// As lists show it.
    pub fn new(administrator: &Administrator, row: EventRow) -> Self {
        let base = administrator.base();
        EventLine {
            href: format!("{base}/reports/provisioning/{}", row.id),
            when: administrator.moment(row.occurred_at),
            subject_href: subject_href(&base, &row),
            outcome: row.outcome.into(),
            more: row.changed.len().saturating_sub(NAMED_FIELDS),
            changed: row.changed.into_iter().take(NAMED_FIELDS).collect(),
            duration: crate::text::duration(row.duration_us),
            subject: row.subject,
            application: row.application_name,
            summary: row.summary,
        }
    }
}

/// The page of the person, group or other resource that the row is about; empty where there is none.
pub fn subject_href(base: &str, row: &EventRow) -> String {
    match (&row.directory_user_id, &row.resource_id, row.resource_type.as_deref()) {
        (Some(user), ..) => format!("{base}/users/{user}"),
        (None, Some(group), Some("Group")) => format!("{base}/groups/{group}"),
        (None, Some(_), Some("User")) | (None, _, None) | (None, None, _) => String::new(),
        (None, Some(_), Some(_)) if row.operation == Operation::ResourceDelete => String::new(),
        (None, Some(resource), Some(resource_type)) => crate::text::address(
            &format!("{base}/applications/{}/resources/{resource}", row.application_id),
            &[("type", resource_type)],
        ),
    }
}

#[cfg(test)]
impl EventLine {
    /// A few rows of a realistic day.
    pub fn samples() -> Vec<Self> {
        let now = crate::samples::NOW;
        let line =
            |seconds: i64, subject: &str, summary: &str, outcome, changed: &[&str], more, duration: i64| EventLine {
                href: "/t/northwind/reports/provisioning/0199a2b0".into(),
                when: Moment::new(now - seconds * 1000, now),
                subject: subject.into(),
                subject_href: if subject.contains('@') { "/t/northwind/users/0199a2b0".into() } else { String::new() },
                application: "Okta Workforce".into(),
                summary: summary.into(),
                outcome,
                changed: changed.iter().map(|field| (*field).to_owned()).collect(),
                more,
                duration: crate::text::duration(duration),
            };
        let succeeded = OutcomeView { label: "Succeeded", class: "ok" };
        let failed = OutcomeView { label: "Failed", class: "bad" };
        let refused = OutcomeView { label: "Refused", class: "warn" };
        let unchanged = OutcomeView { label: "No change", class: "" };
        vec![
            line(9, "ada.okafor@northwind.example", "Disabled user", succeeded, &["active", "title"], 0, 14_200),
            line(
                18,
                "liam.brandt@northwind.example",
                "Could not create user: the user name is already taken",
                failed,
                &[],
                0,
                9_100,
            ),
            line(
                21,
                "Finance – EMEA",
                "Created group with 14 members",
                succeeded,
                &["displayName", "members"],
                0,
                22_400,
            ),
            line(45, "Engineering", "Added 3 members, removed 1", succeeded, &["members"], 0, 31_000),
            line(124, "s.ito@northwind.example", "Wrote the same values again", unchanged, &[], 0, 3_400),
            line(
                147,
                "temp.0417@northwind.example",
                "Refused to create user: Create users is switched off",
                refused,
                &[],
                0,
                900,
            ),
            line(253, "", "Refused a credential: rctAb… is revoked", refused, &[], 0, 300),
            line(900, "grace.murray@northwind.example", "Updated user", succeeded, &["title", "department"], 4, 12_800),
        ]
    }
}
