//! A day in an Okta organisation: what `rollcall demo` shows, and what the tests of both kinds of integration play.
//!
//! Every change is one Okta would send; a few things go wrong on purpose, as on any other day.

mod report;

pub use report::{DayCounts, DayFailure, DayReport};

use super::client::{OktaClient, lookup_target};
use super::flows::{Assigned, Reactivated};
use super::people::People;
use super::problem::Problem;
use super::profile::OktaUser;
use super::task::OktaTask;
use crate::client::{Authentication, Failure};
use crate::seeded::Seeded;

/// People who join in the course of the day.
const NEW_HIRES: usize = 8;

/// Plays the day. The same people and the same seed give the same day, whatever the kind of integration, so that both must leave the server with
/// the same directory ([`OktaClient::expected_directory`]).
pub async fn play(client: &mut OktaClient, people: &People, seed: u64) -> DayReport {
    let mut day = Day { client, seeded: Seeded::new(seed), report: DayReport::default() };
    let (staff, hires) = people.users.split_at(people.users.len().saturating_sub(NEW_HIRES).max(people.leaders()));
    // Leaders stay; everyone else is drawn without replacement, so nobody leaves and marries on the same day.
    let mut others = staff.get(people.leaders()..).unwrap_or_default().to_vec();
    day.seeded.shuffle(&mut others);
    let mut others = others.into_iter();

    day.connect().await;
    day.assign_all(staff).await;
    day.push_groups(people).await;
    day.change_titles(others.by_ref().take(14)).await;
    day.marry(others.by_ref().take(3)).await;
    day.move_house(others.by_ref().take(5)).await;
    day.take_a_taken_login(others.next(), staff.first()).await;
    day.unsupported_filter().await;
    day.hire(hires).await;
    let leavers: Vec<_> = others.by_ref().take(9).collect();
    day.leave(&leavers).await;
    day.come_back(leavers.get(..2).unwrap_or_default()).await;
    day.reorganise(people, hires).await;
    day.import().await;
    day.report
}

struct Day<'a> {
    client: &'a mut OktaClient,
    seeded: Seeded,
    report: DayReport,
}

