use serde_json::{Value, json};

use super::*;
use crate::schema::{ResourceKind, core};
use crate::urn;

const DEVICE: &str = "urn:ietf:params:scim:schemas:core:2.0:Device";
const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";

fn device_schema(attributes: Value) -> Value {
    json!({ "schemas": [urn::SCHEMA], "id": DEVICE, "name": "Device", "attributes": attributes })
}

fn device_type() -> Value {
    json!({ "schemas": [urn::RESOURCE_TYPE], "id": "Device", "name": "Device", "endpoint": "/Devices", "schema": DEVICE })
}

fn badge() -> Value {
    json!([
        { "id": BADGE, "name": "Badge", "attributes": [{ "name": "number", "uniqueness": "server" }] },
        { "name": "User", "endpoint": "/Users", "schema": urn::USER, "schemaExtensions": [{ "schema": BADGE }] },
    ])
}

fn parse(json: &Value) -> Definitions {
    Definitions::parse(json.to_string().as_bytes()).unwrap()
}

#[test]
fn a_type_of_its_own() {
    let attributes = json!([{ "name": "displayName", "required": true }, { "name": "active", "type": "boolean" }]);
    let types = parse(&json!([device_schema(attributes), device_type()])).build().unwrap();
    assert_eq!(types.all().iter().map(|ty| ty.name.as_str()).collect::<Vec<_>>(), ["User", "Group", "Device"]);
    let device = types.at_endpoint("devices").unwrap();
    assert_eq!((device.kind(), device.id.as_str()), (ResourceKind::Other, "Device"));
    assert_eq!(device.attribute("DISPLAYNAME").unwrap().name, "displayName");
    assert!(device.attribute("userName").is_none() && device.attribute("externalId").is_some());
    assert_eq!(types.schemas().len(), 4);
}

#[test]
fn an_extension_of_users() {
    let types = parse(&badge()).build().unwrap();
    let user = types.user();
    assert_eq!(
        user.extensions.iter().map(|it| it.schema.id.as_str()).collect::<Vec<_>>(),
        [urn::ENTERPRISE_USER, BADGE]
    );
    assert_eq!(user.bind(&format!("{BADGE}:NUMBER")).unwrap().path(), format!("{BADGE}:number"));
    let unique: Vec<String> = user.unique_attributes().iter().map(|bound| bound.path().to_owned()).collect();
    assert_eq!(unique, ["userName".to_owned(), format!("{BADGE}:number")]);
    assert_eq!(user.description, core::user().description);
    assert_eq!(types.group(), core::group());
}

#[test]
fn what_other_servers_list_is_read() {
    let list = json!({ "schemas": [urn::LIST_RESPONSE], "totalResults": 2, "Resources": badge() });
    assert_eq!(parse(&list), parse(&badge()));
    let one = badge()[0].clone();
    assert_eq!(parse(&one).schemas.len(), 1);
}

