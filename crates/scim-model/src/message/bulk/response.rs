//! The answer to a bulk request (RFC 7644 §3.7.3).

use serde_json::Value;

use super::BulkOperation;
use crate::message::error::ScimError;
use crate::urn;

/// How an operation went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationResult {
    /// As the operation's own answer would have had it.
    pub status: u16,
    /// Where the resource is. Of a failed POST there is none.
    pub location: Option<String>,
    /// The ETag of the resource as it is now.
    pub version: Option<String>,
    /// Why it failed.
    pub error: Option<ScimError>,
}

/// The body on the wire: the results that there are, in the order of the request.
pub(super) fn to_json(operations: &[BulkOperation], results: &[Option<OperationResult>]) -> String {
    let mut text = format!("{{\"schemas\":[\"{}\"],\"Operations\":[", urn::BULK_RESPONSE);
    let mut is_first = true;
    for (operation, result) in operations.iter().zip(results) {
        let Some(result) = result else { continue };
        if !is_first {
            text.push(',');
        }
        is_first = false;
        one(&mut text, operation, result);
    }
    text.push_str("]}");
    text
}

fn one(text: &mut String, operation: &BulkOperation, result: &OperationResult) {
    text.push('{');
    let method = Some(operation.method.as_str()).filter(|method| !method.is_empty());
    let members = [
        ("location", result.location.as_deref()),
        ("method", method),
        ("bulkId", operation.bulk_id.as_deref()),
        ("version", result.version.as_deref()),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            text.push_str(&format!("\"{name}\":{},", Value::from(value)));
        }
    }
    // A string, as the RFC has it.
    text.push_str(&format!("\"status\":\"{}\"", result.status));
    if let Some(error) = &result.error {
        text.push_str(",\"response\":");
        text.push_str(&error.to_json());
    }
    text.push('}');
}
