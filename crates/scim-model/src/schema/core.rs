//! The schemas of RFC 7643 §8.7 and the two resource types built on them.
//!
//! Deliberate differences from the RFC's listing: `Group.displayName` is required, as §4.2 says and §8.7.1 forgets, and
//! unique, unless [`ResourceTypes::sharing_group_names`]; and `members.display` exists, as the RFC's own example of a group
//! and every client has it, but what a member is called is the service provider's to say.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::{Attribute, Extension, ResourceType, ResourceTypes, Schema, shared};

static TYPES: LazyLock<[Arc<ResourceType>; 2]> = LazyLock::new(|| {
    [
        Arc::new(ResourceType {
            id: "User".to_owned(),
            name: "User".to_owned(),
            description: "User Account".to_owned(),
            endpoint: "/Users".to_owned(),
            schema: embedded(include_str!("core/User.json")),
            extensions: vec![Extension { schema: embedded(include_str!("core/EnterpriseUser.json")), required: false }],
        }),
        Arc::new(ResourceType {
            id: "Group".to_owned(),
            name: "Group".to_owned(),
            description: "Group".to_owned(),
            endpoint: "/Groups".to_owned(),
            schema: embedded(include_str!("core/Group.json")),
            extensions: Vec::new(),
        }),
    ]
});

static DISCOVERY: LazyLock<[Schema; 3]> = LazyLock::new(|| {
    [
        embedded(include_str!("core/ServiceProviderConfig.json")),
        embedded(include_str!("core/ResourceType.json")),
        embedded(include_str!("core/Schema.json")),
    ]
});

static COMMON: LazyLock<Vec<Arc<Attribute>>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Common(#[serde(deserialize_with = "shared")] Vec<Arc<Attribute>>);
    embedded::<Common>(include_str!("core/common.json")).0
});

/// Users: core schema and the enterprise extension.
pub fn user() -> &'static ResourceType {
    &TYPES[0]
}

/// Groups.
pub fn group() -> &'static ResourceType {
    &TYPES[1]
}

/// Both types: those of every application.
pub(crate) fn all() -> &'static [Arc<ResourceType>] {
    &*TYPES
}

/// The resource types of an application that adds none.
pub fn types() -> Arc<ResourceTypes> {
    static ALONE: LazyLock<Arc<ResourceTypes>> = LazyLock::new(|| Arc::new(ResourceTypes::new(TYPES.to_vec())));
    ALONE.clone()
}

/// Schemas of the discovery resources themselves (RFC 7643 §8.7.2).
pub(crate) fn discovery() -> &'static [Schema] {
    &*DISCOVERY
}

/// Attributes that every resource has without its schema listing them: `schemas`, `id`, `externalId`, `meta`
/// (RFC 7643 §3.1).
pub(crate) fn common() -> &'static [Arc<Attribute>] {
    &COMMON
}

#[expect(clippy::expect_used, reason = "the files are part of the program and a test parses each of them")]
fn embedded<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("an embedded schema file is well-formed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{AttributeType, Mutability, Returned, Uniqueness};

    #[test]
    fn embedded_files_are_well_formed() {
        assert_eq!(all().len(), 2);
        assert_eq!(discovery().len(), 3);
        assert_eq!(common().len(), 4);
    }

    #[test]
    fn characteristics_of_the_rfc() {
        let user_name = user().attribute("USERNAME").unwrap();
        assert_eq!(user_name.name, "userName");
        assert!(user_name.required && !user_name.case_exact);
        assert_eq!(user_name.uniqueness, Uniqueness::Server);
        let password = user().attribute("password").unwrap();
        assert_eq!((password.mutability, password.returned), (Mutability::WriteOnly, Returned::Never));
        assert_eq!(user().attribute("groups").unwrap().mutability, Mutability::ReadOnly);
        let certificate = user().attribute("x509certificates").unwrap().sub_attribute("VALUE").unwrap();
        assert_eq!((certificate.kind, certificate.case_exact), (AttributeType::Binary, true));
        assert!(user().attribute("externalId").unwrap().case_exact);
        assert!(group().attribute("displayName").unwrap().required);
        assert!(group().attribute("userName").is_none());
    }
}
