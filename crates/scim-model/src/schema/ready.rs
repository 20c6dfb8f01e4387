//! Sets of definitions that an administrator adds by name instead of writing them.
//!
//! | set | from |
//! |---|---|
//! | `okta-entitlements` | what Okta Identity Governance reads to discover values: `id`, `displayName`, `description`, `type` |
//! | `devices` | RFC 9944 |
//! | `agents` | draft-abbey-scim-agent-extension-00, which may change |
//!
//! Where the sets differ from their sources, and why:
//!
//! * `devices`: the pairing methods of BLE are extensions of Device, as the RFC registers them; a request that nests them
//!   in the BLE extension, as its examples do, is [read so](crate::Adjustment::NestedExtension). What is unique to the
//!   manufacturer is not ours to enforce, and what only the service provider could fill is not required. The key of Just
//!   Works, which is always null, is not required either, and the pairing method without any attribute has no schema.
//! * `agents`: owners, protocols, applications, parent and subject can be written, as the draft's text has it; its listing
//!   says that they cannot.
//!
//! Deliberately not here: what an application makes of them ([`Definitions`]).

use super::Definitions;

/// A set of definitions under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyDefinitions {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it is for, as a sentence.
    pub sentence: &'static str,
    /// An array of Schema and ResourceType resources, as [`Definitions::parse`] reads it.
    pub json: &'static str,
}

static SETS: [ReadyDefinitions; 3] = [
    ReadyDefinitions {
        name: "okta-entitlements",
        title: "Okta entitlements and roles",
        sentence: "Roles and entitlements at /Roles and /Entitlements, where Okta Identity Governance discovers their \
                   values.",
        json: include_str!("ready/okta-entitlements.json"),
    },
    ReadyDefinitions {
        name: "devices",
        title: "Devices (RFC 9944)",
        sentence: "Devices at /Devices with their ways to be onboarded: BLE, Wi-Fi Easy Connect, Ethernet MAB, FIDO \
                   Device Onboard and Zigbee; and the applications that control them at /EndpointApps.",
        json: include_str!("ready/devices.json"),
    },
    ReadyDefinitions {
        name: "agents",
        title: "AI agents (Internet-Draft)",
        sentence: "AI agents at /Agents and the applications that offer them at /AgenticApplications, after an \
                   Internet-Draft that may still change.",
        json: include_str!("ready/agents.json"),
    },
];

/// Every set, in the order in which they are offered.
pub fn all() -> &'static [ReadyDefinitions] {
    &SETS
}

/// The set of this name.
pub fn named(name: &str) -> Option<&'static ReadyDefinitions> {
    SETS.iter().find(|set| set.name == name)
}

