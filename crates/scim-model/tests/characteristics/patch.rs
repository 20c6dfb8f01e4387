//! PATCH (RFC 7644 §3.5.2) on every data type; mutability and what is required are in `patch_mutability`.

use scim_model::ScimType::{InvalidPath, InvalidValue, Mutability, NoTarget};
use scim_model::testing::specimen::{LAB, LABEL, SPECIMEN};
use serde_json::{Value, json};

use crate::fixture::{cannot_change, check, check_refused, labelled, patched, with};

#[test]
fn lists_of_plain_values() {
    let before = json!({"texts": ["a", "b"], "counts": [1, 2], "codes": ["a"], "moments": ["2008-01-23T04:56:22Z"]});
    let with_texts = |texts: Value| {
        let mut after = before.clone();
        match texts {
            Value::Null => after.as_object_mut().unwrap().shift_remove("texts"),
            texts => after.as_object_mut().unwrap().insert("texts".to_owned(), texts),
        };
        after
    };
    for (operation, texts) in [
        (json!(["add", "texts", ["c", "a"]]), json!(["a", "b", "c"])),
        (json!(["add", "texts", "c"]), json!(["a", "b", "c"])),
        (json!(["add", "texts", ["B"]]), json!(["a", "b"])),
        (json!(["add", "texts", []]), json!(["a", "b"])),
        (json!(["add", "texts", null]), json!(["a", "b"])),
        (json!(["replace", "texts", ["c", "C", "a"]]), json!(["c", "a"])),
        (json!(["replace", "texts", ["b", "a"]]), json!(["a", "b"])),
        (json!(["replace", "texts", []]), Value::Null),
        (json!(["replace", "texts", null]), Value::Null),
        (json!(["replace", "texts[value eq \"A\"]", "c"]), json!(["c", "b"])),
        (json!(["replace", "texts[value eq \"a\"].value", "c"]), json!(["c", "b"])),
        (json!(["replace", "texts[value pr]", "c"]), json!(["c"])),
        (json!(["remove", "texts"]), Value::Null),
        (json!(["remove", "texts[value eq \"A\"]"]), json!(["b"])),
        (json!(["remove", "texts[not (value eq \"a\")]"]), json!(["a"])),
        (json!(["remove", "texts[value sw \"x\"]"]), json!(["a", "b"])),
        (json!(["remove", "texts", ["A", "z"]]), json!(["b"])),
        (json!(["remove", "texts", "b"]), json!(["a"])),
    ] {
        check(before.clone(), json!([operation]), with_texts(texts));
    }
    check(
        before.clone(),
        json!([
            ["add", "counts", [2, 3]],
            ["remove", "counts", [1]],
            ["add", "codes", ["A", "a"]],
            ["add", "moments", ["2008-01-23T05:56:22+01:00"]],
            ["remove", "texts[value eq \"a\"]"],
            ["add", "flags", "True"]
        ]),
        json!({"texts": ["b"], "counts": [2, 3], "codes": ["a", "A"], "moments": ["2008-01-23T04:56:22Z"], "flags": [true]}),
    );
    check(
        before.clone(),
        json!([["remove", "counts[value gt 1]"]]),
        json!({
        "texts": ["a", "b"], "counts": [1], "codes": ["a"], "moments": ["2008-01-23T04:56:22Z"]}),
    );
    check_refused(
        &with(before),
        json!([["replace", "texts[value eq \"x\"]", "c"]]),
        (NoTarget, "texts has no value that matches texts eq \"x\""),
    );
}

