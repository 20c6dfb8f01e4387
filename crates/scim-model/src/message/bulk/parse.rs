//! A body becomes a bulk request.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{BulkMethod, BulkOperation, BulkRequest, Content};
use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::urn;
use crate::value::{kind_of, parse_object, short, take_member};

impl BulkRequest {
    /// Parses the body of a POST to `/Bulk`. `base_url` is the SCIM base URL, without a slash at the end: paths may be whole
    /// URLs.
    ///
    /// # Errors
    /// 400 for what is no bulk request, or uses a bulkId twice; 413 for more operations than [`Limits::bulk_operations`].
    pub fn parse(body: &[u8], base_url: &str, limits: &Limits) -> Result<Self, ScimError> {
        let mut body = parse_object(body, limits)?;
        check_schemas(take_member(&mut body, "schemas"))?;
        let fail_on_errors = fail_on_errors(take_member(&mut body, "failOnErrors"))?;
        let operations = match take_member(&mut body, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            Some(Value::Array(_)) => return Err(ScimError::invalid_syntax("Operations is empty")),
            Some(other) => {
                return Err(ScimError::invalid_syntax(format!("Operations must be a list, found {}", kind_of(&other))));
            }
            None => return Err(ScimError::invalid_syntax("Operations is missing")),
        };
        if operations.len() > limits.bulk_operations {
            return Err(ScimError::payload_too_large(format!(
                "The bulk request has {} operations, more than maxOperations ({}). Send them in several requests.",
                operations.len(),
                limits.bulk_operations
            )));
        }
        let read = |(index, operation)| read_operation(index, operation, base_url);
        let operations: Vec<BulkOperation> = operations.into_iter().enumerate().map(read).collect();
        check_bulk_ids(&operations)?;
        Ok(Self { fail_on_errors, operations })
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Never: a request without operations is refused.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }
}

fn check_schemas(schemas: Option<Value>) -> Result<(), ScimError> {
    let names_it = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::BULK_REQUEST));
    let is_bulk = match &schemas {
        Some(Value::Array(listed)) => listed.iter().any(names_it),
        Some(single) => names_it(single),
        None => false,
    };
    if is_bulk { Ok(()) } else { Err(ScimError::invalid_syntax(format!("schemas must name {}", urn::BULK_REQUEST))) }
}

/// 0 is taken as "no limit": the RFC does not say, and a request that stops before its first operation makes no sense.
fn fail_on_errors(value: Option<Value>) -> Result<Option<u64>, ScimError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(0) => Ok(None),
            Some(number) => Ok(Some(number)),
            None => Err(ScimError::invalid_value("failOnErrors must be a whole number, 0 or more")),
        },
    }
}

/// A bulkId names one operation: which one a reference means could not be told otherwise.
fn check_bulk_ids(operations: &[BulkOperation]) -> Result<(), ScimError> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(operations.len());
    for (index, operation) in operations.iter().enumerate() {
        let Some(bulk_id) = operation.bulk_id.as_deref() else { continue };
        if let Some(earlier) = first.insert(bulk_id, index) {
            return Err(ScimError::invalid_value(format!(
                "Operations[{index}].bulkId: \"{}\" is the bulkId of Operations[{earlier}] already",
                short(bulk_id)
            )));
        }
    }
    Ok(())
}

/// What is wrong with one operation does not keep the others from being done (RFC 7644 §3.7.3), so it is kept with it.
fn read_operation(index: usize, value: Value, base_url: &str) -> BulkOperation {
    let mut operation =
        BulkOperation { method: String::new(), bulk_id: None, path: String::new(), content: None, refusal: None };
    match read_members(&mut operation, value, base_url) {
        Ok(content) => operation.content = Some(content),
        Err(error) => operation.refusal = Some(at(index, error)),
    }
    operation
}

/// An error of one operation, with its place in front.
pub(super) fn at(index: usize, mut error: ScimError) -> ScimError {
    error.detail = format!("Operations[{index}]: {}", error.detail);
    error
}

/// Fills in what the answer repeats, then reads the rest.
fn read_members(operation: &mut BulkOperation, value: Value, base_url: &str) -> Result<Content, ScimError> {
    let Value::Object(mut members) = value else {
        return Err(ScimError::invalid_syntax(format!("expected an object, found {}", kind_of(&value))));
    };
    let (method, bulk_id) = (text(&mut members, "method"), text(&mut members, "bulkId"));
    let (path, version) = (text(&mut members, "path"), text(&mut members, "version"));
    let word = method.as_ref().ok().cloned().flatten().unwrap_or_default();
    let known = BulkMethod::from_word(&word);
    operation.method = known.map_or_else(|| short(&word), |method| method.as_str().to_owned());
    operation.bulk_id = bulk_id.as_ref().ok().cloned().flatten();
    let whole = path.as_ref().ok().cloned().flatten().unwrap_or_default();
    operation.path = below_base(whole.trim(), base_url).to_owned();

    method?;
    bulk_id?;
    path?;
    let method = match known {
        Some(method) => method,
        None if word.is_empty() => return Err(ScimError::invalid_syntax("method is missing")),
        None => {
            let detail = format!("method must be POST, PUT, PATCH or DELETE, found {}", short(&word));
            return Err(ScimError::invalid_syntax(detail));
        }
    };
    if method == BulkMethod::Post && operation.bulk_id.as_deref().unwrap_or_default().is_empty() {
        return Err(ScimError::invalid_syntax("bulkId is missing: every POST needs one"));
    }
    if operation.path.is_empty() {
        return Err(ScimError::invalid_syntax("path is missing"));
    }
    let data = match (method, take_member(&mut members, "data")) {
        (BulkMethod::Delete, _) => Value::Null,
        (_, Some(data @ Value::Object(_))) => data,
        (_, None | Some(Value::Null)) => return Err(ScimError::invalid_syntax("data is missing")),
        (_, Some(other)) => {
            return Err(ScimError::invalid_syntax(format!("data must be an object, found {}", kind_of(&other))));
        }
    };
    Ok(Content { method, parts: parts(&operation.path)?, version: version?, data })
}

/// A member that is text, if it is there.
fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, ScimError> {
    match take_member(members, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ScimError::invalid_syntax(format!("{name} must be text, found {}", kind_of(&other)))),
    }
}

/// The path without our own base URL in front, which clients get from `meta.location`.
fn below_base<'a>(path: &'a str, base_url: &str) -> &'a str {
    let below = urn::strip_prefix_ignore_case(path, base_url).filter(|below| below.starts_with('/'));
    below.unwrap_or(path)
}

/// A path in its parts, decoded one by one, so that an encoded slash stays part of an id. What follows a question mark
/// says nothing here: a result holds no resource.
fn parts(path: &str) -> Result<Vec<String>, ScimError> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decode = |part: &str| percent_decode_str(part).decode_utf8().map(|part| part.into_owned());
    // No path of ours has more than two parts: a third one is enough to know that.
    let parts = path.split('/').filter(|part| !part.is_empty()).take(3).map(decode);
    parts.collect::<Result<_, _>>().map_err(|_| ScimError::invalid_value("path is not UTF-8 once it is decoded"))
}
