//! The text that Prometheus reads, version 0.0.4.

use std::fmt::{Display, Write};

use crate::Histogram;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by ranges of values.
    Histogram,
}

/// The text, as it grows. Label names and values come from the program alone, so nothing needs escaping.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// The head of a metric; its samples follow.
    pub fn metric(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One value. `labels` is empty, or such as `operation="create",outcome="ok"`.
    pub fn sample(&mut self, name: &str, labels: &str, value: impl Display) {
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"));
        } else {
            self.line(format_args!("{name}{{{labels}}} {value}"));
        }
    }

    /// A metric of one value.
    pub fn single(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.metric(name, kind, help);
        self.sample(name, "", value);
    }

    /// The samples of a histogram. Its values are divided by `unit`: a million for microseconds shown as seconds.
    pub fn histogram<const BUCKETS: usize>(
        &mut self,
        name: &str,
        labels: &str,
        unit: f64,
        histogram: &Histogram<BUCKETS>,
    ) {
        let (buckets, count, sum) = histogram.cumulative();
        let comma = if labels.is_empty() { "" } else { "," };
        #[expect(clippy::cast_precision_loss, reason = "a sum beyond 2^53 may lose its last digit")]
        let in_units = |value: u64| value as f64 / unit;
        for (bound, below) in buckets {
            self.line(format_args!("{name}_bucket{{{labels}{comma}le=\"{}\"}} {below}", in_units(bound)));
        }
        self.line(format_args!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}"));
        self.sample(&format!("{name}_sum"), labels, in_units(sum));
        self.sample(&format!("{name}_count"), labels, count);
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _written = writeln!(self.0, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_each_kind() {
        let histogram = Histogram::new(&[1_000, 2_500_000]);
        for value in [500, 1_500, 3_000_000] {
            histogram.observe(value);
        }
        let mut text = Text::default();
        text.single("up", Kind::Gauge, "Whether it is up.", 1);
        text.metric("requests_total", Kind::Counter, "Requests.");
        text.sample("requests_total", r#"outcome="ok""#, 7);
        text.metric("seconds", Kind::Histogram, "Durations.");
        text.histogram("seconds", r#"of="create""#, 1e6, &histogram);
        text.histogram("bare", "", 1.0, &histogram);
        let expected = r#"# HELP up Whether it is up.
# TYPE up gauge
up 1
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{outcome="ok"} 7
# HELP seconds Durations.
# TYPE seconds histogram
seconds_bucket{of="create",le="0.001"} 1
seconds_bucket{of="create",le="2.5"} 2
seconds_bucket{of="create",le="+Inf"} 3
seconds_sum{of="create"} 3.002
seconds_count{of="create"} 3
bare_bucket{le="1000"} 1
bare_bucket{le="2500000"} 2
bare_bucket{le="+Inf"} 3
bare_sum 3002000
bare_count 3
"#;
        assert_eq!(text.finish(), expected);
    }
}
