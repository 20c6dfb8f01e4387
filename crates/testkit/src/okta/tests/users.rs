use super::*;
use std::time::Duration;

#[tokio::test]
async fn headers_are_those_on_the_wire() {
    let (server, mut client) = conversation(Kind::Aiw).await;
    client.assign(&ada()).await.unwrap();
    let received = server.received();
    let common = ["User-Agent", "Authorization", "Accept", "Accept-Charset", "Accept-Encoding", "Connection"];
    assert_eq!(received[0].header_names(), [&common[..], &["Host"]].concat());
    assert_eq!(received[1].header_names(), [&common[..], &["Content-Type", "Host", "Content-Length"]].concat());
    for line in [
        "User-Agent: Okta SCIM Client 1.0.0",
        "Authorization: Bearer rct0123456789",
        "Accept: application/scim+json",
        "Accept-Charset: utf-8",
        "Accept-Encoding: gzip,deflate",
        "Connection: Keep-Alive",
        "Content-Type: application/scim+json; charset=utf-8",
    ] {
        assert!(received[1].head.lines().any(|held| held == line), "{line} in {}", received[1].head);
    }
}

#[test]
fn each_authentication_has_its_header_and_prints_nothing() {
    let basic = Authentication::Basic { user_name: "okta".to_owned(), password: "s3cret".to_owned() };
    for (authentication, header) in [
        (Authentication::Bearer("s3cret".to_owned()), "Bearer s3cret"),
        (Authentication::Header("s3cret".to_owned()), "s3cret"),
        (basic, "Basic b2t0YTpzM2NyZXQ="),
    ] {
        assert_eq!(authentication.header_value(), header);
        assert!(!format!("{authentication:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn the_life_of_a_user_is_the_recipe_of_its_kind() {
    let assigned = [
        "GET /Users?filter=userName%20eq%20%22ada%40corp.test%22&startIndex=1&count=100",
        "POST /Users",
        "GET /Users/r00001",
        "PUT /Users/r00001",
    ];
    let aiw = [
        "GET /Users/r00001",
        "PUT /Users/r00001",
        assigned[0],
        "GET /Users/r00001",
        "PUT /Users/r00001",
        "GET /Users/r00001",
    ];
    let catalogue =
        ["PATCH /Users/r00001", assigned[0], "GET /Users/r00001", "PATCH /Users/r00001", "GET /Users/r00001"];
    for (kind, rest) in [(Kind::Aiw, &aiw[..]), (Kind::Catalogue, &catalogue[..])] {
        let (server, mut client) = conversation(kind).await;
        let mut user = ada();
        assert_eq!(client.assign(&user).await.unwrap(), Assigned::Created);
        user.title = Some("Countess".to_owned());
        client.update_profile(&user).await.unwrap();
        client.deactivate(&user.id).await.unwrap();
        assert!(client.update_profile(&user).await.is_err(), "a deactivated user is not pushed");
        assert_eq!(client.reactivate(&user.id).await.unwrap(), Reactivated::SameResource);
        assert_eq!(server.request_lines(), [&assigned[..], rest].concat());
        assert_eq!(client.remote_user_id(&user.id), Some("r00001"));
        assert_eq!(client.observed_directory().await.unwrap(), client.expected_directory());
    }
}

#[tokio::test]
async fn a_new_user_has_oktas_body() {
    let (server, client) = conversation(Kind::Aiw).await;
    client.with_seed(7).assign(&ada()).await.unwrap();
    let mut body = last_body(&server, "POST");
    let password = body.as_object_mut().unwrap().shift_remove("password").unwrap();
    assert_eq!(password.as_str().unwrap().len(), 9);
    assert_eq!(
        body.to_string(),
        concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@corp.test","#,
            r#""name":{"givenName":"Ada","familyName":"Lovelace"},"emails":[{"primary":true,"value":"ada@corp.test","type":"work"}],"#,
            r#""displayName":"Ada Lovelace","locale":"en-US","externalId":"00u1a2b3c4D5e6F7g8h9","groups":[],"active":true}"#
        )
    );
}

#[tokio::test]
async fn a_change_sends_the_stored_body_back_with_oktas_values_over_it() {
    let stored = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "x/1", "userName": "ada@corp.test",
        "name": {"givenName": "Ada", "familyName": "Lovelace", "honorificPrefix": "Lady"},
        "emails": [{"type": "home", "value": "h@corp.test"}, {"type": "work", "primary": true, "value": "ada@corp.test", "display": "d"}],
        "active": false, "groups": [{"value": "g"}], "urn:other": {"a": 1}, "meta": {"resourceType": "User", "version": "W/\"1\""},
    });
    let mut user = ada();
    user.login = "ADA@corp.test".to_owned();
    user.email = "countess@corp.test".to_owned();
    user.mobile_phone = Some(String::new());
    let mut expected = stored.clone();
    expected["userName"] = json!("ADA@corp.test");
    expected["emails"][1]["value"] = json!("countess@corp.test");
    expected["displayName"] = json!("Ada Lovelace");
    expected["locale"] = json!("en-US");
    expected["externalId"] = json!(user.id);
    expected["phoneNumbers"] = json!([{"type": "mobile"}]);
    expected["active"] = json!(true);
    let answers = vec![
        Answer::json(200, &list(1, std::slice::from_ref(&stored))),
        Answer::json(200, &stored),
        Answer::json(200, &expected),
    ];
    let server = FakeServer::with_answers(answers).await;
    assert_eq!(client(&server, Kind::Aiw).assign(&user).await.unwrap(), Assigned::Linked);
    assert_eq!(last_body(&server, "PUT"), expected);
    assert_eq!(server.request_lines()[2], "PUT /Users/x%2F1");
}

