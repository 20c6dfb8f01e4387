//! Clients that change groups at the same moment.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::statuses;
use crate::on_both_databases;
use crate::support::{TestApplication, group, patch};

fn add(id: &str) -> Value {
    patch(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]))
}

fn remove(id: &str) -> Value {
    patch(json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }]))
}

/// What one writer asks for.
#[derive(Debug, Clone)]
enum Wish {
    Add(String),
    Remove(String),
    Replace(String, BTreeSet<String>),
    Rename(String),
}

/// A group as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    name: String,
    members: BTreeSet<String>,
}

impl Seen {
    fn of(group: &Value) -> Self {
        let members = group["members"].as_array().cloned().unwrap_or_default();
        Seen {
            name: group["displayName"].as_str().unwrap().to_owned(),
            members: members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect(),
        }
    }

    /// What set semantics make of it.
    fn after(&self, wish: &Wish) -> Self {
        let mut after = self.clone();
        match wish {
            Wish::Add(id) => {
                after.members.insert(id.clone());
            }
            Wish::Remove(id) => {
                after.members.remove(id);
            }
            Wish::Replace(name, members) => after = Seen { name: name.clone(), members: members.clone() },
            Wish::Rename(name) => after.name.clone_from(name),
        }
        after
    }
}

/// Sends a wish, and gives the version and the group of the answer.
async fn ask(application: &TestApplication, below: &str, wish: &Wish) -> (i64, Seen) {
    let answer = match wish {
        Wish::Add(id) => application.patch(below, &add(id)).await,
        Wish::Remove(id) => application.patch(below, &remove(id)).await,
        Wish::Replace(name, members) => {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            application.put(below, &group(name, &members)).await
        }
        Wish::Rename(name) => {
            application.patch(below, &patch(json!([{ "op": "replace", "path": "displayName", "value": name }]))).await
        }
    };
    assert_eq!(answer.status, 200, "{wish:?}: {}", answer.body);
    let tag = answer.header("etag").unwrap().trim_start_matches("W/\"").trim_end_matches('"').to_owned();
    (tag.parse().unwrap(), Seen::of(&answer.json()))
}

/// Holds that the answers are those of the wishes one after the other, in the order of the versions: each version was made
/// by one wish from the version before, and whoever else saw that version asked for what was so already.
fn is_one_after_the_other(mut state: Seen, first_version: i64, answers: Vec<(Wish, i64, Seen)>) -> Seen {
    let mut by_version: BTreeMap<i64, Vec<(Wish, Seen)>> = BTreeMap::new();
    for (wish, version, seen) in answers {
        by_version.entry(version).or_default().push((wish, seen));
    }
    let mut version = first_version;
    for (answered, wishes) in by_version {
        assert!(answered == version || answered == version + 1, "{answered} after {version}");
        if answered == version + 1 {
            let after = wishes[0].1.clone();
            let makes_it = |(wish, _): &&(Wish, Seen)| state != after && state.after(wish) == after;
            assert!(wishes.iter().any(|wish| makes_it(&wish)), "{answered}: {state:?} {wishes:?}");
            state = after;
        }
        for (wish, seen) in &wishes {
            assert_eq!((seen, &state.after(wish)), (&state, &state), "{answered}: {wish:?}");
        }
        version = answered;
    }
    state
}

