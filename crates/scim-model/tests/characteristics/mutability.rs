//! Mutability (RFC 7643 §7) in POST and PUT (RFC 7644 §3.3 and §3.5.1); PATCH has a file of its own.

use scim_model::ScimType::Mutability;
use scim_model::testing::specimen::{LAB, LABEL};
use serde_json::{Value, json};

use crate::fixture::{create, labelled, replace, with};

/// What only the service provider writes is ignored, wherever it stands, so that our own answer may be sent back.
#[test]
fn read_only_is_ignored() {
    let sent = json!({
        "id": "7", "meta": {"version": "x"}, "stamp": "s", "badge": "b", "origins": [{"value": "o"}],
        "case": {"must": "m", "made": "x"}, "cases": [{"must": "m", "made": "x", "value": "v"}],
        LABEL: {"colour": "red", "made": "x"}, LAB: {"lead": "l", "owner": {"value": "o", "displayName": "O"}},
    });
    let expected = create(&with(json!({
        "case": {"must": "m"}, "cases": [{"must": "m", "value": "v"}], LAB: {"lead": "l", "owner": {"value": "o"}},
    })))
    .unwrap();
    assert_eq!(create(&with(sent.clone())), Ok(expected.clone()));
    assert_eq!(replace(&with(json!({"stamp": "mine"})), &with(sent)), Ok(expected));
}

fn immutable() -> Value {
    let body = with(json!({
        "serial": "S", "serials": ["a", "B"], "seal": {"text": "T", "count": 1},
        "seals": [{"value": "v", "type": "t"}, {"value": "w", "text": "x"}],
        "case": {"must": "m", "fixed": "F", "fixeds": ["f", "g"], "given": "g"},
        LABEL: {"colour": "red", "fixed": "L"}, LAB: {"lead": "l", "fixed": "E"},
    }));
    create(&body).unwrap()
}

#[test]
fn immutable_is_set_once() {
    // Not set before: it may be set.
    assert_eq!(replace(&with(json!({"case": {"must": "m"}})), &immutable()), Ok(immutable()));
    // The same, also in another spelling or order: what is there stays.
    assert_eq!(replace(&immutable(), &immutable()), Ok(immutable()));
    let mut same = immutable();
    same["serial"] = json!("s");
    same["serials"] = json!(["b", "A"]);
    same["seal"] = json!({"count": 1, "text": "t"});
    same["seals"] = json!([{"text": "X", "value": "W"}, {"type": "T", "value": "V"}]);
    same["case"] = json!({"given": "g", "fixeds": ["G", "F"], "fixed": "f", "must": "m"});
    same[LABEL]["fixed"] = json!("l");
    assert_eq!(replace(&immutable(), &same), Ok(immutable()));
}

#[test]
fn immutable_is_kept_when_left_out() {
    let left_out = with(json!({"case": {"must": "m"}}));
    let mut expected = immutable();
    expected["case"].as_object_mut().unwrap().shift_remove("given");
    expected[LAB] = json!({"lead": "l", "fixed": "E"});
    let mut with_lab = left_out.clone();
    with_lab[LAB] = json!({"lead": "l"});
    assert_eq!(replace(&immutable(), &with_lab), Ok(expected.clone()));
    let mut nulls = with_lab;
    nulls["serial"] = Value::Null;
    nulls["seals"] = json!([]);
    nulls["case"]["fixed"] = Value::Null;
    assert_eq!(replace(&immutable(), &nulls), Ok(expected));
}

