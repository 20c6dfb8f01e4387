//! A company to play with: people with names from several countries, their departments and managers, and their groups. The same seed
//! gives the same company. All addresses are below `.example` (RFC 2606).

mod names;

use super::profile::{Address, Employment, Manager, OktaGroup, OktaUser};
use crate::seeded::Seeded;
use names::{DEPARTMENTS, Department, Name, PLACES, Place, login_part};
use std::collections::BTreeSet;

const DOMAIN: &str = "meridian.example";
const ORGANIZATION: &str = "Meridian Instruments";
const COMPANY_SIZE: usize = 200;

/// The people and groups of one organisation in Okta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// The managing director first, then one head per department, then everyone else.
    pub users: Vec<OktaUser>,
    pub groups: Vec<OktaGroup>,
}

impl People {
    /// A company of 200 people in 12 groups.
    pub fn company(seed: u64) -> Self {
        Self::of_size(seed, COMPANY_SIZE)
    }

    /// A company of `size` people in 12 groups; some groups may be empty in a very small one.
    pub fn of_size(seed: u64, size: usize) -> Self {
        let mut seeded = Seeded::new(seed);
        let mut logins = BTreeSet::new();
        let users: Vec<_> =
            (0..size).scan(Vec::new(), |heads, index| Some(hire(&mut seeded, &mut logins, heads, index))).collect();
        let groups = groups(&mut seeded, &users);
        Self { users, groups }
    }

    /// How many people at the front lead the company or a department.
    pub fn leaders(&self) -> usize {
        self.users.len().min(DEPARTMENTS.len() + 1)
    }
}

fn hire(seeded: &mut Seeded, logins: &mut BTreeSet<String>, leaders: &mut Vec<Manager>, index: usize) -> OktaUser {
    let place = &PLACES[seeded.below(PLACES.len())];
    let given = place.given[seeded.below(place.given.len())];
    let family = place.family[seeded.below(place.family.len())];
    let department = &DEPARTMENTS[department_of(seeded, index)];
    let contractor = index > DEPARTMENTS.len() && seeded.chance(6);
    let login = free_login(logins, given.0, family.0, contractor);

    let mut user = OktaUser::new(&seeded.okta_id("00u"), &login, given.0, family.0);
    if let (Some(given), Some(family)) = (given.1, family.1) {
        user.display_name = written_at_home(place, given, family);
    }
    user.locale = place.locale.to_owned();
    user.middle_name = seeded.chance(8).then(|| other_given(place, given, seeded));
    user.nick_name = seeded.chance(10).then(|| given.0.chars().take(3).collect());
    user.title = Some(title(seeded, department, index));
    user.user_type = Some(if contractor { "Contractor" } else { "Employee" }.to_owned());
    user.work_phone = Some(format!("{}{:02}", place.phone_prefix, index % 100));
    // Some have no mobile: Okta then sends the entry with its type alone.
    user.mobile_phone = seeded.chance(40).then(|| {
        if seeded.chance(15) { String::new() } else { format!("{}{:02}", place.phone_prefix, (index + 50) % 100) }
    });
    user.address = seeded.chance(60).then(|| Address {
        street: place.street.to_owned(),
        locality: place.city.to_owned(),
        postal_code: place.postal_code.to_owned(),
        country: place.country.to_owned(),
    });
    user.employment = Some(Employment {
        employee_number: format!("M{:05}", 10_000 + index * 7),
        cost_center: department.cost_center.to_owned(),
        organization: ORGANIZATION.to_owned(),
        division: department.division.to_owned(),
        department: department.name.to_owned(),
        manager: manager(leaders, department, index),
    });
    if index <= DEPARTMENTS.len() {
        leaders.push(Manager { value: user.login.clone(), display_name: user.display_name.clone() });
    }
    user
}

/// Leaders take the departments in order; of the others, the front of the table gets more.
fn department_of(seeded: &mut Seeded, index: usize) -> usize {
    match index {
        0 => 3,
        _ if index <= DEPARTMENTS.len() => index - 1,
        _ => seeded.below(DEPARTMENTS.len()).min(seeded.below(DEPARTMENTS.len())),
    }
}

fn title(seeded: &mut Seeded, department: &Department, index: usize) -> String {
    match index {
        0 => "Managing Director".to_owned(),
        _ if index <= DEPARTMENTS.len() => department.head.to_owned(),
        _ => seeded.pick(department.titles).copied().unwrap_or(department.head).to_owned(),
    }
}

/// The head of the department, for a head the managing director, for whom there is nobody.
fn manager(leaders: &[Manager], department: &Department, index: usize) -> Option<Manager> {
    if index <= DEPARTMENTS.len() {
        return leaders.first().cloned();
    }
    let head = DEPARTMENTS.iter().position(|candidate| candidate.name == department.name)?;
    leaders.get(head + 1).cloned()
}

fn written_at_home(place: &Place, given: &str, family: &str) -> String {
    if place.family_first { format!("{family} {given}") } else { format!("{given} {family}") }
}

fn other_given(place: &Place, given: Name, seeded: &mut Seeded) -> String {
    let others: Vec<_> = place.given.iter().filter(|name| **name != given).collect();
    seeded.pick(&others).map(|name| name.0.to_owned()).unwrap_or_default()
}

/// `given.family@…`, with a number when taken, and `+ext` for contractors as many organisations do.
fn free_login(taken: &mut BTreeSet<String>, given: &str, family: &str, contractor: bool) -> String {
    let name = format!("{}.{}", login_part(given), login_part(family));
    let suffix = if contractor { "+ext" } else { "" };
    let mut number = 1;
    loop {
        let counter = if number == 1 { String::new() } else { number.to_string() };
        let login = format!("{name}{counter}{suffix}@{DOMAIN}");
        if taken.insert(login.clone()) {
            return login;
        }
        number += 1;
    }
}

fn groups(seeded: &mut Seeded, users: &[OktaUser]) -> Vec<OktaGroup> {
    let mut groups = Vec::new();
    let mut add = |seeded: &mut Seeded, name: &str, members: Vec<String>| {
        groups.push(OktaGroup { id: seeded.okta_id("00g"), name: name.to_owned(), members });
    };
    add(seeded, "Everyone", ids(users, |_| true));
    for department in DEPARTMENTS {
        let members =
            ids(users, |user| user.employment.as_ref().is_some_and(|work| work.department == department.name));
        add(seeded, department.name, members);
    }
    add(seeded, "Contractors", ids(users, |user| user.user_type.as_deref() == Some("Contractor")));
    add(seeded, "On-call Europe", ids(users, |user| user.title.as_deref() == Some("Site Reliability Engineer")));
    // Quotes in a name have to be escaped in Okta's look-up filter (RFC 7644 §3.4.2.2).
    for (name, percent) in [("Project \"Lighthouse\"", 12), ("Café – Frühstücksrunde", 7)] {
        let members = users.iter().filter(|_| seeded.chance(percent)).map(|user| user.id.clone()).collect();
        add(seeded, name, members);
    }
    groups
}

fn ids(users: &[OktaUser], wanted: impl Fn(&OktaUser) -> bool) -> Vec<String> {
    users.iter().filter(|user| wanted(user)).map(|user| user.id.clone()).collect()
}