impl ReadyDefinitions {
    /// The definitions.
    #[expect(clippy::expect_used, reason = "the files are part of the program and a test parses each of them")]
    pub fn definitions(&self) -> Definitions {
        Definitions::parse(self.json.as_bytes()).expect("an embedded definition file is well-formed")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::check::{self, Adjustment};
    use crate::schema::ResourceTypes;
    use crate::{Limits, ScimError};

    fn types(name: &str) -> ResourceTypes {
        named(name).unwrap().definitions().build().unwrap()
    }

    fn created(name: &str, endpoint: &str, body: &Value) -> Result<(Value, Vec<Adjustment>), ScimError> {
        let types = types(name);
        let checked =
            check::create(body.to_string().as_bytes(), types.at_endpoint(endpoint).unwrap(), &Limits::default())?;
        Ok((Value::Object(checked.resource.as_map().clone()), checked.adjustments))
    }

    fn device(extensions: &Value) -> Value {
        let core = "urn:ietf:params:scim:schemas:core:2.0:Device";
        let mut schemas = vec![json!(core)];
        let mut body = json!({ "schemas": [], "displayName": "Heart Monitor", "active": true });
        for (urn, value) in extensions.as_object().unwrap() {
            schemas.push(json!(urn));
            body[urn] = value.clone();
        }
        body["schemas"] = Value::Array(schemas);
        body
    }

    #[test]
    fn each_set_builds_alone_and_beside_the_others() {
        let mut together = Definitions::default();
        for set in all() {
            let definitions = set.definitions();
            assert_eq!(definitions.build().map(|_| ()), Ok(()), "{}", set.name);
            together = together.with(definitions);
            assert!(!set.title.is_empty() && set.sentence.ends_with('.'), "{}", set.name);
        }
        let types = together.build().unwrap();
        let endpoints: Vec<&str> = types.all().iter().map(|ty| ty.endpoint.as_str()).collect();
        assert_eq!(
            endpoints,
            [
                "/Users",
                "/Groups",
                "/Roles",
                "/Entitlements",
                "/Devices",
                "/EndpointApps",
                "/Agents",
                "/AgenticApplications"
            ]
        );
        assert_eq!(named("nothing"), None);
    }

    #[test]
    fn what_okta_reads_of_a_role_is_there() {
        let types = types("okta-entitlements");
        for (endpoint, urn) in [
            ("Roles", "urn:okta:scim:schemas:core:1.0:Role"),
            ("Entitlements", "urn:okta:scim:schemas:core:1.0:Entitlement"),
        ] {
            assert_eq!(types.at_endpoint(endpoint).unwrap().schema.id, urn);
            let body = json!({ "schemas": [urn], "displayName": "Auditor", "description": "May look", "type": "Seat" });
            let (document, adjustments) = created("okta-entitlements", endpoint, &body).unwrap();
            assert_eq!((document, adjustments), (body, vec![]));
            let nameless = json!({ "schemas": [urn], "type": "Seat" });
            assert!(created("okta-entitlements", endpoint, &nameless).is_err());
        }
    }

    /// Okta reads every endpoint whose type has one of its two schemas, whatever the type's name.
    #[test]
    fn further_kinds_of_entitlement_share_oktas_schema() {
        let licences = br#"{ "name": "License", "endpoint": "/Licenses", "schema": "urn:okta:scim:schemas:core:1.0:Entitlement" }"#;
        let both = named("okta-entitlements").unwrap().definitions().with(Definitions::parse(licences).unwrap());
        let types = both.build().unwrap();
        assert_eq!(types.at_endpoint("Licenses").unwrap().schema, types.at_endpoint("Entitlements").unwrap().schema);
    }

    /// RFC 9944 §4 and §7.2 to §7.5.
    #[test]
    fn devices_of_the_rfc_are_taken_as_they_are() {
        let urn = |name: &str| format!("urn:ietf:params:scim:schemas:extension:{name}:2.0:Device");
        for extensions in [
            json!({}),
            json!({ urn("dpp"): {
                "dppVersion": 2,
                "bootstrappingMethod": ["QR"],
                "bootstrapKey":
                    "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADURzxmttZoIRIPWGoQMV00XHWCAQIhXruVWOz0NjlkIA=",
                "deviceMacAddress": "2C:54:91:88:C9:F2",
                "classChannel": ["81/1", "115/36"],
                "serialNumber": "4774LH2b4044" } }),
            json!({ urn("ethernet-mab"): { "deviceMacAddress": "2C:54:91:88:C9:E2" } }),
            json!({ urn("fido-device-onboard"): { "fdoVoucher": "-----BEGIN OWNERSHIP VOUCHER-----" } }),
            json!({ urn("zigbee"): { "versionSupport": ["3.0"], "deviceEui64Address": "50:32:5F:FF:FE:E7:67:28" } }),
        ] {
            let body = device(&extensions);
            assert_eq!(created("devices", "Devices", &body), Ok((body.clone(), vec![])), "{extensions}");
        }
    }

    /// RFC 9944 §7.1.3 and §7.6: pairing methods inside the BLE extension, and what only the service provider writes.
    #[test]
    fn pairing_methods_inside_the_ble_extension_are_kept() {
        let urn = |name: &str| format!("urn:ietf:params:scim:schemas:extension:{name}:2.0:Device");
        let (ble, passkey, oob) = (urn("ble"), urn("pairingPassKey"), urn("pairingOOB"));
        let (apps, just_works) = (urn("endpointAppsExt"), urn("pairingJustWorks"));
        let plain = json!({
            "versionSupport": ["5.3"],
            "deviceMacAddress": "2C:54:91:88:C9:E2",
            "isRandom": false,
            "separateBroadcastAddress": ["AA:BB:88:77:22:11", "AA:BB:88:77:22:12"],
            "mobility": true,
            "pairingMethods": [just_works, passkey, oob],
        });
        let mut nested = plain.clone();
        nested[&just_works] = json!({ "key": null });
        nested[&passkey] = json!({ "key": 123_456 });
        nested[&oob] = json!({ "key": "TheKeyvalueRetrievedFromOOB", "randomNumber": 238_796_813_516_896_i64 });
        let application = "e9e30dba-f08f-4109-8486-d5c6a3316212";
        let reference = format!("https://example.com/v2/EndpointApps/{application}");
        let body = device(&json!({ &ble: nested, &apps: {
            "applications": [{ "value": application, "$ref": reference }],
            "deviceControlEnterpriseEndpoint": "https://example.com/device_control_app_endpoint/",
        } }));
        let (document, adjustments) = created("devices", "Devices", &body).unwrap();
        assert_eq!(document[&ble], plain);
        assert_eq!(document[&passkey]["key"], 123_456);
        assert_eq!(document[&oob], body[&ble][&oob]);
        assert_eq!(document[&apps], json!({ "applications": [{ "value": application }] }));
        assert_eq!(document["schemas"].as_array().unwrap().len(), 5);
        assert_eq!(
            adjustments,
            [
                Adjustment::NestedExtension(just_works),
                Adjustment::NestedExtension(passkey.clone()),
                Adjustment::NestedExtension(oob),
                Adjustment::ReadOnlyIgnored(format!("{apps}:applications.$ref")),
            ]
        );

        let mut twice = body.clone();
        twice[&passkey] = json!({ "key": 1 });
        assert!(created("devices", "Devices", &twice).is_err(), "nested and at the top");
        let mut wrong = body;
        wrong[&ble][&passkey]["key"] = json!("secret");
        assert!(created("devices", "Devices", &wrong).unwrap_err().detail.contains(&passkey));
    }

    /// RFC 9944 §6.
    #[test]
    fn an_application_of_devices_is_taken() {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:EndpointApp"],
            "applicationType": "deviceControl",
            "applicationName": "Device Control App 1",
            "certificateInfo": { "rootCA": "MIIBIjAN", "subjectName": "www.example.com" },
        });
        assert_eq!(created("devices", "EndpointApps", &body), Ok((body.clone(), vec![])));
    }

    #[test]
    fn an_agent_of_the_draft_is_taken() {
        let urn = "urn:ietf:params:scim:schemas:core:2.0:Agent";
        let body = json!({
            "schemas": [urn],
            "externalId": "clpy2001",
            "name": "Clippy 2.0",
            "active": true,
            "agentType": "Assistant",
            "entitlements": [{ "value": "write", "display": "Write permission", "type": "permission", "primary": true }],
            "applications": [{ "value": "e9e30dba", "display": "Clippy portal", "type": "Web" }],
            "subject": "clpy2001",
            "protocols": [{ "type": "A2A", "specificationUrl": "https://example.com/.well-known/agent-card.json" }],
            "owners": [{ "value": "71ddacd2", "$ref": "../Groups/71ddacd2", "display": "US Employees" }],
            "parent": { "value": "71ddacd2", "display": "Clippy 1.0" },
        });
        assert_eq!(created("agents", "Agents", &body), Ok((body.clone(), vec![])));
        assert!(created("agents", "Agents", &json!({ "schemas": [urn] })).is_err());
    }
}
