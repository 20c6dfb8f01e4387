//! RFC 7644 §3.3: creating a resource.

use scim_model::project::{Meta, serialise, splice};
use scim_model::schema::core;
use scim_model::{Limits, check};
use serde_json::{Value, json};

use crate::examples::new_user;

#[test]
fn create() {
    let checked = check::create(new_user().to_string().as_bytes(), core::user(), &Limits::default()).unwrap();
    assert_eq!(checked.adjustments, []);
    let id = "2819c223-7f76-453a-919d-413861904646";
    let location = format!("https://example.com/v2/Users/{id}");
    let times = 1_312_228_302_000;
    let meta =
        Meta { resource_type: "User", id, created: times, last_modified: times, version: "W/\"e180ee84f0671b1\"" };
    let stored = serialise(&checked.resource, core::user(), &meta);
    let answer: Value = serde_json::from_str(&splice(&stored, &location, &[])).unwrap();
    let mut expected = new_user();
    expected["id"] = json!(id);
    expected["meta"] = json!({
        "resourceType": "User", "created": "2011-08-01T19:51:42.000Z", "lastModified": "2011-08-01T19:51:42.000Z",
        "location": location, "version": "W/\"e180ee84f0671b1\"",
    });
    assert_eq!(answer, expected);
}
