use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::message::error::ScimType;
use crate::schema::core;
use crate::urn::{ENTERPRISE_USER, GROUP, USER};

/// The document and the adjustments as sentences, or the `scimType` and the detail.
fn outcome(result: Result<Checked, ScimError>) -> Result<(Value, Vec<String>), (ScimType, String)> {
    match result {
        Ok(checked) => {
            let document = Value::Object(checked.resource.as_map().clone());
            Ok((document, checked.adjustments.iter().map(ToString::to_string).collect()))
        }
        Err(error) => {
            assert_eq!(error.status, 400);
            Err((error.scim_type.unwrap(), error.detail))
        }
    }
}

/// A user with `schemas` and `userName`, and what else is given.
fn user(more: Value) -> Value {
    let mut body = json!({"schemas": [USER], "userName": "ada"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn check_in(ty: &ResourceType, body: &Value, document: Value, adjustments: &[&str]) {
    let found = outcome(create(body.to_string().as_bytes(), ty, &Limits::default()));
    let adjustments = adjustments.iter().map(|&adjustment| adjustment.to_owned()).collect();
    assert_eq!(found, Ok((document, adjustments)), "{body}");
}

fn check(more: Value, document: Value, adjustments: &[&str]) {
    check_in(core::user(), &user(more), user(document), adjustments);
}

fn check_refused(body: &str, ty: &ResourceType, scim_type: ScimType, detail: &str) {
    let found = outcome(create(body.as_bytes(), ty, &Limits::default()));
    assert_eq!(found, Err((scim_type, detail.to_owned())), "{body}");
}

#[test]
fn what_was_sent_is_kept() {
    let as_sent = json!({
        "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": ""},
        "nickName": "",
        "emails": [{"primary": true, "value": "Ada@Corp.test", "type": "work"}, {"value": "Ada@Corp.test", "type": "home"}],
        "addresses": [{"type": "work", "locality": "", "country": "Belize"}],
        "locale": "PUWGYNUKSGVE", "profileUrl": "RVSZJGLGMDLF", "timezone": "Africa/Cairo",
        "roles": [{"value": "{\"id\":\"x\"}"}],
        "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UE+/=="}],
        "active": false, "externalId": "00u1", "password": "kq82mz0nq",
    });
    check(as_sent.clone(), as_sent, &[]);
}

#[test]
fn spelling_and_place_are_put_right() {
    check(
        json!({"NAME": {"GivenName": "Ada"}, "EMAILS": [{"Value": "a@x", "Primary": true}], "Active": true}),
        json!({"name": {"givenName": "Ada"}, "emails": [{"value": "a@x", "primary": true}], "active": true}),
        &[],
    );
    check_in(core::user(), &json!({"Schemas": [USER.to_uppercase()], "UserName": "ada"}), user(json!({})), &[]);
}

#[test]
fn unassigned_is_left_out() {
    check(
        json!({"title": null, "active": null, "emails": [], "addresses": null, "name": {}, "roles": [null], "phoneNumbers": [{}],
            "externalId": "", "nickName": null, ENTERPRISE_USER: {"manager": {"value": null}, "department": null}}),
        json!({}),
        &[],
    );
    check(json!({"name": {"givenName": null, "familyName": "L"}}), json!({"name": {"familyName": "L"}}), &[]);
    check(json!({ENTERPRISE_USER: null}), json!({}), &[]);
}

#[test]
fn echoed_and_unknown_attributes_are_ignored() {
    check(
        json!({"id": "7", "meta": {"resourceType": "User"}, "groups": [{"value": "g"}], "shoeSize": 44, "é": {},
            "name": {"nick": "x", "givenName": "Ada"}, "department": "Sales",
            "urn:example:custom": {"a": 1}, ENTERPRISE_USER: {"desk": 1}}),
        json!({"name": {"givenName": "Ada"}}),
        &[
            "attribute ignored: shoeSize",
            "attribute ignored: é",
            "attribute ignored: name.nick",
            "attribute ignored: department",
            "unknown schema ignored: urn:example:custom",
            "attribute ignored: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:desk",
        ],
    );
    // OneLogin: id null.
    check(json!({"id": null}), json!({}), &[]);
}

