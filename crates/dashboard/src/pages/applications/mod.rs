//! The pages of the applications: list, catalogue, and one page per step of an application.

pub mod check;
pub mod connection;
pub mod features;
pub mod list;
pub mod mapping;
pub mod new;
pub mod new_scim_client;
pub mod okta;
pub mod remove_schema;
pub mod resource;
pub mod resources;
pub mod reveal_credential;
pub mod revoke_credential;
pub mod schemas;

use crate::shell::{Section, Shell};
use crate::web::administrator::Administrator;
use crate::web::failure::PageFailure;
use provisioning::{EventRow, Operation, Outcome, Subject};
use registry::Application;

/// The steps of setting up an application. They stay as tabs of its page; the URL holds the step. Beside them a tab that
/// most applications never need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Connection,
    Mapping,
    Features,
    Okta,
    Check,
    Schemas,
}

impl Step {
    /// In the order in which a person does them.
    pub const ALL: [Step; 5] = [Step::Connection, Step::Mapping, Step::Features, Step::Okta, Step::Check];

    /// The last segment of the step's URL.
    pub fn name(self) -> &'static str {
        match self {
            Step::Connection => "connection",
            Step::Mapping => "mapping",
            Step::Features => "features",
            Step::Okta => "okta",
            Step::Check => "check",
            Step::Schemas => "schemas",
        }
    }

    /// What the tab says.
    pub fn label(self) -> &'static str {
        match self {
            Step::Connection => "Connection",
            Step::Mapping => "Attribute mapping",
            Step::Features => "Features",
            Step::Okta => "Set up in Okta",
            Step::Check => "Check",
            Step::Schemas => "Schemas",
        }
    }

    /// Its place among the steps, from 1.
    pub fn number(self) -> usize {
        1 + Step::ALL.iter().position(|step| *step == self).unwrap_or_default()
    }
}

/// How an application fares, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub kind: HealthKind,
    pub text: String,
    /// The class of the badge.
    pub class: &'static str,
    /// More, on hover.
    pub hint: String,
}

/// What the status chips of the list sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthKind {
    Healthy,
    Attention,
    Waiting,
    Paused,
}

impl HealthKind {
    /// In the order of the chips.
    pub const ALL: [HealthKind; 4] =
        [HealthKind::Healthy, HealthKind::Attention, HealthKind::Waiting, HealthKind::Paused];

    /// The value in the URL.
    pub fn name(self) -> &'static str {
        match self {
            HealthKind::Healthy => "healthy",
            HealthKind::Attention => "attention",
            HealthKind::Waiting => "waiting",
            HealthKind::Paused => "paused",
        }
    }

    /// The word on the chip.
    pub fn label(self) -> &'static str {
        match self {
            HealthKind::Healthy => "Healthy",
            HealthKind::Attention => "Attention",
            HealthKind::Waiting => "Waiting",
            HealthKind::Paused => "Paused",
        }
    }
}

impl Health {
    /// Nothing is answered until it is resumed.
    pub fn paused() -> Self {
        Health { kind: HealthKind::Paused, text: "Paused".into(), class: "", hint: String::new() }
    }

    /// No client has called yet.
    pub fn waiting() -> Self {
        Health {
            kind: HealthKind::Waiting,
            text: "Waiting for first request".into(),
            class: "info",
            hint: String::new(),
        }
    }

    /// The latest operations went well.
    pub fn healthy() -> Self {
        Health { kind: HealthKind::Healthy, text: "Healthy".into(), class: "ok", hint: String::new() }
    }

    /// Some of the latest operations did not go well, but it works.
    pub fn attention(failures: usize, looked_at: usize, hint: String) -> Self {
        let text = format!("{failures} of the last {looked_at} failed");
        Health { kind: HealthKind::Attention, text, class: "warn", hint }
    }

    /// Every operation since `since` (`10:42`) went wrong.
    pub fn failing(since: &str, hint: String) -> Self {
        Health { kind: HealthKind::Attention, text: format!("Failing since {since}"), class: "bad", hint }
    }
}

/// The head of every page of one application.
#[derive(Clone, Debug)]
pub struct ApplicationHead {
    pub name: String,
    /// `/t/{slug}/applications/{id}`
    pub base: String,
    /// The report, filtered to this application.
    pub activity: String,
    pub health: Health,
    pub step: Step,
}

