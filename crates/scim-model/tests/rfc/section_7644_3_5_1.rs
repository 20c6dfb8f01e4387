//! RFC 7644 §3.5.1: replacing with PUT.

use scim_model::schema::core;
use scim_model::{Limits, Resource, check};
use serde_json::{Value, json};

use crate::examples::{USER, new_user};

#[test]
fn replace() {
    let sent = json!({
        "schemas": [USER],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "userName": "bjensen",
        "externalId": "bjensen",
        "name": {
            "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane",
        },
        "roles": [],
        "emails": [{"value": "bjensen@example.com"}, {"value": "babs@jensen.org"}],
    });
    let current = Resource::from_stored(&new_user().to_string()).unwrap();
    let replaced = check::replace(sent.to_string().as_bytes(), &current, core::user(), &Limits::default()).unwrap();
    let mut expected = sent;
    // Assigned by the service provider, and a list of nothing.
    for name in ["id", "roles"] {
        expected.as_object_mut().unwrap().shift_remove(name);
    }
    assert_eq!(Value::Object(replaced.resource.as_map().clone()), expected);
    assert_eq!(replaced.adjustments, []);
}
