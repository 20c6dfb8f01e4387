//! Bodies as real clients send them.

use serde_json::{Value, json};

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The least a user can be.
pub fn user(user_name: &str) -> Value {
    json!({ "schemas": [CORE_USER], "userName": user_name })
}

/// A user as Okta creates one, the random password included.
pub fn okta_user(external_id: &str, user_name: &str, given_name: &str, family_name: &str) -> Value {
    json!({
        "schemas": [CORE_USER],
        "userName": user_name,
        "name": { "givenName": given_name, "familyName": family_name },
        "emails": [{ "primary": true, "value": user_name, "type": "work" }],
        "displayName": format!("{given_name} {family_name}"),
        "locale": "en-US",
        "externalId": external_id,
        "groups": [],
        "password": "kq82mz0nq",
        "active": true
    })
}

/// A group with members by id.
pub fn group(display_name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [CORE_GROUP], "displayName": display_name, "members": members })
}

/// A PATCH of these operations.
pub fn patch(operations: Value) -> Value {
    json!({ "schemas": [PATCH_OP], "Operations": operations })
}