#[test]
fn what_is_no_definition_is_named() {
    for (text, place, words) in [
        ("", "the file", "not valid JSON"),
        ("3", "the file", "expected an array"),
        ("[]", "the file", "defines nothing"),
        ("[1]", "[0]", "expected an object"),
        ("[{\"id\":\"x\"}]", "[0]", "schemas must name"),
        ("[{\"attributes\":[]}]", "[0]", "missing field `id`"),
        (
            "[{\"id\":\"urn:x:y\",\"attributes\":[{\"name\":\"a\",\"type\":\"text\"}]}]",
            "[0] urn:x:y",
            "unknown variant",
        ),
        ("[{\"name\":\"A\",\"endpoint\":7}]", "[0] A", "invalid type"),
    ] {
        let problem = Definitions::parse(text.as_bytes()).unwrap_err();
        assert!(problem.place == place && problem.problem.contains(words), "{text}: {problem}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (attributes, place, words) in [
        (json!([]), DEVICE, "missing or empty"),
        (json!([{ "name": "a b" }]), "Device: a b", "letters, digits"),
        (json!([{ "name": "1a" }]), "Device: 1a", "begins with a letter"),
        (json!([{ "name": "a" }, { "name": "A" }]), "Device: A", "twice"),
        (json!([{ "name": "Id" }]), "Device: Id", "leave it out"),
        (json!([{ "name": "a", "type": "complex" }]), "Device: a", "needs subAttributes"),
        (
            json!([{ "name": "a", "subAttributes": [{ "name": "b" }] }]),
            "Device: a",
            "only an attribute of type complex",
        ),
        (
            json!([{ "name": "a", "type": "complex", "subAttributes": [
                { "name": "b", "type": "complex", "subAttributes": [{ "name": "c" }] }] }]),
            "Device: a.b",
            "sub-attributes of its own",
        ),
        (json!([{ "name": "a", "mutability": "writeOnly" }]), "Device: a", "returned must be never"),
        (json!([{ "name": "a", "mutability": "readOnly", "required": true }]), "Device: a", "nobody could write it"),
        (json!([{ "name": "a", "type": "boolean", "uniqueness": "server" }]), "Device: a", "cannot be unique"),
        (json!([{ "name": "a", "returned": "never", "uniqueness": "global" }]), "Device: a", "never returned"),
    ] {
        let definitions = parse(&json!([device_schema(attributes.clone()), device_type()]));
        let problems = definitions.build().unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.place.ends_with(place) && problem.problem.contains(words)),
            "{attributes}: {problems:?}"
        );
    }
}

#[test]
fn types_that_make_no_sense_are_refused() {
    let schema = device_schema(json!([{ "name": "a" }]));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut ty = device_type();
        change(&mut ty);
        parse(&json!([schema, ty])).build()
    };
    assert!(with(&|_| ()).is_ok());
    for (key, value, words) in [
        ("name", json!("De vice"), "begins with a letter"),
        ("name", json!("User"), "to extend User"),
        ("name", json!("group"), "to extend Group"),
        ("endpoint", json!("Devices"), "a slash and one word"),
        ("endpoint", json!("/a/b"), "a slash and one word"),
        ("endpoint", json!("/users"), "taken"),
        ("endpoint", json!("/bulk"), "taken"),
        ("schema", json!("urn:x:y"), "not defined"),
        ("schema", json!(urn::USER), "belongs to another type"),
        ("schemaExtensions", json!([{ "schema": "urn:x:y" }]), "not defined"),
        ("schemaExtensions", json!([{ "schema": urn::GROUP }]), "main schema"),
        ("schemaExtensions", json!([{ "schema": DEVICE }]), "main schema"),
    ] {
        let problems = with(&|ty| ty[key] = value.clone()).unwrap_err();
        assert!(problems.iter().any(|problem| problem.problem.contains(words)), "{key} {value}: {problems:?}");
    }
    let unused = parse(&json!([schema])).build().unwrap_err();
    assert!(unused[0].problem.contains("no resource type uses it"), "{unused:?}");
    for id in ["device", "urn:", "urn:a b:c", "urn:x:", urn::USER, urn::SCHEMA, urn::PATCH_OP] {
        let schema = json!({ "id": id, "name": "x", "attributes": [{ "name": "a" }] });
        assert!(parse(&json!([schema])).build().is_err(), "{id}");
    }
}

