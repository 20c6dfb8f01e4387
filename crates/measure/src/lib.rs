//! Counters, gauges and histograms that cost a few nanoseconds, and their text form for Prometheus.
//!
//! A value is one atomic number, or a few, that its owner keeps as a field; there is no registry, no name at run time, no
//! lock and no allocation where something is counted. Names, labels and help texts are given when the text is written.
//!
//! Deliberately not here: what is measured (each crate knows its own), labels that are only known at run time (a tenant or
//! an application must not become one), and sending anything anywhere.

mod text;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

pub use text::{Kind, Text};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Starts at nothing.
    pub const fn new() -> Self {
        Counter(AtomicU64::new(0))
    }

    /// One more.
    pub fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many of something there are right now, or were when somebody looked.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// One more until the result is dropped.
    pub fn enter(&self) -> Inside<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Inside(self)
    }

    /// So many, from a look at something else.
    pub fn set(&self, number: i64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// How many there are.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One that a [`Gauge`] counts.
#[derive(Debug)]
pub struct Inside<'a>(&'a Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Upper bounds of buckets for durations in microseconds: from a read in memory to what a client gives up on.
pub const DURATIONS_US: [u64; 15] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// How often values lay in which range. Values are whole numbers of a small unit, such as microseconds.
#[derive(Debug)]
pub struct Histogram<const BUCKETS: usize> {
    upper_bounds: &'static [u64; BUCKETS],
    buckets: [AtomicU64; BUCKETS],
    above: AtomicU64,
    sum: AtomicU64,
}

/// A histogram of durations.
pub type Durations = Histogram<{ DURATIONS_US.len() }>;

impl Durations {
    /// Over [`DURATIONS_US`].
    pub const fn durations() -> Self {
        Histogram::new(&DURATIONS_US)
    }
}

impl<const BUCKETS: usize> Histogram<BUCKETS> {
    /// Buckets up to and including each of the bounds, which ascend, and one for everything above.
    pub const fn new(upper_bounds: &'static [u64; BUCKETS]) -> Self {
        Histogram {
            upper_bounds,
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            above: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    /// Counts a value.
    pub fn observe(&self, value: u64) {
        let index = self.upper_bounds.partition_point(|bound| *bound < value);
        self.buckets.get(index).unwrap_or(&self.above).fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.buckets.iter().chain([&self.above]).map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    /// Upper bounds with how many values lie at or below each, then how many there are, then their sum. What is counted
    /// meanwhile may be in the sum and not yet in the count.
    fn cumulative(&self) -> (Vec<(u64, u64)>, u64, u64) {
        let mut below = 0;
        let mut buckets = Vec::with_capacity(BUCKETS);
        for (bound, bucket) in self.upper_bounds.iter().zip(&self.buckets) {
            below += bucket.load(Ordering::Relaxed);
            buckets.push((*bound, below));
        }
        (buckets, below + self.above.load(Ordering::Relaxed), self.sum.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_the_first_bucket_that_takes_them() {
        let histogram = Histogram::new(&[1, 10, 100]);
        for value in [0, 1, 2, 10, 11, 100, 101, u64::from(u32::MAX)] {
            histogram.observe(value);
        }
        let sum = [0, 1, 2, 10, 11, 100, 101, u64::from(u32::MAX)].iter().sum();
        assert_eq!(histogram.cumulative(), (vec![(1, 2), (10, 4), (100, 6)], 8, sum));
        assert_eq!(histogram.count(), 8);
    }

    #[test]
    fn a_gauge_counts_what_is_inside() {
        let gauge = Gauge::default();
        let (first, second) = (gauge.enter(), gauge.enter());
        assert_eq!(gauge.get(), 2);
        drop(first);
        assert_eq!(gauge.get(), 1);
        drop(second);
        assert_eq!(gauge.get(), 0);
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let (counter, histogram) = (Counter::new(), Durations::durations());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for value in 0..1_000 {
                        counter.increment();
                        histogram.observe(value);
                    }
                });
            }
        });
        assert_eq!((counter.get(), histogram.count()), (4_000, 4_000));
    }
}
