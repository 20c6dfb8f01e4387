//! PATCH bodies (RFC 7644 §3.5.2).

use super::PATCH_OP;
use serde_json::{Value, json};

/// A PATCH of these operations.
pub fn patch(operations: Vec<Value>) -> Value {
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

/// One operation with a path. `op` as the client spells it.
pub fn operation(op: &str, path: &str, value: Value) -> Value {
    json!({"op": op, "path": path, "value": value})
}

/// One operation without a path: its value is an object of attributes.
pub fn without_path(op: &str, value: Value) -> Value {
    json!({"op": op, "value": value})
}