#[test]
fn complex_values() {
    let before = json!({"box": {"text": "a", "count": 1, "texts": ["x"], "counts": [1]}});
    let with_box = |more: Value| {
        let mut after = before.clone();
        for (name, value) in more.as_object().unwrap().clone() {
            if value.is_null() {
                after["box"].as_object_mut().unwrap().shift_remove(&name);
            } else {
                after["box"][name] = value;
            }
        }
        after
    };
    for (operation, changed) in [
        (json!(["add", "box", {"text": "b", "flag": true}]), json!({"text": "b", "flag": true})),
        (json!(["replace", "box", {"text": "b"}]), json!({"text": "b"})),
        (json!(["replace", "box", {"text": null, "count": 2}]), json!({"text": null, "count": 2})),
        // Nothing of it is said, so nothing of it is touched.
        (json!(["add", "box", {}]), json!({})),
        (json!(["replace", "box", {}]), json!({})),
        (json!(["replace", "box", {"shoe": 1}]), json!({})),
        (json!(["add", "box.text", "b"]), json!({"text": "b"})),
        (json!(["replace", "box.text", null]), json!({"text": null})),
        (json!(["remove", "box.text"]), json!({"text": null})),
        (json!(["remove", "box.flag"]), json!({})),
        // A list within a complex value is a list like others.
        (json!(["add", "box.texts", ["y", "X"]]), json!({"texts": ["x", "y"]})),
        (json!(["add", "box.texts", "y"]), json!({"texts": ["x", "y"]})),
        (json!(["add", "box", {"texts": ["y"], "counts": []}]), json!({"texts": ["x", "y"]})),
        (json!(["replace", "box.texts", ["y"]]), json!({"texts": ["y"]})),
        (json!(["replace", "box", {"texts": ["y"], "counts": []}]), json!({"texts": ["y"], "counts": null})),
        (json!(["remove", "box.texts"]), json!({"texts": null})),
        (json!(["remove", "box.texts", ["X"]]), json!({"texts": null})),
        (json!(["remove", "box.counts", [2]]), json!({})),
        (json!(["replace", "box[text eq \"A\"].count", 5]), json!({"count": 5})),
        (json!(["remove", "box[text eq \"b\"].count"]), json!({})),
        (json!(["add", "box[count eq 1].texts", ["y"]]), json!({"texts": ["x", "y"]})),
        (json!(["replace", "box[count eq 1]", {"text": "b"}]), json!({"text": "b", "texts": null, "counts": null})),
    ] {
        check(before.clone(), json!([operation]), with_box(changed));
    }
    check(before.clone(), json!([["remove", "box"]]), json!({}));
    check(before.clone(), json!([["replace", "box", null]]), json!({}));
    check(json!({}), json!([["add", "box", {}], ["replace", "box", {"shoe": 1}], ["add", "vault", {}]]), json!({}));
    check(json!({}), json!([["add", "box.texts", ["y"]]]), json!({"box": {"texts": ["y"]}}));
    check(before.clone(), json!([["remove", "box[text eq \"a\"]"]]), json!({}));
    check_refused(
        &with(before),
        json!([["replace", "box[text co \"x\"].count", 5]]),
        (NoTarget, "box has no value that matches box.text co \"x\""),
    );
}

