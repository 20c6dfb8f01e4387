mod groups;
mod published;
mod users;

use super::*;
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const DIALECTS: [Dialect; 3] = [Dialect::WithoutFlag, Dialect::WithFlag, Dialect::Older];

fn bob() -> EntraUser {
    EntraUser::new("o1", "bob@contoso.test", "Bob", "User")
}

fn nobody() -> Answer {
    Answer::json(200, &list(0, &[]))
}

/// What the server holds of Bob.
fn stored() -> Value {
    json!({
        "id": "u1", "userName": "bob@contoso.test", "active": true, "displayName": "Bob User", "externalId": "bob",
        "name": {"formatted": "Bob User", "familyName": "User", "givenName": "Bob"},
        "emails": [{"type": "work", "value": "bob@contoso.test", "primary": true}],
    })
}

async fn job(dialect: Dialect, answers: Vec<Answer>) -> (FakeServer, EntraClient) {
    let server = FakeServer::with_answers(answers).await;
    let client = EntraClient::new(&server.base_url, "s3cret", dialect).unwrap();
    (server, client)
}

/// A job that has created Bob.
async fn with_bob(dialect: Dialect, answers: Vec<Answer>) -> (FakeServer, EntraClient) {
    let first = [nobody(), Answer::json(201, &stored())];
    let (server, mut client) = job(dialect, first.into_iter().chain(answers).collect()).await;
    client.provision(&bob()).await.unwrap();
    (server, client)
}

/// The operations of the last PATCH.
fn last_operations(server: &FakeServer) -> Value {
    let received = server.received();
    received.iter().rev().find(|request| request.head.starts_with("PATCH")).unwrap().json()["Operations"].clone()
}