/// A stored document must never contradict its schema.
#[test]
fn what_is_stored_stays_right() {
    let older =
        parse(&json!([device_schema(json!([{ "name": "a" }, { "name": "b", "type": "integer" }])), device_type()]));
    for (attributes, problem) in [
        (json!([{ "name": "a" }, { "name": "b", "type": "integer" }]), None),
        (json!([{ "name": "a", "description": "new" }, { "name": "b", "type": "integer" }, { "name": "c" }]), None),
        (json!([{ "name": "a" }]), Some("gone")),
        (json!([{ "name": "a" }, { "name": "b" }]), Some("cannot change")),
        (json!([{ "name": "a", "multiValued": true }, { "name": "b", "type": "integer" }]), Some("cannot change")),
        (json!([{ "name": "a", "required": true }, { "name": "b", "type": "integer" }]), Some("become required")),
        (json!([{ "name": "a", "uniqueness": "server" }, { "name": "b", "type": "integer" }]), Some("uniqueness")),
        (
            json!([{ "name": "a" }, { "name": "b", "type": "integer" }, { "name": "c", "required": true }]),
            Some("added"),
        ),
    ] {
        let newer = older.clone().with(parse(&json!([device_schema(attributes.clone())])));
        let problems = newer.incompatible_with(&older);
        assert_eq!(problems.is_empty(), problem.is_none(), "{attributes}: {problems:?}");
        if let Some(words) = problem {
            assert!(problems[0].problem.contains(words), "{attributes}: {problems:?}");
        }
    }
    let gone = older.clone().without("Device").unwrap();
    assert!(!gone.incompatible_with(&older).is_empty());
    assert_eq!(older.clone().without("Nothing"), None);

    let mut required = badge();
    required[1]["schemaExtensions"][0]["required"] = json!(true);
    let (optional, required) = (parse(&badge()), parse(&required));
    assert!(optional.incompatible_with(&Definitions::default()).is_empty());
    for older in [Definitions::default(), optional] {
        let problems = required.incompatible_with(&older);
        assert!(problems.len() == 1 && problems[0].problem.contains("cannot become required"), "{problems:?}");
    }
    assert!(required.incompatible_with(&required).is_empty());
}

#[test]
fn two_files_extend_users_without_knowing_of_each_other() {
    let shoes = "urn:example:params:scim:schemas:extension:shoes:2.0:User";
    let second = parse(&json!([
        { "id": shoes, "name": "Shoes", "attributes": [{ "name": "size" }] },
        { "name": "User", "endpoint": "/Users", "schema": urn::USER, "schemaExtensions": [
            { "schema": shoes }, { "schema": urn::ENTERPRISE_USER, "required": true }] },
    ]));
    let both = parse(&badge()).with(second.clone());
    let types = both.build().unwrap();
    let extensions: Vec<(&str, bool)> =
        types.user().extensions.iter().map(|it| (it.schema.id.as_str(), it.required)).collect();
    assert_eq!(extensions, [(urn::ENTERPRISE_USER, true), (BADGE, false), (shoes, false)]);
    assert_eq!(both.clone().with(second), both, "adding the same again changes nothing");
}

#[test]
fn what_only_served_a_removed_definition_goes_with_it() {
    let extension = "urn:example:Extension";
    let own = json!([
        device_schema(json!([{ "name": "a" }])),
        { "id": extension, "name": "Extension", "attributes": [{ "name": "b" }] },
        { "name": "Device", "endpoint": "/Devices", "schema": DEVICE, "schemaExtensions": [{ "schema": extension }] },
    ]);
    let both = parse(&own).with(parse(&badge()));
    assert_eq!(both.clone().without("Device"), Some(parse(&badge())));
    assert_eq!(both.clone().without(&BADGE.to_uppercase()), Some(parse(&own)));
    assert_eq!(both.clone().without("User"), Some(parse(&own)));
    let without_extension = both.clone().without(extension).unwrap();
    assert!(without_extension.build().is_ok() && !without_extension.has(extension) && without_extension.has("Device"));
    let without_schema = both.clone().without(DEVICE).unwrap().build().unwrap_err();
    assert!(without_schema[0].problem.contains("not defined"), "{without_schema:?}");
    assert_eq!(both.clone().without("device"), None, "names of types are exact");
    assert_eq!(both.of_types(&["Device", "Nothing"]), parse(&own));
}
