//! `GET /t/{slug}/applications/{id}/check`: a list that ticks itself from real traffic. While the page is open, htmx fetches
//! it again every few seconds and takes the list out of it; without scripts the person reloads.

use super::ApplicationHead;
use super::{Step, open};
use crate::moment::Moment;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use askama::Template;
use provisioning::Milestone;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/check.html")]
pub struct Check {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub milestones: Vec<MilestoneRow>,
}

/// One thing that is to happen.
pub struct MilestoneRow {
    pub title: &'static str,
    /// What makes it happen.
    pub hint: &'static str,
    /// When it first did, and its row in the report.
    pub done: Option<(Moment, String)>,
}

/// Title and hint of every milestone, in the order in which they usually come.
pub const MILESTONES: [(&str, &str); 6] = [
    ("Credential accepted", "Press Test Connector Configuration in Okta."),
    ("User looked up", "Assign a person: Okta first asks whether we know the user name."),
    ("User created", "Follows the look-up when the person was not here yet."),
    ("User updated", "Change a first name in Okta, or assign a person who exists here."),
    ("Group pushed", "Push a group from the Push Groups tab."),
    ("User deactivated", "Unassign the person from the app."),
];

impl Check {
    /// How many have happened.
    pub fn done(&self) -> usize {
        self.milestones.iter().filter(|milestone| milestone.done.is_some()).count()
    }
}

/// `GET …/check`
pub async fn show(administrator: Administrator) -> Answer {
    let (application, shell, head) = open(&administrator, Step::Check).await?;
    let provisioning = &administrator.dashboard().provisioning;
    let seen = provisioning.milestones(&administrator.scope, application.id.as_str()).await?;
    let seen: [Option<Milestone>; 6] = [
        seen.credential_accepted,
        seen.user_looked_up,
        seen.user_created,
        seen.user_updated,
        seen.group_pushed,
        seen.user_deactivated,
    ];
    let row = |((title, hint), milestone): ((&'static str, &'static str), Option<Milestone>)| MilestoneRow {
        title,
        hint,
        done: milestone.map(|seen| {
            let href = format!("{}/reports/provisioning/{}", administrator.base(), seen.event_id);
            (administrator.moment(seen.at), href)
        }),
    };
    let milestones = MILESTONES.into_iter().zip(seen).map(row).collect();
    administrator.page(&Check { shell, application: head, milestones })
}

#[cfg(test)]
impl Check {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let page = |done: usize| Check {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Check),
            milestones: MILESTONES
                .iter()
                .enumerate()
                .map(|(index, (title, hint))| MilestoneRow {
                    title,
                    hint,
                    done: (index < done).then(|| {
                        let at = now - 3_600_000 + i64::try_from(index).unwrap() * 240_000;
                        (Moment::new(at, now), "/t/northwind/reports/provisioning/0199a2b0".into())
                    }),
                })
                .collect(),
        };
        vec![("nothing-yet", page(0)), ("half", page(3)), ("all", page(6))]
    }
}
