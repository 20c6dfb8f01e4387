//! What the RFC lets a service provider say when a request fails (RFC 7644 §3.12).
//!
//! `detail` is written for people: Okta shows it in its task list, so it must say what to change. It never holds a
//! password or a whole client-sent text.

use serde_json::json;

use crate::urn;

/// The `scimType` of a 400, 403 or 409 answer (RFC 7644 §3.12, table 9, and RFC 9865 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter was malformed, or compares what cannot be compared.
    InvalidFilter,
    /// More results than the service provider is willing to return.
    TooMany,
    /// A value that must be unique is in use.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The body was not what the message asks for.
    InvalidSyntax,
    /// The path of a PATCH operation was malformed or names nothing.
    InvalidPath,
    /// The path of a PATCH operation selects nothing that could be changed.
    NoTarget,
    /// A value is missing or not compatible with its attribute.
    InvalidValue,
    /// The version of the protocol is not supported.
    InvalidVers,
    /// The request carries personal data where it must not stand, such as in a URL.
    Sensitive,
    /// The cursor is none that was given for this query (RFC 9865 §2.1).
    InvalidCursor,
    /// The cursor was good once (RFC 9865 §2.1).
    ExpiredCursor,
    /// The count is not the one that the cursor was given for (RFC 9865 §2.1).
    InvalidCount,
}

impl ScimType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// An error answer: HTTP status, `scimType` where the RFC has one, and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {detail}")]
pub struct ScimError {
    /// HTTP status code.
    pub status: u16,
    /// The RFC's word for what is wrong, where it has one.
    pub scim_type: Option<ScimType>,
    /// What is wrong, in words that an administrator can act on.
    pub detail: String,
}

/// Constructors by meaning: `name => status, scimType`.
macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $status:literal, $scim_type:expr;)*) => {
        impl ScimError {
            $($(#[$doc])* pub fn $name(detail: impl Into<String>) -> Self {
                Self { status: $status, scim_type: $scim_type, detail: detail.into() }
            })*
        }
    };
}

constructors! {
    /// The body is not JSON, or not the message that the operation takes.
    invalid_syntax => 400, Some(ScimType::InvalidSyntax);
    /// A value is missing or of the wrong kind.
    invalid_value => 400, Some(ScimType::InvalidValue);
    /// A PATCH path is malformed or names an unknown attribute.
    invalid_path => 400, Some(ScimType::InvalidPath);
    /// A filter is malformed or cannot be evaluated.
    invalid_filter => 400, Some(ScimType::InvalidFilter);
    /// A PATCH path selects nothing.
    no_target => 400, Some(ScimType::NoTarget);
    /// A read-only, immutable or required attribute would change.
    mutability => 400, Some(ScimType::Mutability);
    /// A query would return or examine too much.
    too_many => 400, Some(ScimType::TooMany);
    /// The protocol version is not supported.
    invalid_version => 400, Some(ScimType::InvalidVers);
    /// A cursor that was not given for this query, to this client.
    invalid_cursor => 400, Some(ScimType::InvalidCursor);
    /// A cursor that is too old.
    expired_cursor => 400, Some(ScimType::ExpiredCursor);
    /// A count other than that of the page before.
    invalid_count => 400, Some(ScimType::InvalidCount);
    /// No credential, or one that is not valid.
    unauthorized => 401, None;
    /// The credential does not allow this.
    forbidden => 403, None;
    /// Personal data stands where it must not.
    sensitive => 403, Some(ScimType::Sensitive);
    /// No such resource or endpoint.
    not_found => 404, None;
    /// The endpoint does not take this method.
    method_not_allowed => 405, None;
    /// No acceptable representation.
    not_acceptable => 406, None;
    /// A value that must be unique is in use.
    uniqueness => 409, Some(ScimType::Uniqueness);
    /// The resource has changed since the version that the client named.
    precondition_failed => 412, None;
    /// The request is larger than the service provider takes.
    payload_too_large => 413, None;
    /// The URL is longer than the service provider takes.
    uri_too_long => 414, None;
    /// The body's media type is not JSON.
    unsupported_media_type => 415, None;
    /// The client sends more than it may.
    too_many_requests => 429, None;
    /// Something failed here; the detail says no more than that.
    internal => 500, None;
    /// The operation is not offered.
    not_implemented => 501, None;
    /// Too busy now; the client should try again.
    unavailable => 503, None;
}

impl ScimError {
    /// The body on the wire. `status` is a string, as the RFC has it and clients check.
    pub fn to_json(&self) -> String {
        let mut body = json!({ "schemas": [urn::ERROR], "status": self.status.to_string(), "detail": self.detail });
        if let (Some(scim_type), Some(members)) = (self.scim_type, body.as_object_mut()) {
            members.insert("scimType".to_owned(), scim_type.as_str().into());
        }
        body.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_on_the_wire() {
        assert_eq!(
            ScimError::uniqueness("userName is taken").to_json(),
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","detail":"userName is taken","scimType":"uniqueness"}"#
        );
        assert_eq!(
            ScimError::not_found("no \"such\" user").to_json(),
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"no \"such\" user"}"#
        );
    }
}
