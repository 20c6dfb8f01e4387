//! Okta's "CRUD Test" as a conversation: Okta does something to a user, then a plain reader looks at the server.
//!
//! With "Delete the deactivated users" on, steps 10, 14 and 18 fail by design.

use super::client::{OktaClient, lookup_target};
use super::profile::OktaUser;
use super::task::OktaTask;
use crate::client::{StepResult, target};
use crate::message::{Page, text_at};
use serde_json::Value;

/// Creates `user` through `client` and takes it through change, deactivation, reactivation and unassignment. Stops at the step from which on
/// nothing can follow.
pub async fn crud_test(client: &mut OktaClient, user: &OktaUser) -> Vec<StepResult> {
    let mut steps = Vec::new();
    let done = client.assign(user).await.map(drop);
    push(&mut steps, 3, "the user is assigned", failed(done));
    let looked_up = looked_up(client, user).await;
    push(&mut steps, 4, "the user is found as sent", looked_up);
    let Some(id) = client.remote_user_id(&user.id).map(str::to_owned) else {
        return steps;
    };

    let mut renamed = user.clone();
    "Renamed".clone_into(&mut renamed.given_name);
    let mut failures = failed(client.update_profile(&renamed).await);
    failures.extend(holds(client, &id, "/name/givenName", &Value::from("Renamed")).await);
    push(&mut steps, 7, "the changed first name arrives", failures);

    let mut failures = failed(client.deactivate(&user.id).await);
    failures.extend(holds(client, &id, "/active", &Value::Bool(false)).await);
    push(&mut steps, 10, "the deactivated user is still there, inactive", failures);

    let mut failures = failed(client.reactivate(&user.id).await.map(drop));
    failures.extend(holds(client, &id, "/active", &Value::Bool(true)).await);
    push(&mut steps, 14, "the reactivated user has the same id", failures);

    let mut failures = failed(client.deactivate(&user.id).await);
    failures.extend(holds(client, &id, "/active", &Value::Bool(false)).await);
    push(&mut steps, 18, "the unassigned user is still there, inactive", failures);
    steps
}

fn push(steps: &mut Vec<StepResult>, number: u8, name: &'static str, failures: Vec<String>) {
    steps.push(StepResult { number, name, failures });
}

fn failed(done: Result<(), OktaTask>) -> Vec<String> {
    done.err().map(|task| task.message).into_iter().collect()
}

async fn looked_up(client: &mut OktaClient, user: &OktaUser) -> Vec<String> {
    let expected = [
        ("/userName", &user.login),
        ("/emails/0/value", &user.email),
        ("/name/givenName", &user.given_name),
        ("/name/familyName", &user.family_name),
    ];
    let page = match client.call("GET", &lookup_target("/Users", "userName", &user.login), None).await {
        Ok(exchange) => Page::read(&exchange, 1),
        Err(failure) => Err(failure),
    };
    match page {
        Err(failure) => vec![failure.to_string()],
        Ok(page) => {
            let first = page.resources.first().unwrap_or(&Value::Null);
            let wrong = expected.iter().filter(|(pointer, value)| text_at(first, pointer) != Some(value.as_str()));
            wrong.map(|(pointer, value)| format!("{pointer} is not \"{value}\" in {first}")).collect()
        }
    }
}

/// Reads the user and compares one value; a failure in words, or nothing.
async fn holds(client: &mut OktaClient, id: &str, pointer: &str, expected: &Value) -> Option<String> {
    let exchange = match client.call("GET", &target::resource("/Users", id), None).await {
        Ok(exchange) => exchange,
        Err(failure) => return Some(failure.to_string()),
    };
    if exchange.status != 200 {
        return Some(format!("GET answers {} instead of 200", exchange.status));
    }
    let body = exchange.json().unwrap_or_default();
    let held = body.pointer(pointer).unwrap_or(&Value::Null);
    (held != expected).then(|| format!("{pointer} is {held} instead of {expected}"))
}
