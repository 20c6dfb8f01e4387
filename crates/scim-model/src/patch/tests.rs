use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::check::tests::any_json;
use crate::message::error::ScimType;
use crate::schema::core;
use crate::urn::{ENTERPRISE_USER, GROUP, PATCH_OP, USER};

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

fn document(schema: &str, more: Value) -> Resource {
    let mut document = json!({"schemas": [schema]});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Resource::from_stored(&document.to_string()).unwrap()
}

fn parse(operations: Value, ty: &ResourceType) -> Result<Patch, ScimError> {
    let body = json!({"schemas": [PATCH_OP], "Operations": operations});
    Patch::parse(body.to_string().as_bytes(), ty, &Limits::default())
}

/// The document without `schemas`, and whether anything changed; or the `scimType` and the detail.
fn apply(before: Value, operations: Value) -> Result<(Value, bool), (Option<ScimType>, String)> {
    let refusal = |error: ScimError| (error.scim_type, error.detail);
    let mut resource = document(USER, before);
    let untouched = resource.clone();
    let patch = parse(operations, core::user()).map_err(refusal)?;
    match patch.apply(&mut resource, core::user()) {
        Ok(changes) => {
            let mut found = Value::Object(resource.as_map().clone());
            found.as_object_mut().unwrap().shift_remove("schemas");
            Ok((found, !changes.is_empty()))
        }
        Err(error) => {
            assert_eq!(resource, untouched);
            Err(refusal(error))
        }
    }
}

fn check(before: Value, operations: Value, after: Value) {
    let changed = before != after;
    assert_eq!(apply(before, operations.clone()), Ok((after, changed)), "{operations}");
}

fn check_refused(before: Value, operations: Value, scim_type: ScimType, detail: &str) {
    assert_eq!(apply(before, operations.clone()), Err((Some(scim_type), detail.to_owned())), "{operations}");
}

#[test]
fn okta() {
    let ada = json!({"userName": "ada", "active": true});
    check(
        ada.clone(),
        json!([{"op": "replace", "value": {"active": false}}]),
        json!({"userName": "ada", "active": false}),
    );
    check(ada.clone(), json!([{"op": "replace", "value": {"active": true}}]), ada.clone());
    // The id is sent along.
    check(
        json!({"displayName": "Old"}),
        json!([{"op": "replace", "value": {"id": "0192", "displayName": "New", "meta": {}, "groups": [], "schemas": [USER]}}]),
        json!({"displayName": "New"}),
    );
    let password = parse(json!([{"op": "replace", "value": {"password": "s3cret"}}]), core::user()).unwrap();
    assert!(password.only_sets("password"));
    assert!(!format!("{password:?}").contains("s3cret"));
    let mut resource = document(USER, ada);
    let changes = password.apply(&mut resource, core::user()).unwrap();
    assert_eq!(changes.as_slice(), [Change { path: "password".to_owned(), old: None, new: None }]);
    assert_eq!(resource.take("password"), Some(json!("s3cret")));
    for operations in [
        json!([{"op": "replace", "value": {"password": "s3cret", "active": true}}]),
        json!([{"op": "replace", "value": {"id": "7"}}]),
        json!([{"op": "remove", "path": "password"}]),
    ] {
        assert!(!parse(operations, core::user()).unwrap().only_sets("password"));
    }
}