#[test]
fn lists_of_complex_values() {
    let before = json!({"boxes": [{"value": "a", "type": "t", "texts": ["x"]}, {"value": "b", "type": "u", "count": 1, "primary": true}]});
    for (operation, boxes) in [
        (
            json!(["add", "boxes", [{"value": "A", "type": "T", "texts": ["y"], "count": 2}]]),
            json!([{"value": "A", "type": "T", "texts": ["x", "y"], "count": 2}, before["boxes"][1]]),
        ),
        (json!(["add", "boxes", {"value": "c"}]), json!([before["boxes"][0], before["boxes"][1], {"value": "c"}])),
        (
            json!(["add", "boxes[type eq \"t\"].texts", ["y"]]),
            json!([{"value": "a", "type": "t", "texts": ["x", "y"]}, before["boxes"][1]]),
        ),
        (
            json!(["replace", "boxes[type eq \"t\"].texts", ["y"]]),
            json!([{"value": "a", "type": "t", "texts": ["y"]}, before["boxes"][1]]),
        ),
        (
            json!(["remove", "boxes[type eq \"t\"].texts", ["X"]]),
            json!([{"value": "a", "type": "t"}, before["boxes"][1]]),
        ),
        (
            json!(["remove", "boxes[value pr].count"]),
            json!([before["boxes"][0], {"value": "b", "type": "u", "primary": true}]),
        ),
        (
            json!(["replace", "boxes[type eq \"t\"]", {"value": "c"}]),
            json!([{"type": "t", "value": "c"}, before["boxes"][1]]),
        ),
        (
            json!(["add", "boxes[type eq \"t\"]", {"count": 3}]),
            json!([{"value": "a", "type": "t", "texts": ["x"], "count": 3}, before["boxes"][1]]),
        ),
        // Nothing is said of it.
        (json!(["add", "boxes[type eq \"t\"]", {}]), before["boxes"].clone()),
        (json!(["add", "boxes[type eq \"t\"]", null]), before["boxes"].clone()),
        (
            json!(["replace", "boxes[type eq \"t\"].primary", true]),
            json!([{"value": "a", "type": "t", "texts": ["x"], "primary": true}, {"value": "b", "type": "u", "count": 1, "primary": false}]),
        ),
        (json!(["remove", "boxes", [{"value": "A"}, {"value": "b", "type": "x"}]]), json!([before["boxes"][1]])),
        // Without brackets: of the only entry or the primary one.
        (
            json!(["replace", "boxes.type", "v"]),
            json!([before["boxes"][0], {"value": "b", "type": "v", "count": 1, "primary": true}]),
        ),
        (
            json!(["add", "boxes.texts", ["z"]]),
            json!([before["boxes"][0], {"value": "b", "type": "u", "count": 1, "primary": true, "texts": ["z"]}]),
        ),
    ] {
        check(before.clone(), json!([operation]), json!({"boxes": boxes}));
    }
    let readings = json!({"readings": [{"value": 1.5, "type": "t"}, {"value": 2}]});
    check(
        readings.clone(),
        json!([["add", "readings", [{"value": 2}, {"value": 1.50, "type": "t"}]]]),
        readings.clone(),
    );
    // The same in another spelling takes the new spelling, as a name would.
    check(
        readings.clone(),
        json!([["add", "readings", [{"value": 2.0}]]]),
        json!({"readings": [{"value": 1.5, "type": "t"}, {"value": 2.0}]}),
    );
    check(
        readings.clone(),
        json!([["remove", "readings", [{"value": 2.0}]]]),
        json!({"readings": [{"value": 1.5, "type": "t"}]}),
    );
    check(readings, json!([["remove", "readings[value gt 1.7]"]]), json!({"readings": [{"value": 1.5, "type": "t"}]}));
    // Without a value all that they say makes them one, and an empty list says nothing.
    check(
        json!({"boxes": [{"count": 1, "texts": ["x"]}, {"count": 1}]}),
        json!([["remove", "boxes[texts eq \"x\"].texts", ["x"]], ["add", "boxes", [{"count": 1, "primary": true}]]]),
        json!({"boxes": [{"count": 1, "primary": true}]}),
    );
    let spots = json!({"spots": [{"count": 1, "text": "a"}]});
    check(spots.clone(), json!([["add", "spots", [{"text": "a", "count": 1}]]]), spots);
}

/// An entry is only made where the filter says all of it, and as the schema has it.
#[test]
fn entries_that_are_made() {
    check(
        json!({}),
        json!([["add", "boxes[type eq \"t\" and count eq 3 and texts eq \"x\"].value", "v"]]),
        json!({"boxes": [{"type": "t", "count": 3, "texts": ["x"], "value": "v"}]}),
    );
    let nothing_matches = |filter: &str, path: &str| (NoTarget, format!("{path} has no value that matches {filter}"));
    for (path, filter) in [
        ("boxes", "boxes.count eq 1.5"),
        ("boxes", "boxes.blob eq \"!\""),
        ("boxes", "boxes.moment eq \"2008-01-23\""),
        ("boxes", "boxes.type eq \"a\" and boxes.type eq \"b\""),
        ("boxes", "boxes.type pr"),
        ("cases", "cases.made eq \"m\""),
    ] {
        let inside = filter.replace(&format!("{path}."), "");
        let (scim_type, detail) = nothing_matches(filter, path);
        check_refused(
            &with(json!({})),
            json!([["add", format!("{path}[{inside}].display"), "v"]]),
            (scim_type, &detail),
        );
    }
}

