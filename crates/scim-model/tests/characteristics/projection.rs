//! `returned` (RFC 7643 §7) with `attributes` and `excludedAttributes` (RFC 7644 §3.9), and what is stored at all.

use scim_model::project::{Meta, Projection, serialise};
use scim_model::schema::core;
use scim_model::testing::specimen;
use scim_model::testing::specimen::{LAB, LABEL, SPECIMEN};
use serde_json::{Value, json};

use crate::fixture::{labelled, stored, with};

fn document() -> Value {
    let mut document = labelled(json!({"size": 1, "secret": "X", "fixed": "f"}));
    let entry =
        json!({"value": "v", "must": "m", "given": "g", "secret": "X", "shown": "s", "asked": "a", "hushed": "X"});
    let more = json!({
        "id": "1", "text": "t", "texts": ["a"], "box": {"text": "t", "count": 1},
        "pin": "X", "pins": ["X"], "vault": {"text": "X"}, "vaults": [{"value": "X"}], "key": "X",
        "shown": "s", "asked": "a", "hushed": "X",
        "plate": {"text": "t", "asked": "a", "hushed": "X"}, "folder": {"text": "t", "asked": "a", "shown": "s"},
        "case": entry, "cases": [entry],
        LAB: {"lead": "l", "asked": "a", "shown": "s", "owner": {"value": "o", "$ref": "r"}},
        "meta": {"resourceType": "Specimen", "version": "1"},
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document["case"].as_object_mut().unwrap().shift_remove("value");
    document
}

fn project(attributes: &str, excluded: &str) -> Value {
    let projection = Projection::parse(Some(attributes), Some(excluded), specimen()).unwrap();
    let text = projection.apply(&document().to_string(), specimen());
    assert!(!text.contains("\"X\""), "{attributes} / {excluded}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// What comes with every answer, and more.
fn always(more: Value) -> Value {
    let mut always = json!({
        "schemas": document()["schemas"], "id": "1", "shown": "s", "plate": {"text": "t"},
        "case": {"shown": "s"}, "cases": [{"shown": "s"}], LAB: {"shown": "s"},
    });
    for (name, value) in more.as_object().unwrap().clone() {
        always[name] = value;
    }
    always
}

#[test]
fn by_default() {
    let entry = json!({"must": "m", "given": "g", "shown": "s"});
    let mut in_list = entry.clone();
    in_list["value"] = json!("v");
    let expected = json!({
        "name": "n", "tags": ["t"], "text": "t", "texts": ["a"], "box": {"text": "t", "count": 1},
        "case": entry, "cases": [in_list], LABEL: {"colour": "red", "size": 1, "fixed": "f"},
        LAB: {"lead": "l", "shown": "s", "owner": {"value": "o", "$ref": "r"}},
        "meta": {"resourceType": "Specimen", "version": "1"},
    });
    assert_eq!(project("", ""), always(expected));
    assert!(!Projection::parse(None, None, specimen()).unwrap().is_everything());
    assert!(Projection::parse(None, None, core::user()).unwrap().is_everything());
}

#[test]
fn with_attributes() {
    for (attributes, more) in [
        ("text", json!({"text": "t"})),
        ("TEXT,texts", json!({"text": "t", "texts": ["a"]})),
        ("nothing", json!({})),
        ("box.count", json!({"box": {"count": 1}})),
        ("box.count,box", json!({"box": {"text": "t", "count": 1}})),
        ("pin,key,hushed,vaults.value,case.secret,case.hushed", json!({})),
        // Only on request.
        ("asked", json!({"asked": "a"})),
        ("folder", json!({"folder": {"text": "t", "shown": "s"}})),
        ("folder.asked", json!({"folder": {"asked": "a", "shown": "s"}})),
        ("folder.text", json!({"folder": {"text": "t", "shown": "s"}})),
        ("folder,folder.asked", json!({"folder": {"text": "t", "shown": "s", "asked": "a"}})),
        ("plate.asked", json!({"plate": {"text": "t", "asked": "a"}})),
        ("case", json!({"case": {"must": "m", "given": "g", "shown": "s"}})),
        ("case.given", json!({"case": {"given": "g", "shown": "s"}})),
        ("case.asked,case", json!({"case": {"must": "m", "given": "g", "shown": "s", "asked": "a"}})),
        ("cases.value,cases.asked", json!({"cases": [{"value": "v", "shown": "s", "asked": "a"}]})),
        ("meta.version,meta.resourceType", json!({"meta": {"resourceType": "Specimen", "version": "1"}})),
        (&format!("{SPECIMEN}:box.text"), json!({"box": {"text": "t"}})),
        (&format!("{LABEL}:size"), json!({LABEL: {"size": 1}})),
        (LABEL, json!({LABEL: {"colour": "red", "size": 1, "fixed": "f"}})),
        (&format!("{LAB}:owner.value"), json!({LAB: {"owner": {"value": "o"}, "shown": "s"}})),
        (&format!("{LAB}:asked"), json!({LAB: {"asked": "a", "shown": "s"}})),
        // A whole schema is not a request for what has to be named.
        (LAB, json!({LAB: {"lead": "l", "shown": "s", "owner": {"value": "o", "$ref": "r"}}})),
        (
            &format!("{LAB},{LAB}:asked"),
            json!({LAB: {"lead": "l", "shown": "s", "asked": "a", "owner": {"value": "o", "$ref": "r"}}}),
        ),
    ] {
        assert_eq!(project(attributes, ""), always(more), "{attributes}");
    }
    let main = project(SPECIMEN, "");
    assert_eq!((main.get("text"), main.get("asked"), main.get("folder")), (Some(&json!("t")), None, None));
    assert_eq!((main.get(LABEL), main.get(LAB), main.get("meta")), (None, Some(&json!({"shown": "s"})), None));
}

#[test]
fn with_excluded_attributes() {
    let default = project("", "");
    let without = |names: &[&str], more: Value| {
        let mut expected = default.clone();
        for name in names {
            expected.as_object_mut().unwrap().shift_remove(*name);
        }
        for (name, value) in more.as_object().unwrap().clone() {
            expected[name] = value;
        }
        expected
    };
    for (excluded, expected) in [
        ("text,texts,name,tags", without(&["text", "texts", "name", "tags"], json!({}))),
        ("id,schemas,shown", default.clone()),
        ("asked,folder,nothing", default.clone()),
        ("plate,plate.text", without(&[], json!({"plate": {"text": "t"}}))),
        ("box.text", without(&[], json!({"box": {"count": 1}}))),
        ("box.text,box.count", without(&["box"], json!({}))),
        ("case", without(&[], json!({"case": {"shown": "s"}}))),
        ("case.shown,case.must", without(&[], json!({"case": {"given": "g", "shown": "s"}}))),
        ("cases", without(&[], json!({"cases": [{"shown": "s"}]}))),
        ("meta", without(&["meta"], json!({}))),
        (LABEL, without(&[LABEL], json!({}))),
        (&format!("{LABEL}:size,{LABEL}:colour"), without(&[], json!({LABEL: {"fixed": "f"}}))),
        (LAB, without(&[], json!({LAB: {"shown": "s"}}))),
    ] {
        assert_eq!(project("", excluded), expected, "{excluded}");
    }
}

/// What a client can never see is stored nevertheless: it can be compared with and replaced. Kept out of the document is
/// only what the service provider makes itself or keeps in a place of its own.
#[test]
fn what_is_stored() {
    let meta = Meta { resource_type: "x", id: "1", created: 0, last_modified: 0, version: "W/\"1\"" };
    let mut specimen_document = document();
    // In a type of its own an attribute of this name is one like others.
    specimen_document["pin"] = json!("members");
    let text: Value = serde_json::from_str(&serialise(&stored(&specimen_document), specimen(), &meta)).unwrap();
    for (name, value) in specimen_document.as_object().unwrap().iter().filter(|(name, _)| *name != "meta") {
        assert_eq!(text.get(name), Some(value), "{name}");
    }
    let served = with(json!({"stamp": "s", "badge": "b", "origins": [{"value": "o"}]}));
    let text = serialise(&stored(&served), specimen(), &meta);
    assert!(!text.contains("stamp") && !text.contains("badge") && !text.contains("origins"), "{text}");

    let user = json!({"schemas": ["s"], "userName": "a", "password": "p", "groups": [], "members": "kept"});
    let text = serialise(&stored(&user), core::user(), &meta);
    assert!(!text.contains("password") && !text.contains("groups") && text.contains("members"), "{text}");
    let group = json!({"schemas": ["s"], "displayName": "a", "members": [{"value": "1"}], "password": "kept"});
    let text = serialise(&stored(&group), core::group(), &meta);
    assert!(!text.contains("members") && text.contains("password"), "{text}");
}
