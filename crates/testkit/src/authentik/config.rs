//! What authentik takes from the server's configuration (RFC 7643 §5).

use serde_json::Value;

/// What the server says it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Config {
    pub patch: bool,
    pub filter: bool,
    /// So many operations go into one membership PATCH; below 1: all of them.
    pub max_operations: i64,
}

impl Config {
    /// Reads the answer. One that cannot be read means a server that can do nothing, PATCH included.
    pub(super) fn read(body: Option<&Value>) -> Self {
        let Some(body) = body else { return Self::default() };
        let supported = |name: &str| body.pointer(&format!("/{name}/supported")).and_then(Value::as_bool);
        let max_operations = body.pointer("/bulk/maxOperations").and_then(Value::as_i64);
        match (supported("patch"), supported("filter"), max_operations) {
            (Some(patch), Some(filter), Some(max_operations)) => Self { patch, filter, max_operations },
            _ => Self::default(),
        }
    }

    /// Operations cut into pieces.
    pub(super) fn chunks(self, operations: Vec<Value>) -> Vec<Vec<Value>> {
        let size = usize::try_from(self.max_operations).unwrap_or(0);
        match size {
            0 if operations.is_empty() => Vec::new(),
            0 => vec![operations],
            size => operations.chunks(size).map(<[Value]>::to_vec).collect(),
        }
    }
}
