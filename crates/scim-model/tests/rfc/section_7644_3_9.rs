//! RFC 7644 §3.9: choosing attributes.

use scim_model::project::Projection;
use scim_model::schema::core;
use serde_json::{Value, json};

use crate::examples::{USER, enterprise_user};

#[test]
fn only_the_user_name() {
    let mut user = enterprise_user();
    user["id"] = json!("2819c223-7f76-453a-919d-413861904646");
    let projection = Projection::parse(Some("userName"), None, core::user()).unwrap();
    let answer: Value = serde_json::from_str(&projection.apply(&user.to_string(), core::user())).unwrap();
    assert_eq!(
        answer,
        json!({
            "schemas": user["schemas"],
            "id": "2819c223-7f76-453a-919d-413861904646",
            "userName": "bjensen@example.com",
        })
    );
    assert_eq!(user["schemas"][0], USER);
}

/// A password is never returned, whatever is asked for.
#[test]
fn never_a_password() {
    for (attributes, excluded) in [(None, None), (Some("password"), None), (None, Some("userName"))] {
        let projection = Projection::parse(attributes, excluded, core::user()).unwrap();
        assert!(!projection.apply(&enterprise_user().to_string(), core::user()).contains("t1meMa"));
    }
}
