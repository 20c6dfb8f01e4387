//! The steps, in the order in which they are measured: what identity providers do to a directory of a given size.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::bodies::{Names, add_members, patch, remove_member};
use super::measure::{Outcome, Script, Step, Watched, measure};
use super::table::Row;
use crate::client::{Answer, Client, Request, Target};

/// Members of the group that is read, and how many are added at once.
const LARGE_GROUP: usize = 10_000;
const MEMBERS_AT_ONCE: usize = 500;
/// Groups that are looked up.
const GROUPS: usize = 500;
/// A page, as identity providers ask for it.
const PAGE: usize = 100;
/// No step sends more, however fast it is.
const MOST: usize = 1_000_000;

/// The users that were made: each has the number that its names hold.
#[derive(Default)]
pub struct People {
    known: Vec<(usize, String)>,
    /// No user had this number or a higher one.
    next: usize,
}

impl People {
    /// The numbers of requests were counted from `first` on.
    fn made(&mut self, first: usize, outcome: &Outcome) {
        self.known.extend(outcome.made.iter().map(|(number, id)| (first + number, id.clone())));
        self.next =
            self.known.iter().map(|(number, _)| number + 1).max().unwrap_or(0).max(first + outcome.latencies.len());
    }
}

/// One size of a directory, being measured.
pub struct Bench<'a> {
    pub target: &'a Target,
    /// So many users are there at first.
    pub users: usize,
    pub watched: Watched,
    pub names: &'a Names,
    pub people: &'a mut People,
    pub time: Duration,
    pub connections: usize,
    /// Begins of names; empty for all steps.
    pub only: &'a [String],
    /// Told as it goes.
    pub tell: &'a dyn Fn(&Row),
    pub rows: Vec<Row>,
}

type Right<'a> = &'a (dyn Fn(&Answer) -> bool + Sync);

