use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::core;
use crate::urn::ENTERPRISE_USER;

fn parse(text: &str) -> Result<Filter<AttributePath>, FilterError> {
    Filter::parse(text, &Limits::default())
}

fn resolve(text: &str) -> Result<Filter<Bound>, FilterError> {
    parse(text)?.resolve(core::user())
}

/// `expected`: the filter written out, or the position of the error.
fn check_parse(text: &str, expected: Result<&str, usize>) {
    let parsed = parse(text);
    let written = parsed.as_ref().map(ToString::to_string);
    assert_eq!(written.as_deref().map_err(|error| error.position), expected, "{text}");
    if let Ok(filter) = parsed {
        assert_eq!(parse(&filter.to_string()), Ok(filter), "{text}");
    }
}

#[test]
fn grammar() {
    for (text, expected) in [
        (r#"userName eq "bjensen""#, r#"userName eq "bjensen""#),
        (r#"  userName  EQ  "bjensen"  "#, r#"userName eq "bjensen""#),
        (r#"name.familyName co "O'Malley""#, r#"name.familyName co "O'Malley""#),
        ("title pr", "title pr"),
        ("title PR AND userType eq \"E\"", "title pr and userType eq \"E\""),
        ("a pr or b pr and c pr", "a pr or b pr and c pr"),
        ("(a pr or b pr) and c pr", "(a pr or b pr) and c pr"),
        ("a pr and (b pr and c pr)", "a pr and (b pr and c pr)"),
        ("a pr or (b pr or (c pr))", "a pr or (b pr or c pr)"),
        ("((a pr))", "a pr"),
        ("not (a pr)", "not (a pr)"),
        ("NOT(a pr or b pr) and c pr", "not (a pr or b pr) and c pr"),
        ("not (not (a pr))", "not (not (a pr))"),
        // An attribute that is called like a keyword.
        ("not pr", "not pr"),
        ("not eq 1 and and pr", "not eq 1 and and pr"),
        ("eq eq true", "eq eq true"),
        (r#"emails[type eq "work" and value co "@x"]"#, r#"emails[type eq "work" and value co "@x"]"#),
        // Entra ID looks up by it.
        (r#"emails[type eq "work"].value eq "a@x""#, r#"emails[type eq "work" and value eq "a@x"]"#),
        (
            r#"emails[type eq "work" and primary eq true].value eq "a""#,
            r#"emails[type eq "work" and primary eq true and value eq "a"]"#,
        ),
        (r#"emails[type eq "a" or type eq "b"].value pr"#, r#"emails[(type eq "a" or type eq "b") and value pr]"#),
        ("a eq null", "a eq null"),
        ("a eq TRUE", "a eq true"),
        ("a gt -12", "a gt -12"),
        ("a gt 1.5", "a gt 1.5"),
        // Not a number that stays what it is: kept as text until the attribute's type is known.
        ("a eq 007", "a eq 007"),
        ("a eq 1e5", "a eq 1e5"),
        (r#"a eq "\"quoted\" \\ \u00e9 \n""#, "a eq \"\\\"quoted\\\" \\\\ é \\n\""),
        (r#"a eq "\\""#, r#"a eq "\\""#),
        (r#"a eq """#, r#"a eq """#),
        (r#"a eq "x) or (b pr""#, r#"a eq "x) or (b pr""#),
        // Microsoft's Postman set: no quotes.
        (
            "name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)",
            "name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)",
        ),
        ("meta.created gt 2020-01-01T00:00:00Z", "meta.created gt 2020-01-01T00:00:00Z"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
        ),
        ("$ref pr", "$ref pr"),
    ] {
        check_parse(text, Ok(expected));
    }
}

#[test]
fn grammar_errors_have_positions() {
    for (text, position) in [
        ("", 0),
        ("   ", 3),
        ("userName", 8),
        ("userName eq", 11),
        ("userName eq \"a", 12),
        ("userName eq \"\\x\"", 12),
        ("userName eq \"\\u0000\"", 12),
        ("userName xx \"a\"", 9),
        ("userName equals \"a\"", 9),
        ("userName eq \"a\" nor b pr", 16),
        ("userName eq \"a\" and", 19),
        ("userName eq \"a\" b", 16),
        ("(a pr", 5),
        ("a pr)", 4),
        ("emails[type pr", 14),
        ("emails[type pr)", 14),
        ("emails[]", 7),
        ("emails[type pr].", 16),
        ("()", 1),
        ("1 eq 1", 0),
        (".a pr", 0),
        ("a. pr", 0),
        ("a eq (b)", 5),
        ("é pr", 0),
        ("not", 3),
    ] {
        check_parse(text, Err(position));
    }
    assert_eq!(
        ScimError::from(parse("userName eq").unwrap_err()).to_string(),
        "400: filter, position 11: expected a JSON string, a number, true, false or null"
    );
}

#[test]
fn limits_hold() {
    for (open, close) in [("(", ")"), ("not (", ")"), ("a[", "]")] {
        let nested = |depth: usize| format!("{}a pr{}", open.repeat(depth), close.repeat(depth));
        assert!(parse(&nested(64)).is_ok());
        assert!(parse(&nested(65)).is_err());
        let roomy = Limits { filter_length_bytes: 1 << 20, ..Limits::default() };
        assert!(Filter::parse(&nested(10_000), &roomy).is_err());
    }
    let long = format!("a eq \"{}\"", "x".repeat(16 * 1024));
    assert_eq!(parse(&long).map_err(|error| error.position), Err(16 * 1024));
    // Many terms nest nothing.
    let chain = vec!["title pr"; 1_200].join(" and ");
    assert!(resolve(&chain).is_ok_and(|filter| !filter.matches(&Resource::default())));
}

/// `expected`: the resolved filter written out, or the position of the error.
fn check_resolve(text: &str, expected: Result<&str, usize>) {
    let resolved = resolve(text);
    let written = resolved.as_ref().map(ToString::to_string);
    assert_eq!(written.as_deref().map_err(|error| error.position), expected, "{text}");
    if let Ok(filter) = resolved {
        assert_eq!(resolve(&filter.to_string()), Ok(filter), "{text}");
    }
}

#[test]
fn resolution() {
    let department = format!("{ENTERPRISE_USER}:department eq \"x\"");
    let manager = format!("{ENTERPRISE_USER}:manager.value eq \"7\"");
    for (text, expected) in [
        ("USERNAME eq \"A\"", Ok("userName eq \"A\"")),
        ("Name.FAMILYNAME pr", Ok("name.familyName pr")),
        ("urn:ietf:params:scim:schemas:core:2.0:User:username eq \"a\"", Ok("userName eq \"a\"")),
        (department.as_str(), Ok(department.as_str())),
        ("urn:scim:schemas:extension:enterprise:1.0:department eq \"x\"", Ok(department.as_str())),
        ("department eq \"x\"", Ok(department.as_str())),
        // A complex attribute is compared by its value.
        ("emails eq \"a@x\"", Ok("emails.value eq \"a@x\"")),
        (&format!("{ENTERPRISE_USER}:manager eq \"7\""), Ok(manager.as_str())),
        ("emails pr", Ok("emails pr")),
        (
            "emails[TYPE eq \"work\" and not (primary eq false)]",
            Ok("emails[type eq \"work\" and not (primary eq false)]"),
        ),
        // Entra ID: booleans as text.
        ("roles[primary eq \"True\"]", Ok("roles[primary eq true]")),
        ("active eq \"false\"", Ok("active eq false")),
        ("externalId eq 42", Ok("externalId eq \"42\"")),
        ("title eq null", Ok("title eq null")),
        ("name ne null", Ok("name ne null")),
        ("meta.lastModified ge \"2011-05-13T04:42:34Z\"", Ok("meta.lastModified ge \"2011-05-13T04:42:34Z\"")),
        ("schemas eq \"urn:x\"", Ok("schemas eq \"urn:x\"")),
        ("userName eq \"a\" and shoeSize eq 1", Err(20)),
        ("urn:example:x eq 1", Err(0)),
        (ENTERPRISE_USER, Err(ENTERPRISE_USER.len())),
        ("name.shoeSize pr", Err(0)),
        ("title pr and emails[shoeSize pr]", Err(20)),
        ("emails[emails.type eq \"a\"]", Err(7)),
        ("emails.type[value eq \"a\"]", Err(0)),
        ("emails[type[value eq \"a\"]]", Err(7)),
        ("userName[value eq \"a\"]", Ok("userName[value eq \"a\"]")),
        // Never returned, never guessed at.
        ("password pr", Err(0)),
        ("title pr or password sw \"a\"", Err(12)),
        ("active gt true", Err(0)),
        ("active co \"t\"", Err(0)),
        ("active eq 1", Err(0)),
        ("x509Certificates gt \"a\"", Err(0)),
        ("meta.created co \"2011\"", Err(0)),
        ("meta.created gt \"yesterday\"", Err(0)),
        ("meta.created gt 5", Err(0)),
        ("userName eq true", Err(0)),
        ("userName gt null", Err(0)),
        ("name eq \"a\"", Err(0)),
    ] {
        check_resolve(text, expected);
    }
}

#[test]
fn what_a_search_planner_sees() {
    let Ok(Filter::Compare { attribute, operator, literal }) = resolve("emails eq \"a@x\"") else { panic!() };
    assert_eq!(
        (attribute.path(), operator, literal),
        ("emails.value", Operator::Eq, Literal::String("a@x".to_owned()))
    );
    assert!(attribute.is_multi_valued() && !attribute.case_exact());
}

fn subject() -> Resource {
    let user = json!({
        "schemas": [crate::urn::USER, ENTERPRISE_USER],
        "id": "2819c223", "externalId": "Abc",
        "userName": "BJensen", "title": "", "active": true,
        "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"},
        ],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        ENTERPRISE_USER: {"department": "Ärger", "manager": {"value": "26118915"}},
        "meta": {"lastModified": "2011-05-13T04:42:34.000Z"},
    });
    Resource::from_stored(&user.to_string()).unwrap()
}

#[test]
fn evaluation() {
    let subject = subject();
    for (text, expected) in [
        ("userName eq \"bjensen\"", true),
        ("userName eq \"ｂＪＥＮＳＥＮ\"", true),
        ("userName ne \"bjensen\"", false),
        ("userName sw \"BJ\" and userName ew \"EN\" and userName co \"ens\"", true),
        ("userName gt \"a\" and userName lt \"c\" and userName ge \"bjensen\" and userName le \"bjensen\"", true),
        ("userName gt \"bjensen\"", false),
        ("userName co \"%\"", false),
        // externalId and id compare exactly.
        ("externalId eq \"Abc\"", true),
        ("externalId eq \"abc\"", false),
        ("externalId eq abc or id eq \"2819c223\"", true),
        ("active eq true", true),
        ("active eq \"True\"", true),
        ("active ne true", false),
        ("not (active eq true)", false),
        // An attribute without a value.
        ("nickName eq \"x\"", false),
        ("nickName ne \"x\"", true),
        ("not (nickName eq \"x\")", true),
        ("nickName pr", false),
        ("nickName eq null", true),
        ("nickName gt \"\"", false),
        // An empty text is a value, but no present one (RFC 7643 §2.5, RFC 7644 §3.4.2.2).
        ("title pr", false),
        ("title eq null", false),
        ("title ne null", true),
        ("name pr", true),
        ("emails pr", true),
        ("phoneNumbers pr", false),
        // Lists: one value is enough, and none may be equal for ne.
        ("emails eq \"BABS@jensen.org\"", true),
        ("emails.value ew \"jensen.org\"", true),
        ("emails.value ne \"babs@jensen.org\"", false),
        ("emails.type eq \"home\" and emails.primary eq true", true),
        ("emails[type eq \"home\" and primary eq true]", false),
        ("emails[type eq \"work\" and primary eq true]", true),
        ("emails[type eq \"home\" and not (primary eq true)]", true),
        ("emails[type eq \"work\"].value eq \"bjensen@example.com\"", true),
        ("emails[type eq \"home\"].value eq \"bjensen@example.com\"", false),
        ("emails[type eq \"other\"]", false),
        ("name[familyName eq \"jensen\"]", true),
        ("x509Certificates eq \"MIIDQzCC\"", true),
        ("x509Certificates eq \"miidqzcc\"", false),
        // Points in time, not texts.
        ("meta.lastModified eq \"2011-05-13T04:42:34Z\"", true),
        ("meta.lastModified eq \"2011-05-13T06:42:34+02:00\"", true),
        ("meta.lastModified gt \"2011-05-13\"", true),
        ("meta.lastModified lt 2011-05-13T04:42:34Z", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"ÄRGER\"", true),
        ("manager eq \"26118915\"", true),
        ("manager eq \"1\"", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"26118915\"", true),
        ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", true),
        ("title pr or name pr and nickName pr", false),
        ("(title pr or name pr) and userName pr", true),
    ] {
        assert_eq!(resolve(text).unwrap().matches(&subject), expected, "{text}");
    }
}

fn any_path() -> impl Strategy<Value = AttributePath> {
    "[a-zA-Z$][a-zA-Z0-9_-]{0,6}(\\.[a-z]{1,4})?|urn:[a-z]{1,4}:2\\.0:[A-Z][a-z]{0,4}(:[a-z]{1,4})?"
        .prop_map(|text| AttributePath::at(text, 0))
}

fn any_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        "[^\0]*".prop_map(Literal::String),
    ]
}

fn any_filter() -> impl Strategy<Value = Filter<AttributePath>> {
    let operator = proptest::sample::select(Operator::ALL.to_vec());
    let leaf = prop_oneof![
        any_path().prop_map(Filter::Present),
        (any_path(), operator, any_literal()).prop_map(|(attribute, operator, literal)| Filter::Compare {
            attribute,
            operator,
            literal
        }),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
            (any_path(), inner).prop_map(|(attribute, filter)| Filter::Element { attribute, filter: Box::new(filter) }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_parses_to_the_same(filter in any_filter()) {
        prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn any_text(text in "\\PC*") {
        let _ = resolve(&text);
    }

    #[test]
    fn any_words(words in proptest::collection::vec(proptest::sample::select(vec![
        "userName", "emails", "active", "meta.created", "[", "]", "(", ")", ".value", " eq ", " pr", " and ", " or ", "not",
        "\"", "\\", "x", "true", "null", "-1", " ", "urn:ietf:params:scim:schemas:core:2.0:User:", "é",
    ]), 0..20)) {
        if let Ok(filter) = resolve(&words.concat()) {
            filter.matches(&subject());
        }
    }
}
