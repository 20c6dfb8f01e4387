use super::*;
use crate::client::{Person, Provided, Team};
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

fn ada() -> Person {
    Person::new("r1", "ada@corp.test", "Ada", "Lovelace")
}

fn stored(external_id: Option<&str>, groups: &[(&str, &str)]) -> Value {
    let groups: Vec<_> = groups.iter().map(|(id, name)| json!({"value": id, "display": name})).collect();
    json!({"id": "u1", "userName": "ada@corp.test", "externalId": external_id, "groups": groups})
}

fn nobody() -> Answer {
    Answer::json(200, &list(0, &[]))
}

async fn client(answers: Vec<Answer>) -> (FakeServer, RauthyClient) {
    let server = FakeServer::with_answers(answers).await;
    let client = RauthyClient::new(&server.base_url, "t0ken").unwrap();
    (server, client)
}

const BY_ID: &str = "GET /Users?filter=externalId%20eq%20%22r1%22";
const BY_NAME: &str = "GET /Users?filter=userName%20eq%20%22ada%40corp.test%22";

#[tokio::test]
async fn look_ups_send_nothing_but_the_credential() {
    let (server, mut client) = client(vec![nobody(), nobody(), Answer::json(201, &stored(Some("r1"), &[]))]).await;
    assert_eq!(client.provide_user(&ada(), &[]).await.unwrap(), Provided::Created);
    assert_eq!(server.request_lines(), [BY_ID, BY_NAME, "POST /Users"]);
    let received = server.received();
    assert_eq!(received[0].header_names(), ["Authorization", "Host"]);
    assert_eq!(received[2].header_names(), ["Authorization", "Accept", "Content-Type", "Host", "Content-Length"]);
}

#[tokio::test]
async fn groups_follow_from_the_groups_of_the_answer() {
    let found = Answer::json(200, &list(1, &[stored(None, &[])]));
    let put = Answer::json(200, &stored(Some("r1"), &[("g1", "Engines"), ("g9", "By hand")]));
    let group = json!({"id": "g2", "displayName": "Motors", "externalId": "rg2"});
    let answers = vec![
        nobody(),
        found,
        put,
        nobody(),
        nobody(),
        Answer::json(201, &group),
        Answer::text(204, ""),
        Answer::json(200, &group),
    ];
    let (server, mut client) = client(answers).await;
    client.groups = [("Engines", "rg1"), ("Motors", "rg2")].map(|(name, id)| (name.to_owned(), id.to_owned())).into();
    assert_eq!(client.provide_user(&ada(), &["Engines", "Motors"]).await.unwrap(), Provided::Updated);
    assert_eq!(
        server.request_lines(),
        [
            BY_ID,
            BY_NAME,
            "PUT /Users/u1",
            "GET /Groups?filter=externalId%20eq%20%22rg2%22",
            "GET /Groups?filter=displayName%20eq%20%22Motors%22",
            "POST /Groups",
            "PATCH /Groups/g2",
            "PATCH /Groups/g9",
        ]
    );
    let received = server.received();
    assert_eq!((&received[2].json()["id"], &received[2].json()["externalId"]), (&json!("u1"), &json!("r1")));
    assert_eq!(
        received[6].json()["Operations"],
        json!([{"op": "add", "path": "members", "value": [{"value": "u1", "display": "ada@corp.test"}]}])
    );
    assert_eq!(
        received[7].json()["Operations"],
        json!([{"op": "remove", "path": "members", "value": [{"value": "u1"}]}])
    );
}

#[tokio::test]
async fn a_short_page_ends_the_list() {
    let group =
        |number: u32| json!({"id": format!("g{number}"), "displayName": format!("G{number}"), "externalId": "x"});
    let full: Vec<_> = (0..100).map(group).collect();
    let mut second = list(150, &[group(100)]);
    second["startIndex"] = json!(101);
    let linked = json!({"id": "g1", "displayName": "Engines", "externalId": "rg1"});
    let answers = vec![Answer::json(200, &list(150, &full)), Answer::json(200, &second), Answer::json(201, &linked)];
    let (server, mut client) = client(answers).await;
    client.synchronise_groups(&[Team::new("rg1", "Engines", &[])]).await.unwrap();
    assert_eq!(
        server.request_lines(),
        ["GET /Groups?startIndex=1&count=100", "GET /Groups?startIndex=101&count=100", "POST /Groups"]
    );
    assert_eq!(server.received()[0].header_names(), ["Authorization", "Accept", "Host"]);
}

