//! Mutability and what is required (RFC 7643 §7) in PATCH (RFC 7644 §3.5.2).

use scim_model::ScimType::{InvalidFilter, InvalidValue, Mutability};
use scim_model::diff;
use scim_model::testing::specimen;
use scim_model::testing::specimen::{LAB, LABEL, SPECIMEN};
use serde_json::json;

use crate::fixture::{cannot_change, check, check_refused, labelled, patched, stored, with};

#[test]
fn read_only() {
    let before = with(json!({"case": {"must": "m"}}));
    for (paths, refused) in [
        (json!(["stamp"]), "stamp"),
        (json!(["badge"]), "badge"),
        (json!(["origins", "origins[value eq \"x\"]"]), "origins"),
        (json!(["origins.value", "origins[type eq \"x\"].value"]), "origins.value"),
        (json!(["case.made", "case[must pr].made"]), "case.made"),
        (json!(["cases.made", "cases[type eq \"x\"].made"]), "cases.made"),
        (json!([format!("{LABEL}:made")]), &format!("{LABEL}:made")),
        (json!(["id", "ID", format!("{SPECIMEN}:id")]), "id"),
    ] {
        for path in paths.as_array().unwrap() {
            for op in ["add", "replace", "remove"] {
                check_refused(&before, json!([[op, path, "x"]]), (Mutability, &format!("{refused} is read-only")));
            }
        }
    }
    // Among other attributes it is only echoed.
    let echoed = json!({"stamp": "s", "id": "9", "origins": [], "text": "t", "case": {"made": "x", "given": "g"},
        LABEL: {"made": "x", "size": 1}});
    let mut after = labelled(json!({"size": 1}));
    after["text"] = json!("t");
    after["case"] = json!({"must": "m", "given": "g"});
    assert_eq!(patched(&before, json!([["replace", null, echoed]])), Ok(after));
}

