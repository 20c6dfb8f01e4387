//! RFC 7644 §3.4.2.1 and §3.4.3: queries over several types, and by POST.

use scim_model::message::query::{Query, Start};
use scim_model::schema::core;
use scim_model::{Decided, Filter, Limits};

/// The body of the RFC's example, and its answer's filter over users and groups.
#[test]
fn a_search_at_the_root() {
    let body = r#"{
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"smith\"",
        "startIndex": 1,
        "count": 10
    }"#;
    let query = Query::from_search_request(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(query.attributes.as_deref(), Some("displayName,userName"));
    assert_eq!((query.start, query.count), (Start::Index(1), 10));
    let filter = Filter::parse(&query.filter.unwrap(), &Limits::default()).unwrap();
    let decided = filter.resolve_across(&[core::user(), core::group()]).unwrap();
    assert!(decided.iter().all(|decided| matches!(decided, Decided::Open(_))), "{decided:?}");
}

/// "meta.resourceType" picks the types of a query at the root.
#[test]
fn a_filter_by_type_at_the_root() {
    let text = r#"(meta.resourceType eq "User") or (meta.resourceType eq "Group")"#;
    let filter = Filter::parse(text, &Limits::default()).unwrap();
    assert_eq!(filter.resolve_across(&[core::user(), core::group()]).unwrap(), [Decided::Always, Decided::Always]);
}
