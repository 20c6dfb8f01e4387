use std::sync::Arc;

use super::kind::{Application, Event, Tenant};
use super::{Id, IdSource};
use crate::{RandomSource, SystemRandom, Timestamp};

struct AllOnes;

impl RandomSource for AllOnes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

#[test]
fn parse_takes_only_what_an_id_can_be() {
    for good in ["a", "0", "019ab0de-7c00-7000-8101-010101010101", &"x".repeat(64)] {
        assert_eq!(Id::<Tenant>::parse(good).map(Id::into_string).as_deref(), Ok(good));
    }
    for bad in ["", " a", "a b", "a/b", "ä", "a\0", "a_b", "..", &"x".repeat(65)] {
        assert!(Id::<Tenant>::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn serde_sees_the_text_and_checks_it() {
    let id = Id::<Event>::parse("abc-1").unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), "\"abc-1\"");
    assert_eq!(serde_json::from_str::<Id<Event>>("\"abc-1\"").unwrap(), id);
    assert!(serde_json::from_str::<Id<Event>>("\"a b\"").is_err());
    assert!(serde_json::from_str::<Id<Event>>("7").is_err());
}

#[test]
fn uuids_are_version_7_and_repeatable() {
    let ids = IdSource::new(Arc::new(AllOnes));
    let now = Timestamp::from_milliseconds(0x019a_b0de_7c00);
    assert_eq!(ids.new_id::<Event>(now).as_str(), "019ab0de-7c00-7000-8101-010101010101");
    assert_eq!(ids.new_id::<Event>(now).as_str(), "019ab0de-7c00-7001-8101-010101010101");
}

#[test]
fn uuids_rise_even_when_the_clock_stands_still_or_goes_back() {
    let ids = IdSource::new(Arc::new(SystemRandom));
    let mut last = String::new();
    for step in 0..10_000_i64 {
        let now = Timestamp::from_milliseconds(1_000_000 - step / 100);
        let next = ids.new_id::<Event>(now).into_string();
        assert!(next > last, "{next} after {last}");
        last = next;
    }
}

#[test]
fn uuids_follow_a_clock_that_was_wrong() {
    let ids = IdSource::new(Arc::new(SystemRandom));
    let at = |ms: i64| ids.new_id::<Event>(Timestamp::from_milliseconds(ms)).into_string();
    let wrong = at(2_000_000_000_000);
    let right = at(1_790_000_000_000);
    assert!(right < wrong, "{right} {wrong}");
    assert!(
        right.starts_with(&Id::<Event>::trusted(at(1_790_000_000_000)).as_str()[..13]),
        "of the time that is right"
    );
    assert!(at(1_790_000_000_000 - 9_000) > right, "a small step does not turn the order round");
}

#[test]
fn short_ids_start_with_a_letter_and_use_every_character() {
    let ids = IdSource::new(Arc::new(SystemRandom));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        let id = ids.new_id::<Application>(Timestamp::from_milliseconds(0));
        assert_eq!(id.as_str().len(), 12);
        assert!(id.as_str().starts_with(|first: char| first.is_ascii_lowercase()), "{id}");
        seen.extend(id.as_str().chars());
    }
    assert_eq!(seen.into_iter().collect::<String>(), "0123456789abcdefghijklmnopqrstuvwxyz");
}