#[test]
fn immutable_may_be_set_once() {
    let set = json!({"serial": "S", "serials": ["a", "b"], "seal": {"text": "T", "count": 1}, "seals": [{"value": "v", "type": "t"}],
        "case": {"must": "m", "fixed": "F", "fixeds": ["f"]}, "cases": [{"value": "v", "must": "m", "fixed": "F"}]});
    check(
        json!({"case": {"must": "m"}, "cases": [{"value": "v", "must": "m"}]}),
        json!([
            ["add", "serial", "S"],
            ["replace", "serials", ["a", "b"]],
            ["add", "seal", {"text": "T", "count": 1}],
            ["add", "case.fixed", "F"],
            ["replace", "case.fixeds", ["f"]],
            ["add", "seals[type eq \"t\"].value", "v"],
            ["add", "cases[value eq \"V\"].fixed", "F"]
        ]),
        set.clone(),
    );
    // The same value again, in any spelling and order.
    check(
        set.clone(),
        json!([["add", "serial", "s"], ["replace", null, {"serial": "S"}], ["add", "serials", ["B"]], ["replace", "serials", ["b", "A"]],
            ["add", "seal", {"text": "t"}], ["replace", "seal.count", 1], ["add", "seals", [{"value": "V", "type": "T"}]],
            ["replace", "case.fixed", "f"], ["add", "case", {"fixed": "F", "fixeds": ["F"]}], ["remove", "serials", ["z"]],
            ["remove", "seals[type eq \"x\"]"], ["replace", "cases[value eq \"v\"].fixed", "f"],
            // What is there already is not changed by adding it.
            ["add", "cases", [{"value": "v", "must": "m", "fixed": "G"}]]]),
        set.clone(),
    );
    for (operations, path) in [
        (
            json!([["add", "serial", "x"], ["replace", "serial", "x"], ["replace", "serial", null], ["remove", "serial"], ["replace", null, {"serial": "x"}]]),
            "serial",
        ),
        (
            json!([
                ["add", "serials", ["c"]],
                ["replace", "serials", ["a"]],
                ["replace", "serials", []],
                ["remove", "serials"],
                ["remove", "serials", ["a"]],
                ["remove", "serials[value eq \"a\"]"],
                ["replace", "serials[value eq \"a\"]", "c"]
            ]),
            "serials",
        ),
        (
            json!([["add", "seal", {"count": 2}], ["replace", "seal", null], ["remove", "seal"], ["remove", "seal.count"], ["replace", "seal.text", "x"],
                ["replace", "seal[count eq 1].text", "x"]]),
            "seal",
        ),
        (
            json!([["add", "seals", [{"value": "w"}]], ["remove", "seals"], ["remove", "seals[value eq \"v\"]"], ["replace", "seals.value", "w"],
                ["replace", "seals", [{"value": "w"}]], ["remove", "seals", [{"value": "v"}]], ["add", "seals[value eq \"v\"].text", "x"]]),
            "seals",
        ),
        (
            json!([["add", "case.fixed", "x"], ["replace", "case", {"fixed": "x"}], ["replace", "case", {"fixed": null}], ["remove", "case.fixed"],
                ["replace", "case[must eq \"m\"].fixed", "x"]]),
            "case.fixed",
        ),
        (
            json!([["add", "case.fixeds", ["x"]], ["replace", "case", {"fixeds": ["f", "g"]}], ["remove", "case.fixeds", ["f"]]]),
            "case.fixeds",
        ),
        (
            json!([["replace", "cases[value eq \"v\"].fixed", "x"], ["remove", "cases[value eq \"v\"].fixed"], ["replace", "cases.fixed", "x"],
                ["add", "cases[value eq \"v\"]", {"fixed": "x"}], ["remove", "cases.fixed"]]),
            "cases.fixed",
        ),
    ] {
        check_refused(&with(set.clone()), operations, (Mutability, &cannot_change(path)));
    }
    // A second operation finds what the first one set.
    let twice = patched(&with(json!({})), json!([["add", "serial", "a"], ["replace", "serial", "b"]]));
    assert_eq!(twice, Err((Mutability, cannot_change("serial"))));
    // An entry goes and comes as a whole; so does a complex value that is itself not immutable.
    check(
        set.clone(),
        json!([["remove", "cases[value eq \"v\"]"], ["add", "cases", [{"value": "v", "must": "m", "fixed": "G"}]],
            ["remove", "case"]]),
        json!({"serial": "S", "serials": ["a", "b"], "seal": {"text": "T", "count": 1}, "seals": [{"value": "v", "type": "t"}],
            "cases": [{"value": "v", "must": "m", "fixed": "G"}]}),
    );
}

#[test]
fn write_only_is_written() {
    let set = json!({"pin": "p", "pins": ["p"], "vault": {"text": "t"}, "vaults": [{"value": "v"}], "key": "k",
        "case": {"must": "m", "secret": "s"}, "cases": [{"value": "v", "must": "m", "secret": "s"}]});
    check(
        json!({"case": {"must": "m"}, "cases": [{"value": "v", "must": "m"}]}),
        json!([["add", "pin", "p"], ["add", "pins", ["p"]], ["replace", "vault.text", "t"], ["add", "vaults", [{"value": "v"}]], ["replace", null, {"key": "k"}],
            ["replace", "case.secret", "s"], ["add", "cases[value eq \"v\"].secret", "s"]]),
        set.clone(),
    );
    check(
        set.clone(),
        json!([
            ["remove", "pin"],
            ["remove", "pins"],
            ["remove", "vault"],
            ["remove", "vaults"],
            ["replace", "key", null],
            ["remove", "case.secret"],
            ["remove", "cases[value eq \"v\"].secret"]
        ]),
        json!({"case": {"must": "m"}, "cases": [{"value": "v", "must": "m"}]}),
    );
    for path in
        ["pins[value eq \"p\"]", "vaults[value eq \"v\"]", "cases[secret eq \"s\"].given", "case[secret pr].given"]
    {
        let refused = patched(&with(set.clone()), json!([["remove", path]])).unwrap_err();
        assert_eq!(refused.0, InvalidFilter, "{path}");
    }
    // Of what changed in it nobody learns more than that it did.
    let more = json!({"pin": "new", "cases": [{"value": "v", "must": "m", "secret": "new", "given": "g"}], "vaults": [{"value": "new"}]});
    let changes = diff::diff(&stored(&with(set)), &stored(&with(more)), specimen());
    let text = format!("{changes:?}");
    assert!(!text.contains("\"new\"") && !text.contains("\"s\"") && !text.contains("\"p\""), "{text}");
    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["pin", "pins", "vault", "vaults", "key", "case.must", "case.secret", "cases"]);
}