on_both_databases! {
    async fn many_writers_of_one_group(server) {
        let application = server.application("acme", &[]).await;
        let mut ids = Vec::new();
        for number in 0..64 {
            ids.push(application.add_user(&format!("user{number}@corp.test")).await);
        }
        let leaving: Vec<&str> = ids[32..].iter().map(String::as_str).collect();
        let group = application.add_group("Everybody", &leaving).await;
        let below = format!("/Groups/{group}");
        let bodies: Vec<_> = (0..32)
            .map(|number| patch(json!([
                { "op": "add", "path": "members", "value": [{ "value": ids[number] }] },
                { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[number + 32]) },
            ])))
            .collect();
        let answers = join_all(bodies.iter().map(|body| application.patch(&below, body))).await;
        // With more than 20 members there is no body.
        assert!(answers.iter().all(|answer| answer.status == 204), "{:?}", statuses(&answers));
        let mut expected = ids[..32].to_vec();
        expected.sort_unstable();
        assert_eq!(application.members(&group).await, expected);
        assert_eq!(application.get(&below).await.json()["meta"]["version"], "W/\"33\"");
    }

    async fn thirty_two_writers_in_every_way(server) {
        let application = server.application("acme", &[]).await;
        let mut ids = Vec::new();
        for number in 0..24 {
            ids.push(application.add_user(&format!("user{number}@corp.test")).await);
        }
        // Nested groups are members like others.
        for number in 0..8 {
            ids.push(application.add_group(&format!("nested {number}"), &[&ids[number]]).await);
        }
        let start: Vec<&str> = ids[..16].iter().map(String::as_str).collect();
        let id = application.add_group("Everybody", &start).await;
        let below = format!("/Groups/{id}");
        let mut state = Seen::of(&application.get(&below).await.json());
        let mut version = 1;
        for round in 0..4_usize {
            let wishes: Vec<Wish> = (0..32_usize)
                .map(|writer| {
                    let one = ids[(writer * 7 + round * 5) % 32].clone();
                    match writer % 8 {
                        0..=2 => Wish::Add(one),
                        3..=5 => Wish::Remove(one),
                        6 => Wish::Rename(format!("round {round}, writer {writer}")),
                        _ => Wish::Replace(
                            format!("round {round}, writer {writer}"),
                            ids.iter().skip((writer + round) % 4).step_by(3).cloned().collect(),
                        ),
                    }
                })
                .collect();
            let answers = join_all(wishes.iter().map(|wish| ask(&application, &below, wish))).await;
            let answers = wishes.into_iter().zip(answers).map(|(wish, (version, seen))| (wish, version, seen)).collect::<Vec<_>>();
            let last = answers.iter().map(|(_, version, _)| *version).max().unwrap();
            state = is_one_after_the_other(state, version, answers);
            version = last;
            let read = application.get(&below).await;
            assert_eq!((read.header("etag"), Seen::of(&read.json())), (Some(format!("W/\"{last}\"").as_str()), state.clone()));
        }
    }

    async fn two_halves_of_a_circle(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..20 {
            let one = application.add_group(&format!("one {round}"), &[]).await;
            let two = application.add_group(&format!("two {round}"), &[]).await;
            let (one_path, two_path) = (format!("/Groups/{one}"), format!("/Groups/{two}"));
            let (into_one, into_two) = match round % 3 {
                0 => (add(&two), add(&one)),
                1 => (group(&format!("one {round}"), &[&two]), group(&format!("two {round}"), &[&one])),
                _ => (add(&two), group(&format!("renamed {round}"), &[&one])),
            };
            let send = async |path: &str, body: &Value| match body.get("Operations") {
                Some(_) => application.patch(path, body).await,
                None => application.put(path, body).await,
            };
            let (first, second) = tokio::join!(send(&one_path, &into_one), send(&two_path, &into_two));
            let answers = [first, second];
            assert_eq!(statuses(&answers), [200, 400], "{round}: {} {}", answers[0].body, answers[1].body);
            let refused = answers.iter().find(|answer| answer.status == 400).unwrap();
            assert!(refused.scim_error(400, Some("invalidValue")).contains("which is in it already"), "{}", refused.body);
            assert_eq!(application.members(&one).await.len() + application.members(&two).await.len(), 1);
        }
    }

    async fn a_circle_of_many_in_pieces(server) {
        // Eight groups, every other one in the one before; each writer closes one of the gaps. No two writers touch the
        // same group, and whoever closes the last gap is refused.
        let application = server.application("acme", &[]).await;
        for round in 0..10 {
            let mut ids = Vec::new();
            for number in 0..8 {
                ids.push(application.add_group(&format!("{round} {number}"), &[]).await);
            }
            for outer in (0..8).step_by(2) {
                application.patch(&format!("/Groups/{}", ids[outer]), &add(&ids[outer + 1])).await.expect(200);
            }
            let gaps: Vec<(String, Value)> = (1..8).step_by(2).map(|outer| (format!("/Groups/{}", ids[outer]), add(&ids[(outer + 1) % 8]))).collect();
            let answers = join_all(gaps.iter().map(|(path, body)| application.patch(path, body))).await;
            assert_eq!(statuses(&answers), [200, 200, 200, 400], "{round}: {:?}", answers.iter().map(|answer| &answer.body).collect::<Vec<_>>());
            let refused = answers.iter().find(|answer| answer.status == 400).unwrap();
            refused.scim_error(400, Some("invalidValue"));
        }
    }

    async fn a_group_is_deleted_and_put_into_another(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..20 {
            let outer = application.add_group(&format!("outer {round}"), &[]).await;
            let inner = application.add_group(&format!("inner {round}"), &[]).await;
            let (outer_path, inner_path) = (format!("/Groups/{outer}"), format!("/Groups/{inner}"));
            let body = add(&inner);
            let (left, added) = tokio::join!(application.delete(&inner_path), application.patch(&outer_path, &body));
            assert_eq!(left.status, 204, "{}", left.body);
            assert!(matches!(added.status, 200 | 400), "{}", added.body);
            assert!(application.members(&outer).await.is_empty());
            // Put in and taken out again with the deleted group: two versions. Refused: none.
            let expected = if added.status == 200 { "W/\"3\"" } else { "W/\"1\"" };
            assert_eq!(application.get(&outer_path).await.header("etag"), Some(expected), "{round}: {}", added.status);
        }
    }

    async fn members_leave_while_they_are_put_in_again(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..5 {
            let mut ids = Vec::new();
            for number in 0..12 {
                ids.push(application.add_user(&format!("{round} {number}")).await);
            }
            let all: Vec<&str> = ids.iter().map(String::as_str).collect();
            let id = application.add_group(&format!("group {round}"), &all).await;
            let (paths, group_path) = (ids.iter().map(|id| format!("/Users/{id}")).collect::<Vec<_>>(), format!("/Groups/{id}"));
            let members: Vec<Value> = all.iter().map(|id| json!({ "value": id })).collect();
            let again = patch(json!([{ "op": "add", "path": "members", "value": members }]));
            // Each deletion has its user and waits for the group; whoever has the group must not wait for a user then.
            let leaving = join_all(paths.iter().map(|path| application.delete(path)));
            let adding = join_all((0..4).map(|_| application.patch(&group_path, &again)));
            let (left, added) = tokio::join!(leaving, adding);
            assert_eq!(statuses(&left), [204; 12], "{round}");
            // Refused for somebody who has left already.
            assert!(added.iter().all(|answer| matches!(answer.status, 200 | 400)), "{round}: {:?}", statuses(&added));
            assert!(application.members(&id).await.is_empty());
        }
    }
}