#[test]
fn schemas_follow_the_document() {
    let enterprise = json!({"employeeNumber": "701984"});
    check_in(
        core::user(),
        &json!({"schemas": [USER], "userName": "ada", ENTERPRISE_USER: enterprise}),
        json!({"schemas": [USER, ENTERPRISE_USER], "userName": "ada", ENTERPRISE_USER: enterprise}),
        &[],
    );
    check_in(core::user(), &json!({"schemas": [ENTERPRISE_USER, USER], "userName": "ada"}), user(json!({})), &[]);
    // Entra ID: groups with a schema of its own.
    check_in(
        core::group(),
        &json!({"schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "externalId": "8aa1a0c0", "displayName": "Sales", "meta": {"resourceType": "Group"}}),
        json!({"schemas": [GROUP], "externalId": "8aa1a0c0", "displayName": "Sales"}),
        &["unknown schema ignored: http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
    );
    check_in(
        core::user(),
        &json!({"schemas": "urn:example:x", "userName": "ada"}),
        user(json!({})),
        &[
            "single value taken as a list: schemas",
            "unknown schema ignored: urn:example:x",
            "schemas does not name the main schema",
        ],
    );
}

#[test]
fn onelogin_template() {
    check_in(
        core::user(),
        &json!({
            "schemas": ["urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0"],
            "id": null, "userName": "ada", "emails": {"value": "a@x"}, "active": "true",
            "urn:scim:schemas:extension:enterprise:1.0": {"manager": {"managerId": "7", "displayName": "Boss"}},
        }),
        json!({
            "schemas": [USER, ENTERPRISE_USER], "userName": "ada", "emails": [{"value": "a@x"}], "active": true,
            ENTERPRISE_USER: {"manager": {"value": "7"}},
        }),
        &[
            "schema named as before SCIM 2.0: urn:scim:schemas:core:1.0",
            "schema named as before SCIM 2.0: urn:scim:schemas:extension:enterprise:1.0",
            "single value taken as a list: emails",
            "boolean sent as text: active",
            "attribute named as before SCIM 2.0: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.managerId",
            "read-only attribute ignored: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
        ],
    );
}

#[test]
fn dialects_of_values() {
    // Entra ID.
    check(
        json!({"active": "False", "roles": [{"primary": "True", "value": "Admin"}]}),
        json!({"active": false, "roles": [{"primary": true, "value": "Admin"}]}),
        &["boolean sent as text: active", "boolean sent as text: roles.primary"],
    );
    // Okta: entries of nothing but their label.
    check(
        json!({"phoneNumbers": [{"primary": true, "type": "work"}, {"value": "1", "type": "mobile"}],
            "addresses": [{"type": "work", "primary": true}], "emails": [{"type": "work", "value": ""}]}),
        json!({"phoneNumbers": [{"value": "1", "type": "mobile"}]}),
        &[
            "entry without a value dropped: phoneNumbers",
            "entry without a value dropped: addresses",
            "entry without a value dropped: emails",
        ],
    );
    let manager = |value: Value| {
        let body = user(json!({ENTERPRISE_USER: {"department": "x", "manager": value}}));
        let checked = create(body.to_string().as_bytes(), core::user(), &Limits::default()).unwrap();
        checked.resource.get(&format!("{ENTERPRISE_USER}:manager")).cloned()
    };
    assert_eq!(manager(json!("7")), Some(json!({"value": "7"})));
    assert_eq!(manager(json!({"value": "7", "$ref": null})), Some(json!({"value": "7"})));
    for none in [json!(""), json!({"value": ""}), json!(null), json!({"displayName": "x"})] {
        assert_eq!(manager(none), None);
    }
    // Microsoft's Postman set: members as bare ids.
    check_in(
        core::group(),
        &json!({"schemas": [GROUP], "displayName": "Sales", "members": ["a", {"value": "b", "$ref": null, "display": "B"}]}),
        json!({"schemas": [GROUP], "displayName": "Sales", "members": [{"value": "a"}, {"value": "b"}]}),
        &["bare value taken as an object: members"],
    );
}

#[test]
fn duplicates_are_merged() {
    check(
        json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "A@X", "type": "Work", "primary": true, "display": "A"},
            {"value": "a@x", "type": "home"}]}),
        json!({"emails": [{"value": "a@x", "type": "work", "primary": true, "display": "A"}, {"value": "a@x", "type": "home"}]}),
        &["repeated value dropped: emails"],
    );
    check(
        json!({"addresses": [{"country": "NZ"}, {"country": "NZ"}, {"country": "nz"}]}),
        json!({"addresses": [{"country": "NZ"}, {"country": "nz"}]}),
        &["repeated value dropped: addresses"],
    );
}

