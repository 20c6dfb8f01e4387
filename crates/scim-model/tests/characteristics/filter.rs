//! Filters (RFC 7644 §3.4.2.2) on every data type, and what may not be asked.

use scim_model::testing::specimen;
use scim_model::testing::specimen::{LAB, LABEL, SPECIMEN};
use scim_model::{Filter, FilterError, Limits, Resource};
use serde_json::json;

use crate::fixture::{stored, with};

fn subject() -> Resource {
    let mut specimen = with(json!({
        "id": "1", "text": "Straße", "code": "aB", "flag": false, "ratio": 1.5, "count": 9_007_199_254_740_993_i64,
        "moment": "2008-01-23T04:56:22+02:00", "blob": "YWJj", "link": "http://x/A",
        "texts": ["One", "Two"], "codes": ["a", "B"], "flags": [true], "ratios": [0.5, 2], "counts": [1, 3],
        "moments": ["2008-01-23T04:56:22Z"], "blobs": ["YQ=="], "links": ["http://x/A"],
        "box": {"text": "In", "count": 7, "texts": ["x", "y"], "counts": [4]},
        "boxes": [
            {"value": "v", "type": "t", "count": 1, "texts": ["p", "q"]},
            {"value": "w", "type": "t", "count": 2, "primary": true},
            {"value": "x", "flag": false},
        ],
        "spots": [{"count": 1}, {"text": "s"}], "readings": [{"value": 1.5, "type": "t"}],
        "case": {"must": "m", "secret": "s"}, "asked": "a",
        LAB: {"lead": "l", "code": "Xy", "owner": {"value": "o"}},
        "meta": {"lastModified": "2011-05-13T04:42:34.000Z", "resourceType": "Specimen"},
    }));
    specimen["schemas"] = json!([SPECIMEN, LABEL, LAB]);
    stored(&specimen)
}

fn resolve(text: &str) -> Result<Filter<scim_model::Bound>, FilterError> {
    Filter::parse(text, &Limits::default())?.resolve(specimen())
}

fn check(text: &str, expected: bool) {
    assert_eq!(resolve(text).map(|filter| filter.matches(&subject())), Ok(expected), "{text}");
}

/// Which operators each type has: all of them, all but order, only equality, equality and order.
#[test]
fn operators_by_type() {
    let literal = |attribute: &str| match attribute {
        "flag" => "true",
        "ratio" => "1.5",
        "count" => "3",
        "moment" => "\"2008-01-23T04:56:22Z\"",
        _ => "\"YQ==\"",
    };
    for (attribute, order, part) in [
        ("text", true, true),
        ("code", true, true),
        ("link", true, true),
        ("blob", false, true),
        ("flag", false, false),
        ("ratio", true, false),
        ("count", true, false),
        ("moment", true, false),
    ] {
        for path in [attribute.to_owned(), format!("{attribute}s"), format!("box.{attribute}")] {
            for operator in ["eq", "ne", "gt", "ge", "lt", "le", "co", "sw", "ew"] {
                let has = match operator {
                    "eq" | "ne" => true,
                    "gt" | "ge" | "lt" | "le" => order,
                    _ => part,
                };
                let text = format!("title pr or {path} {operator} {}", literal(attribute)).replace("title", "text");
                assert_eq!(
                    resolve(&text).err().map(|error| error.position),
                    if has { None } else { Some(11) },
                    "{text}"
                );
            }
            assert!(resolve(&format!("{path} pr and {path} eq null")).is_ok());
            assert!(resolve(&format!("{path} gt null")).is_err());
        }
    }
}

#[test]
fn each_type_compares_in_its_own_way() {
    for (text, expected) in [
        ("text eq \"STRASSE\"", false),
        ("text eq \"STRAßE\" and text sw \"sTr\" and text ew \"E\" and text co \"ß\"", true),
        ("code eq \"ab\"", false),
        ("code eq \"aB\" and code sw \"a\" and not (code sw \"A\")", true),
        ("code gt \"AB\" and code lt \"ab\"", true),
        ("code gt \"ab\" or code lt \"a\"", false),
        ("flag eq false", true),
        ("flag ne true", true),
        ("flag pr", true),
        ("ratio eq 1.50", true),
        ("ratio eq 15e-1", true),
        ("ratio gt 1 and ratio lt 2 and ratio ge 1.5 and ratio le 1.5", true),
        // Beyond what a floating-point number holds.
        ("count eq 9007199254740993", true),
        ("count eq 9007199254740992", false),
        ("count gt 9007199254740992", true),
        ("count eq 9007199254740992.0", false),
        ("count gt 9007199254740992.0 and count lt 9007199254740994.0", true),
        ("count lt 18446744073709551615 and count gt -1", true),
        ("moment eq \"2008-01-23T02:56:22Z\"", true),
        ("moment lt \"2008-01-23T03:00:00Z\"", true),
        ("moment gt \"2008-01-23T02:56:21.999Z\"", true),
        ("blob eq \"YWJj\"", true),
        ("blob eq \"ywjj\"", false),
        ("blob co \"WJ\"", true),
        ("link eq \"http://x/a\"", false),
        ("link ew \"/A\"", true),
        ("meta.lastModified gt \"2011-05-13T04:42:33Z\"", true),
        ("meta.lastModified lt \"2011-05-13T06:42:34+02:00\"", false),
        ("meta.resourceType eq \"Specimen\"", true),
        (&format!("schemas eq \"{LAB}\""), true),
        ("schemas eq \"urn:x\"", false),
    ] {
        check(text, expected);
    }
}