#[test]
fn extensions() {
    let schemas = json!([SPECIMEN, LABEL, LAB]);
    let lab = |lab: Value| {
        let mut document = with(json!({LAB: lab}));
        document["schemas"] = schemas.clone();
        document
    };
    let lead = lab(json!({"lead": "l"}));
    for operations in [
        json!([["add", format!("{LAB}:lead"), "l"]]),
        json!([["add", LAB, {"lead": "l"}]]),
        json!([["replace", null, {LAB: {"lead": "l"}}]]),
        json!([["replace", null, {format!("{LAB}:lead"): "l"}]]),
        json!([["add", "schemas", [LAB]], ["add", format!("{LAB}:lead"), "l"]]),
        json!([
            ["add", "schemas", [LAB]],
            ["add", "schemas", LAB],
            ["add", format!("{}:LEAD", LAB.to_uppercase()), "l"]
        ]),
    ] {
        assert_eq!(patched(&with(json!({})), operations.clone()), Ok(lead.clone()), "{operations}");
    }
    check(json!({}), json!([["add", "schemas", [LAB]]]), json!({}));
    for operations in
        [json!([["remove", LAB]]), json!([["replace", LAB, null]]), json!([["replace", null, {LAB: null}]])]
    {
        assert_eq!(patched(&lead, operations.clone()), Ok(with(json!({}))), "{operations}");
    }
    let owner = lab(json!({"lead": "l", "parts": ["p"], "owner": {"value": "o", "$ref": "r"}}));
    for (operation, after) in [
        (
            json!(["add", format!("{LAB}:parts"), ["q"]]),
            json!({"lead": "l", "parts": ["p", "q"], "owner": {"value": "o", "$ref": "r"}}),
        ),
        (
            json!(["remove", format!("{LAB}:parts[value eq \"P\"]")]),
            json!({"lead": "l", "owner": {"value": "o", "$ref": "r"}}),
        ),
        (
            json!(["replace", format!("{LAB}:owner"), {"value": "x"}]),
            json!({"lead": "l", "parts": ["p"], "owner": {"value": "x"}}),
        ),
        // The same owner: its address is still true.
        (json!(["replace", format!("{LAB}:owner"), {"value": "o"}]), owner[LAB].clone()),
        (
            json!(["replace", format!("{LAB}:owner"), {"$ref": "s"}]),
            json!({"lead": "l", "parts": ["p"], "owner": {"value": "o", "$ref": "s"}}),
        ),
        (json!(["replace", format!("{LAB}:owner"), {"displayName": "s"}]), owner[LAB].clone()),
        (json!(["replace", format!("{LAB}:owner"), ""]), json!({"lead": "l", "parts": ["p"]})),
        (json!(["replace", format!("{LAB}:owner"), {"value": ""}]), json!({"lead": "l", "parts": ["p"]})),
    ] {
        assert_eq!(patched(&owner, json!([operation])), Ok(lab(after)), "{operation}");
    }
    // A required extension stays, and one with a value that cannot be changed too.
    check_refused(
        &with(json!({})),
        json!([["remove", LABEL], ["replace", LABEL, null], ["replace", null, {LABEL: null}]]),
        (Mutability, &format!("the extension {LABEL} is required and cannot be removed")),
    );
    check_refused(
        &lab(json!({"lead": "l", "fixed": "f"})),
        json!([["remove", LAB]]),
        (Mutability, &cannot_change(&format!("{LAB}:fixed"))),
    );
    let marks = labelled(json!({"marks": [{"value": "a", "primary": true}, {"value": "A"}]}));
    let after = labelled(json!({"marks": [{"value": "a", "primary": false}, {"value": "A", "primary": true}]}));
    assert_eq!(
        patched(&marks, json!([["replace", format!("{LABEL}:marks[value eq \"A\"].primary"), true]])),
        Ok(after)
    );
}