#[tokio::test]
async fn a_lost_answer_leads_to_the_same_post_and_a_look_up() {
    let (server, mut client) = conversation(Kind::Aiw).await;
    client.lose_next_create_answer();
    assert_eq!(client.assign(&ada()).await.unwrap(), Assigned::Created);
    let lines = server.request_lines();
    let methods: Vec<_> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(methods, ["GET", "POST", "POST", "GET", "GET", "PUT"]);
    assert_eq!(server.received()[1].body, server.received()[2].body);
    assert_eq!(client.remote_user_id(&ada().id), Some("r00001"));
    assert!(client.tasks().is_empty());
}

#[tokio::test]
async fn too_many_requests_are_waited_for() {
    let limited = |after: Option<&str>| {
        let answer = Answer::json(429, &json!({"detail": "slow down"}));
        match after {
            Some(after) => answer.header("Retry-After", after),
            None => answer,
        }
    };
    let answers = vec![
        limited(Some("120")),
        limited(None),
        limited(Some("Wed, 21 Oct 2026 07:28:00 GMT")),
        Answer::json(200, &list(0, &[])),
    ];
    let server = FakeServer::with_answers(answers).await;
    let sleeps = Arc::new(NotedSleeps::default());
    let mut client = client(&server, Kind::Aiw).with_sleeper(sleeps.clone());
    client.test_connection(false).await.unwrap();
    assert_eq!(*sleeps.0.lock().unwrap(), [120, 600, 1200].map(Duration::from_secs));

    let server = FakeServer::start(move |_| limited(Some("1"))).await;
    let mut client = super::client(&server, Kind::Aiw).with_sleeper(sleeps.clone());
    let task = client.test_connection(false).await.unwrap_err();
    assert_eq!((server.received().len(), task.status), (10, Some(429)));
}

#[tokio::test]
async fn failures_read_as_in_oktas_tasks() {
    let nobody = || Answer::json(200, &list(0, &[]));
    let conflict = json!({"detail": "userName is taken", "status": "409"});
    let stranger = json!({"id": "s", "userName": "someone.else@corp.test"});
    for (answers, message, status) in [
        (
            vec![nobody(), Answer::json(409, &conflict)],
            "Conflict. Errors reported by remote server: userName is taken",
            Some(409),
        ),
        (
            vec![Answer::text(401, "Unauthorized")],
            "Unauthorized. Errors reported by remote server: Invalid JSON: Unrecognized token 'Unauthorized'",
            Some(401),
        ),
        (vec![nobody(), Answer::text(201, "")], "Create new user returned empty user", Some(201)),
        (vec![nobody(), Answer::text(201, "<html>")], "Invalid JSON: Unrecognized token '<html>'", Some(201)),
        (
            vec![nobody(), Answer::json(201, &json!({"userName": "ada@corp.test", "active": true}))],
            "the answer has no id",
            Some(201),
        ),
        (vec![Answer::json(200, &list(1, &[stranger]))], "answered `someone.else@corp.test`", Some(200)),
        (vec![Answer::json(200, &json!([]))], "not a ListResponse", Some(200)),
    ] {
        let server = FakeServer::with_answers(answers).await;
        let mut client = client(&server, Kind::Aiw);
        let task = client.assign(&ada()).await.unwrap_err();
        assert!(task.message.contains(message), "{}", task.message);
        assert_eq!((task.user.as_str(), task.status), ("ada@corp.test", status));
        assert_eq!(client.tasks(), [task]);
        assert_eq!(client.expected_directory(), Directory::default());
    }
}

