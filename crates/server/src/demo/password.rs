//! A password for the demonstration that can be typed from one window into another.

use database::{RandomSource, SystemRandom};

/// 64 short words that nobody misreads.
const WORDS: [&str; 64] = [
    "amber", "anchor", "apple", "arrow", "autumn", "bamboo", "basket", "beacon", "birch", "bridge", "bronze", "button",
    "candle", "canyon", "carpet", "castle", "cedar", "cherry", "cobalt", "copper", "coral", "cotton", "crystal",
    "dolphin", "ember", "falcon", "feather", "fern", "forest", "garden", "ginger", "glacier", "granite", "harbor",
    "hazel", "honey", "island", "ivory", "jasmine", "juniper", "kettle", "lantern", "lemon", "maple", "marble",
    "meadow", "mirror", "nutmeg", "ocean", "olive", "orchid", "pebble", "pepper", "pine", "planet", "quartz", "rabbit",
    "river", "saffron", "silver", "thunder", "velvet", "walnut", "willow",
];

/// Four words: 24 random bits, for a server that only this machine reaches and that slows guessing down.
pub(super) fn memorable() -> String {
    let mut random = [0u8; 4];
    SystemRandom.fill(&mut random);
    random.map(|byte| WORDS[usize::from(byte) % WORDS.len()]).join("-")
}

#[cfg(test)]
mod tests {
    use super::{WORDS, memorable};

    #[test]
    fn passwords_are_long_enough_and_differ() {
        let words: std::collections::BTreeSet<_> = WORDS.into_iter().collect();
        assert_eq!(words.len(), WORDS.len());
        let passwords: std::collections::BTreeSet<_> = (0..50).map(|_| memorable()).collect();
        assert!(passwords.len() > 45);
        assert!(passwords.iter().all(|password| password.split('-').count() == 4));
    }
}
