//! A resource type with every kind of attribute: each data type, single and as a list, each mutability and each `returned`
//! on attributes and on sub-attributes, in the main schema, in an extension that is required and in one that is not.

use std::sync::LazyLock;

use crate::schema::{Extension, ResourceType, Schema};

/// The main schema.
pub const SPECIMEN: &str = "urn:example:schemas:2.0:Specimen";
/// The extension that every specimen must hold.
pub const LABEL: &str = "urn:example:schemas:extension:label:2.0:Specimen";
/// The extension that a specimen may hold.
pub const LAB: &str = "urn:example:schemas:extension:lab:2.0:Specimen";

/// The schemas as JSON (RFC 7643 §7), for models of the rules that share no code with this crate.
pub const SCHEMAS: [&str; 3] =
    [include_str!("specimen/Specimen.json"), include_str!("specimen/Label.json"), include_str!("specimen/Lab.json")];

static TYPE: LazyLock<ResourceType> = LazyLock::new(|| {
    let schema = |json: &str| -> Schema { serde_json::from_str(json).expect("a schema of the tests is well-formed") };
    ResourceType {
        id: "Specimen".to_owned(),
        name: "Specimen".to_owned(),
        description: "Every kind of attribute".to_owned(),
        endpoint: "/Specimens".to_owned(),
        schema: schema(SCHEMAS[0]),
        extensions: vec![
            Extension { schema: schema(SCHEMAS[1]), required: true },
            Extension { schema: schema(SCHEMAS[2]), required: false },
        ],
    }
});

/// The type.
pub fn specimen() -> &'static ResourceType {
    &TYPE
}