#[test]
fn required() {
    let before = with(json!({"case": {"must": "m", "given": "g"}, "cases": [{"value": "v", "must": "m"}]}));
    for (operations, path) in [
        (json!([["remove", "name"]]), "name"),
        (
            json!([
                ["remove", "tags"],
                ["remove", "tags[value eq \"t\"]"],
                ["remove", "tags", ["T"]],
                ["remove", "tags[value pr]"]
            ]),
            "tags",
        ),
        (json!([["remove", "case.must"], ["remove", "case[given pr].must"]]), "case.must"),
        (json!([["remove", "cases.must"], ["remove", "cases[value eq \"v\"].must"]]), "cases.must"),
        (json!([["remove", format!("{LABEL}:colour")]]), &format!("{LABEL}:colour")),
    ] {
        check_refused(&before, operations, (Mutability, &format!("{path} is required and cannot be removed")));
    }
    for (operations, path) in [
        (json!([["replace", "name", null], ["replace", null, {"name": ""}]]), "name"),
        (json!([["replace", "tags", null], ["replace", "tags", []], ["replace", null, {"tags": []}]]), "tags"),
        (json!([["replace", "case.must", null], ["replace", "case", {"must": null}]]), "case.must"),
        (json!([["replace", "cases[value eq \"v\"].must", ""]]), "cases.must"),
        (json!([["replace", format!("{LABEL}:colour"), null]]), &format!("{LABEL}:colour")),
    ] {
        check_refused(&before, operations, (InvalidValue, &format!("{path} is required and must not be empty")));
    }
    for (operations, path) in [
        (
            json!([["add", "cases", [{"value": "w"}]], ["replace", "cases", [{"value": "w"}]], ["add", "cases[value eq \"w\"].given", "g"], ["replace", "cases[value eq \"v\"]", {"given": "g"}]]),
            "cases.must",
        ),
        (json!([["add", LAB, {"code": "c"}], ["add", format!("{LAB}:code"), "c"]]), &format!("{LAB}:lead")),
    ] {
        check_refused(&before, operations, (InvalidValue, &format!("{path} is required")));
    }
    check_refused(
        &with(json!({})),
        json!([["add", "case", {"given": "g"}], ["add", "case.given", "g"]]),
        (InvalidValue, "case.must is required"),
    );
    // Whole values go, and a list may lose some of its values.
    check(
        json!({"case": {"must": "m"}, "cases": [{"value": "v", "must": "m"}]}),
        json!([["remove", "case"], ["remove", "cases[value eq \"v\"]"]]),
        json!({}),
    );
    check(
        json!({"tags": ["t", "u"]}),
        json!([["remove", "tags[value eq \"t\"]"], ["add", "tags", ["v"]]]),
        json!({"tags": ["u", "v"]}),
    );
    // Only the outcome counts.
    check(json!({}), json!([["remove", "tags[value eq \"t\"]"], ["add", "tags", ["v"]]]), json!({"tags": ["v"]}));
    check(
        json!({}),
        json!([["add", "cases", [{"value": "w"}]], ["add", "cases[value eq \"w\"].must", "m"]]),
        json!({"cases": [{"value": "w", "must": "m"}]}),
    );
    // What was amiss before is not the fault of a change of something else.
    let mut amiss = before;
    amiss.as_object_mut().unwrap().shift_remove("tags");
    amiss["cases"] = json!([{"value": "v"}]);
    let mut after = amiss.clone();
    after["text"] = json!("t");
    assert_eq!(patched(&amiss, json!([["add", "text", "t"]])), Ok(after));
}

/// Only a user counts as active without saying so; elsewhere `active` is an attribute like others.
#[test]
fn active_of_what_is_no_user() {
    for operation in
        [json!(["remove", "active"]), json!(["replace", "active", null]), json!(["replace", null, {"active": null}])]
    {
        check(json!({"active": false, "text": "t"}), json!([operation]), json!({"text": "t"}));
    }
}