#[test]
fn immutable_is_not_changed() {
    let case = |fixed: Value| json!({"must": "m", "fixed": fixed});
    for (more, path) in [
        (json!({"serial": "T"}), "serial"),
        (json!({"serials": ["a"]}), "serials"),
        (json!({"serials": ["a", "b", "c"]}), "serials"),
        (json!({"seal": {"text": "T", "count": 2}}), "seal"),
        (json!({"seal": {"text": "T"}}), "seal"),
        (json!({"seals": [{"value": "v", "type": "t"}]}), "seals"),
        (json!({"case": case(json!("G"))}), "case.fixed"),
        (json!({"case": {"must": "m", "fixeds": ["f"]}}), "case.fixeds"),
        (json!({LABEL: {"colour": "red", "fixed": "M"}}), &format!("{LABEL}:fixed")),
        (json!({LAB: {"lead": "l", "fixed": "F"}}), &format!("{LAB}:fixed")),
    ] {
        let refused = Err((Mutability, format!("{path} cannot be changed once it is set")));
        assert_eq!(replace(&immutable(), &with(more)), refused, "{path}");
    }
}

/// The entries of a list are values of their own: one goes, another comes (RFC 7643 §4.2 has `members` so).
#[test]
fn entries_are_replaced_as_a_whole() {
    let entry = |fixed: &str| with(json!({"cases": [{"value": "v", "must": "m", "fixed": fixed}]}));
    assert_eq!(replace(&entry("F"), &entry("G")), Ok(entry("G")));
    assert_eq!(replace(&entry("F"), &with(json!({}))), Ok(with(json!({}))));
    // So is a single complex value that is left out.
    assert_eq!(replace(&with(json!({"case": {"must": "m", "fixed": "F"}})), &with(json!({}))), Ok(with(json!({}))));
}

/// What a client never sees, it cannot send back; so a PUT that leaves it out keeps it, and only null clears it.
#[test]
fn hidden_values_are_stored_and_kept() {
    let hidden = labelled(json!({"secret": "s"}));
    let mut hidden = create(&hidden).unwrap();
    for (name, value) in [
        ("pin", json!("p")),
        ("pins", json!(["p", "q"])),
        ("vault", json!({"text": "t"})),
        ("vaults", json!([{"value": "v"}])),
        ("key", json!("k")),
        ("hushed", json!("h")),
        ("plate", json!({"text": "t", "hushed": "h"})),
        ("case", json!({"must": "m", "secret": "s", "hushed": "h", "given": "g"})),
        (
            "cases",
            json!([{"value": "a", "must": "m", "secret": "s"}, {"value": "b", "must": "m", "hushed": "h", "given": "g"}]),
        ),
    ] {
        hidden[name] = value;
    }
    assert_eq!(create(&hidden), Ok(hidden.clone()));
    assert_eq!(replace(&with(json!({})), &hidden), Ok(hidden.clone()));

    let seen = with(json!({
        "plate": {"text": "t"}, "case": {"must": "m"},
        "cases": [{"value": "B", "must": "n"}, {"value": "a", "type": "x", "must": "m"}, {"value": "c", "must": "m"}],
    }));
    let mut expected = hidden.clone();
    expected["case"].as_object_mut().unwrap().shift_remove("given");
    // The entry of the same type and value is the same entry.
    expected["cases"] = json!([
        {"value": "B", "must": "n", "hushed": "h"}, {"value": "a", "type": "x", "must": "m"}, {"value": "c", "must": "m"}]);
    assert_eq!(replace(&hidden, &seen), Ok(expected));

    let mut cleared = with(json!({"pin": null, "pins": [], "vault": null, "vaults": [], "key": null, "hushed": null,
        "plate": {"text": "t", "hushed": null}, "case": {"must": "m", "secret": null, "hushed": null},
        "cases": [{"value": "a", "must": "m", "secret": null}]}));
    cleared[LABEL]["secret"] = Value::Null;
    let expected = with(json!({"plate": {"text": "t"}, "case": {"must": "m"}, "cases": [{"value": "a", "must": "m"}]}));
    assert_eq!(replace(&hidden, &cleared), Ok(expected));
}

/// `active` too: only a user counts as active without saying so.
#[test]
fn what_is_left_out_is_cleared() {
    let full = create(&with(
        json!({"active": false, "text": "a", "flags": [true], "box": {"text": "a"}, "shown": "s", "asked": "a",
        LAB: {"lead": "l", "parts": ["p"]}}),
    ))
    .unwrap();
    assert_eq!(replace(&full, &with(json!({}))), Ok(with(json!({}))));
}
