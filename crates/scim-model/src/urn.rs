//! Schema and message URNs, and their forms from before the RFC that clients still send.

/// Core User (RFC 7643 §4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Core Group (RFC 7643 §4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Enterprise extension of User (RFC 7643 §4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Service provider configuration (RFC 7643 §5).
pub const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// Resource type (RFC 7643 §6).
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// Schema (RFC 7643 §7).
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// List response (RFC 7644 §3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// Search request (RFC 7644 §3.4.3).
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// PATCH request (RFC 7644 §3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Bulk request (RFC 7644 §3.7).
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// Answer to a bulk request (RFC 7644 §3.7).
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// Error (RFC 7644 §3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What starts the URN of every message (RFC 7644 §3.1).
pub(crate) const MESSAGE_PREFIX: &str = "urn:ietf:params:scim:api:messages:";
/// What starts every URN that the RFCs define.
pub(crate) const IETF_PREFIX: &str = "urn:ietf:params:scim:";

/// Names that a schema had before the RFC; OneLogin's templates still send them.
pub(crate) fn older_names(urn: &str) -> &'static [&'static str] {
    match urn {
        // The longer name first: it starts with the shorter one.
        USER => &[
            "urn:scim:schemas:core:1.0:User",
            "urn:scim:schemas:core:2.0:User",
            "urn:scim:schemas:core:1.0",
            "urn:scim:schemas:core:2.0",
        ],
        GROUP => &[
            "urn:scim:schemas:core:1.0:Group",
            "urn:scim:schemas:core:2.0:Group",
            "urn:scim:schemas:core:1.0",
            "urn:scim:schemas:core:2.0",
        ],
        ENTERPRISE_USER => &[
            "urn:scim:schemas:extension:enterprise:1.0:User",
            "urn:scim:schemas:extension:enterprise:2.0:User",
            "urn:scim:schemas:extension:enterprise:1.0",
            "urn:scim:schemas:extension:enterprise:2.0",
        ],
        _ => &[],
    }
}

/// The rest of `text` after `prefix`, without regard to ASCII case.
pub(crate) fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) { text.get(prefix.len()..) } else { None }
}

/// Whether a name is a URI rather than an attribute name: attribute names hold no colon (RFC 7643 §2.1).
pub(crate) fn is_uri(name: &str) -> bool {
    name.contains(':')
}
