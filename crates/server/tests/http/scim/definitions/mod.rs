//! Schemas and resource types that an administrator gave to an application: `/{its own endpoint}`, and extensions of
//! `/Users`

mod characteristics;
mod extensions;
mod lifecycle;

use scim_model::schema::Definitions;
use serde_json::{Value, json};

use crate::support::{TestApplication, TestServer};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const PROBE: &str = "urn:example:params:scim:schemas:Probe";
const PROBE_NOTES: &str = "urn:example:params:scim:schemas:extension:notes:Probe";

/// Gives an application definitions, as the command line and the dashboard do.
async fn define(server: &TestServer, application: &TestApplication, definitions: Value) {
    let added = Definitions::parse(definitions.to_string().as_bytes()).unwrap();
    application
        .change_settings(server, |settings| settings.definitions = settings.definitions.clone().with(added))
        .await;
}

/// A type with every type of attribute, and every mutability, returned and uniqueness.
fn probe() -> Value {
    json!([
        {
            "schemas": [SCHEMA],
            "id": PROBE,
            "name": "Probe",
            "description": "Has one of everything",
            "attributes": [
                { "name": "label", "required": true },
                { "name": "serialNumber", "caseExact": true, "uniqueness": "server" },
                { "name": "assetTag", "uniqueness": "global" },
                { "name": "enabled", "type": "boolean" },
                { "name": "weight", "type": "decimal" },
                { "name": "slots", "type": "integer" },
                { "name": "installed", "type": "dateTime" },
                { "name": "fingerprint", "type": "binary", "caseExact": true },
                { "name": "manual", "type": "reference", "referenceTypes": ["external"], "caseExact": true },
                { "name": "tags", "multiValued": true, "canonicalValues": ["red", "blue"] },
                { "name": "ports", "type": "integer", "multiValued": true },
                { "name": "vendor", "mutability": "immutable" },
                { "name": "pin", "mutability": "writeOnly", "returned": "never" },
                { "name": "health", "mutability": "readOnly" },
                { "name": "code", "returned": "always" },
                { "name": "remarks", "returned": "request" },
                {
                    "name": "place", "type": "complex",
                    "subAttributes": [
                        { "name": "building" },
                        { "name": "floor", "type": "integer" },
                        { "name": "rack", "returned": "request" },
                    ]
                },
                {
                    "name": "contacts", "type": "complex", "multiValued": true,
                    "subAttributes": [
                        { "name": "value", "required": true },
                        { "name": "type", "canonicalValues": ["owner", "technician"] },
                        { "name": "primary", "type": "boolean" },
                        { "name": "since", "mutability": "immutable" },
                    ]
                },
            ]
        },
        {
            "schemas": [SCHEMA],
            "id": PROBE_NOTES,
            "name": "Notes",
            "attributes": [
                { "name": "text" },
                { "name": "rating", "type": "integer" },
                { "name": "ticket", "uniqueness": "server" },
            ]
        },
        {
            "schemas": [RESOURCE_TYPE],
            "id": "Probe",
            "name": "Probe",
            "endpoint": "/Probes",
            "description": "Probe",
            "schema": PROBE,
            "schemaExtensions": [{ "schema": PROBE_NOTES, "required": false }]
        },
    ])
}

/// The least a probe can be, with further attributes.
fn a_probe(label: &str, more: Value) -> Value {
    let mut body = json!({ "schemas": [PROBE], "label": label });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}
