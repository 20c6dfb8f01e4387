//! Small pure helpers that turn values into the words of a page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use provisioning::Total;

/// Everything but the unreserved characters of RFC 3986 §2.3, so that addresses stay readable.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `4812` as `4,812`.
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 user`, `4,812 users`.
pub fn counted(value: i64, unit: &str) -> String {
    if value == 1 { format!("1 {unit}") } else { format!("{} {unit}s", number(value)) }
}

/// The size of a whole list: `4,812 users`, `10,000+ users`.
pub fn total(total: Total, unit: &str) -> String {
    match total {
        Total::Exact(value) => counted(value, unit),
        Total::AtLeast(value) => format!("{}+ {unit}s", number(value)),
    }
}

/// How many people: `1 person`, `10,000+ people`.
pub fn people(total: Total) -> String {
    match total {
        Total::Exact(1) => "1 person".to_owned(),
        Total::Exact(value) => format!("{} people", number(value)),
        Total::AtLeast(value) => format!("{}+ people", number(value)),
    }
}

/// Microseconds as `0.8 ms`, `14 ms`, `1.2 s`.
pub fn duration(microseconds: i64) -> String {
    match microseconds.max(0) {
        short @ 0..10_000 => format!("{}.{} ms", short / 1000, short % 1000 / 100),
        middle @ 10_000..1_000_000 => format!("{} ms", middle / 1000),
        long => format!("{}.{} s", long / 1_000_000, long % 1_000_000 / 100_000),
    }
}

/// The capital letter in an avatar.
pub fn initial(name: &str) -> String {
    name.trim().chars().next().map_or_else(|| "?".into(), |first| first.to_uppercase().to_string())
}

/// Which of the eight tints of the style sheet an avatar of that name has.
pub fn tint(name: &str) -> u32 {
    name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 8
}

/// One value for a query string or a path segment.
pub fn encode(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// `path` with the non-empty `pairs` as its query.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut text = path.to_owned();
    let mut separator = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        text.push(separator);
        text.push_str(name);
        text.push('=');
        text.push_str(&encode(value));
        separator = '&';
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations() {
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-61_240, "-61,240"), (1_234_567, "1,234,567")]
        {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(i64::MIN).len(), 26);
        assert_eq!(counted(1, "user"), "1 user");
        for (count, text) in [
            (Total::Exact(0), "0 people"),
            (Total::Exact(1), "1 person"),
            (Total::Exact(4_812), "4,812 people"),
            (Total::AtLeast(10_000), "10,000+ people"),
        ] {
            assert_eq!(people(count), text);
        }
        for (value, text) in [(-1, "0.0 ms"), (840, "0.8 ms"), (14_200, "14 ms"), (1_250_000, "1.2 s")] {
            assert_eq!(duration(value), text);
        }
    }

    #[test]
    fn addresses_encode_what_people_type() {
        assert_eq!(address("/a", &[("q", "x&y=ü"), ("empty", ""), ("z", "1")]), "/a?q=x%26y%3D%C3%BC&z=1");
        assert_eq!(initial("  ärger"), "Ä");
        assert_eq!(initial(""), "?");
        assert!(tint("Okta Workforce") < 8);
    }
}