#[test]
fn entra_with_a_path_each() {
    check(
        json!({"active": true, "emails": [{"type": "work", "value": "a@x", "primary": true}, {"type": "home", "value": "h@x"}]}),
        json!([
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "b@contoso.test"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555 0100"},
            {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Redmond"},
            {"op": "Add", "path": MANAGER, "value": "7"},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "externalId", "value": "e"},
        ]),
        json!({
            "active": false,
            "emails": [{"type": "work", "value": "b@contoso.test", "primary": true}, {"type": "home", "value": "h@x"}],
            "phoneNumbers": [{"type": "mobile", "value": "+1 555 0100"}],
            "addresses": [{"type": "work", "locality": "Redmond"}],
            ENTERPRISE_USER: {"manager": {"value": "7"}},
            "externalId": "e",
        }),
    );
    // Later operations find the entry that the first one made (SCIM-SDK#668).
    let set = |part: &str| json!({"op": "Add", "path": format!("addresses[type eq \"work\"].{part}"), "value": part});
    check(
        json!({"addresses": [{"type": "home", "country": "NZ"}]}),
        json!([set("streetAddress"), set("locality"), set("region"), set("postalCode"), set("country")]),
        json!({"addresses": [
            {"type": "home", "country": "NZ"},
            {"type": "work", "streetAddress": "streetAddress", "locality": "locality", "region": "region",
             "postalCode": "postalCode", "country": "country"},
        ]}),
    );
    // The validator's roles, and its e-mail whose primary comes first.
    check(
        json!({}),
        json!([
            {"op": "Add", "path": "roles[primary eq \"True\"].display", "value": "d"},
            {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "{\"id\":1}"},
            {"op": "Add", "path": "roles[primary eq \"True\"].type", "value": "t"},
            {"op": "Add", "path": "emails[type eq \"work\"].primary", "value": "True"},
            {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@x"},
            {"op": "Add", "path": "name.givenName", "value": "Ada"},
            {"op": "Add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:nickName", "value": "A"},
        ]),
        json!({
            "roles": [{"primary": true, "display": "d", "value": "{\"id\":1}", "type": "t"}],
            "emails": [{"type": "work", "primary": true, "value": "a@x"}],
            "name": {"givenName": "Ada"}, "nickName": "A",
        }),
    );
    // Jobs from before 2019.
    check(
        json!({}),
        json!([{"op": "Add", "path": DEPARTMENT.replace(":department", ".department"), "value": "Sales"}]),
        json!({ENTERPRISE_USER: {"department": "Sales"}}),
    );
    check(
        json!({}),
        json!([{"op": "Add", "path": "displayName", "value": [{"$ref": null, "value": "User x"}]}]),
        json!({"displayName": "User x"}),
    );
}

#[test]
fn entra_in_one_operation() {
    check(
        json!({"displayName": "B", "name": {"givenName": "Bob", "familyName": "L"}}),
        json!([{"op": "replace", "value": {
            "displayName": "Bob", "name.givenName": "Robert", "emails[type eq \"work\"].value": "b@x",
            DEPARTMENT: "Sales", format!("{MANAGER}.value"): "7",
            ENTERPRISE_USER: {"division": "D", "shoe": 1},
            "urn:ietf:params:scim:schemas:core:2.0:User": {"title": "T"},
        }}]),
        json!({
            "displayName": "Bob", "name": {"givenName": "Robert", "familyName": "L"},
            "emails": [{"type": "work", "value": "b@x"}],
            ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "7"}, "division": "D"},
            "title": "T",
        }),
    );
}

#[test]
fn manager_in_every_form() {
    let with = |manager: Value| json!({ENTERPRISE_USER: {"department": "x", "manager": manager}});
    let without = json!({ENTERPRISE_USER: {"department": "x"}});
    let old = with(json!({"value": "1", "$ref": "../Users/1"}));
    for value in [
        json!("7"),
        json!({"value": "7"}),
        json!([{"$ref": null, "value": "7"}]),
        json!({"value": "7", "displayName": "M"}),
    ] {
        for op in ["Add", "replace"] {
            let operations = json!([{"op": op, "path": MANAGER, "value": value}]);
            check(old.clone(), operations.clone(), with(json!({"value": "7"})));
            check(without.clone(), operations, with(json!({"value": "7"})));
        }
    }
    for value in [json!(""), json!({"value": ""}), json!(null), json!([]), json!({"value": null})] {
        let operations = json!([{"op": "Replace", "path": MANAGER, "value": value}]);
        check(without.clone(), operations.clone(), without.clone());
        check(old.clone(), operations, without.clone());
    }
    check(
        old.clone(),
        json!([{"op": "Replace", "path": format!("{MANAGER}.value"), "value": "7"}]),
        with(json!({"value": "7", "$ref": "../Users/1"})),
    );
    check(old, json!([{"op": "remove", "path": MANAGER}]), without);
    check(
        with(json!({"value": "1"})),
        json!([{"op": "Replace", "path": format!("{MANAGER}[value eq \"1\"]"), "value": "2"}]),
        with(json!({"value": "2"})),
    );
    check(
        with(json!({"value": "1"})),
        json!([{"op": "Replace", "path": format!("{MANAGER}[value eq \"3\"].$ref"), "value": "r"}]),
        with(json!({"value": "3", "$ref": "r"})),
    );
    // The one that is made takes the place of the one that did not match, also when they have the same value.
    check(
        with(json!({"value": "1", "$ref": "a"})),
        json!([{"op": "Replace", "path": format!("{MANAGER}[$ref eq \"b\"]"), "value": {"value": "1"}}]),
        with(json!({"value": "1", "$ref": "b"})),
    );
}

#[test]
fn add() {
    let work = json!({"type": "work", "value": "a@x", "primary": true});
    let before = json!({"emails": [work]});
    check(
        before.clone(),
        json!([{"op": "add", "path": "emails", "value": [{"type": "home", "value": "h@x"}]}]),
        json!({"emails": [work, {"type": "home", "value": "h@x"}]}),
    );
    // There already: nothing happens.
    check(
        before.clone(),
        json!([{"op": "add", "path": "emails", "value": {"value": "A@x", "type": "work"}}]),
        json!({"emails": [{"type": "work", "value": "A@x", "primary": true}]}),
    );
    check(before.clone(), json!([{"op": "add", "path": "emails", "value": [work, work]}]), before.clone());
    check(before.clone(), json!([{"op": "add", "path": "emails", "value": []}]), before.clone());
    // A new primary ends the old one.
    check(
        before.clone(),
        json!([{"op": "add", "path": "emails", "value": [{"value": "n@x", "primary": true}]}]),
        json!({"emails": [{"type": "work", "value": "a@x", "primary": false}, {"value": "n@x", "primary": true}]}),
    );
    check(
        json!({"name": {"givenName": "A", "familyName": "L"}}),
        json!([{"op": "add", "path": "name", "value": {"givenName": "B", "middleName": "K"}}]),
        json!({"name": {"givenName": "B", "familyName": "L", "middleName": "K"}}),
    );
    check(json!({"title": "x"}), json!([{"op": "add", "path": "title", "value": "y"}]), json!({"title": "y"}));
    check(
        json!({"title": "x"}),
        json!([{"op": "add", "value": {"nickName": "n", "emails": [{"value": "a@x"}], "shoeSize": 44}}]),
        json!({"title": "x", "nickName": "n", "emails": [{"value": "a@x"}]}),
    );
}

