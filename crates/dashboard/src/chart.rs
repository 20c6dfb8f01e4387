//! The chart of operations over time: plain SVG geometry, computed here, coloured by the style sheet. Every bar leads to
//! the report narrowed to its time; a table beside it says the same in words.

use crate::moment::{Moment, civil};
use crate::text::{counted, number};

/// The drawing area, in units that are about one pixel on a desktop: beside another card, or alone.
const NARROW: f64 = 640.0;
const WIDE: f64 = 1180.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;
const BASE: f64 = 176.0;

/// Counts of one stretch of time, from (inclusive) and to (exclusive) in UTC milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bucket {
    pub from_ms: i64,
    pub to_ms: i64,
    pub succeeded: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub failed: i64,
}

impl Bucket {
    fn total(&self) -> i64 {
        self.succeeded + self.unchanged + self.refused + self.failed
    }
}

/// Everything the template draws.
#[derive(Clone, Debug)]
pub struct Chart {
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
    pub ticks: Vec<Tick>,
    /// The width of the `viewBox`; its height is 204.
    pub width: f64,
    /// `Operations per half hour`
    pub title: String,
    /// The whole in one sentence, for those who do not see it.
    pub summary: String,
}

/// One bucket.
#[derive(Clone, Debug)]
pub struct Bar {
    pub x: String,
    pub width: String,
    /// The hit area behind the bar is a little wider, so that no gap is dead.
    pub hit_x: String,
    pub hit_width: String,
    pub segments: Vec<Segment>,
    pub href: String,
    pub label: String,
    pub from: Moment,
    pub bucket: Bucket,
}

/// The part of a bar that one outcome makes up.
#[derive(Clone, Debug)]
pub struct Segment {
    pub class: &'static str,
    pub y: String,
    pub height: String,
}

/// A horizontal line with its value.
#[derive(Clone, Debug)]
pub struct Line {
    pub y: String,
    pub label: String,
}

/// A label under the bars.
#[derive(Clone, Debug)]
pub struct Tick {
    pub x: String,
    pub label: String,
}

impl Chart {
    /// The chart of `buckets` (in time order), or none where nothing happened. `alone`: it has the width of the page.
    /// `link` makes the address of a bucket.
    pub fn new(buckets: &[Bucket], now_ms: i64, alone: bool, link: impl Fn(&Bucket) -> String) -> Option<Self> {
        let highest = buckets.iter().map(Bucket::total).max().filter(|total| *total > 0)?;
        let step = nice_step(highest);
        let top = step * ((highest + step - 1) / step);
        let width = if alone { WIDE } else { NARROW };
        let slot = (width - LEFT) / float(i64::try_from(buckets.len()).unwrap_or(1).max(1));
        let gap = (slot * 0.18).clamp(0.6, 6.0);
        let scale = |value: i64| float(value) / float(top) * (BASE - TOP);
        let bars = buckets
            .iter()
            .zip(0_i64..)
            .map(|(bucket, index)| {
                let left = LEFT + slot * float(index);
                Bar {
                    x: format!("{:.1}", left + gap / 2.0),
                    width: format!("{:.1}", (slot - gap).min(46.0)),
                    hit_x: format!("{left:.1}"),
                    hit_width: format!("{slot:.1}"),
                    segments: segments(bucket, scale),
                    href: link(bucket),
                    label: label(bucket),
                    from: Moment::new(bucket.from_ms, now_ms),
                    bucket: *bucket,
                }
            })
            .collect();
        let lines = (0..=top / step)
            .map(|line| Line { y: format!("{:.1}", BASE - scale(line * step)), label: short(line * step) })
            .collect();
        Some(Chart {
            width,
            bars,
            lines,
            ticks: ticks(buckets, slot),
            title: title(buckets),
            summary: summary(buckets),
        })
    }
}

fn segments(bucket: &Bucket, scale: impl Fn(i64) -> f64) -> Vec<Segment> {
    let parts = [
        ("succeeded", bucket.succeeded),
        ("unchanged", bucket.unchanged),
        ("refused", bucket.refused),
        ("failed", bucket.failed),
    ];
    let mut y = BASE;
    let mut segments = Vec::new();
    for (class, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
        // One failure among thousands must still be seen.
        let height = scale(count).max(2.0);
        y -= height;
        segments.push(Segment { class, y: format!("{y:.1}"), height: format!("{height:.1}") });
    }
    segments
}

