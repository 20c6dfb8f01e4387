//! RFC 7644 §3.10: attribute notation, and the paths of figure 7 and §3.5.2.

use scim_model::schema::core;
use scim_model::{Limits, Patch, ScimType};
use serde_json::json;

#[test]
fn names() {
    for (path, expected) in [
        ("userName", "userName"),
        ("name.familyName", "name.familyName"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", "name.familyName"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
        ),
        ("meta.resourceType", "meta.resourceType"),
    ] {
        assert_eq!(core::user().bind(path).unwrap().path(), expected);
    }
}

fn parse(ty: &scim_model::ResourceType, path: &str) -> Result<Patch, scim_model::ScimError> {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "remove", "path": path}],
    });
    Patch::parse(body.to_string().as_bytes(), ty, &Limits::default())
}

#[test]
fn paths() {
    for path in ["name.familyName", "addresses[type eq \"work\"]", "addresses[type eq \"work\"].streetAddress"] {
        assert!(parse(core::user(), path).is_ok(), "{path}");
    }
    let babs = "members[value eq \"2819c223-7f76-453a-919d-413861904646\"]";
    for path in ["members", babs] {
        assert!(parse(core::group(), path).is_ok(), "{path}");
    }
    // The RFC's own example, but a member has no such attribute; what it has, is immutable.
    let refused = |path: String| parse(core::group(), &path).map(|_| ()).map_err(|error| error.scim_type);
    assert_eq!(refused(format!("{babs}.displayName")), Err(Some(ScimType::InvalidPath)));
    assert_eq!(refused(format!("{babs}.display")), Err(Some(ScimType::Mutability)));
}