#[test]
fn replace() {
    let before = json!({"emails": [
        {"type": "work", "value": "a@x", "primary": true, "display": "A"}, {"type": "home", "value": "h@x"}]});
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails", "value": [{"value": "n@x"}]}]),
        json!({"emails": [{"value": "n@x"}]}),
    );
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "w@x"}}]),
        json!({"emails": [{"type": "work", "value": "w@x"}, {"type": "home", "value": "h@x"}]}),
    );
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": [{"value": "n@x", "primary": true}]}]),
        json!({"emails": [
            {"type": "work", "value": "a@x", "primary": false, "display": "A"},
            {"type": "home", "value": "n@x", "primary": true}]}),
    );
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]),
        json!({"emails": [
            {"type": "work", "value": "a@x", "primary": false, "display": "A"},
            {"type": "home", "value": "h@x", "primary": true}]}),
    );
    // Every value that matches.
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails[value ew \"@x\"].display", "value": "D"}]),
        json!({"emails": [
            {"type": "work", "value": "a@x", "primary": true, "display": "D"},
            {"type": "home", "value": "h@x", "display": "D"}]}),
    );
    // Two that have become the same are one.
    check(
        json!({"emails": [{"type": "work", "value": "a@x"}, {"type": "work", "value": "b@x", "primary": true}]}),
        json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "c@x"}]),
        json!({"emails": [{"type": "work", "value": "c@x", "primary": true}]}),
    );
    // Without saying which: the primary one, or the only one, or a new one.
    check(
        before.clone(),
        json!([{"op": "replace", "path": "emails.value", "value": "n@x"}]),
        json!({"emails": [
            {"type": "work", "value": "n@x", "primary": true, "display": "A"}, {"type": "home", "value": "h@x"}]}),
    );
    check(
        json!({}),
        json!([{"op": "add", "path": "emails.value", "value": "n@x"}]),
        json!({"emails": [{"value": "n@x"}]}),
    );
    check(
        json!({"name": {"givenName": "A", "familyName": "L"}}),
        json!([{"op": "replace", "path": "name", "value": {"givenName": null, "familyName": "M"}}]),
        json!({"name": {"familyName": "M"}}),
    );
    for nothing in [json!(null), json!([]), json!([{"type": "work"}])] {
        check(before.clone(), json!([{"op": "replace", "path": "emails", "value": nothing}]), json!({}));
    }
    check(
        json!({"title": "x", "nickName": "n"}),
        json!([{"op": "replace", "value": {"title": null}}]),
        json!({"nickName": "n"}),
    );
    check(json!({"externalId": "x"}), json!([{"op": "replace", "value": {"externalId": ""}}]), json!({}));
    check(
        json!({ENTERPRISE_USER: {"department": "x"}}),
        json!([{"op": "replace", "path": ENTERPRISE_USER, "value": null}]),
        json!({}),
    );
}

#[test]
fn remove() {
    let before = json!({"title": "x", "emails": [{"type": "work", "value": "a@x", "display": "A"}, {"type": "home", "value": "h@x"}]});
    let home_only = json!({"title": "x", "emails": [{"type": "home", "value": "h@x"}]});
    for (operation, after) in [
        (json!({"path": "emails"}), json!({"title": "x"})),
        (json!({"path": "emails", "value": null}), json!({"title": "x"})),
        (json!({"path": "emails", "value": []}), before.clone()),
        (json!({"path": "emails", "value": [{"value": "A@x"}]}), home_only.clone()),
        (json!({"path": "emails", "value": [{"value": "a@x", "type": "other"}]}), before.clone()),
        (json!({"path": "emails", "value": ["a@x", "h@x"]}), json!({"title": "x"})),
        (json!({"path": "emails[type eq \"work\"]"}), home_only.clone()),
        (json!({"path": "emails[type eq \"work\"]", "value": [{"value": "h@x"}]}), home_only.clone()),
        (json!({"path": "emails[type eq \"fax\"]"}), before.clone()),
        // What is left says nothing but its type.
        (
            json!({"path": "emails[type eq \"home\"].value"}),
            json!({"title": "x", "emails": [{"type": "work", "value": "a@x", "display": "A"}]}),
        ),
        (
            json!({"path": "emails.display"}),
            json!({"title": "x", "emails": [{"type": "work", "value": "a@x"}, {"type": "home", "value": "h@x"}]}),
        ),
        (json!({"path": "phoneNumbers[type eq \"work\"].value"}), before.clone()),
        (
            json!({"path": "title", "value": "other"}),
            json!({"emails": [{"type": "work", "value": "a@x", "display": "A"}, {"type": "home", "value": "h@x"}]}),
        ),
        (json!({"path": "nickName"}), before.clone()),
        (json!({"path": ENTERPRISE_USER}), before.clone()),
    ] {
        let mut operation = operation;
        operation["op"] = json!("Remove");
        check(before.clone(), json!([operation]), after);
    }
}

