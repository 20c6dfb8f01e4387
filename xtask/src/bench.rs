//! `cargo xtask bench`: what a release build of the server does over loopback. A few seconds a step, to see a change
//! for the worse; no more.
//!
//! Client and server share the machine's cores, so requests a second depend on both; the server's CPU time a request
//! does not.

mod measure;

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::client::{Request, Target};
use measure::{Step, measure};

use crate::server::{Build, Server};

/// Keep-alive connections that work at the same time.
const CONNECTIONS: usize = 16;
/// Users that are there before the lookups begin, at least.
const USERS: usize = 2_000;

/// Measures each step in turn and prints a line for it.
pub fn run(arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let (target, process, _stopped_at_the_end) = match options.server {
        Some((base_url, token)) => (Target::parse(&base_url, &token)?, options.process, None),
        None => {
            let server = Server::start(Build::Release)?;
            let connection = server.application("bench", &[])?;
            (Target::parse(&connection.base_url, &connection.token)?, server.process(), Some(server))
        }
    };
    eprintln!(
        "{:<28} {:>9} {:>9} {:>9} {:>9} {:>14} {:>7}",
        "", "req/s", "p50 ms", "p95 ms", "p99 ms", "CPU us/request", "errors"
    );
    let step = |name: &str, connections: usize, make: &(dyn Fn(usize) -> Request + Sync)| -> Result<Vec<String>> {
        let step = Step { name, connections, time: options.time, minimum: 0, process };
        measure(&target, &step, make)
    };
    // Names of a run of their own: a server that is measured twice has the first run's users.
    let run = std::process::id();
    let name = |number: usize| format!("user-{run}-{number}@example.org");
    let create = |number: usize| Request::post("/Users", user(&name(number), number));

    let warm =
        Step { name: "create, 16 connections", connections: CONNECTIONS, time: options.time, minimum: USERS, process };
    let ids = measure(&target, &warm, &create)?;
    let count = ids.len();
    if count == 0 {
        bail!("no user was created: the other steps would measure nothing");
    }
    step("create, 1 connection", 1, &|number| create(1_000_000 + number))?;
    let lookup =
        |number: usize| Request::get(format!("/Users?filter=userName%20eq%20%22{}%22", name(scatter(number, count))));
    step("lookup by userName", CONNECTIONS, &lookup)?;
    let read = |number: usize| Request::get(format!("/Users/{}", ids[scatter(number, count)]));
    step("get by id", CONNECTIONS, &read)?;
    step("page of 100, the first", CONNECTIONS, &|_| Request::get("/Users?startIndex=1&count=100".to_owned()))?;
    let patch = |number: usize| Request::patch(format!("/Users/{}", ids[scatter(number, count)]), change(number));
    step("PATCH displayName", CONNECTIONS, &patch)?;
    Ok(())
}

/// Goes through the users in no order that a cache could like.
fn scatter(number: usize, count: usize) -> usize {
    number.wrapping_mul(7_919) % count
}

fn user(name: &str, number: usize) -> String {
    serde_json::json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "externalId": format!("external-{name}"),
        "name": { "givenName": "Ada", "familyName": format!("Lovelace {number}") },
        "displayName": format!("Ada Lovelace {number}"),
        "emails": [{ "value": name, "type": "work", "primary": true }],
        "active": true,
    })
    .to_string()
}

fn change(number: usize) -> String {
    serde_json::json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "value": { "displayName": format!("Changed {number}") } }],
    })
    .to_string()
}

struct Options {
    time: Duration,
    server: Option<(String, String)>,
    process: Option<u32>,
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options> {
        let (mut seconds, mut url, mut token, mut process) = (3, None, None, None);
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let value = rest.next().with_context(|| format!("{option} needs a value"))?;
            match *option {
                "--seconds" => seconds = value.parse().context("--seconds takes a whole number")?,
                "--url" => url = Some((*value).to_owned()),
                "--token" => token = Some((*value).to_owned()),
                "--pid" => process = Some(value.parse().context("--pid takes a process id")?),
                _ => bail!("bench knows no {option}"),
            }
        }
        if url.is_some() != token.is_some() {
            bail!("--url and --token belong together");
        }
        Ok(Options { time: Duration::from_secs(seconds), server: url.zip(token), process })
    }
}
