//! The pages of the applications: list, catalogue, and one page per step of an application.

pub mod check;
pub mod connection;
pub mod features;
pub mod list;
pub mod mapping;
pub mod new;
pub mod new_scim_client;
pub mod okta;
pub mod reveal_credential;
pub mod revoke_credential;

/// The steps of setting up an application. They stay as tabs of its page; the URL holds the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Connection,
    Mapping,
    Features,
    Okta,
    Check,
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
        }
    }

    /// Its place, from 1.
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
        Health { kind: HealthKind::Waiting, text: "Waiting for first request".into(), class: "info", hint: String::new() }
    }

    /// The latest operations went well.
    pub fn healthy() -> Self {
        Health { kind: HealthKind::Healthy, text: "Healthy".into(), class: "ok", hint: String::new() }
    }

    /// Some of the latest operations did not go well, but it works.
    pub fn attention(failures: usize, hint: String) -> Self {
        let text = if failures == 1 { "1 failure".into() } else { format!("{failures} failures") };
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
