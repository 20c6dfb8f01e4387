//! Shorthand: a specimen, and what an operation makes of it.

use scim_model::testing::specimen;
use scim_model::testing::specimen::{LABEL, SPECIMEN};
use scim_model::{Limits, Patch, Resource, ScimError, ScimType, check};
use serde_json::{Value, json};

/// The least that a specimen holds, and what else is given. Null takes away.
pub fn with(more: Value) -> Value {
    let mut body = json!({"schemas": [SPECIMEN, LABEL], "name": "n", "tags": ["t"], LABEL: {"colour": "red"}});
    for (name, value) in more.as_object().unwrap().clone() {
        body[name] = value;
    }
    body
}

/// As [`with`], with more in the required extension.
pub fn labelled(more: Value) -> Value {
    let mut label = json!({"colour": "red"});
    label.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    with(json!({LABEL: label}))
}

pub fn stored(document: &Value) -> Resource {
    Resource::from_stored(&document.to_string()).unwrap()
}

fn document(resource: &Resource) -> Value {
    Value::Object(resource.as_map().clone())
}

/// `scimType` and detail.
pub type Refusal = (ScimType, String);

fn refusal(error: ScimError) -> Refusal {
    assert_eq!(error.status, 400, "{error}");
    (error.scim_type.unwrap(), error.detail)
}

/// The document of a POST.
pub fn create(body: &Value) -> Result<Value, Refusal> {
    let checked = check::create(body.to_string().as_bytes(), specimen(), &Limits::default());
    checked.map(|checked| document(&checked.resource)).map_err(refusal)
}

/// The document after a PUT.
pub fn replace(current: &Value, body: &Value) -> Result<Value, Refusal> {
    let replaced = check::replace(body.to_string().as_bytes(), &stored(current), specimen(), &Limits::default());
    replaced.map(|checked| document(&checked.resource)).map_err(refusal)
}

/// The document after a PATCH. That it says rightly whether anything changed is checked on the way.
pub fn patch(before: &Value, operations: &Value) -> Result<Value, Refusal> {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let patch = Patch::parse(body.to_string().as_bytes(), specimen(), &Limits::default()).map_err(refusal)?;
    let mut resource = stored(before);
    match patch.apply(&mut resource, specimen()) {
        Ok(changes) => {
            let after = document(&resource);
            assert_eq!(changes.is_empty(), after == *before, "{operations} {changes:?}");
            Ok(after)
        }
        Err(error) => {
            assert_eq!(document(&resource), *before, "{operations}");
            Err(refusal(error))
        }
    }
}

/// An operation as `[op, path, value]`, or `[op, path]`.
pub fn patched(before: &Value, operations: Value) -> Result<Value, Refusal> {
    let operations: Vec<Value> = operations
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| {
            let mut object = json!({"op": operation[0]});
            for (name, index) in [("path", 1), ("value", 2)] {
                if let Some(value) = operation.get(index) {
                    object[name] = value.clone();
                }
            }
            object
        })
        .collect();
    patch(before, &operations.into())
}

/// What operations make of a specimen.
pub fn check(before: Value, operations: Value, after: Value) {
    assert_eq!(patched(&with(before), operations.clone()), Ok(with(after)), "{operations}");
}

/// Each of the operations alone is refused.
pub fn check_refused(before: &Value, operations: Value, refusal: (ScimType, &str)) {
    for operation in operations.as_array().unwrap() {
        let found = patched(before, json!([operation]));
        let found = found.map_err(|(scim_type, detail)| (scim_type, detail.replace("Operations[0]: ", "")));
        assert_eq!(found, Err((refusal.0, refusal.1.to_owned())), "{operation}");
    }
}

pub fn cannot_change(path: &str) -> String {
    format!("{path} cannot be changed once it is set")
}