/// `remove` takes `active` away; a null does not, as a custom template sends it for a status that it does not manage.
#[test]
fn active_is_taken_away_by_remove_alone() {
    for active in [true, false] {
        let before = json!({"active": active, "title": "x"});
        for operation in [
            json!({"op": "remove", "path": "active"}),
            json!({"op": "Remove", "path": format!("{USER}:active"), "value": true}),
            json!({"op": "remove", "path": "ACTIVE"}),
        ] {
            check(before.clone(), json!([operation]), json!({"title": "x"}));
        }
        for operation in [
            json!({"op": "replace", "path": "active", "value": null}),
            json!({"op": "add", "path": "active", "value": []}),
            json!({"op": "replace", "path": "active", "value": [{"value": null}]}),
            json!({"op": "replace", "value": {"active": null}}),
            json!({"op": "add", "path": USER, "value": {"Active": null}}),
        ] {
            let patch = parse(json!([operation]), core::user()).unwrap();
            assert!(patch.adjustments().contains(&Adjustment::ActiveKept), "{operation}");
            check(before.clone(), json!([operation]), before.clone());
        }
    }
    check(
        json!({"active": false, "title": "x"}),
        json!([{"op": "replace", "value": {"active": null, "title": "y"}}]),
        json!({"active": false, "title": "y"}),
    );
    assert_eq!(Adjustment::ActiveKept.to_string(), "active was not said: kept");
}

#[test]
fn schemas_follow() {
    let mut resource = document(USER, json!({}));
    let add = parse(
        json!([{"op": "add", "path": DEPARTMENT, "value": "x"}, {"op": "add", "path": "schemas", "value": ["urn:x"]}]),
        core::user(),
    );
    add.unwrap().apply(&mut resource, core::user()).unwrap();
    assert_eq!(resource.get("schemas"), Some(&json!([USER, ENTERPRISE_USER])));
    let remove = parse(json!([{"op": "remove", "path": DEPARTMENT}]), core::user());
    remove.unwrap().apply(&mut resource, core::user()).unwrap();
    assert_eq!(resource.as_map(), document(USER, json!({})).as_map());
}

