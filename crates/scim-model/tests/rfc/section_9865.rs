//! RFC 9865 §2 to §4: pages by cursor.

use scim_model::message::list::CursorPage;
use scim_model::message::query::{Query, Start};
use scim_model::{Limits, ScimError, discovery};
use serde_json::{Value, json};

/// `GET /Users?filter=…&cursor&count=10`, then the same with the cursor of the answer.
#[test]
fn first_and_next_page() {
    let filter = ("filter", "userName sw J");
    for (cursor, parameters) in [
        ("", [filter, ("cursor", ""), ("count", "10")]),
        ("VZUTiyhEQJ94IR", [("filter", "username sw J"), ("cursor", "VZUTiyhEQJ94IR"), ("count", "10")]),
    ] {
        let query = Query::parse(parameters, &Limits::default()).unwrap();
        assert_eq!((query.start, query.count), (Start::Cursor(cursor.to_owned()), 10));
    }
    let page = CursorPage {
        total: Some(100),
        next_cursor: Some("YkU3OF86Pz0rGv".to_owned()),
        previous_cursor: Some("ze7L30kMiiLX6x".to_owned()),
        items: Vec::new(),
    };
    assert_eq!(
        serde_json::from_str::<Value>(&page.to_json()).unwrap(),
        json!({
            "totalResults": 100,
            "itemsPerPage": 0,
            "previousCursor": "ze7L30kMiiLX6x",
            "nextCursor": "YkU3OF86Pz0rGv",
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "Resources": [],
        })
    );
}

/// §2.1: the words of pagination errors, all with status 400.
#[test]
fn errors() {
    for (error, scim_type) in [
        (ScimError::invalid_cursor("x"), "invalidCursor"),
        (ScimError::expired_cursor("x"), "expiredCursor"),
        (ScimError::invalid_count("x"), "invalidCount"),
    ] {
        let body: Value = serde_json::from_str(&error.to_json()).unwrap();
        assert_eq!((&body["status"], &body["scimType"]), (&json!("400"), &json!(scim_type)));
    }
}

/// §3: the cursor of a search stands in its body.
#[test]
fn a_search_by_cursor() {
    let body = r#"{
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\"",
        "cursor": "",
        "count": 10
    }"#;
    let query = Query::from_search_request(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!((query.start, query.count), (Start::Cursor(String::new()), 10));
}

/// §4: what the service provider says about it.
#[test]
fn configuration() {
    let config = discovery::service_provider_config("https://example.com/v2", &Limits::default(), true);
    let config: Value = serde_json::from_str(&config).unwrap();
    let pagination = config["pagination"].as_object().unwrap();
    assert_eq!((&pagination["cursor"], &pagination["index"]), (&json!(true), &json!(true)));
    assert_eq!(pagination["defaultPaginationMethod"], "index");
    for number in ["defaultPageSize", "maxPageSize", "cursorTimeout"] {
        assert!(pagination[number].as_u64().is_some_and(|number| number > 0), "{number}");
    }
}