#[test]
fn a_wrong_type_or_an_unknown_name() {
    let before = with(json!({"boxes": [{"value": "v"}]}));
    for (path, value) in [
        ("text", json!(1)),
        ("flag", json!("yes")),
        ("count", json!(1.0)),
        ("ratio", json!("1")),
        ("moment", json!("2008-01-23")),
        ("blob", json!("!")),
        ("texts", json!([1])),
        ("counts", json!([1.5])),
        ("box", json!("x")),
        ("box.count", json!("1")),
        ("boxes", json!(["v", 1])),
        ("boxes[value eq \"v\"].count", json!(1.5)),
        ("boxes[value eq \"v\"]", json!(1)),
    ] {
        for op in ["add", "replace"] {
            let refused = patched(&before, json!([["add", "text", "t"], [op, path, value]])).unwrap_err();
            assert_eq!(refused.0, InvalidValue, "{op} {path}: {}", refused.1);
        }
    }
    for path in [
        "shoe",
        "box.shoe",
        "boxes.shoe",
        "boxes[value eq \"v\"].shoe",
        "texts.shoe",
        "text.value",
        "boxes.texts.x",
        "text[value pr]",
    ] {
        for op in ["add", "replace", "remove"] {
            let refused = patched(&before, json!([[op, path, "x"]])).unwrap_err();
            assert_eq!(refused.0, InvalidPath, "{op} {path}: {}", refused.1);
        }
    }
    check(
        json!({}),
        json!([["add", null, {"shoe": 1, "box": {"shoe": 1}, "text": "t", "box.shoe": 1}]]),
        json!({"text": "t"}),
    );
}

/// Setting one value primary ends it for the others, in whatever way it is said.
#[test]
fn primary() {
    let before = json!({"readings": [{"value": 1, "primary": true}, {"value": 2}]});
    let second = json!({"readings": [{"value": 1, "primary": false}, {"value": 2, "primary": true}]});
    check(before.clone(), json!([["replace", "readings[value eq 2].primary", true]]), second.clone());
    check(
        before.clone(),
        json!([["add", "readings", [{"value": 2.0, "primary": "True"}]]]),
        json!({"readings": [{"value": 1, "primary": false}, {"value": 2.0, "primary": true}]}),
    );
    check(before.clone(), json!([["replace", "readings[value eq 2]", {"value": 2, "primary": true}]]), second.clone());
    check(before.clone(), json!([["add", "readings[value eq 2]", {"primary": true}]]), second.clone());
    check(
        before.clone(),
        json!([["add", "readings", [{"value": 3, "primary": true}]]]),
        json!({"readings": [{"value": 1, "primary": false}, {"value": 2}, {"value": 3, "primary": true}]}),
    );
    check(
        before.clone(),
        json!([["add", "readings[value eq 3].primary", true]]),
        json!({"readings": [{"value": 1, "primary": false}, {"value": 2}, {"value": 3, "primary": true}]}),
    );
    check(
        before.clone(),
        json!([["replace", "readings[value eq 1].primary", false]]),
        json!({"readings": [{"value": 1, "primary": false}, {"value": 2}]}),
    );
    check_refused(
        &with(before),
        json!([["replace", "readings[value pr].primary", true], ["add", "readings[value gt 0]", {"primary": true}],
            ["add", "readings", [{"value": 8, "primary": true}, {"value": 9, "primary": true}]]]),
        (InvalidValue, "readings: only one value may be primary"),
    );
}