#[test]
fn refusals() {
    let two = json!({"title": "x", "emails": [{"value": "a@x"}, {"value": "b@x"}]});
    for (operation, scim_type, detail) in [
        (json!(1), ScimType::InvalidSyntax, "expected an object, found a number"),
        (json!({"path": "title"}), ScimType::InvalidSyntax, "op is missing"),
        (
            json!({"op": "move", "path": "title"}),
            ScimType::InvalidSyntax,
            "op must be add, replace or remove, found move",
        ),
        (json!({"op": 1}), ScimType::InvalidSyntax, "op must be text, found a number"),
        (json!({"op": "remove"}), ScimType::NoTarget, "remove needs a path"),
        (json!({"op": "remove", "value": {"title": ""}}), ScimType::NoTarget, "remove needs a path"),
        (json!({"op": "add", "path": "title"}), ScimType::InvalidValue, "value is missing"),
        (json!({"op": "add"}), ScimType::InvalidValue, "value is missing"),
        (
            json!({"op": "add", "value": "x"}),
            ScimType::InvalidValue,
            "without a path the value must be an object of attributes, found text",
        ),
        (json!({"op": "add", "path": 1, "value": 1}), ScimType::InvalidPath, "path must be text, found a number"),
        (json!({"op": "add", "path": "shoeSize", "value": 1}), ScimType::InvalidPath, "unknown attribute shoeSize"),
        (json!({"op": "add", "path": "name.nick", "value": 1}), ScimType::InvalidPath, "unknown attribute name.nick"),
        (
            json!({"op": "add", "path": "emails[type eq \"a\"].x", "value": 1}),
            ScimType::InvalidPath,
            "unknown attribute emails.x",
        ),
        (
            json!({"op": "add", "path": "title x", "value": 1}),
            ScimType::InvalidPath,
            "path, position 6: expected the end of the path",
        ),
        (
            json!({"op": "add", "path": "[x]", "value": 1}),
            ScimType::InvalidPath,
            "path, position 0: expected an attribute name",
        ),
        (
            json!({"op": "remove", "path": "emails[type xx 1]"}),
            ScimType::InvalidFilter,
            "filter, position 12: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)",
        ),
        (
            json!({"op": "remove", "path": "emails[shoe pr]"}),
            ScimType::InvalidFilter,
            "filter, position 7: unknown attribute shoe",
        ),
        (
            json!({"op": "remove", "path": "emails.type[value pr]"}),
            ScimType::InvalidPath,
            "brackets can only follow an attribute, not a sub-attribute",
        ),
        (json!({"op": "replace", "path": "id", "value": "x"}), ScimType::Mutability, "id is read-only"),
        (json!({"op": "remove", "path": "meta.created"}), ScimType::Mutability, "meta.created is read-only"),
        (
            json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
            ScimType::Mutability,
            "groups is read-only",
        ),
        (
            json!({"op": "replace", "path": format!("{MANAGER}.displayName"), "value": "x"}),
            ScimType::Mutability,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName is read-only",
        ),
        (
            json!({"op": "remove", "path": "userName"}),
            ScimType::Mutability,
            "userName is required and cannot be removed",
        ),
        (
            json!({"op": "remove", "path": USER}),
            ScimType::Mutability,
            "urn:ietf:params:scim:schemas:core:2.0:User cannot be removed",
        ),
        (
            json!({"op": "replace", "path": "userName", "value": ""}),
            ScimType::InvalidValue,
            "userName is required and must not be empty",
        ),
        (
            json!({"op": "replace", "value": {"userName": null}}),
            ScimType::InvalidValue,
            "userName is required and must not be empty",
        ),
        (
            json!({"op": "replace", "path": "active", "value": "maybe"}),
            ScimType::InvalidValue,
            "active: expected true or false, found text",
        ),
        (
            json!({"op": "replace", "path": "title", "value": ["a", "b"]}),
            ScimType::InvalidValue,
            "title: expected one value, found a list of several",
        ),
        (
            json!({"op": "replace", "path": "title", "value": {"x": "a"}}),
            ScimType::InvalidValue,
            "title: expected text, found an object",
        ),
        (
            json!({"op": "replace", "path": "title", "value": "\0"}),
            ScimType::InvalidValue,
            "title holds a NUL character (U+0000)",
        ),
        (
            json!({"op": "replace", "path": ENTERPRISE_USER, "value": "x"}),
            ScimType::InvalidValue,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User: expected an object, found text",
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "c", "primary": true}, {"value": "d", "primary": true}]}),
            ScimType::InvalidValue,
            "emails: only one value may be primary",
        ),
    ] {
        check_refused(two.clone(), json!([operation]), scim_type, &format!("Operations[0]: {detail}"));
    }
    for (operation, scim_type, detail) in [
        (
            json!({"op": "replace", "path": "emails[type co \"w\"].value", "value": "x"}),
            ScimType::NoTarget,
            "emails has no value that matches emails.type co \"w\"",
        ),
        (
            json!({"op": "replace", "path": "emails.value", "value": "x"}),
            ScimType::NoTarget,
            "emails.value has several values; say which with a filter in brackets",
        ),
        (
            json!({"op": "replace", "path": "emails[value ew \"@x\"].primary", "value": true}),
            ScimType::InvalidValue,
            "emails: only one value may be primary",
        ),
    ] {
        // What came before it is taken back.
        check_refused(two.clone(), json!([{"op": "remove", "path": "title"}, operation]), scim_type, detail);
    }
}

#[test]
fn required_attributes_stay_and_single_values_take_no_brackets() {
    let extension = |path: &str| DEPARTMENT.replace("department", path);
    for (ty, urn, name) in [(core::user(), USER, "userName"), (core::group(), GROUP, "displayName")] {
        let removed = (ScimType::Mutability, format!("{name} is required and cannot be removed"));
        let empty = (ScimType::InvalidValue, format!("{name} is required and must not be empty"));
        let brackets = (ScimType::InvalidPath, format!("brackets cannot follow {name}: it is a single plain value"));
        let check = |operation: Value, (scim_type, detail): &(ScimType, String)| {
            let error = parse(json!([operation]), ty).unwrap_err();
            let expected = (400, Some(*scim_type), format!("Operations[0]: {detail}"));
            assert_eq!((error.status, error.scim_type, error.detail), expected, "{operation}");
        };
        for path in
            [name.to_owned(), name.to_uppercase(), format!("{urn}:{name}"), format!("{}:{name}", urn.to_uppercase())]
        {
            for form in ["", "[value eq \"g4\"]", "[value eq \"g4\"].value", "[value pr]", "[type eq \"x\"]"] {
                check(json!({"op": "remove", "path": format!("{path}{form}")}), &removed);
                check(json!({"op": "Remove", "path": format!("{path}{form}"), "value": "g4"}), &removed);
                for op in ["add", "replace"] {
                    let with_value = |value: Value| json!({"op": op, "path": format!("{path}{form}"), "value": value});
                    let as_key = json!({"op": op, "value": {format!("{path}{form}"): null}});
                    if form.is_empty() {
                        for value in
                            [json!(null), json!(""), json!("  "), json!([]), json!([""]), json!({"value": null})]
                        {
                            check(with_value(value), &empty);
                        }
                        check(as_key, &empty);
                    } else {
                        check(with_value(json!(null)), &brackets);
                        check(with_value(json!("new")), &brackets);
                        check(as_key, &brackets);
                    }
                }
            }
        }
        for form in ["externalId[value eq \"x\"]", "externalId[shoe pr].value"] {
            for op in ["add", "replace", "remove"] {
                let operation = json!({"op": op, "path": form, "value": "x"});
                check(operation, &(brackets.0, brackets.1.replace(name, "externalId")));
            }
        }
    }
    for path in ["title[value pr]", "active[value eq true]", &extension("department[value eq \"x\"]")] {
        for op in ["add", "replace", "remove"] {
            let error = parse(json!([{"op": op, "path": path, "value": true}]), core::user()).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidPath)), "{op} {path}");
        }
    }
}

