//! Clients that write as fast as they can and remember what was acknowledged.
//!
//! Each client changes only what it made itself, so it knows what must be there: after an acknowledged write exactly that,
//! after one without an answer either what was before or what was asked for.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use serde_json::json;

use crate::client::{Answer, Client, Request, Target};

/// Clients of one load.
const CLIENTS: usize = 8;
/// Nothing is waited for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A user, and what may be true of it: one thing while every write about it was acknowledged.
pub struct Person {
    pub user_name: String,
    /// None while nobody told it.
    pub id: Option<String>,
    pub is_there: Vec<bool>,
    pub title: Vec<String>,
    pub is_member: Vec<bool>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Acknowledged,
    /// Not now: 429, 503 or 507.
    PutOff,
    /// No answer.
    Lost,
}

/// What one client did.
pub struct Ledger {
    /// The client's own group: id, once it is made.
    pub group: Option<String>,
    pub people: Vec<Person>,
    /// Every request, when it was answered.
    pub ends: Vec<(Instant, End)>,
    /// Answers that there is no excuse for.
    pub wrong: Vec<String>,
}

/// What to do when the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLoss {
    /// The server is meant to be gone.
    End,
    /// Try again, at the next of the servers.
    GoOn,
}

/// Shared by the clients of one load.
#[derive(Default)]
pub struct Progress {
    acknowledged: AtomicUsize,
    stop: AtomicBool,
}

impl Progress {
    /// Waits until so many more writes were acknowledged, and tells how long that took.
    pub fn wait_for(&self, more: usize) -> Result<Duration> {
        let start = Instant::now();
        let goal = self.acknowledged.load(Ordering::Relaxed) + more;
        while self.acknowledged.load(Ordering::Relaxed) < goal {
            if start.elapsed() > PATIENCE {
                bail!("no {more} writes were acknowledged in {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(start.elapsed())
    }
}

/// Lets clients write while `during` does its worst. `servers`: for each client in turn, where it goes, first choice first.
pub fn load<T>(
    servers: &[Vec<Target>],
    round: usize,
    on_loss: OnLoss,
    during: impl FnOnce(&Progress) -> Result<T>,
) -> Result<(T, Vec<Ledger>)> {
    let progress = Progress::default();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .filter_map(|number| Some((number, servers.get(number % servers.len().max(1))?)))
            .map(|(number, servers)| {
                let progress = &progress;
                let name = format!("{}-{round}-{number}", std::process::id());
                let mut worker = Worker::new(servers, name, (round * CLIENTS + number) as u64, on_loss, progress);
                scope.spawn(move || {
                    worker.work();
                    worker.ledger
                })
            })
            .collect();
        let outcome = during(&progress);
        progress.stop.store(true, Ordering::Relaxed);
        let ledgers: Result<Vec<Ledger>> =
            clients.into_iter().map(|client| client.join().map_err(|_| anyhow!("a client panicked"))).collect();
        Ok((outcome?, ledgers?))
    })
}

struct Worker<'a> {
    servers: &'a [Target],
    server: usize,
    client: Option<Client>,
    name: String,
    /// Names are never used twice: one without an answer may be taken.
    number: usize,
    random: u64,
    on_loss: OnLoss,
    progress: &'a Progress,
    ledger: Ledger,
}

