//! RFC 7644 §3.4.2.2, figure 2, and §3.4.3: the example filters, against the user of RFC 7643 §8.3; the table of operators.

use scim_model::project::Projection;
use scim_model::schema::core;
use scim_model::{Filter, Limits, Resource, ScimError, ScimType};
use serde_json::{Value, json};

use crate::examples::{ENTERPRISE, USER, enterprise_user};

#[test]
fn example_filters() {
    let mut user = enterprise_user();
    user["meta"] = json!({"lastModified": "2011-05-13T04:42:34Z"});
    let user = Resource::from_stored(&user.to_string()).unwrap();
    let extended = format!("schemas eq \"{ENTERPRISE}\"");
    for (filter, expected) in [
        (r#"userName eq "bjensen""#, false),
        (r#"name.familyName co "O'Malley""#, false),
        (r#"userName sw "J""#, false),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B""#, true),
        ("title pr", true),
        (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, false),
        (r#"meta.lastModified ge "2011-05-13T04:42:34Z""#, true),
        (r#"meta.lastModified lt "2011-05-13T04:42:34Z""#, false),
        (r#"meta.lastModified le "2011-05-13T04:42:34Z""#, true),
        (r#"title pr and userType eq "Employee""#, true),
        (r#"title pr or userType eq "Intern""#, true),
        (extended.as_str(), true),
        (r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#, true),
        (r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#, false),
        (r#"userType eq "Employee" and (emails.type eq "work")"#, true),
        (r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#, true),
        (r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#, true),
    ] {
        let parsed = Filter::parse(filter, &Limits::default()).unwrap().resolve(core::user()).unwrap();
        assert_eq!(parsed.matches(&user), expected, "{filter}");
    }
}

/// §3.4.3: the filter of the search request, and what it asks for.
#[test]
fn search_request() {
    let filter = Filter::parse("displayName sw \"smith\"", &Limits::default()).unwrap().resolve(core::user()).unwrap();
    let smith = |name: &str| Resource::from_stored(&json!({"displayName": name}).to_string()).unwrap();
    assert!(filter.matches(&smith("Smith, James")));
    assert!(!filter.matches(&smith("James Smith")));
    let projection = Projection::parse(Some("displayName,userName"), None, core::user()).unwrap();
    let answer = json!({
        "schemas": [USER], "id": "2819c223-7f76-413861904646", "userName": "jsmith", "displayName": "Smith, James",
    });
    let mut whole = answer.clone();
    whole["title"] = json!("x");
    whole["meta"] = json!({"resourceType": "User"});
    assert_eq!(serde_json::from_str::<Value>(&projection.apply(&whole.to_string(), core::user())).unwrap(), answer);
}

/// Table 3: what each operator means.
#[test]
fn operators() {
    let user =
        Resource::from_stored(&json!({"schemas": [USER], "title": "Tour Guide", "active": true}).to_string()).unwrap();
    for (operator, matching, other) in [
        ("eq", "tour guide", "tour"),
        ("ne", "tour", "tour guide"),
        ("co", "r g", "x"),
        ("sw", "tour", "guide"),
        ("ew", "guide", "tour"),
        ("gt", "tour", "tour guide"),
        ("ge", "tour guide", "u"),
        ("lt", "u", "tour guide"),
        ("le", "tour guide", "tour"),
    ] {
        for (literal, expected) in [(matching, true), (other, false)] {
            let text = format!("title {operator} \"{literal}\"");
            let filter = Filter::parse(&text, &Limits::default()).unwrap().resolve(core::user()).unwrap();
            assert_eq!(filter.matches(&user), expected, "{text}");
        }
    }
    // Table 4 and 5: `and` binds closer than `or`, `not` closest, parentheses first.
    for (text, expected) in [
        ("title pr or nickName pr and nickName pr", true),
        ("(title pr or nickName pr) and nickName pr", false),
        ("not (nickName pr) and title pr", true),
        ("not (nickName pr or title pr)", false),
        ("active eq true and not (title sw \"g\") and (nickName pr or title pr)", true),
    ] {
        let filter = Filter::parse(text, &Limits::default()).unwrap().resolve(core::user()).unwrap();
        assert_eq!(filter.matches(&user), expected, "{text}");
    }
    for text in ["active gt true", "active ge true", "active lt true", "active le true", "x509Certificates gt \"a\""] {
        let refused = Filter::parse(text, &Limits::default()).unwrap().resolve(core::user()).map_err(ScimError::from);
        assert_eq!(refused.unwrap_err().scim_type, Some(ScimType::InvalidFilter), "{text}");
    }
}
