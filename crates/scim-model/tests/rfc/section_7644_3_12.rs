//! RFC 7644 §3.12: error answers.

use scim_model::schema::core;
use scim_model::{Limits, Patch, ScimError};
use serde_json::{Value, json};

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

#[test]
fn not_found() {
    let error = ScimError::not_found("Resource 2819c223-7f76-453a-919d-413861904646 not found");
    assert_eq!(
        serde_json::from_str::<Value>(&error.to_json()).unwrap(),
        json!({"schemas": [ERROR], "detail": "Resource 2819c223-7f76-453a-919d-413861904646 not found", "status": "404"})
    );
}

/// `Attribute 'id' is readOnly`, in our words.
#[test]
fn mutability() {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "id", "value": "7"}],
    });
    let error = Patch::parse(body.to_string().as_bytes(), core::user(), &Limits::default()).unwrap_err();
    assert_eq!(
        serde_json::from_str::<Value>(&error.to_json()).unwrap(),
        json!({"schemas": [ERROR], "scimType": "mutability", "detail": "Operations[0]: id is read-only", "status": "400"})
    );
}
