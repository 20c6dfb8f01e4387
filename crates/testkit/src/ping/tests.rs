use super::*;
use crate::client::{Authentication, Person, Provided, Removal, Team, Update};
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

fn ada() -> Person {
    let mut ada = Person::new("p1", "ada", "Ada", "Lovelace");
    ada.email = "ada@corp.test".to_owned();
    ada
}

fn stored() -> Value {
    json!({"id": "u1", "userName": "ada", "emails": [{"value": "Ada@corp.test"}]})
}

fn nobody() -> Answer {
    Answer::json(200, &list(0, &[]))
}

async fn connection(settings: PingSettings, answers: Vec<Answer>) -> (FakeServer, PingClient) {
    let server = FakeServer::with_answers(answers).await;
    let authentication = Authentication::Bearer("t0ken".to_owned());
    let client = PingClient::new(&server.base_url, &authentication, settings).unwrap();
    (server, client)
}

#[tokio::test]
async fn only_a_scim_404_is_healthy() {
    let error = |status: &str| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status});
    for (answer, expected) in [
        (Answer::json(404, &error("404")), Ok(())),
        (Answer::json(404, &json!({})), Err("not a SCIM error")),
        (Answer::text(404, "<h1>Not found</h1>"), Err("not JSON")),
        (Answer::json(400, &error("400")), Err("404 was due")),
        (Answer::json(200, &stored()), Err("404 was due")),
    ] {
        let (server, mut client) = connection(PingSettings::default(), vec![answer]).await;
        let begun = client.begin_run().await;
        assert_eq!(server.request_lines(), ["GET /Users/0"]);
        match expected {
            Ok(()) => begun.unwrap(),
            Err(wrong) => {
                let failure = begun.unwrap_err();
                assert!(failure.to_string().contains(wrong), "{failure}");
            }
        }
    }
}

#[tokio::test]
async fn the_look_up_is_the_setting() {
    for (unique_user, filter) in [
        (UniqueUser::UserName, "userName%20eq%20%22ada%22"),
        (UniqueUser::WorkEmail, "emails%20eq%20%22ada%40corp.test%22"),
        (
            UniqueUser::Expression("userName eq \"${userName}\" and active eq true".to_owned()),
            "userName%20eq%20%22ada%22%20and%20active%20eq%20true",
        ),
    ] {
        let settings = PingSettings { unique_user, ..PingSettings::default() };
        let found = Answer::json(200, &list(1, &[stored()]));
        let (server, mut client) = connection(settings, vec![found, Answer::json(200, &stored())]).await;
        assert_eq!(client.provision(&ada()).await.unwrap(), Some(Provided::Linked));
        assert_eq!(server.request_lines(), [&format!("GET /Users?filter={filter}"), "PUT /Users/u1"]);
    }
}

#[tokio::test]
async fn leaving_is_the_setting() {
    for (removal, update, last) in [
        (Removal::Disable, Update::Put, "PUT /Users/u1"),
        (Removal::Disable, Update::Patch, "PATCH /Users/u1"),
        (Removal::Delete, Update::Put, "DELETE /Users/u1"),
    ] {
        let settings = PingSettings { removal, update, ..PingSettings::default() };
        let answer = match removal {
            Removal::Disable => Answer::json(200, &stored()),
            Removal::Delete => Answer::text(204, ""),
        };
        let (server, mut client) = connection(settings, vec![nobody(), Answer::json(201, &stored()), answer]).await;
        client.provision(&ada()).await.unwrap();
        client.deprovision(&ada()).await.unwrap();
        assert_eq!(server.request_lines().last().unwrap(), last);
    }
}

#[tokio::test]
async fn disabled_people_are_left_out_unless_set() {
    let disabled = Person { active: false, ..ada() };
    let (server, mut client) = connection(PingSettings::default(), vec![]).await;
    assert_eq!(client.provision(&disabled).await.unwrap(), None);
    assert!(server.request_lines().is_empty());
    let settings = PingSettings { provisions_disabled_users: true, ..PingSettings::default() };
    let (server, mut client) = connection(settings, vec![nobody(), Answer::json(201, &stored())]).await;
    assert_eq!(client.provision(&disabled).await.unwrap(), Some(Provided::Created));
    assert_eq!(server.received()[1].json()["active"], false);
}

#[tokio::test]
async fn members_are_merged_or_overwritten() {
    let group = json!({"id": "g1", "displayName": "Engines"});
    for (membership, method, body) in [
        (Membership::Merge, "PATCH", json!({"op": "add", "path": "members", "value": [{"value": "u1"}]})),
        (Membership::Overwrite, "PUT", json!([{"value": "u1"}])),
    ] {
        let settings = PingSettings { membership, ..PingSettings::default() };
        let created = || Answer::json(201, &stored());
        let answers = vec![nobody(), created(), nobody(), Answer::json(201, &group), Answer::json(200, &group)];
        let (server, mut client) = connection(settings, answers).await;
        client.provision(&ada()).await.unwrap();
        client.provide_group(&Team::new("t1", "Engines", &["p1"])).await.unwrap();
        let received = server.received();
        assert_eq!(server.request_lines()[4], format!("{method} /Groups/g1"));
        let sent = received[4].json();
        assert_eq!(sent.get("members").unwrap_or(&sent["Operations"][0]), &body);
    }
}
