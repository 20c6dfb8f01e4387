//! How long the protocol takes for one request of each kind: `cargo bench -p scim-model --bench speed`.
//!
//! Each line has the best and the median of many short runs, in microseconds, and what it must stay below. The best is what
//! counts on a machine that has other things to do; above its goal the program fails.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures ends and reports like a test")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use scim_model::project::{Meta, Projection, serialise, splice};
use scim_model::schema::core;
use scim_model::{Filter, Limits, Patch, Resource, check};
use serde_json::{Value, json};

const RUNS: usize = 400;
const ROUNDS_PER_RUN: u32 = 50;

/// Measures, prints, and says whether it is quick enough.
fn measure<T>(name: &str, goal_us: f64, mut work: impl FnMut() -> T) -> bool {
    let mut times_us: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..ROUNDS_PER_RUN {
                black_box(work());
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS_PER_RUN)
        })
        .collect();
    times_us.sort_by(f64::total_cmp);
    let (best, median) = (times_us[0], times_us[RUNS / 2]);
    println!("{name:<60} {best:>7.2} {median:>7.2}   below {goal_us}");
    best < goal_us
}

fn main() -> ExitCode {
    println!("{:<60} {:>7} {:>7}", "microseconds", "best", "median");
    let is_quick = [resource(), filter(), patch()].concat();
    if is_quick.into_iter().all(|is_quick| is_quick) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const META: Meta<'_> = Meta {
    resource_type: "User",
    id: "0192f1c6-7e1a-7c3e-9d4b-2b8f6a1c0d3e",
    created: 1_760_000_000_000,
    last_modified: 1_760_000_000_000,
    version: "W/\"1\"",
};
const LOCATION: &str = "https://scim.example.com/t/acme/scim/k3x9/v2/Users/0192f1c6-7e1a-7c3e-9d4b-2b8f6a1c0d3e";

/// What Okta sends for a new user with a full profile.
fn okta_user() -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "ada@corp.test",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": "ada@corp.test", "type": "work"}],
        "displayName": "Ada Lovelace", "locale": "en-US", "externalId": "00u1a2b3c4D5e6F7g8h9", "title": "Analyst",
        "phoneNumbers": [{"primary": true, "value": "+44 20 7946 0000", "type": "work"}],
        "groups": [], "password": "kq82mz0nq", "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984", "costCenter": "4130", "organization": "Corp", "division": "Research",
            "department": "Engines", "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d"},
        },
    })
    .to_string()
}

fn resource() -> Vec<bool> {
    let (body, limits, ty) = (okta_user(), Limits::default(), core::user());
    let create = || check::create(body.as_bytes(), ty, &limits).unwrap().resource;
    let everything = Projection::parse(None, None, ty).unwrap();
    let stored = serialise(&create(), ty, &META);
    let whole = || {
        let stored = serialise(&create(), ty, &META);
        let answer = splice(&stored, LOCATION, &[("groups", "[]")]);
        (everything.is_everything(), answer, stored)
    };
    vec![
        measure("a user: parse, check, write, answer in full", 20.0, whole),
        measure("    of that: parse and check", 20.0, create),
        measure("a stored user: attributes=userName,emails.value,active", 20.0, || {
            let projection = Projection::parse(Some("userName,emails.value,active"), None, ty).unwrap();
            projection.apply(&stored, ty)
        }),
    ]
}

fn filter() -> Vec<bool> {
    let (limits, ty) = (Limits::default(), core::user());
    let text = r#"active eq true and (userName sw "a" or emails[type eq "work" and value co "@corp.test"]) and meta.lastModified gt "2011-05-13T04:42:34Z""#;
    let resolve = || Filter::parse(text, &limits).unwrap().resolve(ty).unwrap();
    let resolved = resolve();
    let user = Resource::from_stored(&serialise(
        &check::create(okta_user().as_bytes(), ty, &limits).unwrap().resource,
        ty,
        &META,
    ))
    .unwrap();
    vec![
        measure("a filter of five clauses: parse, resolve", 5.0, resolve),
        measure("    the same: asked of a user", 5.0, || resolved.matches(&user)),
        measure("a look-up: userName eq", 5.0, || {
            Filter::parse(r#"userName eq "ada@corp.test""#, &limits).unwrap().resolve(ty).unwrap()
        }),
    ]
}

/// A user of two kilobytes as the store has it.
fn large_user() -> Resource {
    let mut body: Value = serde_json::from_str(&okta_user()).unwrap();
    let address = |kind: &str| {
        json!({"type": kind, "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA",
            "postalCode": "91608", "country": "US", "formatted": "100 Universal City Plaza\nHollywood, CA 91608 US"})
    };
    body["addresses"] = json!([address("work"), address("home")]);
    body["emails"] =
        (0..4).map(|index| json!({"value": format!("ada{index}@corp.test"), "type": format!("t{index}")})).collect();
    body["roles"] =
        (0..4).map(|index| json!({"value": format!("role-{index}"), "display": "A role", "type": "x"})).collect();
    body["ims"] = (0..4)
        .map(|index| json!({"value": format!("someaimhandle{index}"), "type": "aim", "display": "Chat"}))
        .collect();
    body["nickName"] = json!("The enchantress of numbers");
    body["profileUrl"] = json!("https://login.example.com/ada");
    body["photos"] = json!([{"value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo"}]);
    let resource = check::create(body.to_string().as_bytes(), core::user(), &Limits::default()).unwrap().resource;
    let stored = serialise(&resource, core::user(), &META);
    assert!((1_950..2_100).contains(&stored.len()), "{} bytes", stored.len());
    Resource::from_stored(&stored).unwrap()
}

fn patch() -> Vec<bool> {
    let (limits, ty) = (Limits::default(), core::user());
    let user = large_user();
    // Two requests take turns, so that each changes something.
    let bodies = |operation: fn(usize) -> Value| {
        [0, 1].map(|turn| {
            let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
            json!({"schemas": schemas, "Operations": [operation(turn)]}).to_string()
        })
    };
    let active = bodies(|turn| json!({"op": "replace", "value": {"active": turn == 1}}));
    let email = bodies(
        |turn| json!({"op": "Replace", "path": "emails[type eq \"t2\"].value", "value": format!("new{turn}@corp.test")}),
    );
    let apply = |resource: &mut Resource, body: &str| {
        let patch = Patch::parse(body.as_bytes(), ty, &limits).unwrap();
        assert!(!patch.apply(resource, ty).unwrap().is_empty());
    };
    let in_turn = |name: &str, bodies: &[String; 2]| {
        let (mut resource, mut turn) = (user.clone(), 0);
        measure(name, 10.0, || {
            apply(&mut resource, &bodies[turn]);
            turn = 1 - turn;
        })
    };
    let stored = serialise(&user, ty, &META);
    vec![
        in_turn("PATCH of active in 2 kB: parse, apply", &active),
        in_turn("PATCH of one e-mail in 2 kB: parse, apply", &email),
        measure("    the first, from stored text to stored text", 40.0, || {
            let mut resource = Resource::from_stored(&stored).unwrap();
            apply(&mut resource, &active[0]);
            serialise(&resource, ty, &META)
        }),
    ]
}
