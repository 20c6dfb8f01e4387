use super::*;
use crate::client::{Provided, Wrong};
use crate::fake::NotedSleeps;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn the_connection_test_looks_for_a_guid_among_users_and_groups() {
    let (server, mut client) = job(Dialect::WithoutFlag, vec![nobody(), nobody()]).await;
    client.test_connection().await.unwrap();
    let lines = server.request_lines();
    let guid = lines[0].strip_prefix("GET /Users?filter=userName+eq+%22").unwrap().strip_suffix("%22").unwrap();
    let lengths: Vec<_> = guid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(lines[1], format!("GET /Groups?excludedAttributes=members&filter=displayName+eq+%22{guid}%22"));
    assert_eq!(server.received()[0].header_names(), ["Authorization", "Host"]);
}

#[tokio::test]
async fn quarantine_comes_at_once_and_ends_with_a_restart() {
    for (answers, wrong) in [
        (vec![nobody(), Answer::json(404, &json!({"detail": "no groups"}))], "Incompatible: a list was due"),
        (vec![Answer::json(401, &json!({"detail": "who are you"}))], "who are you"),
    ] {
        let sent = answers.len();
        let (server, mut client) = job(Dialect::WithoutFlag, answers).await;
        let failure = client.test_connection().await.unwrap_err();
        assert!(failure.to_string().contains(wrong), "{failure}");
        assert_eq!(client.provision(&bob()).await.unwrap_err(), failure);
        assert_eq!((client.quarantine(), server.request_lines().len()), (Some(&failure), sent));
        client.restart();
        assert!(client.test_connection().await.unwrap_err().is_status(500));
    }
    for status in [400, 403, 500] {
        let refused = vec![Answer::json(status, &json!({"detail": "no e-mail"}))];
        let (_server, mut client) = job(Dialect::WithoutFlag, refused).await;
        assert!(client.test_connection().await.unwrap_err().is_status(status));
        assert_eq!(client.quarantine(), None);
    }
    let (_server, mut client) = job(Dialect::WithoutFlag, vec![Answer::json(200, &list(1, &[stored()]))]).await;
    assert!(matches!(client.test_connection().await.unwrap_err().wrong, Wrong::List(_)));
}

#[tokio::test]
async fn a_429_is_waited_for() {
    let limited = Answer::json(429, &json!({})).header("Retry-After", "7");
    let (server, client) = job(Dialect::WithoutFlag, vec![limited, nobody(), nobody()]).await;
    let sleeps = Arc::new(NotedSleeps::default());
    client.with_sleeper(Arc::<NotedSleeps>::clone(&sleeps)).test_connection().await.unwrap();
    assert_eq!(*sleeps.0.lock().unwrap(), [Duration::from_secs(7)]);
    assert_eq!(server.request_lines().len(), 3);
}

#[tokio::test]
async fn a_new_user_has_nulls_meta_and_empty_roles() {
    let (server, _client) = with_bob(Dialect::WithoutFlag, vec![]).await;
    assert_eq!(
        server.received()[1].json(),
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "externalId": "bob", "userName": "bob@contoso.test", "active": true, "addresses": null, "displayName": "Bob User",
            "emails": [{"type": "work", "value": "bob@contoso.test", "primary": true}], "meta": {"resourceType": "User"},
            "name": {"formatted": "Bob User", "familyName": "User", "givenName": "Bob"},
            "phoneNumbers": null, "preferredLanguage": null, "title": null, "roles": [],
        })
    );
    let roles = [
        (Roles::One("Admin".to_owned()), json!("True"), json!("Admin")),
        (
            Roles::Several(vec![AppRole { id: "1".to_owned(), value: "A".to_owned(), display_name: "B".to_owned() }]),
            Value::Null,
            json!("{\"id\":\"1\",\"value\":\"A\",\"displayName\":\"B\"}"),
        ),
    ];
    for (roles, primary, value) in roles {
        let body = super::super::mapping::create(&EntraUser { roles, ..bob() });
        assert_eq!((&body["roles"][0]["primary"], &body["roles"][0]["value"]), (&primary, &value));
    }
}