impl Bench<'_> {
    pub fn run(&mut self) -> Result<()> {
        let users = self.people.known.clone();
        ensure!(!users.is_empty(), "there are no users: the steps would measure nothing");
        self.reads(&users)?;
        self.pages(users.len())?;
        self.changes(&users)?;
        self.groups(&users)?;
        // What adds users comes last: until then there are exactly as many as the table says.
        self.mixed(&users)?;
        self.creates()?;
        self.deletes()
    }

    fn creates(&mut self) -> Result<()> {
        let connections = self.connections;
        let names = self.names.clone();
        for (name, connections) in [("create", connections), ("create, 1 connection", 1)] {
            let first = self.people.next;
            // Not so many that it becomes a larger directory.
            let most = (self.users / 2).max(5_000);
            let made = self.step(
                name,
                connections,
                most,
                &|_| {
                    let names = &names;
                    Box::new(move |number, _| Some(Request::post("/Users", names.user_body(first + number, 0))))
                },
                &has_id,
            )?;
            self.people.made(first, &made);
        }
        Ok(())
    }

    fn reads(&mut self, users: &[(usize, String)]) -> Result<()> {
        let (names, count) = (self.names.clone(), users.len());
        self.each("get by id", &|number| Request::get(format!("/Users/{}", users[scatter(number, count)].1)), &has_id)?;
        let look_up =
            |attribute: &str, value: &str| Request::get(format!("/Users?filter={attribute}%20eq%20%22{value}%22"));
        let one = |answer: &Answer| total(answer) == Some(1);
        let none = |answer: &Answer| total(answer) == Some(0);
        self.each("userName eq", &|number| look_up("userName", &names.user(users[scatter(number, count)].0)), &one)?;
        self.each("userName eq, miss", &|number| look_up("userName", &format!("no-{number}@example.org")), &none)?;
        self.each(
            "externalId eq",
            &|number| look_up("externalId", &names.external_id(users[scatter(number, count)].0)),
            &one,
        )?;
        self.each("externalId eq, miss", &|number| look_up("externalId", &format!("no-{number}")), &none)?;
        self.each(
            "emails.value eq",
            &|number| look_up("emails.value", &names.user(users[scatter(number, count)].0)),
            &one,
        )?;
        self.each(
            "emails.value eq, miss",
            &|number| look_up("emails.value", &format!("no-{number}@example.org")),
            &none,
        )
    }

    fn pages(&mut self, count: usize) -> Result<()> {
        let pages = (count / PAGE).max(1);
        let at = |page: usize| Request::get(format!("/Users?startIndex={}&count={PAGE}", page * PAGE + 1));
        let full = move |answer: &Answer| resources(answer) == Some(PAGE.min(count));
        self.each("page of 100, the first", &|_| at(0), &full)?;
        // As an import does it: one page after the other, from a quarter on, so that no page is near the beginning.
        self.step(
            "page of 100, crawl by startIndex",
            1,
            pages * 3 / 4,
            &|_| Box::new(move |number, _| Some(at(pages / 4 + number))),
            &|_| true,
        )?;
        self.step("page of 100, crawl by cursor", 1, pages, &|_| Box::new(by_cursor(PAGE)), &|_| true)?;
        self.each("page of 100, random", &|number| at(scatter(number, pages)), &|_| true)?;
        self.step("list all, pages of 100", 1, pages + 1, &|_| Box::new(move |number, _| Some(at(number))), &|_| true)?;
        Ok(())
    }

    fn changes(&mut self, users: &[(usize, String)]) -> Result<()> {
        let (names, count) = (self.names.clone(), users.len());
        let user = |number: usize| format!("/Users/{}", users[scatter(number, count)].1);
        // Each round over the users says the opposite of the one before, so that nothing is unchanged.
        let active =
            |number: usize| patch(&json!({ "op": "replace", "value": { "active": (number / count) % 2 == 1 } }));
        self.each("PATCH active", &|number| Request::patch(user(number), active(number)), &|_| true)?;
        let title =
            |number: usize| patch(&json!({ "op": "replace", "path": "title", "value": format!("Countess {number}") }));
        self.each("PATCH one attribute", &|number| Request::patch(user(number), title(number)), &|_| true)?;
        let body = |number: usize| names.user_body(users[scatter(number, count)].0, number + 1);
        self.each("PUT", &|number| Request::put(user(number), body(number)), &has_id)
    }

    fn groups(&mut self, users: &[(usize, String)]) -> Result<()> {
        let (names, count, connections) = (self.names.clone(), users.len(), self.connections);
        // A larger directory has groups of its own.
        let first = count;
        let made = self.always(
            "group create",
            connections,
            GROUPS,
            &|_| {
                let names = &names;
                Box::new(move |number, _| Some(Request::post("/Groups", names.group_body(first + number))))
            },
            &has_id,
        )?;
        let groups: Vec<String> = made.made.into_iter().map(|(_, id)| id).collect();
        ensure!(!groups.is_empty(), "no group was created: {}", made.error.unwrap_or_default());
        let known = groups.len();
        let by_name = |number: usize| names.group(first + scatter(number, known)).replace(' ', "%20");
        self.each(
            "group displayName eq",
            &|number| Request::get(format!("/Groups?filter=displayName%20eq%20%22{}%22", by_name(number))),
            &|answer| total(answer) == Some(1),
        )?;
        let group = |number: usize| format!("/Groups/{}", groups[number % known]);
        let member = |number: usize| &users[scatter(number / known * 31 + number, count)].1;
        self.each(
            "add one member",
            &|number| Request::patch(group(number), add_members(std::iter::once(member(number)))),
            &|_| true,
        )?;
        self.each(
            "remove one member",
            &|number| Request::patch(group(number), remove_member(member(number))),
            &|_| true,
        )?;
        let large = format!("/Groups/{}", groups[0]);
        let size = LARGE_GROUP.min(count);
        let large = large.as_str();
        self.always(
            "500 members in one PATCH",
            1,
            size.div_ceil(MEMBERS_AT_ONCE),
            &|_| {
                Box::new(move |number, _| {
                    let members =
                        users.iter().map(|(_, id)| id).take(size).skip(number * MEMBERS_AT_ONCE).take(MEMBERS_AT_ONCE);
                    Some(Request::patch(large.to_owned(), add_members(members)))
                })
            },
            &|_| true,
        )?;
        self.each("get a group of 10,000", &|_| Request::get(large.to_owned()), &move |answer| {
            members(answer).is_some_and(|members| members >= size)
        })?;
        self.each(
            "the same without members",
            &|_| Request::get(format!("{large}?excludedAttributes=members")),
            &has_id,
        )?;
        self.each(
            "add one member to 10,000",
            &|number| Request::patch(large.to_owned(), add_members(std::iter::once(member(number)))),
            &|_| true,
        )
    }

    /// A busy hour: mostly look-ups before changes that are rare.
    fn mixed(&mut self, users: &[(usize, String)]) -> Result<()> {
        let (names, count, first) = (self.names.clone(), users.len(), self.people.next);
        let request = |number: usize| {
            let at = scatter(number, count);
            match number % 20 {
                0 | 10 => Request::post("/Users", names.user_body(first + number, 0)),
                3 => Request::patch(
                    format!("/Users/{}", users[at].1),
                    patch(&json!({ "op": "replace", "path": "title", "value": format!("Lady {number}") })),
                ),
                7 => Request::patch(
                    format!("/Users/{}", users[at].1),
                    patch(&json!({ "op": "replace", "value": { "active": number % 40 == 7 } })),
                ),
                13 | 17 => Request::get(format!("/Users/{}", users[at].1)),
                _ => Request::get(format!("/Users?filter=userName%20eq%20%22{}%22", names.user(users[at].0))),
            }
        };
        let made =
            self.each_made("mixed: 70 % look-ups, 10 % gets, 10 % creates, 10 % PATCHes", &request, &|_| true)?;
        self.people.made(first, &made);
        Ok(())
    }

    /// From the end, and never so many that the directory has another size.
    fn deletes(&mut self) -> Result<()> {
        let people = &mut self.people.known;
        let last: Vec<(usize, String)> = people.split_off(people.len() - people.len() / 10);
        let last = &last;
        let request = |number: usize| Request::delete(format!("/Users/{}", last[number].1));
        let done = self.step(
            "delete",
            self.connections,
            last.len(),
            &|_| Box::new(move |number, _| Some(request(number))),
            &|_| true,
        )?;
        let spared = last.iter().skip(done.latencies.len()).cloned();
        self.people.known.extend(spared);
        Ok(())
    }

    /// Requests that need nothing but their number.
    fn each(&mut self, name: &str, request: &(dyn Fn(usize) -> Request + Sync), is_right: Right<'_>) -> Result<()> {
        self.each_made(name, request, is_right).map(drop)
    }

    fn each_made(
        &mut self,
        name: &str,
        request: &(dyn Fn(usize) -> Request + Sync),
        is_right: Right<'_>,
    ) -> Result<Outcome> {
        self.step(name, self.connections, MOST, &|_| Box::new(move |number, _| Some(request(number))), is_right)
    }

    fn step<'s>(
        &mut self,
        name: &'s str,
        connections: usize,
        maximum: usize,
        script: &'s (dyn Fn(usize) -> Script<'s> + Sync),
        is_right: Right<'s>,
    ) -> Result<Outcome> {
        if self.only.iter().any(|begin| name.starts_with(begin.as_str())) || self.only.is_empty() {
            self.always(name, connections, maximum, script, is_right)
        } else {
            Ok(Outcome::default())
        }
    }

    /// A step that later ones need, whatever was chosen.
    fn always<'s>(
        &mut self,
        name: &'s str,
        connections: usize,
        maximum: usize,
        script: &'s (dyn Fn(usize) -> Script<'s> + Sync),
        is_right: Right<'s>,
    ) -> Result<Outcome> {
        let step = Step { connections, time: self.time, minimum: 0, maximum, script, is_right };
        let outcome = measure(self.target, &self.watched, &step)?;
        let row = Row::of(name, self.users, &outcome);
        (self.tell)(&row);
        self.rows.push(row);
        Ok(outcome)
    }
}