/// So many of the latest operations tell how an application fares.
const LOOKED_AT: i64 = 20;
/// So many failures in a row are no accident any more.
const FAILING_AFTER: usize = 3;

/// How `application` fares, from its latest operations.
pub async fn health(administrator: &Administrator, application: &Application) -> Result<Health, PageFailure> {
    if application.paused {
        return Ok(Health::paused());
    }
    let subject = Subject::Application(application.id.to_string());
    let events = administrator.dashboard().provisioning.recent_events(&administrator.scope, subject, LOOKED_AT).await?;
    let seen: Vec<Seen> = events.iter().map(Seen::new).collect();
    Ok(judge(application.last_request_at.is_some(), &seen))
}

/// What of an operation counts here.
struct Seen {
    bad: bool,
    credential: bool,
    at_ms: i64,
    summary: String,
}

impl Seen {
    fn new(event: &EventRow) -> Self {
        Seen {
            bad: matches!(event.outcome, Outcome::Failed | Outcome::Refused),
            credential: event.operation == Operation::CredentialRejected,
            at_ms: event.occurred_at.as_milliseconds(),
            summary: event.summary.clone(),
        }
    }
}

/// From the latest operations, newest first: a refused credential or several failures in a row mean that nothing gets
/// through; a failure among successes asks for attention only.
fn judge(called: bool, seen: &[Seen]) -> Health {
    let streak = seen.iter().take_while(|event| event.bad).count();
    let newest = seen.first().map(|event| event.summary.clone()).unwrap_or_default();
    let refused = seen.first().is_some_and(|event| event.credential);
    if refused || streak >= FAILING_AFTER {
        let since = seen.iter().take(streak).next_back().map_or(0, |event| event.at_ms);
        return Health::failing(&crate::moment::civil(since).strftime("%-d %b %H:%M UTC").to_string(), newest);
    }
    if !called && seen.is_empty() {
        return Health::waiting();
    }
    match seen.iter().filter(|event| event.bad).count() {
        0 => Health::healthy(),
        failures => {
            let latest = seen.iter().find(|event| event.bad).map(|event| event.summary.clone());
            Health::attention(failures, seen.len(), latest.unwrap_or_default())
        }
    }
}

/// The application that the path names, the frame and the head of its pages. Another tenant's is not found.
pub async fn open(
    administrator: &Administrator,
    step: Step,
) -> Result<(Application, Shell, ApplicationHead), PageFailure> {
    let id = administrator.path("application");
    let found = administrator.registry().application(&administrator.scope, id).await?;
    let application = found.ok_or(PageFailure::NotFound)?;
    let base = administrator.base();
    let head = ApplicationHead {
        name: application.name.clone(),
        base: format!("{base}/applications/{}", application.id),
        activity: crate::text::address(
            &format!("{base}/reports/provisioning"),
            &[("application", &application.name), ("span", "7d")],
        ),
        health: health(administrator, &application).await?,
        step,
    };
    Ok((application, administrator.shell(Section::Applications), head))
}

#[cfg(test)]
impl ApplicationHead {
    /// The head that samples are shown with.
    pub fn sample(step: Step) -> Self {
        ApplicationHead {
            name: "Okta Workforce".into(),
            base: "/t/northwind/applications/k3v9q2m7x1ab".into(),
            activity: "/t/northwind/reports/provisioning?application=Okta%20Workforce".into(),
            health: Health::healthy(),
            step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_follows_the_latest_operations() {
        let seen = |bad, credential| Seen { bad, credential, at_ms: 0, summary: "what happened".into() };
        let (good, bad) = (|| seen(false, false), || seen(true, false));
        for (called, events, text) in [
            (false, vec![], "Waiting for first request"),
            (true, vec![], "Healthy"),
            (true, vec![good(), good()], "Healthy"),
            (true, vec![good(), bad(), bad()], "2 of the last 3 failed"),
            (true, vec![bad(), bad(), good()], "2 of the last 3 failed"),
            (true, vec![bad(), bad(), bad(), good()], "Failing since 1 Jan 00:00 UTC"),
            (true, vec![seen(true, true), good()], "Failing since 1 Jan 00:00 UTC"),
            (false, vec![seen(true, true)], "Failing since 1 Jan 00:00 UTC"),
        ] {
            assert_eq!(judge(called, &events).text, text);
        }
    }
}