#[tokio::test]
async fn groups_are_known_by_id_and_by_name_only_if_linked_to_nobody() {
    let groups = [
        json!({"id": "g1", "displayName": "Old name", "externalId": "rg1"}),
        json!({"id": "g2", "displayName": "Motors"}),
        json!({"id": "g3", "displayName": "Sales", "externalId": "somebody else's"}),
    ];
    let created = json!({"id": "g4", "displayName": "Sales", "externalId": "rg3"});
    let answers = vec![
        Answer::json(200, &list(3, &groups)),
        Answer::text(204, ""),
        Answer::text(204, ""),
        Answer::json(201, &created),
        Answer::json(200, &list(1, std::slice::from_ref(&created))),
        Answer::text(204, ""),
    ];
    let (server, mut client) = client(answers).await;
    let sales = Team::new("rg3", "Sales", &[]);
    let teams = [Team::new("rg1", "Engines", &[]), Team::new("rg2", "Motors", &[]), sales.clone()];
    client.synchronise_groups(&teams).await.unwrap();
    client.remove_group(&sales).await.unwrap();
    let lines = server.request_lines();
    assert_eq!(
        lines[1..],
        [
            "PATCH /Groups/g1",
            "PATCH /Groups/g2",
            "POST /Groups",
            "GET /Groups?filter=externalId%20eq%20%22rg3%22",
            "PATCH /Groups/g4",
        ]
    );
    let received = server.received();
    let values: Vec<_> = [1, 5].map(|index: usize| received[index].json()["Operations"].clone()).into();
    assert_eq!(
        values,
        [
            json!([{"op": "replace", "value": {"displayName": "Engines", "externalId": "rg1"}}]),
            json!([{"op": "replace", "value": {"displayName": "Sales", "externalId": null}}]),
        ]
    );
}

#[tokio::test]
async fn who_leaves_is_unlinked_or_deleted() {
    let found = || Answer::json(200, &list(1, &[stored(Some("r1"), &[])]));
    let (server, mut unlinking) =
        client(vec![found(), Answer::json(200, &stored(None, &[("g1", "Engines")])), Answer::text(204, "")]).await;
    unlinking.remove_user(&ada()).await.unwrap();
    assert_eq!(server.request_lines(), [BY_ID, "PUT /Users/u1", "PATCH /Groups/g1"]);
    assert_eq!(server.received()[1].json().get("externalId"), Some(&Value::Null));
    let (server, deleting) = client(vec![found(), Answer::text(204, "")]).await;
    deleting.deleting().remove_user(&ada()).await.unwrap();
    assert_eq!(server.request_lines(), [BY_ID, "DELETE /Users/u1"]);
}

#[tokio::test]
async fn a_foreign_link_is_an_error() {
    let foreign = Answer::json(200, &list(1, &[stored(Some("r2"), &[])]));
    let failure = client(vec![nobody(), foreign]).await.1.provide_user(&ada(), &[]).await.unwrap_err();
    assert!(failure.to_string().contains("which does not match ours (r1)"), "{failure}");
    let unlinked = json!({"id": "g1", "displayName": "Engines"});
    let answers = vec![nobody(), Answer::json(201, &unlinked)];
    let failure = client(answers).await.1.synchronise_groups(&[Team::new("rg1", "Engines", &[])]).await.unwrap_err();
    assert!(failure.to_string().contains("not respected our group id"), "{failure}");
    let refused = Answer::json(400, &json!({"detail": "unknown attribute externalId"}));
    let failure = client(vec![refused]).await.1.remove_user(&ada()).await.unwrap_err();
    assert!(failure.is_status(400), "{failure}");
}
