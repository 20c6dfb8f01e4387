use super::*;
use crate::client::{Detail, Person, Provided, Update, Wrong};
use crate::fake::{Answer, FakeServer, list};
use serde_json::{Value, json};

fn ada() -> Person {
    Person::new("1001", "ada@corp.test", "Ada", "Lovelace")
}

fn stored() -> Value {
    json!({"id": "u1", "userName": "ada@corp.test", "active": true})
}

fn nobody() -> Answer {
    Answer::json(200, &list(0, &[]))
}

async fn app(answers: Vec<Answer>) -> (FakeServer, OneLoginClient) {
    let server = FakeServer::with_answers(answers).await;
    let client = OneLoginClient::new(&server.base_url, "t0ken", Template::sound()).unwrap();
    (server, client)
}

#[tokio::test]
async fn enabling_looks_up_nobody_with_a_stray_ampersand_and_an_empty_user_agent() {
    for answer in [nobody(), Answer::json(404, &json!({"detail": "nobody"}))] {
        let (server, mut client) = app(vec![answer]).await;
        client.enable().await.unwrap();
        assert_eq!(
            server.request_lines(),
            ["GET /Users?filter=userName+eq+%22onelogin-connection-test%40nobody.invalid%22&"]
        );
        assert_eq!(server.received()[0].header_names(), ["User-Agent", "Authorization", "Host"]);
        assert!(server.received()[0].head.contains("\r\nUser-Agent: \r\n"), "{}", server.received()[0].head);
    }
    for (answer, wrong) in [
        (Answer::json(401, &json!({"detail": "no"})), "200 was due: no"),
        (Answer::json(200, &list(1, &[stored()])), "answered `ada@corp.test`"),
        (Answer::text(200, "<html>"), "not JSON: \"<html>\""),
    ] {
        let failure = app(vec![answer]).await.1.enable().await.unwrap_err();
        assert!(failure.to_string().contains(wrong), "{failure}");
        assert!(failure.request.starts_with("GET /scim/v2/Users?filter="), "{failure}");
    }
}

#[tokio::test]
async fn the_life_of_a_user() {
    for (update, removal) in [(Update::Put, "PUT /Users/u1?"), (Update::Patch, "PATCH /Users/u1?")] {
        let mut answers = vec![nobody(), Answer::json(201, &stored()), Answer::json(200, &stored())];
        answers.push(Answer::json(200, &stored()));
        let (server, client) = app(answers).await;
        let mut client = client.suspending_by(update).with_header("X-Tenant", "acme");
        assert_eq!(client.provision(&ada()).await.unwrap(), Provided::Created);
        assert_eq!(client.provision(&ada()).await.unwrap(), Provided::Updated);
        client.deprovision(&ada()).await.unwrap();
        let lines = server.request_lines();
        assert_eq!(lines[1..], ["POST /Users", "PUT /Users/u1?", removal]);
        let received = server.received();
        assert!(received[1].head.contains("Content-Type: application/json\r\n"));
        assert!(received[1].head.contains("X-Tenant: acme\r\n"));
        assert_eq!(received[2].json()["active"], true);
        let off = received[3].json();
        assert_eq!(off.get("active").unwrap_or(&off["Operations"][0]["value"]), &json!(false));
    }
    let (server, client) = app(vec![nobody(), Answer::json(201, &stored()), Answer::text(204, "")]).await;
    let mut client = client.deleting();
    client.provision(&ada()).await.unwrap();
    client.deprovision(&ada()).await.unwrap();
    assert_eq!(server.request_lines()[2], "DELETE /Users/u1?");
    assert!(client.deprovision(&ada()).await.unwrap_err().to_string().contains("nobody provisioned"));
}

#[tokio::test]
async fn groups_need_patch() {
    let group = json!({"id": "g1", "displayName": "Engines"});
    for (answer, expected) in [
        (Answer::text(204, ""), Ok(())),
        (Answer::json(200, &group), Ok(())),
        (Answer::json(405, &json!({"detail": "no PATCH"})), Err("no PATCH")),
    ] {
        let answers = vec![nobody(), Answer::json(201, &stored()), nobody(), Answer::json(201, &group), answer];
        let (server, mut client) = app(answers).await;
        client.provision(&ada()).await.unwrap();
        assert_eq!(client.provide_group("Engines").await.unwrap(), Provided::Created);
        let added = client.add_members("Engines", &[&ada()]).await;
        assert_eq!(server.request_lines()[2..], ["GET /Groups", "POST /Groups", "PATCH /Groups/g1?"]);
        let sent = &server.received()[4];
        assert!(sent.head.contains("Content-Type: application/scim+json\r\n"));
        assert_eq!(sent.json()["Operations"], json!([{"op": "add", "path": "members", "value": [{"value": "u1"}]}]));
        match expected {
            Ok(()) => added.unwrap(),
            Err(detail) => {
                let wrong = Wrong::Status { expected: &[200, 204], detail: Detail::Said(detail.to_owned()) };
                assert_eq!(added.unwrap_err().wrong, wrong);
            }
        }
    }
}

#[test]
fn each_defect_shows_in_the_body() {
    let sound = Template::sound().user(&ada(), true);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(sound[enterprise]["manager"], json!({"value": "9000"}));
    for (defect, pointer, expected) in [
        (Defect::SchemasOfVersion1, "/schemas/0", json!("urn:scim:schemas:core:1.0")),
        (Defect::SchemasOfDraft2, "/schemas/1", json!("urn:scim:schemas:extension:enterprise:2.0")),
        (Defect::EmailsAsObject, "/emails/value", json!("ada@corp.test")),
        (Defect::NoPrimary, "/emails/0", json!({"value": "ada@corp.test", "type": "work"})),
        (Defect::NullId, "/id", Value::Null),
        (Defect::Meta, "/meta/resourceType", json!("User")),
        (Defect::ActiveAsText, "/active", json!("true")),
    ] {
        let body = Template::with(&[defect]).user(&ada(), true);
        assert_eq!(body.pointer(pointer), Some(&expected), "{defect:?}");
        assert_ne!(sound.pointer(pointer), Some(&expected), "{defect:?}");
    }
    let manager = &Template::with(&[Defect::ManagerId]).user(&ada(), true)[enterprise]["manager"];
    assert_eq!(manager, &json!({"managerId": "9000", "displayName": "Charles Babbage"}));
}
