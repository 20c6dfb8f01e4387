use super::*;
use crate::client::{Authentication, Person, Provided, Team, Wrong};
use crate::fake::{Answer, FakeServer, NotedSleeps};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

fn federation(base_url: &str, sleeps: &Arc<NotedSleeps>) -> KeycloakClient {
    let authentication = Authentication::Basic { user_name: "k".to_owned(), password: "p".to_owned() };
    KeycloakClient::new(base_url, &authentication, "application/json", Arc::<NotedSleeps>::clone(sleeps)).unwrap()
}

fn ada() -> Person {
    Person::new("k1", "ada@corp.test", "Ada", "Lovelace")
}

async fn played(patching: Patching) -> (Vec<String>, Vec<Value>) {
    let user = json!({"id": "u1", "userName": "ada@corp.test"});
    let group = json!({"id": "g1", "displayName": "Engines"});
    let done = || Answer::text(204, "");
    let answers = vec![
        Answer::json(201, &user),
        Answer::json(201, &group),
        Answer::json(200, &user),
        Answer::json(200, &group),
        done(),
        done(),
        done(),
    ];
    let server = FakeServer::with_answers(answers).await;
    let mut client = federation(&server.base_url, &Arc::default()).patching(patching);
    assert_eq!(client.provide_user(&ada()).await.unwrap(), Provided::Created);
    let mut team = Team::new("kg1", "Engines", &["k1"]);
    assert_eq!(client.provide_group(&team).await.unwrap(), Provided::Created);
    client.provide_user(&Person { active: false, ..ada() }).await.unwrap();
    client.provide_group(&team).await.unwrap();
    team.members.clear();
    assert_eq!(client.provide_group(&team).await.unwrap(), Provided::Updated);
    client.delete_user("k1").await.unwrap();
    client.delete_group("kg1").await.unwrap();
    assert!(server.received().iter().all(|request| request.head.contains("Content-Type: application/json\r\n")));
    let bodies = server.received()[..5].iter().map(|request| request.json()).collect();
    (server.request_lines(), bodies)
}

#[tokio::test]
async fn changes_by_put_or_by_patch() {
    let (lines, bodies) = played(Patching::default()).await;
    let common = ["POST /Users", "POST /Groups"];
    let last = ["DELETE /Users/u1", "DELETE /Groups/g1"];
    assert_eq!(lines, [&common[..], &["PUT /Users/u1", "PUT /Groups/g1", "PUT /Groups/g1"], &last].concat());
    assert_eq!(bodies[2]["meta"], json!({"location": "Users/u1"}));
    assert_eq!(bodies[3]["members"], json!([{"value": "u1", "type": "User", "$ref": "Users/u1"}]));
    assert_eq!(bodies[4]["members"], json!([]));

    let (lines, bodies) = played(Patching { users: true, groups: true }).await;
    assert_eq!(lines, [&common[..], &["PATCH /Users/u1", "PATCH /Groups/g1", "PATCH /Groups/g1"], &last].concat());
    assert_eq!(bodies[2]["Operations"][0], json!({"path": "active", "op": "replace", "value": "false"}));
    assert_eq!(bodies[3]["Operations"][0], json!({"path": "members", "op": "replace", "value": [{"value": "u1"}]}));
    assert_eq!(bodies[4]["Operations"][0], json!({"path": "members", "op": "remove", "value": null}));
}

#[tokio::test]
async fn silence_is_tried_ten_times_and_a_refusal_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let sleeps = Arc::new(NotedSleeps::default());
    let failure = federation(&nobody, &sleeps).provide_user(&ada()).await.unwrap_err();
    assert!(matches!(failure.wrong, Wrong::NoAnswer(_)), "{failure}");
    let waits = sleeps.0.lock().unwrap().clone();
    assert_eq!((waits.len(), waits[0], waits[1]), (9, Duration::from_millis(500), Duration::from_millis(750)));

    let server = FakeServer::with_answers(vec![Answer::json(409, &json!({"detail": "taken"}))]).await;
    let sleeps = Arc::new(NotedSleeps::default());
    let failure = federation(&server.base_url, &sleeps).provide_user(&ada()).await.unwrap_err();
    assert!(failure.is_status(409) && sleeps.0.lock().unwrap().is_empty(), "{failure}");
}