/// `Mon 23 Nov 09:00 to 09:30 UTC: 120 operations, 3 failed`
fn label(bucket: &Bucket) -> String {
    let mut text = format!(
        "{} to {} UTC: {}",
        civil(bucket.from_ms).strftime("%a %-d %b %H:%M"),
        civil(bucket.to_ms).strftime("%H:%M"),
        counted(bucket.total(), "operation")
    );
    for (count, word) in [(bucket.failed, "failed"), (bucket.refused, "refused")] {
        if count > 0 {
            text.push_str(&format!(", {} {word}", number(count)));
        }
    }
    text
}

fn title(buckets: &[Bucket]) -> String {
    let minutes = buckets.first().map_or(0, |bucket| (bucket.to_ms - bucket.from_ms) / 60_000);
    let width = match minutes {
        0 => "30 seconds".to_owned(),
        1 => "minute".to_owned(),
        30 => "half hour".to_owned(),
        60 => "hour".to_owned(),
        1_440 => "day".to_owned(),
        10_080 => "week".to_owned(),
        short if short < 60 => format!("{short} minutes"),
        middle if middle < 1_440 => format!("{} hours", middle / 60),
        long => format!("{} days", long / 1_440),
    };
    format!("Operations per {width}")
}

fn summary(buckets: &[Bucket]) -> String {
    let sum = |count: fn(&Bucket) -> i64| number(buckets.iter().map(count).sum());
    format!(
        "{} succeeded, {} without change, {} refused, {} failed.",
        sum(|bucket| bucket.succeeded),
        sum(|bucket| bucket.unchanged),
        sum(|bucket| bucket.refused),
        sum(|bucket| bucket.failed)
    )
}

/// About eight labels; clock times for short buckets, dates for long ones.
fn ticks(buckets: &[Bucket], slot: f64) -> Vec<Tick> {
    let every = buckets.len().div_ceil(8).max(1);
    let days =
        buckets.first().zip(buckets.last()).is_some_and(|(first, last)| last.to_ms - first.from_ms > 172_800_000);
    buckets
        .iter()
        .zip(0_i64..)
        .step_by(every)
        .map(|(bucket, index)| Tick {
            x: format!("{:.1}", LEFT + slot * float(index)),
            label: civil(bucket.from_ms).strftime(if days { "%-d %b" } else { "%H:%M" }).to_string(),
        })
        .collect()
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, such that there are at most five.
fn nice_step(highest: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            if highest <= factor * power * 4 {
                return factor * power;
            }
        }
        match power.checked_mul(10) {
            Some(next) if next < i64::MAX / 100 => power = next,
            _ => return power,
        }
    }
}

/// `950`, `1.5k`, `20k`, `3M`
fn short(value: i64) -> String {
    let (unit, letter) = if value >= 1_000_000 { (1_000_000, "M") } else { (1_000, "k") };
    if value < 1_000 {
        value.to_string()
    } else if value % unit == 0 {
        format!("{}{letter}", value / unit)
    } else {
        format!("{}.{}{letter}", value / unit, value % unit * 10 / unit)
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a chart; counts are far below 2^52")]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(succeeded: i64, failed: i64) -> Bucket {
        Bucket { from_ms: 0, to_ms: 1_800_000, succeeded, failed, ..Bucket::default() }
    }

    #[test]
    fn nothing_draws_nothing() {
        assert!(Chart::new(&[], 0, false, |_| String::new()).is_none());
        assert!(Chart::new(&[bucket(0, 0)], 0, false, |_| String::new()).is_none());
    }

    #[test]
    fn scales_and_labels() {
        let chart = Chart::new(&[bucket(90, 10), bucket(0, 0)], 0, true, |bucket| bucket.from_ms.to_string()).unwrap();
        assert_eq!(chart.title, "Operations per half hour");
        assert_eq!(chart.lines.iter().map(|line| line.label.as_str()).collect::<Vec<_>>(), ["0", "50", "100"]);
        assert_eq!(chart.bars[0].segments.len(), 2);
        assert_eq!(chart.bars[0].segments[1].y, "10.0");
        assert!(chart.bars[1].segments.is_empty());
        assert_eq!(chart.bars[0].label, "Thu 1 Jan 00:00 to 00:30 UTC: 100 operations, 10 failed");
        assert_eq!(chart.summary, "90 succeeded, 0 without change, 0 refused, 10 failed.");
    }

    #[test]
    fn steps_are_round_and_extremes_end() {
        for (highest, step) in [(1, 1), (4, 1), (5, 2), (17, 5), (100, 50), (1_700, 500)] {
            assert_eq!(nice_step(highest), step, "{highest}");
        }
        assert!(nice_step(i64::MAX) > 0);
        for (value, text) in [(0, "0"), (950, "950"), (1_500, "1.5k"), (20_000, "20k"), (3_000_000, "3M")] {
            assert_eq!(short(value), text);
        }
    }
}
