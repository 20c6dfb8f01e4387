//! Times as pages show them: relative in the text, absolute on hover, machine-readable in `datetime`. All in UTC, said so.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// One point in time in the three forms a `<time>` element needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// `2026-11-23T15:42:07Z`
    pub iso: String,
    /// `23 Nov 2026, 15:42:07 UTC`
    pub absolute: String,
    /// `2 min ago`, `in 89 days`
    pub relative: String,
    /// `15:42:07`
    pub clock: String,
    /// `23 Nov 2026`
    pub date: String,
}

impl Moment {
    /// `at_ms` seen from `now_ms`, both UTC milliseconds. A value outside the calendar shows as the epoch.
    pub fn new(at_ms: i64, now_ms: i64) -> Self {
        let at = civil(at_ms);
        Moment {
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            absolute: at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
            relative: relative(at_ms, now_ms),
            clock: at.strftime("%H:%M:%S").to_string(),
            date: at.strftime("%-d %b %Y").to_string(),
        }
    }
}

/// `at_ms` in UTC; the epoch where it does not fit the calendar.
pub fn civil(at_ms: i64) -> DateTime {
    Offset::UTC.to_datetime(Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// The text of an `<input type="datetime-local">` (`2026-11-23T15:42`), read as UTC, in milliseconds.
pub fn parse_local(text: &str) -> Option<i64> {
    let at: DateTime = text.trim().parse().ok()?;
    Some(Offset::UTC.to_timestamp(at).ok()?.as_millisecond())
}

/// The inverse of [`parse_local`], to the minute.
pub fn to_local(at_ms: i64) -> String {
    civil(at_ms).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn relative(at_ms: i64, now_ms: i64) -> String {
    let seconds = now_ms.saturating_sub(at_ms) / 1000;
    let distance = seconds.unsigned_abs();
    if distance < 45 {
        return if seconds < 0 { "in a moment".into() } else { "just now".into() };
    }
    let text = match distance {
        0..3_600 => format!("{} min", (distance + 30) / 60),
        3_600..86_400 => format!("{} h", (distance + 1_800) / 3_600),
        86_400..5_184_000 => plural((distance + 43_200) / 86_400, "day"),
        5_184_000..31_536_000 => plural((distance + 1_296_000) / 2_592_000, "month"),
        _ => plural((distance + 15_768_000) / 31_536_000, "year"),
    };
    if seconds < 0 { format!("in {text}") } else { format!("{text} ago") }
}

fn plural(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_448_527_000;

    #[test]
    fn relative_times_read_well() {
        let minute = 60_000;
        for (ago_ms, text) in [
            (0, "just now"),
            (2 * minute, "2 min ago"),
            (59 * minute, "59 min ago"),
            (61 * minute, "1 h ago"),
            (23 * 60 * minute, "23 h ago"),
            (25 * 60 * minute, "1 day ago"),
            (70 * 24 * 60 * minute, "2 months ago"),
            (800 * 24 * 60 * minute, "2 years ago"),
            (-90 * 24 * 60 * minute, "in 3 months"),
        ] {
            assert_eq!(Moment::new(NOW - ago_ms, NOW).relative, text);
        }
    }

    #[test]
    fn absolute_forms_are_utc_and_extremes_do_not_panic() {
        let moment = Moment::new(NOW, NOW);
        assert_eq!(moment.iso, "2026-11-23T15:42:07Z");
        assert_eq!(moment.absolute, "23 Nov 2026, 15:42:07 UTC");
        for extreme in [i64::MIN, i64::MAX] {
            assert_eq!(Moment::new(extreme, NOW).date, "1 Jan 1970");
        }
    }

    #[test]
    fn local_input_values_round_trip() {
        assert_eq!(parse_local(&to_local(NOW)), Some(NOW - 7_000));
        for text in ["", "yesterday", "2026-13-01T00:00", "2026-11-23"] {
            assert!(parse_local(text).is_none_or(|at| at > 0), "{text}");
        }
    }
}