#[tokio::test]
async fn the_matching_attribute_is_the_look_up() {
    for (matching, filter) in [
        (Matching::UserName, "userName+eq+%22bob%40contoso.test%22"),
        (Matching::ExternalId, "externalId+eq+%22bob%22"),
        (Matching::WorkEmail, "emails%5Btype+eq+%22work%22%5D.value+eq+%22bob%40contoso.test%22"),
    ] {
        let answers = vec![Answer::json(200, &list(1, &[stored()])), Answer::json(200, &stored())];
        let (server, client) = job(Dialect::WithFlag, answers).await;
        let mut client = client.matching(matching).forwarding_flag();
        assert_eq!(client.provision(&bob()).await.unwrap(), Provided::Linked);
        // Nothing differs, so there is no PATCH.
        assert_eq!(
            server.request_lines(),
            [&format!("GET /Users?filter={filter}&aadOptscim062020"), "GET /Users/u1?aadOptscim062020"]
        );
    }
}

#[tokio::test]
async fn a_change_is_written_in_the_dialect() {
    let changed = EntraUser {
        given_name: "Robert".to_owned(),
        active: false,
        work_email: Some("b@contoso.test".to_owned()),
        mobile_phone: Some("+1 555 0100".to_owned()),
        department: Some("Sales".to_owned()),
        roles: Roles::One("Admin".to_owned()),
        ..bob()
    };
    let role = |op: &str, part: &str, value: &str| json!({"op": op, "path": format!("roles[primary eq \"True\"].{part}"), "value": value});
    let own = |op: [&str; 2]| {
        vec![
            json!({"op": op[0], "path": "emails[type eq \"work\"].value", "value": "b@contoso.test"}),
            json!({"op": op[1], "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555 0100"}),
            role(op[1], "value", "Admin"),
            role(op[1], "display", "Admin"),
            role(op[1], "type", "WindowsAzureActiveDirectoryRole"),
        ]
    };
    let mut without_flag = own(["Replace", "Add"]);
    without_flag.insert(0, json!({"op": "Replace", "path": "active", "value": "False"}));
    without_flag.insert(2, json!({"op": "Replace", "path": "name.givenName", "value": "Robert"}));
    without_flag.insert(4, json!({"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Sales"}));
    let mut with_flag = own(["replace", "add"]);
    with_flag.push(json!({"op": "replace", "value": {
        "active": false, "name.givenName": "Robert", (format!("{ENTERPRISE}:department")): "Sales",
    }}));
    for (dialect, expected) in [(Dialect::WithoutFlag, without_flag), (Dialect::WithFlag, with_flag)] {
        let answers = vec![Answer::json(200, &stored()), Answer::text(204, ""), Answer::json(200, &stored())];
        let (server, mut client) = with_bob(dialect, answers).await;
        assert_eq!(client.provision(&changed).await.unwrap(), Provided::Updated);
        assert_eq!(server.request_lines()[2..], ["GET /Users/u1", "PATCH /Users/u1"]);
        assert_eq!(last_operations(&server), json!(expected), "{dialect:?}");
        assert_eq!(client.provision(&bob()).await.unwrap(), Provided::Unchanged);
    }
}

#[tokio::test]
async fn old_captures_have_their_oddities() {
    let changed = EntraUser { display_name: "Bobby".to_owned(), department: Some("Sales".to_owned()), ..bob() };
    let (server, mut client) =
        with_bob(Dialect::Older, vec![Answer::json(200, &stored()), Answer::json(200, &stored())]).await;
    client.provision(&changed).await.unwrap();
    let body = server.received()[3].json();
    assert_eq!(body["id"], "0");
    let operations = &body["Operations"];
    assert_eq!(
        operations[0],
        json!({"op": "Replace", "path": "displayName", "value": [{"$ref": null, "value": "Bobby"}], "name": "update"})
    );
    assert_eq!(operations[2]["path"], format!("{ENTERPRISE}.department"));
}