#[test]
fn broken_messages() {
    for (body, scim_type) in [
        ("", ScimType::InvalidSyntax),
        ("[]", ScimType::InvalidSyntax),
        (r#"{"Operations":[{"op":"remove","path":"title"}]}"#, ScimType::InvalidSyntax),
        (r#"{"schemas":["x"],"Operations":[{"op":"remove","path":"title"}]}"#, ScimType::InvalidSyntax),
        (r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}"#, ScimType::InvalidSyntax),
        (r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}"#, ScimType::InvalidSyntax),
        (r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{}}"#, ScimType::InvalidSyntax),
    ] {
        let error = Patch::parse(body.as_bytes(), core::user(), &Limits::default()).unwrap_err();
        assert_eq!((error.status, error.scim_type), (400, Some(scim_type)), "{body}");
    }
    // Names in lower case, further members.
    let body = r#"{"SCHEMAS":["urn:ietf:params:scim:api:messages:2.0:patchop"],"id":"7","operations":[{"name":"x","OP":"remove","Path":"title"}]}"#;
    assert!(Patch::parse(body.as_bytes(), core::user(), &Limits::default()).is_ok());
}

#[test]
fn each_dialect_is_on_record() {
    let manager = format!("{ENTERPRISE_USER}:manager");
    for (operation, ty, expected) in [
        (
            json!({"op": "replace", "value": {"name.givenName": "A", "title": "T"}}),
            core::user(),
            "path sent as a name: name.givenName",
        ),
        (
            json!({"op": "add", "value": {(manager.as_str()): "7"}}),
            core::user(),
            &*format!("path sent as a name: {manager}, bare value taken as an object: {manager}"),
        ),
        // As the RFC has it: the extension with its attributes.
        (json!({"op": "add", "value": {ENTERPRISE_USER: {"department": "D"}}}), core::user(), ""),
        (
            json!({"op": "replace", "path": manager, "value": ""}),
            core::user(),
            &*format!("empty value taken as none: {manager}"),
        ),
        (
            json!({"op": "replace", "path": manager, "value": {"value": ""}}),
            core::user(),
            &*format!("empty value taken as none: {manager}"),
        ),
        (json!({"op": "replace", "path": manager, "value": {"value": null}}), core::user(), ""),
        (
            json!({"op": "add", "path": "roles[primary eq \"True\"].value", "value": "A"}),
            core::user(),
            "boolean sent as text: roles.primary",
        ),
        (json!({"op": "add", "path": "roles[primary eq true].value", "value": "A"}), core::user(), ""),
        (json!({"op": "add", "path": "roles[type eq \"true\"].value", "value": "A"}), core::user(), ""),
        (
            json!({"op": "remove", "path": "members", "value": [{"value": "7"}]}),
            core::group(),
            "values to remove sent beside the path: members",
        ),
        (json!({"op": "remove", "path": "members", "value": null}), core::group(), ""),
        (json!({"op": "remove", "path": "members"}), core::group(), ""),
    ] {
        let patch = parse(json!([operation]), ty).unwrap();
        let sentences: Vec<String> = patch.adjustments().iter().map(ToString::to_string).collect();
        assert_eq!(sentences.join(", "), expected, "{operation}");
    }
}

#[test]
fn what_is_ignored_is_on_record() {
    let patch = parse(
        json!([
            {"op": "Add", "path": "urn:example:custom:2.0:User:desk", "value": 1},
            {"op": "Add", "path": format!("{ENTERPRISE_USER}:desk"), "value": 1},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "replace", "value": {"shoeSize": 1, "no path!": 2, "title": "x"}},
        ]),
        core::user(),
    )
    .unwrap();
    let sentences: Vec<String> = patch.adjustments().iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "operation in another case: Add",
            "unknown schema ignored: urn:example:custom:2.0:User:desk",
            "attribute ignored: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:desk",
            "operation in another case: Replace",
            "boolean sent as text: active",
            "attribute ignored: shoeSize",
            "attribute ignored: no path!",
        ]
    );
    assert!(parse(json!([{"op": "replace", "value": {"id": "7"}}]), core::user()).unwrap().is_empty());
}

/// Kind, filter, values, whether there was a value.
type Detached = (OperationKind, Option<String>, Value, bool);

