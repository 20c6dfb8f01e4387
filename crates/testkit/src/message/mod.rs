//! SCIM messages as clients read and write them: errors and resources ([`answer`](self)), lists ([`Page`]), PATCH bodies ([`patch()`]).
//!
//! Reading is as strict as the strictest client: Okta's import stops without a word at a counter that is a string.

mod answer;
mod list;
mod patch;

pub use answer::{body, counter, has_schema, resource_id, same_resource, text, text_at};
pub use list::{Found, Page};
pub use patch::{operation, patch, without_path};

/// Core User (RFC 7643 §4.1).
pub const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Core Group (RFC 7643 §4.2).
pub const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Enterprise extension of User (RFC 7643 §4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// List response (RFC 7644 §3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// PATCH request (RFC 7644 §3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Error (RFC 7644 §3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
