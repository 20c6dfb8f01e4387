//! RFC 7644 §3.4.2.2, figure 2: the example filters, against the user of RFC 7643 §8.3.

use scim_model::schema::core;
use scim_model::{Filter, Limits, Resource};
use serde_json::json;

use crate::examples::{ENTERPRISE, enterprise_user};

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