impl Day<'_> {
    /// Counts a success or keeps the failure; returns what succeeded.
    fn note<T>(&mut self, result: Result<T, OktaTask>, count: impl FnOnce(&mut DayCounts) -> &mut usize) -> Option<T> {
        match result {
            Ok(value) => {
                *count(&mut self.report.counts) += 1;
                Some(value)
            }
            Err(task) => {
                self.report.unexpected.push(task);
                None
            }
        }
    }

    /// Notes something that was meant to fail; a success, or another failure, is unexpected.
    fn deliberate(&mut self, what: &'static str, expected_status: u16, result: Result<(), OktaTask>) {
        match result {
            Err(task) => {
                if task.status != Some(expected_status) {
                    self.report.unexpected.push(task.clone());
                }
                let failure = DayFailure { what, expected_status, status: task.status, message: task.message };
                self.report.deliberate.push(failure);
            }
            Ok(()) => {
                let problem = Problem::local(format!("succeeded, but {expected_status} was due"));
                self.report.unexpected.push(OktaTask::new("", what, problem));
            }
        }
    }

    /// The settings are first saved with a token that lost its end in copying.
    async fn connect(&mut self) {
        let truncated = match &self.client.authentication {
            Authentication::Bearer(token) => Authentication::Bearer(shortened(token)),
            Authentication::Header(token) => Authentication::Header(shortened(token)),
            Authentication::Basic { user_name, password } => {
                Authentication::Basic { user_name: user_name.clone(), password: shortened(password) }
            }
        };
        let right = self.client.set_authentication(truncated);
        let refused = self.client.test_connection(false).await;
        self.deliberate("the connection was tested with a token whose end was missing", 401, refused);
        self.client.set_authentication(right);
        let tested = self.client.test_connection(true).await;
        self.note(tested, |counts| &mut counts.connection_tests);
    }

    async fn assign_all(&mut self, staff: &[OktaUser]) {
        let unlucky = staff.len() / 2;
        for (index, user) in staff.iter().enumerate() {
            if index == unlucky {
                self.client.lose_next_create_answer();
            }
            if self.assign(user).await && index == unlucky {
                self.report.counts.answers_lost += 1;
            }
        }
    }

    async fn assign(&mut self, user: &OktaUser) -> bool {
        let result = self.client.assign(user).await;
        let linked = matches!(result, Ok(Assigned::Linked));
        self.note(result, |counts| if linked { &mut counts.users_linked } else { &mut counts.users_created }).is_some()
    }

    async fn push_groups(&mut self, people: &People) {
        for group in &people.groups {
            let pushed = self.client.push_group(group).await;
            self.note(pushed, |counts| &mut counts.groups_pushed);
        }
    }

    async fn update(&mut self, user: &OktaUser) {
        let updated = self.client.update_profile(user).await;
        self.note(updated, |counts| &mut counts.profiles_updated);
    }

    async fn change_titles(&mut self, users: impl Iterator<Item = OktaUser>) {
        for mut user in users {
            user.title = user.title.map(|title| match title.strip_prefix("Senior ") {
                Some(rest) => format!("Principal {rest}"),
                None => format!("Senior {title}"),
            });
            self.update(&user).await;
        }
    }

    /// A new family name brings a new login and a new address.
    async fn marry(&mut self, users: impl Iterator<Item = OktaUser>) {
        for (mut user, (name, part)) in
            users.zip([("Hollis", "hollis"), ("Björk", "bjork"), ("de la Cruz", "de-la-cruz")])
        {
            let domain = user.login.split_once('@').map_or("meridian.example", |(_, domain)| domain).to_owned();
            let number = self.seeded.below(90) + 10;
            let given = user.login.split('.').next().unwrap_or("someone").to_owned();
            user.login = format!("{given}.{part}{number}@{domain}");
            user.email.clone_from(&user.login);
            name.clone_into(&mut user.family_name);
            user.display_name = format!("{} {name}", user.given_name);
            let renamed = self.client.update_profile(&user).await;
            self.note(renamed, |counts| &mut counts.logins_renamed);
        }
    }

    /// Another telephone, another place, for the last of them no mobile any more.
    async fn move_house(&mut self, users: impl Iterator<Item = OktaUser>) {
        for (index, mut user) in users.enumerate() {
            user.mobile_phone =
                Some(if index == 4 { String::new() } else { format!("+44 7700 9000{:02}", 11 + index) });
            if let Some(address) = &mut user.address {
                "Hafenstraße 40".clone_into(&mut address.street);
            }
            self.update(&user).await;
        }
    }

    /// An administrator gives somebody a login that another person has.
    async fn take_a_taken_login(&mut self, user: Option<OktaUser>, owner: Option<&OktaUser>) {
        if let (Some(user), Some(owner)) = (user, owner) {
            let renamed = self.client.rename_login(&user.id, &owner.login).await;
            self.deliberate("a login was changed to one that somebody else has", 409, renamed);
        }
    }

    /// A look-up somebody wrote by hand into a workflow.
    async fn unsupported_filter(&mut self) {
        let target = lookup_target("/Users", "userName", "a").replace("%20eq%20", "%20resembles%20");
        let result = match self.client.call("GET", &target, None).await {
            Ok(exchange) if exchange.status == 200 => Ok(()),
            Ok(exchange) => Err(Problem::from(Failure::refused(&exchange, &[200]))),
            Err(error) => Err(Problem::from(error)),
        };
        let result = result.map_err(|problem| self.client.failed("", "Error while looking up users", problem));
        self.deliberate("a workflow searched with an operator that does not exist", 400, result);
    }

    /// New people, one of whom has no login yet.
    async fn hire(&mut self, hires: &[OktaUser]) {
        for (index, user) in hires.iter().enumerate() {
            if index == 2 {
                let unfinished = OktaUser { login: String::new(), id: self.seeded.okta_id("00u"), ..user.clone() };
                let assigned = self.client.assign(&unfinished).await.map(drop);
                self.deliberate("a person without a login was assigned", 400, assigned);
            }
            self.assign(user).await;
        }
    }

    async fn leave(&mut self, leavers: &[OktaUser]) {
        for user in leavers {
            let deactivated = self.client.deactivate(&user.id).await;
            self.note(deactivated, |counts| &mut counts.users_deactivated);
        }
    }

    async fn come_back(&mut self, users: &[OktaUser]) {
        for user in users {
            let result = self.client.reactivate(&user.id).await;
            let anew = matches!(result, Ok(Reactivated::CreatedAgain));
            self.note(
                result,
                |counts| if anew { &mut counts.users_created_again } else { &mut counts.users_reactivated },
            );
        }
    }

    /// Groups by their place in [`People::groups`]: everyone, seven departments, contractors, on-call, two projects.
    async fn reorganise(&mut self, people: &People, hires: &[OktaUser]) {
        let id = |index: usize| people.groups.get(index).map(|group| group.id.as_str()).unwrap_or_default();
        let new: Vec<_> = hires.iter().map(|user| user.id.clone()).collect();
        let old: Vec<_> =
            people.groups.get(2).map(|group| group.members.iter().take(3).cloned().collect()).unwrap_or_default();
        let changes = [
            self.client.add_members(id(0), &new).await,
            self.client.remove_members(id(2), &old).await,
            self.client.change_members(id(10), &old, new.get(..3).unwrap_or_default()).await,
            self.client
                .push_now(id(1), &people.groups.get(1).map(|group| group.members.clone()).unwrap_or_default())
                .await,
            self.client.push_now(id(9), &[]).await,
        ];
        for change in changes {
            self.note(change, |counts| &mut counts.memberships_changed);
        }
        let renamed = self.client.rename_group(id(3), "Customer Care").await;
        self.note(renamed, |counts| &mut counts.groups_renamed);
        let deleted = self.client.unlink_group(id(11), true).await;
        self.note(deleted, |counts| &mut counts.groups_deleted);
    }

    async fn import(&mut self) {
        match self.client.import_users().await {
            Ok(users) => self.report.counts.users_imported = users.len(),
            Err(task) => self.report.unexpected.push(task),
        }
        match self.client.import_groups().await {
            Ok(groups) => self.report.counts.groups_imported = groups.len(),
            Err(task) => self.report.unexpected.push(task),
        }
    }
}

fn shortened(secret: &str) -> String {
    let keep = secret.chars().count().saturating_sub(6);
    secret.chars().take(keep).collect()
}
