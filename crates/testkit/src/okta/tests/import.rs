use super::*;

fn user(number: u64) -> Value {
    json!({"id": number.to_string(), "userName": format!("u{number}@corp.test"), "active": number != 1})
}

fn page(start: u64, numbers: std::ops::Range<u64>, total: u64) -> Value {
    let mut page = list(total, &numbers.map(user).collect::<Vec<_>>());
    page["startIndex"] = json!(start);
    page
}

#[tokio::test]
async fn pages_of_a_hundred_until_the_total() {
    let pages = [page(1, 0..100, 205), page(101, 100..200, 205), page(201, 200..205, 205)];
    let server = FakeServer::with_answers(pages.iter().map(|page| Answer::json(200, page)).collect()).await;
    let users = client(&server, Kind::Aiw).import_users().await.unwrap();
    assert_eq!((users.len(), users.iter().filter(|user| user.active).count()), (205, 204));
    assert_eq!(
        server.request_lines(),
        [
            "GET /Users?startIndex=1&count=100",
            "GET /Users?startIndex=101&count=100",
            "GET /Users?startIndex=201&count=100"
        ]
    );
}

#[tokio::test]
async fn an_import_stops_at_what_is_not_exact() {
    let with = |name: &str, value: Value| {
        let mut page = page(1, 0..2, 2);
        page[name] = value;
        vec![page]
    };
    for (pages, message) in [
        (with("totalResults", json!("2")), "totalResults is not an integer: \"2\""),
        (with("itemsPerPage", json!(2.0)), "itemsPerPage is not an integer: 2.0"),
        (with("startIndex", Value::Null), "startIndex is not an integer: null"),
        (with("itemsPerPage", json!(100)), "itemsPerPage is 100, but the page holds 2"),
        (with("startIndex", json!(2)), "pages overlap"),
        (with("totalResults", json!(1)), "less than the page holds"),
        (with("totalResults", json!(3)), "the page at 1 holds 2 instead of 3"),
        (with("Resources", Value::Null), "Resources is not an array"),
        (with("Resources", json!([user(1), user(1)])), "1 is listed twice"),
        (with("Resources", json!([user(1), {"id": 7}])), "the answer has no id"),
        (with("schemas", json!([])), "not a ListResponse"),
        (vec![page(1, 0..100, 101), page(101, 99..100, 101)], "99 is listed twice"),
        (vec![json!([1])], "not a ListResponse"),
    ] {
        let server = FakeServer::with_answers(pages.iter().map(|page| Answer::json(200, page)).collect()).await;
        let task = client(&server, Kind::Aiw).import_users().await.unwrap_err();
        assert!(task.message.contains(message), "{} | {message}", task.message);
    }
}

#[tokio::test]
async fn the_connection_test_reads_two_users_and_the_groups_only_if_imported() {
    for (groups, expected) in [
        (false, &["GET /Users?startIndex=1&count=2"][..]),
        (true, &["GET /Users?startIndex=1&count=2", "GET /Groups?startIndex=1&count=100"]),
    ] {
        let (server, mut client) = conversation(Kind::Catalogue).await;
        client.test_connection(groups).await.unwrap();
        assert_eq!(server.request_lines(), expected);
    }
    let (_server, mut client) = conversation(Kind::Catalogue).await;
    client.set_authentication(Authentication::Header(TOKEN.to_owned()));
    assert_eq!(client.test_connection(true).await.unwrap_err().status, Some(401));
}
