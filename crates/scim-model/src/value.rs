//! Small facts about JSON values that several modules need.

use serde_json::Value;

/// Whether an entry of a list is marked as the preferred one.
pub(crate) fn is_primary(entry: &Value) -> bool {
    entry.get("primary") == Some(&Value::Bool(true))
}
