//! What the generators of `testing` promise, so that properties built on them mean something.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic too: that is how a test fails")]

use proptest::prelude::*;
use scim_model::schema::core;
use scim_model::testing::{Choices, choices, filters, specimen, values};
use scim_model::{Filter, Limits, Resource, ResourceType, check};

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

fn types() -> [&'static ResourceType; 3] {
    [core::user(), core::group(), specimen()]
}

fn resource(bytes: &[u8], ty: &ResourceType) -> Resource {
    let body = values::document(&mut Choices::new(bytes), ty).to_string();
    let checked = check::create(body.as_bytes(), ty, &Limits::default()).unwrap();
    checked.resource
}

proptest! {
    #[test]
    fn documents_are_taken(bytes in any_bytes()) {
        for ty in types() {
            resource(&bytes, ty);
        }
    }

    #[test]
    fn filters_resolve(bytes in any_bytes()) {
        for ty in types() {
            let text = filters::filter(&mut Choices::new(&bytes), ty);
            let resolved = Filter::parse(&text, &Limits::default()).and_then(|filter| filter.resolve(ty));
            prop_assert!(resolved.is_ok(), "{text}: {resolved:?}");
        }
    }

    #[test]
    fn filters_keep_to_what_may_be_asked(bytes in any_bytes()) {
        let text = filters::filter_where(&mut Choices::new(&bytes), core::user(), |path| path.starts_with("emails") || path == "title");
        let text = text.to_lowercase();
        prop_assert!(!text.contains("username") && !text.contains("groups"), "{text}");
        prop_assert!(text.contains("emails") || text.contains("title"), "{text}");
    }
}

/// A property of filters that nothing matches, or everything, is none.
#[test]
fn filters_match_some() {
    for ty in types() {
        let matching = (0..2_000)
            .filter(|seed| {
                let (filter, document) = (choices::bytes(*seed, 200), choices::bytes(seed + 1_000_000, 400));
                let text = filters::filter(&mut Choices::new(&filter), ty);
                let filter = Filter::parse(&text, &Limits::default()).unwrap().resolve(ty).unwrap();
                filter.matches(&resource(&document, ty))
            })
            .count();
        assert!((400..1_600).contains(&matching), "{}: {matching} of 2,000", ty.id);
    }
}

#[test]
fn choices_end() {
    let mut choices = Choices::new(&[7, 200]);
    assert_eq!((choices.below(5), choices.below(100), choices.below(100), choices.below(0)), (2, 0, 0, 0));
    assert_eq!((choices.once_in(3), *choices.one_of(&["first", "second"])), (false, "first"));
    assert_eq!(choices::bytes(1, 3), choices::bytes(1, 5)[..3]);
    assert_ne!(choices::bytes(1, 8), choices::bytes(2, 8));
}