#[test]
fn lists_and_complex_values() {
    for (text, expected) in [
        ("texts eq \"two\"", true),
        ("texts ne \"two\"", false),
        ("texts sw \"o\" and texts sw \"t\"", true),
        ("texts[value sw \"o\" and value sw \"t\"]", false),
        ("texts[value eq \"one\" or value eq \"nine\"]", true),
        ("texts[not (value eq \"one\")]", true),
        ("codes eq \"b\"", false),
        ("flags eq true", true),
        ("ratios gt 1.9", true),
        ("counts[value gt 1 and value lt 3]", false),
        ("counts gt 1 and counts lt 3", true),
        ("moments ge \"2008-01-23\"", true),
        ("box pr", true),
        ("box.texts eq \"Y\"", true),
        ("box.counts gt 3", true),
        ("box[text eq \"in\" and count eq 7]", true),
        ("box[text eq \"in\" and count eq 8]", false),
        ("boxes eq \"V\"", true),
        ("boxes[type eq \"t\" and not (primary eq true)]", true),
        ("boxes[type eq \"t\" and (count eq 2 or count eq 3) and primary eq true]", true),
        ("boxes[count eq 1 and primary eq true]", false),
        ("boxes[texts eq \"q\"]", true),
        ("boxes[texts eq \"q\" and value eq \"w\"]", false),
        ("boxes[primary eq null and count pr]", true),
        ("boxes[flag pr]", true),
        ("spots[count pr and text pr]", false),
        ("spots.count pr and spots.text pr", true),
        ("readings eq 1.5", true),
        ("readings[value gt 1]", true),
        ("case pr", true),
        ("cases pr", false),
        ("cases.must ne \"x\"", true),
        ("not (cases[must eq \"x\"])", true),
        ("asked eq \"A\"", true),
        ("code eq \"Xy\"", false),
        (&format!("{LAB}:code eq \"Xy\" and {LAB}:owner eq \"O\" and {LAB}:owner.value pr"), true),
        (&format!("{LAB}:owner[value eq \"o\"]"), true),
        (&format!("{LABEL}:colour eq \"RED\" and not ({LABEL}:size pr)"), true),
        (&format!("{SPECIMEN}:boxes[type eq \"t\"] and {SPECIMEN}:box.text eq \"in\""), true),
        ("colour eq \"red\"", true),
    ] {
        check(text, expected);
    }
}

/// A full name may stand within the brackets too; the grammar of attribute paths is the same there.
#[test]
fn full_names_within_brackets() {
    for (text, expected) in [
        (format!("boxes[{SPECIMEN}:boxes.type eq \"t\"]"), true),
        (format!("{SPECIMEN}:boxes[{SPECIMEN}:boxes.type eq \"t\" and count eq 9]"), false),
        (format!("boxes[{}:BOXES.TYPE eq \"t\"]", SPECIMEN.to_uppercase()), true),
        (format!("{LAB}:owner[{LAB}:owner.value eq \"o\"]"), true),
    ] {
        check(&text, expected);
    }
    for text in [
        format!("boxes[{SPECIMEN}:box.text eq \"t\"]"),
        format!("boxes[{LAB}:owner.value eq \"t\"]"),
        format!("boxes[{SPECIMEN}:text eq \"t\"]"),
        "boxes[boxes.type eq \"t\"]".to_owned(),
    ] {
        assert_eq!(resolve(&text).err().map(|error| error.position), Some(6), "{text}");
    }
}

/// What no answer shows must not be found out by asking either (RFC 7644 §7.5.2).
#[test]
fn hidden_values_cannot_be_asked() {
    for path in [
        "pin",
        "pins",
        "vault",
        "vault.text",
        "vault.value",
        "vaults",
        "vaults.value",
        "key",
        "hushed",
        "case.secret",
        "case.hushed",
        "cases.secret",
        "plate.hushed",
        &format!("{LABEL}:secret"),
    ] {
        for filter in [format!("{path} pr"), format!("not ({path} eq \"x\")"), format!("{path} eq null")] {
            let position = filter.find(path);
            assert_eq!(resolve(&filter).err().map(|error| error.position), position, "{filter}");
        }
    }
    for (filter, position) in
        [("cases[secret eq \"x\"]", 6), ("vaults[value eq \"x\"]", 0), ("cases[must pr and hushed pr]", 18)]
    {
        assert_eq!(resolve(filter).err().map(|error| error.position), Some(position), "{filter}");
    }
}

#[test]
fn errors_stand_where_the_mistake_is() {
    for (filter, position) in [
        ("nothing eq 1", 0),
        ("text eq \"ä\" and nothing eq 1", 17),
        ("text eq \"a\" and (flag gt true)", 17),
        ("box eq \"x\"", 0),
        ("spots eq \"x\"", 0),
        ("count eq \"x\"", 0),
        ("count eq true", 0),
        ("flag eq 1", 0),
        ("moment eq \"x\"", 0),
        ("text eq true", 0),
        ("boxes[count eq \"x\"]", 6),
        ("boxes[value eq \"x\"].count gt true", 20),
    ] {
        assert_eq!(resolve(filter).err().map(|error| error.position), Some(position), "{filter}");
    }
}