#[tokio::test]
async fn disabled_found_restored_and_deleted_thirty_days_later() {
    for (dialect, operation) in [
        (Dialect::WithoutFlag, json!({"op": "Replace", "path": "active", "value": "False"})),
        (Dialect::WithFlag, json!({"op": "replace", "path": "active", "value": false})),
        (Dialect::Older, json!({"op": "Add", "path": "active", "value": "False", "name": "update"})),
    ] {
        let mut inactive = stored();
        inactive["active"] = json!(false);
        let answers = vec![
            Answer::text(204, ""),
            Answer::json(200, &list(1, std::slice::from_ref(&inactive))),
            Answer::json(200, &inactive),
            Answer::json(200, &stored()),
            Answer::json(200, &stored()),
            Answer::json(404, &json!({"detail": "gone"})),
        ];
        let (server, mut client) = with_bob(dialect, answers).await;
        client.soft_delete("o1").await.unwrap();
        assert_eq!(last_operations(&server), json!([operation]));
        assert_eq!(client.let_days_pass(29).await.unwrap(), 0);
        assert_eq!(client.restore(&bob()).await.unwrap(), Provided::Updated);
        assert_eq!(client.let_days_pass(30).await.unwrap(), 0);
        client.soft_delete("o1").await.unwrap();
        assert_eq!(client.let_days_pass(30).await.unwrap(), 1);
        let filter = "GET /Users?filter=userName+eq+%22bob%40contoso.test%22";
        assert_eq!(
            server.request_lines()[2..],
            ["PATCH /Users/u1", filter, "GET /Users/u1", "PATCH /Users/u1", "PATCH /Users/u1", "DELETE /Users/u1"]
        );
        assert!(client.disable("o1").await.unwrap_err().to_string().contains("nobody provisioned this user"));
    }
}

#[tokio::test]
async fn a_restored_user_has_its_id_or_is_created_again() {
    let other = json!({"id": "u2", "userName": "bob@contoso.test"});
    let again = vec![nobody(), Answer::json(201, &other)];
    let (_server, mut client) = with_bob(Dialect::WithFlag, again).await;
    assert_eq!(client.restore(&bob()).await.unwrap(), Provided::CreatedAgain);
    let found = vec![Answer::json(200, &list(1, &[other]))];
    let (_server, mut client) = with_bob(Dialect::WithFlag, found).await;
    let failure = client.restore(&bob()).await.unwrap_err();
    assert!(failure.to_string().contains("now has the id u2 instead of u1"), "{failure}");
}

#[tokio::test]
async fn answers_that_cannot_be_right_are_failures() {
    let other = json!({"id": "u1", "userName": "somebody.else@contoso.test"});
    for (answers, wrong) in [
        (vec![nobody(), Answer::json(201, &other)], "the created user has another userName"),
        (vec![nobody(), Answer::json(200, &stored())], "201 was due"),
        (vec![nobody(), Answer::text(201, "")], "the body is not JSON"),
        (vec![Answer::json(200, &list(1, &[other]))], "answered `somebody.else@contoso.test`"),
        (vec![Answer::json(200, &list(2, &[stored(), stored()]))], "answered 2 entries"),
    ] {
        let (_server, mut client) = job(Dialect::WithFlag, answers).await;
        let failure = client.provision(&bob()).await.unwrap_err();
        assert!(failure.to_string().contains(wrong), "{failure}");
    }
}

#[tokio::test]
async fn managers_come_in_three_forms_and_are_checked() {
    let eve = EntraUser::new("o2", "eve@contoso.test", "Eve", "Boss");
    let path = format!("{ENTERPRISE}:manager");
    for (form, set, removed) in [
        (ManagerForm::Text, json!("u2"), json!("")),
        (ManagerForm::Object, json!({"value": "u2"}), json!({"value": ""})),
        (ManagerForm::List, json!([{"$ref": "../Users/u2", "value": "u2"}]), json!({"value": ""})),
    ] {
        for dialect in DIALECTS {
            let created = json!({"id": "u2", "userName": "eve@contoso.test"});
            let one = || Answer::json(200, &list(1, &[json!({"id": "u1"})]));
            let done = || Answer::text(204, "");
            let answers = vec![nobody(), Answer::json(201, &created), done(), one(), done(), nobody(), done(), one()];
            let (server, mut client) = with_bob(dialect, answers).await;
            client.provision(&eve).await.unwrap();
            client.set_manager("o1", "o2", form).await.unwrap();
            assert_eq!(sent_manager(&server, &path), set, "{dialect:?}");
            client.remove_manager("o1", "o2", form).await.unwrap();
            assert_eq!(sent_manager(&server, &path), removed, "{dialect:?}");
            let failure = client.remove_manager("o1", "o2", form).await.unwrap_err();
            assert!(failure.to_string().contains("the manager was removed, but the list holds [\"u1\"]"), "{failure}");
            assert_eq!(
                server.request_lines()[5],
                "GET /Users?filter=id+eq+%22u1%22+and+manager+eq+%22u2%22&attributes=id"
            );
        }
    }
}

/// The manager of the last PATCH, with a path or under a key.
fn sent_manager(server: &FakeServer, path: &str) -> Value {
    let operation = last_operations(server)[0].clone();
    operation["value"].get(path).unwrap_or(&operation["value"]).clone()
}
