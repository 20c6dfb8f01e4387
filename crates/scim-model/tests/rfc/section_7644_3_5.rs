//! RFC 7644 §3.5: the example operations of PATCH.

use scim_model::schema::core;
use scim_model::{Limits, Patch, Resource, ResourceType};
use serde_json::{Value, json};

use crate::examples::{enterprise_user, group};

const BABS: &str = "2819c223-7f76-453a-919d-413861904646";
const JAMES: &str = "08e1d05d-121c-4561-8b96-473d93df9210";

/// Applies to the example, and gives what has become of one attribute.
fn check(ty: &ResourceType, before: &Value, operations: Value, attribute: &str, expected: Value) {
    let mut resource = Resource::from_stored(&before.to_string()).unwrap();
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let patch = Patch::parse(body.to_string().as_bytes(), ty, &Limits::default()).unwrap();
    let changes = patch.apply(&mut resource, ty).unwrap();
    let found = resource.get(attribute).cloned().unwrap_or_default();
    assert_eq!(found, expected, "{operations}");
    assert_eq!(changes.is_empty(), before.get(attribute).cloned().unwrap_or_default() == expected);
}

/// Without the name of the example: what a member is called is the service provider's to say.
fn member(id: &str) -> Value {
    json!({"value": id, "$ref": format!("https://example.com/v2/Users/{id}")})
}

#[test]
fn add() {
    let james = member(JAMES);
    let mut members = group()["members"].as_array().unwrap().clone();
    members.push(james.clone());
    let operations = json!([{"op": "add", "path": "members", "value": [james]}]);
    check(core::group(), &group(), operations, "members", members.into());

    let known = group()["members"][0].clone();
    let operations = json!([{"op": "add", "path": "members", "value": [known]}]);
    check(core::group(), &group(), operations, "members", group()["members"].clone());

    let operations = json!([{"op": "add", "value": {"emails": [{"value": "babs@jensen.example", "type": "other"}], "nickname": "Babs"}}]);
    let mut emails = enterprise_user()["emails"].as_array().unwrap().clone();
    emails.push(json!({"value": "babs@jensen.example", "type": "other"}));
    check(core::user(), &enterprise_user(), operations, "emails", emails.into());
}

#[test]
fn remove() {
    let operations = json!([{"op": "remove", "path": format!("members[value eq \"{BABS}\"]")}]);
    check(core::group(), &group(), operations, "members", json!([group()["members"][1]]));
    check(core::group(), &group(), json!([{"op": "remove", "path": "members"}]), "members", Value::Null);
    let operations = json!([{"op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]"}]);
    check(core::user(), &enterprise_user(), operations, "emails", json!([enterprise_user()["emails"][1]]));

    // Remove one member and add another in the same request.
    let james = member(JAMES);
    let operations = json!([
        {"op": "remove", "path": format!("members[value eq \"{BABS}\"]")},
        {"op": "add", "path": "members", "value": [james]},
    ]);
    check(core::group(), &group(), operations, "members", json!([group()["members"][1], james]));
}

#[test]
fn replace() {
    let james = member(JAMES);
    let operations = json!([{"op": "replace", "path": "members", "value": [james]}]);
    check(core::group(), &group(), operations, "members", json!([james]));

    let mut addresses = enterprise_user()["addresses"].clone();
    let new = json!({
        "type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "region": "CA",
        "postalCode": "91608", "country": "US", "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US",
        "primary": true,
    });
    addresses[0] = new.clone();
    let operations = json!([{"op": "replace", "path": "addresses[type eq \"work\"]", "value": new}]);
    check(core::user(), &enterprise_user(), operations, "addresses", addresses);

    let mut addresses = enterprise_user()["addresses"].clone();
    addresses[0]["streetAddress"] = json!("1010 Broadway Ave");
    let operations =
        json!([{"op": "replace", "path": "addresses[type eq \"work\"].streetAddress", "value": "1010 Broadway Ave"}]);
    check(core::user(), &enterprise_user(), operations, "addresses", addresses);

    let emails = json!([
        {"value": "bjensen@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}]);
    let operations = json!([{"op": "replace", "value": {"emails": emails, "nickname": "Babs"}}]);
    check(core::user(), &enterprise_user(), operations, "emails", emails);
}