fn detached(operations: Value) -> (Patch, Vec<Detached>) {
    let (rest, detached) = parse(operations, core::group()).unwrap().detach("members");
    let detached = detached.into_iter().map(|operation| {
        (
            operation.kind,
            operation.filter.map(|filter| filter.to_string()),
            operation.values.into(),
            operation.had_value,
        )
    });
    (rest, detached.collect())
}

#[test]
fn members_are_detached_in_order() {
    use OperationKind::{Add, Remove, Replace};
    let by_id = |id: &str| Some(format!("members.value eq \"{id}\""));
    for (operations, expected) in [
        // Okta.
        (
            json!([{"op": "remove", "path": "members[value eq \"a\"]"}, {"op": "add", "path": "members", "value": [{"value": "b", "display": "B"}]}]),
            vec![(Remove, by_id("a"), json!([]), false), (Add, None, json!([{"value": "b", "display": "B"}]), true)],
        ),
        (json!([{"op": "replace", "path": "members", "value": []}]), vec![(Replace, None, json!([]), true)]),
        // Entra ID without and with its flag.
        (
            json!([{"op": "Remove", "path": "members", "value": [{"value": "a"}]}]),
            vec![(Remove, None, json!([{"value": "a"}]), true)],
        ),
        (
            json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "a"}, {"$ref": null, "value": "b"}]}]),
            vec![(Add, None, json!([{"$ref": null, "value": "a"}, {"$ref": null, "value": "b"}]), true)],
        ),
        // Microsoft's Postman set, JumpCloud.
        (
            json!([{"op": "add", "path": "members", "value": ["a", {"value": "a"}]}]),
            vec![(Add, None, json!([{"value": "a"}]), true)],
        ),
        (
            json!([{"op": "add", "path": "members", "value": {"value": "a"}}]),
            vec![(Add, None, json!([{"value": "a"}]), true)],
        ),
        // Keycloak's empty group, and the bare remove.
        (json!([{"op": "remove", "path": "members", "value": null}]), vec![(Remove, None, json!([]), false)]),
        (json!([{"op": "remove", "path": "members"}]), vec![(Remove, None, json!([]), false)]),
        (json!([{"op": "remove", "path": "members", "value": []}]), vec![(Remove, None, json!([]), true)]),
        // authentik.
        (
            json!([{"op": "replace", "value": {"schemas": [GROUP], "id": "7", "displayName": "x", "members": [{"value": "a"}]}}]),
            vec![(Replace, None, json!([{"value": "a"}]), true)],
        ),
    ] {
        assert_eq!(detached(operations.clone()).1, expected, "{operations}");
    }
}

#[test]
fn what_is_not_detached_is_applied() {
    let (rest, members) = detached(json!([
        {"op": "replace", "value": {"id": "7", "displayName": "New", "members": [{"value": "a"}]}},
        {"op": "add", "path": "externalId", "value": "e"},
    ]));
    assert_eq!(members.len(), 1);
    let mut group = document(GROUP, json!({"displayName": "Old"}));
    let changes = rest.apply(&mut group, core::group()).unwrap();
    assert_eq!(group.as_map(), document(GROUP, json!({"displayName": "New", "externalId": "e"})).as_map());
    assert_eq!(
        changes.as_slice().iter().map(|change| change.path.as_str()).collect::<Vec<_>>(),
        ["externalId", "displayName"]
    );
    for path in ["members.value", "members[value eq \"a\"].value", "members[value eq \"a\"].display"] {
        let error = parse(json!([{"op": "replace", "path": path, "value": "x"}]), core::group()).unwrap_err();
        assert_eq!(error.scim_type, Some(ScimType::Mutability), "{path}");
    }
}

#[test]
fn large_requests() {
    // authentik: one operation per member.
    let each: Vec<Value> = (0..20_000)
        .map(|index| json!({"op": "add", "path": "members", "value": [{"value": index.to_string()}]}))
        .collect();
    assert_eq!(detached(each.into()).1.len(), 20_000);

    let small = Limits { patch_operations: 2, ..Limits::default() };
    let body = |count: usize| {
        let value: Map<String, Value> = ["title", "nickName", "userType"]
            .into_iter()
            .take(count)
            .map(|name| (name.to_owned(), json!("x")))
            .collect();
        json!({"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": value}]}).to_string()
    };
    assert!(Patch::parse(body(2).as_bytes(), core::user(), &small).is_ok());
    assert_eq!(Patch::parse(body(3).as_bytes(), core::user(), &small).unwrap_err().status, 413);
}

