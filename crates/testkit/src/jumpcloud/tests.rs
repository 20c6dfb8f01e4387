use super::*;
use crate::client::{Person, Provided, Team, Update};
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

fn ada() -> Person {
    Person::new("j1", "ada@corp.test", "Ada", "Lovelace")
}

fn stored() -> Value {
    json!({
        "id": "u1", "userName": "ada@corp.test", "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "displayName": "Ada Lovelace", "active": true,
    })
}

async fn application(update: Update, answers: Vec<Answer>) -> (FakeServer, JumpCloudClient) {
    let server = FakeServer::with_answers(answers).await;
    let client = JumpCloudClient::new(&server.base_url, "t0ken", update).unwrap();
    (server, client)
}

#[tokio::test]
async fn an_activation_tries_everything_and_cleans_up() {
    let start = || {
        vec![
            Answer::json(200, &list(0, &[])),
            Answer::json(200, &list(0, &[])),
            Answer::json(201, &stored()),
            Answer::json(201, &json!({"id": "g1", "displayName": "JumpCloud Test Group"})),
        ]
    };
    let common = ["GET /Users", "GET /Groups", "POST /Users", "POST /Groups", "DELETE /Users/u1", "DELETE /Groups/g1"];
    let mut answers = start();
    answers.extend([Answer::text(204, ""), Answer::text(204, "")]);
    let (server, mut client) = application(Update::Put, answers).await;
    assert_eq!(client.activate("jumpcloud-test@corp.test").await.unwrap(), Activated::CleanedUp);
    assert_eq!(server.request_lines(), common);
    assert_eq!(server.received()[2].json()["userName"], "jumpcloud-test@corp.test");

    let mut answers = start();
    let refusal = || Answer::json(403, &json!({"detail": "no DELETE"}));
    answers.extend([refusal(), refusal(), Answer::json(200, &stored())]);
    let (server, mut client) = application(Update::Put, answers).await;
    assert_eq!(client.activate("x@corp.test").await.unwrap(), Activated::TestUserDeactivated);
    assert_eq!(server.request_lines(), [&common[..], &["PATCH /Users/u1"]].concat());

    let mut answers = start();
    answers[2] = Answer::json(409, &json!({"detail": "x@corp.test is taken"}));
    let failure = application(Update::Put, answers).await.1.activate("x@corp.test").await.unwrap_err();
    assert_eq!(failure.to_string(), "POST /scim/v2/Users answered 409: 201 was due: x@corp.test is taken");
}

#[tokio::test]
async fn an_update_reads_by_id_and_sends_the_whole_or_each_attribute() {
    let mut renamed = ada();
    renamed.given_name = "Augusta".to_owned();
    let whole = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@corp.test",
        "name": {"givenName": "Augusta", "familyName": "Lovelace"}, "displayName": "Augusta Lovelace",
        "emails": [{"value": "ada@corp.test", "type": "work", "primary": true}], "active": true, "externalId": "j1",
    });
    let single = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
        {"op": "replace", "path": "name.givenName", "value": "Augusta"},
        {"op": "replace", "path": "displayName", "value": "Augusta Lovelace"},
    ]});
    for (update, method, body) in [(Update::Put, "PUT", whole), (Update::Patch, "PATCH", single)] {
        let answers = vec![Answer::json(201, &stored()), Answer::json(200, &stored()), Answer::json(200, &stored())];
        let (server, mut client) = application(update, answers).await;
        assert_eq!(client.provision(&ada()).await.unwrap(), Provided::Created);
        assert_eq!(client.provision(&renamed).await.unwrap(), Provided::Updated);
        assert_eq!(server.request_lines()[1..], ["GET /Users/u1", &format!("{method} /Users/u1")]);
        assert_eq!(server.received()[2].json(), body);
    }
    // Nothing to say, nothing said.
    let answers = vec![Answer::json(201, &stored()), Answer::json(200, &stored())];
    let (server, mut client) = application(Update::Patch, answers).await;
    client.provision(&ada()).await.unwrap();
    assert_eq!(client.provision(&ada()).await.unwrap(), Provided::Unchanged);
    assert_eq!(server.request_lines().len(), 2);
}

#[tokio::test]
async fn members_are_removed_by_a_list_of_values() {
    let group = json!({"id": "g1", "displayName": "Engines"});
    let done = || Answer::text(204, "");
    let answers = vec![Answer::json(201, &stored()), Answer::json(201, &group), done(), done(), done(), done(), done()];
    let (server, mut client) = application(Update::Patch, answers).await;
    client.provision(&ada()).await.unwrap();
    client.provide_group(&Team::new("jg1", "Engines", &["j1"])).await.unwrap();
    client.rename_group("jg1", "Motors").await.unwrap();
    client.remove_members("jg1", &["j1".to_owned()]).await.unwrap();
    client.deprovision(&ada()).await.unwrap();
    client.delete_group("jg1").await.unwrap();
    let operations: Vec<_> = server.received()[2..6].iter().map(|sent| sent.json()["Operations"][0].clone()).collect();
    assert_eq!(
        operations,
        [
            json!({"op": "add", "path": "members", "value": [{"value": "u1"}]}),
            json!({"op": "replace", "value": {"displayName": "Motors"}}),
            json!({"op": "remove", "path": "members", "value": [{"value": "u1"}]}),
            json!({"op": "replace", "path": "active", "value": false}),
        ]
    );
    assert!(client.rename_group("jg1", "X").await.unwrap_err().to_string().contains("nobody provided this group"));
}
