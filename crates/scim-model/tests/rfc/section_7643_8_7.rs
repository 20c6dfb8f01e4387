//! RFC 7643 §8.7.1: the attributes of User, Group and EnterpriseUser with their characteristics.

use scim_model::schema::{Attribute, ResourceType, Schema, core};
use serde_json::{Value, json};

use crate::examples::{ENTERPRISE, GROUP, USER};

const LABELED: &str = "value: string, display: string, type: string, primary: boolean";

/// What differs from the defaults of §2.2, in words: type, whether a list, required, mutability, returned, uniqueness.
fn described(attribute: &Attribute) -> String {
    let json = serde_json::to_value(attribute).unwrap();
    let mut words = vec![json["type"].as_str().unwrap().to_owned()];
    for (name, usual) in [
        ("multiValued", json!(false)),
        ("required", json!(false)),
        ("mutability", json!("readWrite")),
        ("returned", json!("default")),
        ("uniqueness", json!("none")),
    ] {
        match &json[name] {
            value if *value == usual => {}
            Value::Bool(true) => words.push(name.to_owned()),
            value => words.push(value.as_str().unwrap().to_owned()),
        }
    }
    words.join(" ")
}

fn check(schema: &Schema, expected: &[(&str, &str, &str)]) {
    for (name, words, subs) in expected {
        let attribute = schema.attribute(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!((attribute.name.as_str(), described(attribute).as_str()), (*name, *words));
        for sub in subs.split(", ").filter(|sub| !sub.is_empty()) {
            let (sub_name, words) = sub.split_once(": ").unwrap();
            let sub = attribute.sub_attribute(sub_name).unwrap_or_else(|| panic!("{name}.{sub_name} is missing"));
            assert_eq!((sub.name.as_str(), described(sub).as_str()), (sub_name, words), "{name}");
        }
    }
    assert_eq!(schema.attributes.len(), expected.len());
}

#[test]
fn user() {
    let name = "formatted: string, familyName: string, givenName: string, middleName: string, honorificPrefix: string, \
        honorificSuffix: string";
    let address = "formatted: string, streetAddress: string, locality: string, region: string, postalCode: string, \
        country: string, type: string";
    let group = "value: string readOnly, $ref: reference readOnly, display: string readOnly, type: string readOnly";
    let with_value = |kind: &str| LABELED.replace("value: string", &format!("value: {kind}"));
    check(
        &core::user().schema,
        &[
            ("userName", "string required server", ""),
            ("name", "complex", name),
            ("displayName", "string", ""),
            ("nickName", "string", ""),
            ("profileUrl", "reference", ""),
            ("title", "string", ""),
            ("userType", "string", ""),
            ("preferredLanguage", "string", ""),
            ("locale", "string", ""),
            ("timezone", "string", ""),
            ("active", "boolean", ""),
            ("password", "string writeOnly never", ""),
            ("emails", "complex multiValued", LABELED),
            ("phoneNumbers", "complex multiValued", LABELED),
            ("ims", "complex multiValued", LABELED),
            ("photos", "complex multiValued", &with_value("reference")),
            ("addresses", "complex multiValued", address),
            ("groups", "complex multiValued readOnly", group),
            ("entitlements", "complex multiValued", LABELED),
            ("roles", "complex multiValued", LABELED),
            ("x509Certificates", "complex multiValued", &with_value("binary")),
        ],
    );
}

/// With `displayName` required, as §4.2 has it.
#[test]
fn group() {
    let member = "value: string immutable, $ref: reference immutable, type: string immutable";
    check(&core::group().schema, &[("displayName", "string required", ""), ("members", "complex multiValued", member)]);
}

#[test]
fn enterprise_user() {
    let manager = "value: string, $ref: reference, displayName: string readOnly";
    check(
        &core::user().extension(ENTERPRISE).unwrap().schema,
        &[
            ("employeeNumber", "string", ""),
            ("costCenter", "string", ""),
            ("organization", "string", ""),
            ("division", "string", ""),
            ("department", "string", ""),
            ("manager", "complex", manager),
        ],
    );
}

#[test]
fn canonical_values() {
    let values = |ty: &ResourceType, path: &str| ty.bind(path).unwrap().definition().canonical_values.join(" ");
    for (path, expected) in [
        ("emails.type", "work home other"),
        ("phoneNumbers.type", "work home mobile fax pager other"),
        ("ims.type", "aim gtalk icq xmpp msn skype qq yahoo"),
        ("photos.type", "photo thumbnail"),
        ("addresses.type", "work home other"),
        ("groups.type", "direct indirect"),
    ] {
        assert_eq!(values(core::user(), path), expected, "{path}");
    }
    assert_eq!(values(core::group(), "members.type"), "User Group");
}

#[test]
fn names_of_the_schemas() {
    assert_eq!(core::user().schema.id, USER);
    assert_eq!(core::group().schema.id, GROUP);
    assert_eq!(core::user().extensions[0].schema.id, ENTERPRISE);
    assert!(!core::user().extensions[0].required);
}

/// §2.2: what a schema does not say.
#[test]
fn defaults() {
    let attribute: Attribute = serde_json::from_value(json!({"name": "x"})).unwrap();
    assert_eq!(
        serde_json::to_value(&attribute).unwrap(),
        json!({
            "name": "x", "type": "string", "multiValued": false, "description": "", "required": false, "caseExact": false,
            "mutability": "readWrite", "returned": "default", "uniqueness": "none",
        })
    );
}