/// Fills the directory up to so many users. Gives how long it took.
pub fn fill(target: &Target, names: &Names, people: &mut People, users: usize, connections: usize) -> Result<Duration> {
    let first = people.next;
    let missing = users.saturating_sub(people.known.len());
    let script = |_| -> Script<'_> {
        Box::new(move |number, _| Some(Request::post("/Users", names.user_body(first + number, 0))))
    };
    let step = Step {
        connections: connections.min(missing).max(1),
        time: Duration::ZERO,
        minimum: missing,
        maximum: missing,
        script: &script,
        is_right: &has_id,
    };
    let outcome = measure(target, &Watched::default(), &step)?;
    ensure!(outcome.errors == 0, "users could not be created: {}", outcome.error.unwrap_or_default());
    people.made(first, &outcome);
    let there = people.known.len();
    ensure!(
        there == users,
        "{there} users are there already, after the steps of the size before: choose sizes further apart"
    );
    // What is read must be there, or every step would measure a mistake.
    let (_, id) = people.known.last().context("there are no users")?;
    let last = Client::connect(target)?.send(&Request::get(format!("/Users/{id}")))?;
    ensure!(last.status == 200, "a user that was just created is answered {}", last.status);
    Ok(outcome.elapsed)
}

/// Pages one after the other, each by the cursor of the one before (RFC 9865).
fn by_cursor(count: usize) -> impl FnMut(usize, Option<&Answer>) -> Option<Request> + Send {
    let mut began = false;
    move |_, last| {
        if !began {
            began = true;
            return Some(Request::get(format!("/Users?cursor&count={count}")));
        }
        let next = last?.json().ok()?.get("nextCursor")?.as_str()?.to_owned();
        Some(Request::get(format!("/Users?cursor={next}&count={count}")))
    }
}

