use super::*;
use crate::client::{Person, Provided, Update};
use crate::fake::{Answer, FakeServer, list};
use serde_json::json;

#[tokio::test]
async fn suspended_first_and_deleted_later() {
    let ada = Person::new("g1", "ada@corp.test", "Ada", "Lovelace");
    let stored = json!({"id": "u1", "userName": "ada@corp.test"});
    let found = json!({"id": "u2", "userName": "bob@corp.test"});
    let bob = Person::new("g2", "bob@corp.test", "Bob", "Brown");
    for (update, method) in [(Update::Put, "PUT"), (Update::Patch, "PATCH")] {
        let answers = vec![
            Answer::json(200, &list(3, std::slice::from_ref(&found))),
            Answer::json(200, &list(0, &[])),
            Answer::json(201, &stored),
            Answer::json(200, &list(1, std::slice::from_ref(&found))),
            Answer::json(200, &found),
            Answer::json(200, &stored),
            Answer::json(200, &found),
            Answer::json(404, &json!({"detail": "gone"})),
        ];
        let server = FakeServer::with_answers(answers).await;
        let mut client = GoogleClient::new(&server.base_url, "t0ken", update, 7).unwrap();
        client.probe().await.unwrap();
        assert_eq!(client.provision(&ada).await.unwrap(), Provided::Created);
        assert_eq!(client.provision(&bob).await.unwrap(), Provided::Linked);
        client.suspend(&ada).await.unwrap();
        assert_eq!(client.let_days_pass(6).await.unwrap(), 0);
        client.suspend(&bob).await.unwrap();
        assert_eq!(client.let_days_pass(1).await.unwrap(), 1);
        let lookup = "GET /Users?filter=userName%20eq%20%22";
        assert_eq!(
            server.request_lines(),
            [
                "GET /Users?count=1",
                &format!("{lookup}ada%40corp.test%22"),
                "POST /Users",
                &format!("{lookup}bob%40corp.test%22"),
                &format!("{method} /Users/u2"),
                &format!("{method} /Users/u1"),
                &format!("{method} /Users/u2"),
                "DELETE /Users/u1",
            ]
        );
        let suspension = server.received()[5].json();
        let sent = suspension.get("active").unwrap_or(&suspension["Operations"][3]["value"]);
        assert_eq!(sent, &json!(false), "{suspension}");
    }
}

#[tokio::test]
async fn a_probe_wants_a_list_and_a_deletion_no_error() {
    let server = FakeServer::with_answers(vec![Answer::json(200, &json!({"Resources": []}))]).await;
    let mut client = GoogleClient::new(&server.base_url, "t0ken", Update::Put, 0).unwrap();
    let failure = client.probe().await.unwrap_err();
    assert_eq!(failure.to_string(), "GET /scim/v2/Users?count=1 answered 200: the answer is not a ListResponse");
    let ada = Person::new("g1", "ada@corp.test", "Ada", "Lovelace");
    assert!(client.suspend(&ada).await.unwrap_err().to_string().contains("nobody provisioned it"));

    let stored = json!({"id": "u1", "userName": "ada@corp.test"});
    let answers = vec![
        Answer::json(200, &list(0, &[])),
        Answer::json(201, &stored),
        Answer::json(200, &stored),
        Answer::json(500, &json!({})),
    ];
    let server = FakeServer::with_answers(answers).await;
    let mut client = GoogleClient::new(&server.base_url, "t0ken", Update::Put, 0).unwrap();
    client.provision(&ada).await.unwrap();
    client.suspend(&ada).await.unwrap();
    assert!(client.let_days_pass(0).await.unwrap_err().is_status(500));
}
