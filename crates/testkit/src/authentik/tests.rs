use super::*;
use crate::client::{Person, Provided, Team};
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

fn config(max_operations: i64) -> Answer {
    Answer::json(
        200,
        &json!({
            "patch": {"supported": true}, "filter": {"supported": true, "maxResults": 200},
            "bulk": {"supported": false, "maxOperations": max_operations, "maxPayloadSize": 1},
        }),
    )
}

fn user(number: u32) -> Value {
    json!({"id": format!("u{number}"), "userName": format!("p{number}@corp.test")})
}

fn person(number: u32) -> Person {
    Person::new(&format!("a{number}"), &format!("p{number}@corp.test"), "P", "Q")
}

fn conflict() -> Answer {
    Answer::json(409, &json!({"detail": "taken"}))
}

async fn provider(answers: Vec<Answer>) -> (FakeServer, AuthentikClient) {
    let server = FakeServer::with_answers(answers).await;
    // The slash at the end is taken off.
    let mut client = AuthentikClient::new(&format!("{}/", server.base_url), "t0ken").unwrap();
    client.connect().await.unwrap();
    (server, client)
}

#[tokio::test]
async fn an_unreadable_configuration_means_no_patch() {
    for answer in [Answer::text(404, "nothing"), Answer::text(200, "<html>"), Answer::json(200, &json!({"patch": {}}))]
    {
        let (server, client) = provider(vec![answer]).await;
        assert_eq!(client.config, Config::default());
        assert_eq!(server.request_lines(), ["GET /ServiceProviderConfig"]);
    }
    let group = json!({"id": "g1"});
    let answers = vec![
        Answer::text(404, "nothing"),
        Answer::json(201, &user(1)),
        Answer::json(201, &group),
        Answer::json(200, &group),
    ];
    let (server, mut client) = provider(answers).await;
    client.write_user(&person(1)).await.unwrap();
    let team = Team::new("t1", "Engines", &["a1", "a9"]);
    assert_eq!(client.write_group(&team).await.unwrap(), Provided::Created);
    assert_eq!(client.write_group(&team).await.unwrap(), Provided::Updated);
    assert_eq!(server.request_lines()[2..], ["POST /Groups", "PUT /Groups/g1"]);
    assert_eq!(server.received()[2].json()["members"], json!([{"value": "u1"}]));
}

#[tokio::test]
async fn gone_is_created_again_and_taken_is_looked_up() {
    let answers = vec![
        config(0),
        Answer::json(201, &user(1)),
        Answer::json(404, &json!({"detail": "gone"})),
        Answer::json(201, &user(2)),
        conflict(),
        Answer::json(200, &list(1, &[json!({"id": "u3", "userName": "P3@corp.test"})])),
        conflict(),
        Answer::json(200, &list(0, &[])),
    ];
    let (server, mut client) = provider(answers).await;
    assert_eq!(client.write_user(&person(1)).await.unwrap(), Provided::Created);
    assert_eq!(client.write_user(&person(1)).await.unwrap(), Provided::CreatedAgain);
    assert_eq!(client.write_user(&person(3)).await.unwrap(), Provided::Linked);
    let failure = client.write_user(&person(4)).await.unwrap_err();
    assert!(failure.is_status(409), "{failure}");
    assert_eq!(
        server.request_lines()[1..],
        [
            "POST /Users",
            "PUT /Users/u1",
            "POST /Users",
            "POST /Users",
            "GET /Users?filter=userName+eq+%22p3%40corp.test%22",
            "POST /Users",
            "GET /Users?filter=userName+eq+%22p4%40corp.test%22",
        ]
    );
    assert_eq!(server.received()[2].json()["id"], "u1");
}

#[tokio::test]
async fn memberships_come_in_pieces_of_max_operations_one_operation_each() {
    for (max_operations, sizes) in [(2, &[2, 1][..]), (3, &[3]), (0, &[3]), (-1, &[3])] {
        let mut answers = vec![config(max_operations)];
        answers.extend((1..=3).map(|number| Answer::json(201, &user(number))));
        answers.push(Answer::json(201, &json!({"id": "g1"})));
        answers.extend(sizes.iter().map(|_| Answer::text(204, "")));
        let (server, mut client) = provider(answers).await;
        for number in 1..=3 {
            client.write_user(&person(number)).await.unwrap();
        }
        client.write_group(&Team::new("t1", "Engines", &["a1", "a2", "a3"])).await.unwrap();
        let received = server.received();
        let sent: Vec<_> = received[5..].iter().map(|request| request.json()["Operations"].clone()).collect();
        let lengths: Vec<_> = sent.iter().map(|operations| operations.as_array().unwrap().len()).collect();
        assert_eq!(lengths, sizes, "{max_operations}");
        assert_eq!(sent[0][0], json!({"op": "add", "path": "members", "value": [{"value": "u1"}]}));
        assert_eq!(received[4].json().get("members"), None);
    }
}

#[tokio::test]
async fn a_known_group_is_replaced_and_its_members_compared() {
    let held = json!({"id": "g1", "displayName": "Engines", "members": [{"value": "u1"}, {"value": "stranger"}]});
    let answers = vec![
        config(1000),
        Answer::json(201, &user(1)),
        Answer::json(201, &user(2)),
        Answer::json(201, &json!({"id": "g1"})),
        Answer::text(204, ""),
        Answer::json(200, &held),
        Answer::json(200, &held),
        Answer::text(204, ""),
        Answer::text(204, ""),
    ];
    let (server, mut client) = provider(answers).await;
    client.write_user(&person(1)).await.unwrap();
    client.write_user(&person(2)).await.unwrap();
    client.write_group(&Team::new("t1", "Engines", &["a1"])).await.unwrap();
    client.write_group(&Team::new("t1", "Motors", &["a1", "a2"])).await.unwrap();
    client.delete_group("t1").await.unwrap();
    let lines = server.request_lines();
    assert_eq!(lines[5..], ["PATCH /Groups/g1", "GET /Groups/g1", "PATCH /Groups/g1", "DELETE /Groups/g1"]);
    let received = server.received();
    assert_eq!(
        received[5].json()["Operations"],
        json!([{"op": "replace", "value": {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Motors", "externalId": "t1", "id": "g1",
        }}])
    );
    assert_eq!(
        received[7].json()["Operations"],
        json!([
            {"op": "add", "path": "members", "value": [{"value": "u2"}]},
            {"op": "remove", "path": "members", "value": [{"value": "stranger"}]},
        ])
    );
}
