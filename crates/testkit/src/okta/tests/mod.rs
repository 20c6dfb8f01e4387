mod day;
mod groups;
mod import;
mod people;
mod spec;
mod users;

use super::*;
use crate::fake::{Answer, FakeServer, NotedSleeps, Scim, list};
use serde_json::{Value, json};
use std::sync::Arc;

const TOKEN: &str = "rct0123456789";

fn bearer() -> Authentication {
    Authentication::Bearer(TOKEN.to_owned())
}

fn client(server: &FakeServer, kind: Kind) -> OktaClient {
    OktaClient::new(&server.base_url, bearer(), kind).unwrap()
}

/// A server that remembers, and a client for it.
async fn conversation(kind: Kind) -> (FakeServer, OktaClient) {
    let mut scim = Scim::new("Bearer rct0123456789");
    let server = FakeServer::start(move |request| scim.answer(request)).await;
    let client = client(&server, kind);
    (server, client)
}

fn ada() -> OktaUser {
    OktaUser::new("00u1a2b3c4D5e6F7g8h9", "ada@corp.test", "Ada", "Lovelace")
}

/// The JSON body of the last request of that method.
fn last_body(server: &FakeServer, method: &str) -> Value {
    server.received().iter().rev().find(|request| request.head.starts_with(method)).unwrap().json()
}
