//! RFC 7643 §8: what a client writes is kept, and comes out of the store as it went in.

use scim_model::project::{Meta, serialise, splice};
use scim_model::schema::core;
use scim_model::{Limits, Resource, check};
use serde_json::{Value, json};

use crate::examples::{ENTERPRISE, USER, enterprise_user, full_user, group};

#[test]
fn users_and_groups_are_kept_as_written() {
    for (ty, example) in [(core::user(), full_user()), (core::user(), enterprise_user()), (core::group(), group())] {
        let checked = check::create(example.to_string().as_bytes(), ty, &Limits::default()).unwrap();
        assert_eq!(Value::Object(checked.resource.as_map().clone()), example);
        assert_eq!(checked.adjustments, []);
    }
}

/// §8.3 as it stands, with what only the service provider writes.
#[test]
fn the_whole_representation_is_accepted_back() {
    let mut echoed = enterprise_user();
    echoed["id"] = json!("2819c223-7f76-453a-919d-413861904646");
    echoed["groups"] = json!([{
        "value": "e9e30dba-f08f-4109-8486-d5c6a331660a", "$ref": "../Groups/e9e30dba-f08f-4109-8486-d5c6a331660a",
        "display": "Tour Guides",
    }]);
    echoed["meta"] = json!({
        "resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2011-05-13T04:42:34Z",
        "version": "W/\"3694e05e9dff591\"", "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
    });
    echoed[ENTERPRISE]["manager"]["displayName"] = json!("John Smith");
    let checked = check::create(echoed.to_string().as_bytes(), core::user(), &Limits::default()).unwrap();
    assert_eq!(Value::Object(checked.resource.as_map().clone()), enterprise_user());
    let adjustments: Vec<String> = checked.adjustments.iter().map(ToString::to_string).collect();
    assert_eq!(adjustments, [format!("read-only attribute ignored: {ENTERPRISE}:manager.displayName")]);
}

/// §8.1, the minimal user, as stored and as answered.
#[test]
fn the_minimal_representation() {
    let body = json!({"schemas": [USER], "userName": "bjensen@example.com"}).to_string();
    let resource = check::create(body.as_bytes(), core::user(), &Limits::default()).unwrap().resource;
    let meta = Meta {
        resource_type: "User",
        id: "2819c223-7f76-453a-919d-413861904646",
        created: 1_264_222_582_000,
        last_modified: 1_305_261_754_000,
        version: "W/\"3694e05e9dff590\"",
    };
    let stored = serialise(&resource, core::user(), &meta);
    let answer: Value = serde_json::from_str(&splice(
        &stored,
        "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
        &[],
    ))
    .unwrap();
    assert_eq!(
        answer,
        json!({
            "schemas": [USER],
            "id": "2819c223-7f76-453a-919d-413861904646",
            "userName": "bjensen@example.com",
            "meta": {
                "resourceType": "User",
                "created": "2010-01-23T04:56:22.000Z",
                "lastModified": "2011-05-13T04:42:34.000Z",
                "version": "W/\"3694e05e9dff590\"",
                "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
            },
        })
    );
    assert_eq!(Resource::from_stored(&stored).unwrap().user_name(), Some("bjensen@example.com"));
}