#[tokio::test]
async fn a_404_at_the_look_up_counts_as_nobody() {
    let created = json!({"id": "1", "userName": "ada@corp.test", "active": true});
    let server = FakeServer::with_answers(vec![Answer::text(404, "{}"), Answer::json(201, &created)]).await;
    assert_eq!(client(&server, Kind::Aiw).assign(&ada()).await.unwrap(), Assigned::Created);
}

#[tokio::test]
async fn a_reactivated_user_must_be_active_at_once_under_its_id() {
    let user = |id: &str, active: bool| json!({"id": id, "userName": "ada@corp.test", "active": active});
    let found = |id: &str| Answer::json(200, &list(1, &[user(id, false)]));
    let put = Answer::json(200, &json!({"id": "1", "userName": "ada@corp.test", "active": true}));
    let stale = vec![found("1"), Answer::json(200, &user("1", false)), put, Answer::json(200, &user("1", false))];
    let gone = vec![Answer::json(200, &list(0, &[])), Answer::json(201, &user("2", true))];
    for (answers, expected) in [
        (stale, Err("delay in reactivating remote User")),
        (vec![found("2")], Err("now has the id 2 instead of 1")),
        (gone, Ok(Reactivated::CreatedAgain)),
    ] {
        let first = [
            Answer::json(200, &list(0, &[])),
            Answer::json(201, &user("1", true)),
            Answer::json(200, &user("1", true)),
            Answer::json(200, &user("1", false)),
        ];
        let server = FakeServer::with_answers(first.into_iter().chain(answers).collect()).await;
        let mut client = client(&server, Kind::Aiw);
        client.assign(&ada()).await.unwrap();
        client.deactivate(&ada().id).await.unwrap();
        match (client.reactivate(&ada().id).await, expected) {
            (Err(task), Err(message)) => assert!(task.message.contains(message), "{}", task.message),
            (result, expected) => assert_eq!(result.ok(), expected.ok()),
        }
    }
}

#[tokio::test]
async fn passwords_are_pushed_and_must_not_come_back() {
    for kind in [Kind::Aiw, Kind::Catalogue] {
        let (server, mut client) = conversation(kind).await;
        client.assign(&ada()).await.unwrap();
        client.sync_password(&ada().id, "n3w").await.unwrap();
        let body = match kind {
            Kind::Aiw => last_body(&server, "PUT")["password"].clone(),
            Kind::Catalogue => last_body(&server, "PATCH")["Operations"][0]["value"]["password"].clone(),
        };
        assert_eq!(body, "n3w");
    }
    let echo = json!({"id": "1", "userName": "ada@corp.test", "active": true, "password": "x"});
    let server = FakeServer::with_answers(vec![Answer::json(200, &list(0, &[])), Answer::json(201, &echo)]).await;
    let task = client(&server, Kind::Aiw).assign(&ada()).await.unwrap_err();
    assert!(task.message.ends_with("the answer holds the password"));
}

#[tokio::test]
async fn force_sync_pushes_those_who_are_assigned() {
    let (_server, mut client) = conversation(Kind::Aiw).await;
    let people = People::of_size(1, 5);
    for user in &people.users {
        client.assign(user).await.unwrap();
    }
    client.rename_login(&people.users[0].id, "new@meridian.example").await.unwrap();
    client.deactivate(&people.users[1].id).await.unwrap();
    assert_eq!(client.force_sync().await, 4);
    assert_eq!(client.user(&people.users[0].id).unwrap().email, "new@meridian.example");
}