#[test]
fn refusals_say_what_is_wrong() {
    let missing = format!("schemas is missing; it must be a list that names {USER}");
    for (body, scim_type, detail) in [
        ("", ScimType::InvalidSyntax, "the body is empty"),
        ("{", ScimType::InvalidSyntax, "the body is not valid JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", ScimType::InvalidSyntax, "the body must be a JSON object, found a list"),
        ("null", ScimType::InvalidSyntax, "the body must be a JSON object, found null"),
        ("{}", ScimType::InvalidSyntax, missing.as_str()),
        (r#"{"schemas":null,"userName":"a"}"#, ScimType::InvalidSyntax, missing.as_str()),
        (
            r#"{"schemas":[],"userName":"a"}"#,
            ScimType::InvalidSyntax,
            "schemas is empty; it must name urn:ietf:params:scim:schemas:core:2.0:User",
        ),
        (r#"{"schemas":{},"userName":"a"}"#, ScimType::InvalidSyntax, "schemas must be a list, found an object"),
        (r#"{"schemas":[1],"userName":"a"}"#, ScimType::InvalidSyntax, "schemas[0]: expected text, found a number"),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"a"}"#,
            ScimType::InvalidValue,
            "schemas names urn:ietf:params:scim:schemas:core:2.0:Group, but a User has the schema urn:ietf:params:scim:schemas:core:2.0:User",
        ),
    ] {
        check_refused(body, core::user(), scim_type, detail);
    }
    for (more, detail) in [
        (json!({"userName": null}), "userName is required and must not be empty"),
        (json!({"userName": " "}), "userName is required and must not be empty"),
        (json!({"userName": 7}), "userName: expected text, found a number"),
        (json!({"userName": ["a"]}), "userName: expected text, found a list"),
        (json!({"userName": "a\0b"}), "userName holds a NUL character (U+0000)"),
        (json!({"active": "maybe"}), "active: expected true or false, found text"),
        (json!({"active": 1}), "active: expected true or false, found a number"),
        (json!({"name": "Ada"}), "name: expected an object, found text"),
        (json!({"name": {"givenName": {}}}), "name.givenName: expected text, found an object"),
        (json!({"emails": [{"value": "a"}, {"value": 1}]}), "emails[1].value: expected text, found a number"),
        (json!({"emails": [{"value": "a\0"}]}), "emails[0].value holds a NUL character (U+0000)"),
        (json!({"emails": 5}), "emails[0]: expected an object, found a number"),
        (json!({"emails": [[]]}), "emails[0]: expected an object, found a list"),
        (
            json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": "true"}]}),
            "emails: only one value may be primary",
        ),
        (json!({"x509Certificates": [{"value": "no base64!"}]}), "x509Certificates[0].value: expected base64"),
        (
            json!({ENTERPRISE_USER: {"department": 5}}),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department: expected text, found a number",
        ),
        (
            json!({ENTERPRISE_USER: []}),
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User: expected an object, found a list",
        ),
    ] {
        check_refused(&user(more).to_string(), core::user(), ScimType::InvalidValue, detail);
    }
    check_refused(
        &json!({"schemas": [USER]}).to_string(),
        core::user(),
        ScimType::InvalidValue,
        "userName is required",
    );
    check_refused(
        &json!({"schemas": [GROUP], "displayName": ""}).to_string(),
        core::group(),
        ScimType::InvalidValue,
        "displayName is required and must not be empty",
    );
    check_refused(
        &user(json!({"USERNAME": "b"})).to_string(),
        core::user(),
        ScimType::InvalidSyntax,
        "userName is given twice, in different spellings",
    );
}

#[test]
fn hostile_bodies() {
    let refuse = |body: &[u8]| create(body, core::user(), &Limits::default()).unwrap_err();
    for depth in [200, 10_000] {
        for body in [
            format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
            format!(r#"{{"schemas":["{USER}"],"userName":"a","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)),
        ] {
            assert!(refuse(body.as_bytes()).detail.contains("recursion limit"));
        }
    }
    assert_eq!(refuse(b"{\"userName\":\"\xff\xfe\"}").scim_type, Some(ScimType::InvalidSyntax));
    assert_eq!(refuse(br#"{"userName":"\ud800"}"#).scim_type, Some(ScimType::InvalidSyntax));
    let small = Limits { body_bytes: 10, ..Limits::default() };
    assert_eq!(create(b"{\"schemas\":[]}", core::user(), &small).unwrap_err().status, 413);
    // .NET: a byte order mark.
    let with_mark = format!("\u{feff}{}", user(json!({})));
    assert!(create(with_mark.as_bytes(), core::user(), &Limits::default()).is_ok());

    // The reports of leniencies stay short, whatever the body.
    let many: Map<String, Value> = (0..1_000).map(|index| (format!("{}{index}", "x".repeat(500)), json!(1))).collect();
    let checked = create(user(many.into()).to_string().as_bytes(), core::user(), &Limits::default()).unwrap();
    assert!(checked.adjustments.len() <= 50);
    assert!(checked.adjustments.iter().all(|adjustment| adjustment.to_string().len() < 120));
}

#[test]
fn a_group_of_100_000_members() {
    let members: Vec<Value> =
        (0..100_000).map(|index| json!({"value": format!("id-{index}"), "display": "x"})).collect();
    let body = json!({"schemas": [GROUP], "displayName": "All", "members": members}).to_string();
    let mut checked = create(body.as_bytes(), core::group(), &Limits::default()).unwrap();
    assert_eq!(checked.resource.take("members").unwrap().as_array().map(Vec::len), Some(100_000));
}

#[test]
fn replace_clears_what_is_left_out_but_the_status() {
    let current =
        user(json!({"id": "7", "active": false, "title": "x", "externalId": "1", "name": {"givenName": "A"}}));
    let current = Resource::from_stored(&current.to_string()).unwrap();
    let check = |more: Value, expected: Value, adjustments: &[Adjustment]| {
        let found = replace(user(more).to_string().as_bytes(), &current, core::user(), &Limits::default()).unwrap();
        assert_eq!(Value::Object(found.resource.as_map().clone()), user(expected));
        assert_eq!(found.adjustments, adjustments);
    };
    let kept = json!({"active": false, "externalId": "1"});
    check(json!({}), kept.clone(), &[]);
    let null = &[Adjustment::ActiveKept];
    check(json!({"active": null, "title": "y"}), json!({"title": "y", "active": false, "externalId": "1"}), null);
    check(json!({"ACTIVE": null}), kept, null);
    check(json!({"active": true, "id": "8"}), json!({"active": true, "externalId": "1"}), &[]);
    check(json!({"active": true, "externalId": "2"}), json!({"active": true, "externalId": "2"}), &[]);
    // Rauthy takes its link back.
    check(json!({"active": true, "externalId": null}), json!({"active": true}), &[]);
    check(json!({"active": true, "EXTERNALID": null}), json!({"active": true}), &[]);
    check(json!({"active": true, "externalId": ""}), json!({"active": true}), &[]);
}

#[test]
fn immutable_and_required_in_any_resource_type() {
    let schema = |json: Value| serde_json::from_value(json).unwrap();
    let badge = ResourceType {
        id: "Badge".to_owned(),
        name: "Badge".to_owned(),
        description: String::new(),
        endpoint: "/Badges".to_owned(),
        schema: schema(json!({"id": "urn:x:Badge", "name": "Badge", "description": "", "attributes": [
            {"name": "serial", "mutability": "immutable"},
            {"name": "issued", "type": "dateTime"},
            {"name": "level", "type": "integer"},
            {"name": "weight", "type": "decimal"},
            {"name": "tags", "multiValued": true},
            {"name": "owner", "type": "complex", "subAttributes": [{"name": "value", "required": true}, {"name": "note"}]},
        ]})),
        extensions: vec![crate::schema::Extension {
            schema: schema(json!({"id": "urn:x:Door", "name": "Door", "description": "", "attributes": [
                {"name": "number", "required": true}]})),
            required: true,
        }],
    };
    let limits = Limits::default();
    let body = |more: Value| {
        let mut body = json!({"schemas": ["urn:x:Badge"], "urn:x:Door": {"number": "1"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let good = json!({"serial": "s", "issued": "2011-05-13T04:42:34Z", "level": 3, "weight": 1.5, "tags": ["a", "b", "a"],
        "owner": {"value": "7"}});
    let current = create(body(good).as_bytes(), &badge, &limits).unwrap().resource;
    assert_eq!(current.get("tags"), Some(&json!(["a", "b"])));
    for (more, detail) in [
        (json!({"issued": "yesterday"}), "issued: expected a date and time such as 2011-05-13T04:42:34Z"),
        (json!({"level": 1.5}), "level: expected a whole number, found a number"),
        (json!({"weight": "1"}), "weight: expected a number, found text"),
        (json!({"owner": {"note": "x"}}), "owner.value is required"),
        (json!({"urn:x:Door": {"number": ""}}), "urn:x:Door:number is required and must not be empty"),
        (json!({"urn:x:Door": {}}), "the extension urn:x:Door is required"),
        (json!({"urn:x:Door": null}), "the extension urn:x:Door is required"),
    ] {
        check_refused(&body(more), &badge, ScimType::InvalidValue, detail);
    }
    let replaced = |more: Value| outcome(replace(body(more).as_bytes(), &current, &badge, &limits));
    assert_eq!(replaced(json!({"serial": "s"})).unwrap().0["serial"], "s");
    assert_eq!(replaced(json!({})).unwrap().0["serial"], "s");
    assert_eq!(
        replaced(json!({"serial": "t"})),
        Err((ScimType::Mutability, "serial cannot be changed once it is set".to_owned()))
    );
}

pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let names = [
        "schemas",
        "userName",
        "name",
        "emails",
        "members",
        "active",
        "value",
        "type",
        "primary",
        "manager",
        "password",
        "meta",
        "Operations",
        "op",
        "path",
        ENTERPRISE_USER,
        "x",
        "\0",
    ];
    let texts = [
        USER,
        GROUP,
        ENTERPRISE_USER,
        crate::urn::PATCH_OP,
        "",
        "True",
        "a",
        "\0",
        "add",
        "Replace",
        "remove",
        "emails",
        "emails[type eq \"work\"].value",
        "name.givenName",
        "members[value eq \"a\"]",
        "active",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(|number| json!(number)),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::vec((proptest::sample::select(names.to_vec()), inner), 0..7).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = create(&body, core::user(), &Limits::default());
    }

    /// What has been checked is accepted again as it is, and replacing a resource by itself changes nothing.
    #[test]
    fn any_body(more in any_json()) {
        let mut body = json!({});
        if let Value::Object(more) = more {
            body.as_object_mut().unwrap().extend(more);
        }
        body["schemas"] = json!([USER]);
        body["userName"] = json!("ada");
        if let Ok(checked) = create(body.to_string().as_bytes(), core::user(), &Limits::default()) {
            let text = Value::Object(checked.resource.as_map().clone()).to_string();
            let again = replace(text.as_bytes(), &checked.resource, core::user(), &Limits::default()).unwrap();
            prop_assert_eq!(again.adjustments, vec![]);
            prop_assert_eq!(crate::diff::diff(&checked.resource, &again.resource, core::user()), vec![]);
        }
    }
}
