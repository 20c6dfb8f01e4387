//! Whether everything that was acknowledged is there, and nothing else.

use std::collections::HashSet;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

use super::load::{End, Ledger, Person};
use crate::client::{Client, Request, Target};

/// What was looked at.
#[derive(Debug, Default, Clone, Copy)]
pub struct Verified {
    /// Requests with an answer that promised something.
    pub acknowledged: usize,
    /// Requests that were put off with a proper answer.
    pub put_off: usize,
    /// Requests without an answer.
    pub lost: usize,
    /// Users and groups that were read again.
    pub checked: usize,
}

impl Verified {
    /// What the clients of one load counted; nothing is looked at yet.
    pub fn of(ledgers: &[Ledger]) -> Result<Verified> {
        let mut total = Verified::default();
        for ledger in ledgers {
            if let Some(wrong) = ledger.wrong.first() {
                bail!("{} answers that there is no excuse for, the first: {wrong}", ledger.wrong.len());
            }
            let count = |end: End| ledger.ends.iter().filter(|(_, of)| *of == end).count();
            total.acknowledged += count(End::Acknowledged);
            total.put_off += count(End::PutOff);
            total.lost += count(End::Lost);
        }
        Ok(total)
    }

    pub fn add(&mut self, other: Verified) {
        self.acknowledged += other.acknowledged;
        self.put_off += other.put_off;
        self.lost += other.lost;
        self.checked += other.checked;
    }
}

/// Reads everything again. What was possible becomes what is: the next time it must be just that. Gives the number of users
/// and groups.
pub fn verify(target: &Target, ledgers: &mut [Ledger]) -> Result<usize> {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            ledgers.iter_mut().map(|ledger| scope.spawn(move || one_client(target, ledger))).collect();
        let mut checked = 0;
        for thread in threads {
            checked += thread.join().map_err(|_| anyhow!("a thread of the verification panicked"))??;
        }
        Ok(checked)
    })
}

fn one_client(target: &Target, ledger: &mut Ledger) -> Result<usize> {
    let mut client = Client::connect(target)?;
    for person in &mut ledger.people {
        one_person(&mut client, person).with_context(|| format!("user {}", person.user_name))?;
    }
    let Some(group) = &ledger.group else { return Ok(ledger.people.len()) };
    let answer = client.send(&Request::get(format!("/Groups/{group}")))?;
    ensure!(answer.status == 200, "the group {group} was acknowledged and is answered {}", answer.status);
    let body = answer.json()?;
    let members = body.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut members: HashSet<String> =
        members.iter().filter_map(|member| member.get("value")?.as_str().map(str::to_owned)).collect();
    for person in &mut ledger.people {
        let Some(id) = &person.id else { continue };
        let is_member = members.remove(id);
        ensure!(
            person.is_member.contains(&is_member) && (person.is_there == [true] || !is_member),
            "{} {} a member of the group {group}, and must be one of {:?}",
            person.user_name,
            if is_member { "is" } else { "is not" },
            person.is_member
        );
        person.is_member = vec![is_member];
    }
    ensure!(members.is_empty(), "the group {group} has members that nobody put there: {members:?}");
    Ok(ledger.people.len() + 1)
}

fn one_person(client: &mut Client, person: &mut Person) -> Result<()> {
    let found = match &person.id {
        Some(id) => {
            let answer = client.send(&Request::get(format!("/Users/{id}")))?;
            match answer.status {
                200 => Some(answer.json()?),
                404 => None,
                status => bail!("is answered {status}"),
            }
        }
        None => {
            let filter = format!("/Users?filter=userName%20eq%20%22{}%22", person.user_name);
            let answer = client.send(&Request::get(filter))?;
            ensure!(answer.status == 200, "the look-up is answered {}", answer.status);
            let body = answer.json()?;
            let found = body.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
            ensure!(found.len() < 2, "is there {} times", found.len());
            found.into_iter().next()
        }
    };
    let is_there = found.is_some();
    ensure!(
        person.is_there.contains(&is_there),
        "{} there, which was acknowledged otherwise",
        if is_there { "is" } else { "is not" }
    );
    person.is_there = vec![is_there];
    let Some(found) = found else { return Ok(()) };
    let title = found.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    ensure!(person.title.contains(&title), "has the title {title:?} and must have one of {:?}", person.title);
    person.title = vec![title];
    let name = found.get("userName").and_then(Value::as_str);
    ensure!(name == Some(person.user_name.as_str()), "is now called {name:?}");
    if person.id.is_none() {
        person.id = found.get("id").and_then(Value::as_str).map(str::to_owned);
    }
    Ok(())
}
