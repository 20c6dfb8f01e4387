//! Bodies of POST and PUT: data types (RFC 7643 §2.3), lists (§2.4), unassigned values (§2.5), what is required.

use scim_model::ScimType::InvalidValue;
use scim_model::testing::specimen::{LAB, LABEL};
use serde_json::{Value, json};

use crate::fixture::{create, labelled, replace, with};

/// A value of `attribute`, single or as a list, at the top and within complex attributes: kept as sent, or refused.
fn check(attribute: &str, value: &str, taken: bool) {
    let value: Value = serde_json::from_str(value).unwrap();
    let list = format!("{attribute}s");
    for more in [
        json!({attribute: value}),
        json!({list: [value]}),
        json!({"box": {attribute: value}}),
        json!({"boxes": [{"value": "v", attribute: value}]}),
    ] {
        if attribute == "text" && more.get("boxes").is_some() {
            continue;
        }
        let body = with(more);
        match create(&body) {
            Ok(document) => assert!(taken && document == body, "{body} became {document}"),
            Err((scim_type, detail)) => assert!(!taken && scim_type == InvalidValue, "{body}: {detail}"),
        }
    }
}

#[test]
fn data_types() {
    for (attribute, taken, refused) in [
        (
            "text",
            &[r#""a""#, r#"" b ""#, r#""\u00e9\n""#, r#""true""#, r#""1""#][..],
            &["1", "true", "{}", r#""\u0000""#][..],
        ),
        ("code", &[r#""aB""#], &["0"]),
        ("flag", &["true", "false"], &["1", "0", r#""yes""#, r#""""#, "{}"]),
        (
            "ratio",
            &["0.5", "-12.25", "1.0", "3", "1e3", "0.1", "1.7976931348623157e308", "5e-324", "118.43329600000002"],
            &[r#""0.5""#, "true", "{}"],
        ),
        (
            "count",
            &["0", "-7", "9223372036854775807", "18446744073709551615", "-9223372036854775808"],
            &["1.0", "1.5", "1e3", "1E0", r#""1""#, "true", "18446744073709551616"],
        ),
        (
            "moment",
            &[
                r#""2008-01-23T04:56:22Z""#,
                r#""2008-01-23T04:56:22""#,
                r#""2008-01-23T04:56:22.123456Z""#,
                r#""2008-01-23T04:56:22+02:00""#,
                r#""2008-01-23T04:56:22.5-11:30""#,
            ],
            &[
                r#""2008-01-23""#,
                r#""04:56:22""#,
                r#""2008-01-23T04:56Z""#,
                r#""2008-01-23 04:56:22Z""#,
                r#""20080123T045622Z""#,
                r#""2008-1-23T04:56:22Z""#,
                r#""2008-01-23T04:56:22.Z""#,
                r#""2008-01-23T04:56:22+2""#,
                r#""2008-01-23T04:56:22+0200""#,
                r#""2008-01-23T04:56:22Z[Europe/Vienna]""#,
                r#""2008-13-23T04:56:22Z""#,
                r#""2008-02-30T04:56:22Z""#,
                r#""2008-01-23T24:56:22Z""#,
                r#""2008-01-23T04:56:60Z""#,
                r#""""#,
                "1201064182",
            ],
        ),
        (
            "blob",
            &[r#""YQ==""#, r#""YWI=""#, r#""YWJj""#, r#""YQ""#, r#""YWI""#, r#""+/+/""#],
            &[
                r#""Y""#,
                r#""YQ=""#,
                r#""YQ===""#,
                r#""YWJj=""#,
                r#""YWJj====""#,
                r#""Y=Q=""#,
                r#""=""#,
                r#""-_-_""#,
                r#""YW Jj""#,
                r#""YW\nJj""#,
                r#""a!==""#,
                "1",
            ],
        ),
        ("link", &[r#""https://example.com/a?b#c""#, r#""../Users/1""#], &["1", "{}"]),
    ] {
        taken.iter().for_each(|value| check(attribute, value, true));
        refused.iter().for_each(|value| check(attribute, value, false));
    }
}

/// Booleans as text are a leniency; what is stored is a boolean.
#[test]
fn booleans_as_text() {
    let more = json!({"flag": "True", "flags": ["false", true], "box": {"flag": "FALSE"}});
    let expected = json!({"flag": true, "flags": [false, true], "box": {"flag": false}});
    assert_eq!(create(&with(more)), Ok(with(expected)));
}

/// Null, an empty list and nothing at all are one state (RFC 7643 §2.5).
#[test]
fn unassigned() {
    let unassigned = json!({
        "text": null, "flag": null, "count": null, "texts": [], "flags": null, "counts": [null], "box": {}, "boxes": [],
        "spots": [{}], "case": null, "cases": null, "pin": null, "serial": null, "serials": [], "key": null,
        LAB: {"code": null, "parts": []},
    });
    assert_eq!(create(&with(unassigned.clone())), Ok(with(json!({}))));
    let full = create(&with(json!({
        "text": "a", "flag": false, "count": 0, "texts": ["a"], "flags": [true], "counts": [1],
        "box": {"text": "a", "texts": ["a"]}, "boxes": [{"value": "a"}], "spots": [{"count": 1}], "case": {"must": "a"},
        "cases": [{"must": "a"}], "pin": "a", "key": "a", LAB: {"lead": "a", "code": "a", "parts": ["a"]},
    })))
    .unwrap();
    assert_eq!(replace(&full, &with(unassigned)), Ok(with(json!({}))));
    let nothing_within =
        json!({"box": {"text": null, "texts": [], "counts": null}, "boxes": [{"value": "v", "texts": []}]});
    assert_eq!(create(&with(nothing_within)), Ok(with(json!({"boxes": [{"value": "v"}]}))));
}

#[test]
fn names_in_any_case_get_the_spelling_of_the_schema() {
    let shouted =
        json!({"TEXTS": ["A"], "Box": {"TEXT": "A", "COUNTS": [1]}, "BOXES": [{"VALUE": "v", "Primary": true}]});
    let expected =
        json!({"texts": ["A"], "box": {"text": "A", "counts": [1]}, "boxes": [{"value": "v", "primary": true}]});
    assert_eq!(create(&with(shouted)), Ok(with(expected)));
    let mut extension = labelled(json!({"size": 1}));
    let label = extension.as_object_mut().unwrap().shift_remove(LABEL).unwrap();
    extension[LABEL.to_uppercase()] = label;
    assert_eq!(create(&extension), Ok(labelled(json!({"size": 1}))));
    for twice in [json!({"texts": ["a"], "TEXTS": ["b"]}), json!({"box": {"text": "a", "Text": "b"}})] {
        assert!(create(&with(twice)).is_err());
    }
}

/// Two values are the same when their attribute compares them as equal; of those one is kept (RFC 7643 §2.4).
#[test]
fn the_same_value_twice() {
    for (sent, kept) in [
        (json!({"texts": ["a", "A", "b", "ａ"]}), json!({"texts": ["a", "b"]})),
        (json!({"codes": ["a", "A", "a"]}), json!({"codes": ["a", "A"]})),
        (json!({"flags": [true, false, true]}), json!({"flags": [true, false]})),
        (json!({"ratios": [1, 1.0, 1.5, 1.50]}), json!({"ratios": [1, 1.5]})),
        (json!({"counts": [7, -7, 7]}), json!({"counts": [7, -7]})),
        (
            json!({"moments": ["2008-01-23T04:56:22Z", "2008-01-23T06:56:22.000+02:00", "2008-01-23T04:56:23Z"]}),
            json!({"moments": ["2008-01-23T04:56:22Z", "2008-01-23T04:56:23Z"]}),
        ),
        (json!({"blobs": ["YWJj", "ywjj", "YWJj"]}), json!({"blobs": ["YWJj", "ywjj"]})),
        (json!({"links": ["http://x/A", "http://x/a"]}), json!({"links": ["http://x/A", "http://x/a"]})),
        // `type` and `value` make the pair, whatever else is said.
        (
            json!({"boxes": [{"value": "a", "type": "T", "count": 1}, {"type": "t", "value": "A", "display": "d"}, {"value": "a"}]}),
            json!({"boxes": [{"value": "a", "type": "T", "count": 1, "display": "d"}, {"value": "a"}]}),
        ),
        (
            json!({"readings": [{"value": 1, "type": "t"}, {"value": 1.0, "type": "T", "primary": true}, {"value": 2}]}),
            json!({"readings": [{"value": 1, "type": "t", "primary": true}, {"value": 2}]}),
        ),
        // Without a `value` everything counts, in any order.
        (
            json!({"spots": [{"count": 1, "text": "a"}, {"text": "a", "count": 1}, {"count": 1}]}),
            json!({"spots": [{"count": 1, "text": "a"}, {"count": 1}]}),
        ),
        (
            json!({"ports": [{"type": "usb"}, {"type": "usb", "primary": true}, {"type": "hdmi", "primary": false}]}),
            json!({"ports": [{"type": "usb", "primary": true}, {"type": "hdmi", "primary": false}]}),
        ),
        // Only being primary in one is being primary; any other boolean is a value like others.
        (
            json!({"boxes": [{"value": "a", "flag": false, "primary": false}, {"value": "a", "flag": true, "primary": true}]}),
            json!({"boxes": [{"value": "a", "flag": false, "primary": true}]}),
        ),
        (json!({"boxes": [{"value": "a", "texts": ["x", "X"]}]}), json!({"boxes": [{"value": "a", "texts": ["x"]}]})),
    ] {
        assert_eq!(create(&with(sent)), Ok(with(kept)));
    }
}

/// An entry of nothing but its label is dropped (Okta), but not where the type is what there is to say.
#[test]
fn entries_of_labels() {
    let sent =
        json!({"boxes": [{"type": "t", "primary": true}, {"type": "t", "value": "v"}], "ports": [{"type": "usb"}]});
    let kept = json!({"boxes": [{"type": "t", "value": "v"}], "ports": [{"type": "usb"}]});
    assert_eq!(create(&with(sent)), Ok(with(kept)));
}

#[test]
fn one_primary_at_most() {
    for list in ["boxes", "readings", "cases"] {
        let entry = |number: i64, primary: Value| {
            let value = if list == "readings" { json!(number) } else { json!(number.to_string()) };
            let mut entry = json!({"value": value, "primary": primary});
            if list == "cases" {
                entry["must"] = json!("m");
            }
            entry
        };
        let one = with(json!({list: [entry(1, json!(false)), entry(2, json!(true)), entry(3, json!(false))]}));
        assert_eq!(create(&one), Ok(one.clone()));
        let two = with(json!({list: [entry(1, json!(true)), entry(2, json!(true))]}));
        assert_eq!(create(&two), Err((InvalidValue, format!("{list}: only one value may be primary"))));
    }
}

#[test]
fn what_is_required() {
    let without = |name: &str| with(json!({name: null}));
    for (body, detail) in [
        (without("name"), "name is required and must not be empty".to_owned()),
        (with(json!({"name": " "})), "name is required and must not be empty".to_owned()),
        (without("tags"), "tags is required and must not be empty".to_owned()),
        (with(json!({"tags": []})), "tags is required and must not be empty".to_owned()),
        (with(json!({"tags": [null]})), "tags is required and must not be empty".to_owned()),
        (with(json!({"case": {"given": "x"}})), "case.must is required".to_owned()),
        (with(json!({"case": {"must": null}})), "case.must is required and must not be empty".to_owned()),
        (with(json!({"cases": [{"must": "x"}, {"value": "x"}]})), "cases[1].must is required".to_owned()),
        (without(LABEL), format!("the extension {LABEL} is required")),
        (with(json!({LABEL: {}})), format!("the extension {LABEL} is required")),
        (with(json!({LABEL: {"size": 1}})), format!("{LABEL}:colour is required")),
        (with(json!({LAB: {"code": "x"}})), format!("{LAB}:lead is required")),
    ] {
        assert_eq!(create(&body), Err((InvalidValue, detail.clone())), "{body}");
        assert_eq!(replace(&with(json!({})), &body), Err((InvalidValue, detail)), "{body}");
    }
    for name in ["name", "tags"] {
        let mut body = with(json!({}));
        body.as_object_mut().unwrap().shift_remove(name);
        assert_eq!(create(&body), Err((InvalidValue, format!("{name} is required"))));
    }
    // `badge` is required too, but only the service provider writes it.
    assert!(create(&with(json!({}))).is_ok());
    assert_eq!(create(&with(json!({"badge": "b"}))), Ok(with(json!({}))));
}

#[test]
fn schemas_follow_what_is_there() {
    let lab = with(json!({LAB: {"lead": "l"}}));
    let created = create(&lab).unwrap();
    assert_eq!(created["schemas"], json!([with(json!({}))["schemas"][0], LABEL, LAB]));
    let named_only = with(json!({"schemas": [LAB, with(json!({}))["schemas"][0], LABEL]}));
    assert_eq!(create(&named_only), Ok(with(json!({}))));
}