/// Work grows with the product of operations and entries, and with the texts that are compared and copied.
#[test]
fn work_is_bounded() {
    let entries = |count: usize| -> Value {
        (0..count).map(|index| json!({"type": "work", "value": index.to_string(), "display": "d"})).collect()
    };
    let times = |count: usize, operation: Value| Value::Array(vec![operation; count]);
    let text = |count: usize| "\u{c9}".repeat(count);
    for (name, before, operations, passes) in [
        // What real clients come near to.
        (
            "one list of 20,000",
            json!({}),
            json!([{"op": "add", "path": "phoneNumbers", "value": entries(20_000)}]),
            true,
        ),
        ("20,000 cleared of a part", entries(20_000), json!([{"op": "remove", "path": "phoneNumbers.display"}]), true),
        ("20,000 emptied", entries(20_000), json!([{"op": "remove", "path": "phoneNumbers"}]), true),
        (
            "500 one by one",
            entries(3),
            (0..500)
                .map(|index| json!({"op": "add", "path": "phoneNumbers", "value": [{"value": format!("n{index}")}]}))
                .collect(),
            true,
        ),
        (
            "300 of 300 by value",
            entries(300),
            json!([{"op": "remove", "path": "phoneNumbers", "value": entries(300)}]),
            true,
        ),
        (
            "10,000 small ones",
            entries(5),
            times(10_000, json!({"op": "replace", "path": "phoneNumbers[type eq \"work\"].display", "value": "x"})),
            true,
        ),
        // What none does.
        (
            "parts of all",
            entries(20_000),
            times(20_000, json!({"op": "remove", "path": "phoneNumbers.display"})),
            false,
        ),
        (
            "entries that match",
            entries(10_000),
            times(1_000, json!({"op": "remove", "path": "phoneNumbers[value eq \"x\"]"})),
            false,
        ),
        (
            "added",
            entries(10_000),
            times(1_000, json!({"op": "add", "path": "phoneNumbers", "value": [{"value": "1"}]})),
            false,
        ),
        (
            "removed by value",
            entries(10_000),
            json!([{"op": "remove", "path": "phoneNumbers", "value": entries(10_000)}]),
            false,
        ),
        (
            "a filter of many terms",
            entries(10_000),
            json!([{"op": "remove", "path": format!("phoneNumbers[value eq \"x\"{}]", " or value eq \"y\"".repeat(900))}]),
            false,
        ),
        (
            "a long literal",
            entries(10_000),
            json!([{"op": "remove", "path": format!("phoneNumbers[value co \"{}\"]", text(8_000))}]),
            false,
        ),
        (
            "long texts",
            json!([{"value": text(100_000)}]),
            times(1_000, json!({"op": "remove", "path": "phoneNumbers[value co \"x\"]"})),
            false,
        ),
        (
            "one text copied to all",
            entries(10_000),
            json!([{"op": "replace", "path": "phoneNumbers[type eq \"work\"].display", "value": "d".repeat(1_000_000)}]),
            false,
        ),
    ] {
        let mut resource = document(USER, json!({"phoneNumbers": before}));
        let outcome = parse(operations, core::user()).unwrap().apply(&mut resource, core::user());
        assert_eq!(outcome.err().map(|error| error.status), if passes { None } else { Some(413) }, "{name}");
    }
}

#[test]
fn deep_nesting() {
    let deep = format!("{}1{}", "{\"value\":".repeat(10_000), "}".repeat(10_000));
    let body = format!(r#"{{"schemas":["{PATCH_OP}"],"Operations":[{{"op":"add","value":{deep}}}]}}"#);
    assert!(Patch::parse(body.as_bytes(), core::user(), &Limits::default()).is_err());
    let path = format!("emails{}type pr{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(parse(json!([{"op": "remove", "path": path}]), core::user()).is_err());
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = Patch::parse(&body, core::user(), &Limits::default());
    }

    /// Applying never panics, and what it leaves passes for a body.
    #[test]
    fn any_operations(
        before in any_json(),
        operations in proptest::collection::vec((
            proptest::sample::select(vec!["add", "Replace", "remove"]),
            proptest::option::of(proptest::sample::select(vec![
                "title", "userName", "active", "emails", "emails.value", "emails[type eq \"a\"]", "emails[type eq \"a\"].value",
                "emails[primary eq true].primary", "name", "name.givenName", MANAGER, DEPARTMENT, ENTERPRISE_USER, "roles[value co \"a\"]",
            ])),
            any_json(),
        ), 1..5),
    ) {
        let mut body = json!({});
        if let Value::Object(before) = before {
            body.as_object_mut().unwrap().extend(before);
        }
        body["schemas"] = json!([USER]);
        body["userName"] = json!("ada");
        let Ok(checked) = crate::check::create(body.to_string().as_bytes(), core::user(), &Limits::default()) else { return Ok(()) };
        let mut resource = checked.resource;
        for (op, path, value) in operations {
            let mut operation = json!({"op": op, "value": value});
            if let Some(path) = path {
                operation["path"] = json!(path);
            }
            let Ok(patch) = parse(json!([operation]), core::user()) else { continue };
            if patch.apply(&mut resource, core::user()).is_ok() {
                let text = Value::Object(resource.as_map().clone()).to_string();
                let again = crate::check::create(text.as_bytes(), core::user(), &Limits::default()).unwrap();
                prop_assert_eq!(again.adjustments, vec![]);
                // Clients repeat themselves: the second time changes nothing.
                prop_assert!(patch.apply(&mut resource, core::user()).is_ok_and(|changes| changes.is_empty()));
            }
        }
    }
}