impl<'a> Worker<'a> {
    fn new(servers: &'a [Target], name: String, seed: u64, on_loss: OnLoss, progress: &'a Progress) -> Worker<'a> {
        let ledger = Ledger { group: None, people: Vec::new(), ends: Vec::new(), wrong: Vec::new() };
        Worker { servers, server: 0, client: None, name, number: 0, random: seed, on_loss, progress, ledger }
    }

    fn work(&mut self) {
        while !self.progress.stop.load(Ordering::Relaxed) {
            let lost = match self.ledger.group.clone() {
                None => self.make_group(),
                Some(group) => self.any(&group),
            } == End::Lost;
            if lost {
                if self.on_loss == OnLoss::End {
                    return;
                }
                self.server += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn any(&mut self, group: &str) -> End {
        let dice = self.dice(100);
        let known = |person: &Person| person.id.is_some() && person.is_there == [true];
        let candidates: Vec<usize> =
            (0..self.ledger.people.len()).filter(|at| known(&self.ledger.people[*at])).collect();
        if candidates.is_empty() || dice < 40 {
            return self.create();
        }
        let at = candidates[self.dice(candidates.len())];
        match dice {
            40..52 => self.rename(at),
            52..60 => self.replace(at),
            60..75 => self.enter(at, group),
            75..85 => self.leave(at, group),
            85..92 => self.delete(at),
            _ => self.read(at),
        }
    }

    fn make_group(&mut self) -> End {
        let name = self.next_name();
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name });
        let (end, answer) = self.send(&Request::post("/Groups", body.to_string()), &[201]);
        self.ledger.group = answer.as_ref().and_then(id);
        end
    }

    fn create(&mut self) -> End {
        let user_name = format!("{}@example.org", self.next_name());
        let (end, answer) = self.send(&Request::post("/Users", user(&user_name, "first")), &[201]);
        let is_there = if end == End::Acknowledged { vec![true] } else { vec![false, true] };
        let id = answer.as_ref().and_then(id);
        let title = vec!["first".to_owned()];
        self.ledger.people.push(Person { user_name, id, is_there, title, is_member: vec![false] });
        end
    }

    fn rename(&mut self, at: usize) -> End {
        let title = self.next_name();
        let body = operation(&json!({ "op": "replace", "value": { "title": title } }));
        let request = Request::patch(self.path(at), body);
        let (end, _) = self.send(&request, &[200, 204]);
        learn(&mut self.ledger.people[at].title, title, end);
        end
    }

    fn replace(&mut self, at: usize) -> End {
        let title = self.next_name();
        let request = Request::put(self.path(at), user(&self.ledger.people[at].user_name, &title));
        let (end, _) = self.send(&request, &[200]);
        learn(&mut self.ledger.people[at].title, title, end);
        end
    }

    fn enter(&mut self, at: usize, group: &str) -> End {
        let id = self.ledger.people[at].id.clone();
        let body = operation(&json!({ "op": "add", "path": "members", "value": [{ "value": id }] }));
        let (end, _) = self.send(&Request::patch(format!("/Groups/{group}"), body), &[200, 204]);
        learn(&mut self.ledger.people[at].is_member, true, end);
        end
    }

    fn leave(&mut self, at: usize, group: &str) -> End {
        let id = self.ledger.people[at].id.clone().unwrap_or_default();
        let body = operation(&json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") }));
        let (end, _) = self.send(&Request::patch(format!("/Groups/{group}"), body), &[200, 204]);
        learn(&mut self.ledger.people[at].is_member, false, end);
        end
    }

    fn delete(&mut self, at: usize) -> End {
        let (end, _) = self.send(&Request::delete(self.path(at)), &[204]);
        learn(&mut self.ledger.people[at].is_there, false, end);
        learn(&mut self.ledger.people[at].is_member, false, end);
        end
    }

    /// What was acknowledged is read at once, also at another server.
    fn read(&mut self, at: usize) -> End {
        let (end, answer) = self.send(&Request::get(self.path(at)), &[200]);
        let person = &self.ledger.people[at];
        let title = answer.and_then(|answer| answer.json().ok()?.get("title")?.as_str().map(str::to_owned));
        if end == End::Acknowledged && !title.as_ref().is_some_and(|title| person.title.contains(title)) {
            let wrong = format!("{} is read with the title {title:?} instead of {:?}", person.user_name, person.title);
            self.ledger.wrong.push(wrong);
        }
        end
    }

    fn path(&self, at: usize) -> String {
        format!("/Users/{}", self.ledger.people[at].id.as_deref().unwrap_or_default())
    }

    /// One request; what else it may be answered than `expected` is that it was put off.
    fn send(&mut self, request: &Request, expected: &[u16]) -> (End, Option<Answer>) {
        let (end, answer) = match self.answer(request) {
            Err(_no_answer) => {
                self.client = None;
                (End::Lost, None)
            }
            Ok(answer) if expected.contains(&answer.status) => {
                self.progress.acknowledged.fetch_add(1, Ordering::Relaxed);
                (End::Acknowledged, Some(answer))
            }
            Ok(answer) => {
                if let Err(wrong) = put_off(&answer) {
                    self.ledger.wrong.push(format!("{}: {wrong:#}", request.line()));
                }
                // As a client does that was asked to come again, but sooner: it is the load that counts.
                std::thread::sleep(Duration::from_millis(5));
                (End::PutOff, None)
            }
        };
        self.ledger.ends.push((Instant::now(), end));
        (end, answer)
    }

    fn answer(&mut self, request: &Request) -> Result<Answer> {
        if self.client.is_none() {
            let server =
                self.servers.get(self.server % self.servers.len().max(1)).ok_or_else(|| anyhow!("no server"))?;
            self.client = Some(Client::connect(server)?);
        }
        self.client.as_mut().ok_or_else(|| anyhow!("no connection"))?.send(request)
    }

    fn next_name(&mut self) -> String {
        self.number += 1;
        format!("torture-{}-{}", self.name, self.number)
    }

    fn dice(&mut self, sides: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// An acknowledged write leaves one possibility; any other adds one.
fn learn<T: PartialEq>(possible: &mut Vec<T>, new: T, end: End) {
    if end == End::Acknowledged {
        possible.clear();
    }
    if !possible.contains(&new) {
        possible.push(new);
    }
}

/// Whether an answer that is no success says properly when to come again.
fn put_off(answer: &Answer) -> Result<()> {
    let shown = || format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    if !matches!(answer.status, 429 | 503 | 507) {
        bail!("{}", shown());
    }
    if answer.json()?.get("schemas") != Some(&json!(["urn:ietf:params:scim:api:messages:2.0:Error"])) {
        bail!("not a SCIM error: {}", shown());
    }
    if answer.retry_after.as_ref().is_none_or(|seconds| seconds.parse::<u32>().is_err()) {
        bail!("without an integer Retry-After: {}", shown());
    }
    Ok(())
}

fn user(user_name: &str, title: &str) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": user_name,
        "externalId": format!("external-{user_name}"),
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": user_name, "type": "work", "primary": true }],
        "title": title,
        "active": true,
    })
    .to_string()
}

fn operation(operation: &serde_json::Value) -> String {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] }).to_string()
}

fn id(answer: &Answer) -> Option<String> {
    answer.json().ok()?.get("id")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_acknowledged_is_possible() {
        let mut title = vec!["a"];
        learn(&mut title, "b", End::Lost);
        learn(&mut title, "c", End::PutOff);
        assert_eq!(title, ["a", "b", "c"]);
        learn(&mut title, "d", End::Acknowledged);
        assert_eq!(title, ["d"]);
    }

    #[test]
    fn only_clean_refusals_put_off() {
        let scim = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"429"}"#;
        for (status, retry_after, body, clean) in [
            (429, Some("5"), scim, true),
            (507, Some("60"), scim, true),
            (429, None, scim, false),
            (429, Some("Thu, 26 Nov 2026 10:00:00 GMT"), scim, false),
            (503, Some("5"), "<html>", false),
            (500, Some("5"), scim, false),
            (404, None, scim, false),
        ] {
            let answer = Answer { status, retry_after: retry_after.map(str::to_owned), body: body.as_bytes().to_vec() };
            assert_eq!(put_off(&answer).is_ok(), clean, "{status} {retry_after:?} {body}");
        }
    }
}