/// Goes through the users in no order that a cache could like, and through all of them.
fn scatter(number: usize, count: usize) -> usize {
    // A prime that divides no round number.
    number.wrapping_mul(7_919) % count.max(1)
}

fn has_id(answer: &Answer) -> bool {
    answer.json().is_ok_and(|body| body.get("id").is_some_and(Value::is_string))
}

fn total(answer: &Answer) -> Option<u64> {
    answer.json().ok()?.get("totalResults")?.as_u64()
}

fn resources(answer: &Answer) -> Option<usize> {
    Some(answer.json().ok()?.get("Resources")?.as_array()?.len())
}

fn members(answer: &Answer) -> Option<usize> {
    Some(answer.json().ok()?.get("members")?.as_array()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { status: 200, retry_after: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn every_user_is_met_once_in_a_round() {
        for count in [1, 1_000, 100_000] {
            let met: std::collections::HashSet<usize> = (0..count).map(|number| scatter(number, count)).collect();
            assert_eq!(met.len(), count);
        }
    }

    #[test]
    fn cursors_are_followed_to_the_end() {
        let mut script = by_cursor(100);
        assert_eq!(script(0, None).unwrap().line(), "GET /Users?cursor&count=100");
        let next = script(1, Some(&answer(r#"{"nextCursor":"abc"}"#))).unwrap();
        assert_eq!(next.line(), "GET /Users?cursor=abc&count=100");
        assert!(script(2, Some(&answer("{}"))).is_none());
    }

    #[test]
    fn answers_are_judged_by_their_content() {
        assert!(has_id(&answer(r#"{"id":"a"}"#)) && !has_id(&answer(r#"{"id":1}"#)) && !has_id(&answer("")));
        assert_eq!(total(&answer(r#"{"totalResults":1}"#)), Some(1));
        assert_eq!(resources(&answer(r#"{"Resources":[{},{}]}"#)), Some(2));
        assert_eq!(members(&answer(r#"{"members":[]}"#)), Some(0));
    }
}
