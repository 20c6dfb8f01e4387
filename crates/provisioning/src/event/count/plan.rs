//! Which slices make up a timespan, and which parts of it are left to count row by row. Pure.

use std::collections::BTreeSet;

use super::{HOUR_MS, MINUTE_MS, SPANS_MS, ceil, floor};

/// Disjoint parts that are the timespan together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Length of the slices, beginning of the first one, end of the last one.
    pub slices: Vec<(i64, i64, i64)>,
    /// From (inclusive) and to (exclusive), in milliseconds.
    pub rows: Vec<(i64, i64)>,
}

/// Where it must be known which hours are busy before [`plan`] can be asked: everywhere if bars are narrower than an hour,
/// otherwise at the ends.
pub(crate) fn hours_in_question(from: i64, to: i64, width: i64) -> Vec<(i64, i64)> {
    let (first, last) = (floor(from, HOUR_MS), floor(to, HOUR_MS));
    if width % HOUR_MS != 0 || last <= first {
        return vec![(first, last + HOUR_MS)];
    }
    vec![(first, first + HOUR_MS), (last, last + HOUR_MS)]
}

/// The parts of `from` (inclusive) to `to` (exclusive) if everything before `up_to` is counted, and no slice may reach over
/// the border between two bars of that width. `busy`: the hours that have slices of a minute, by their beginning.
pub(crate) fn plan(from: i64, to: i64, width: i64, up_to: i64, busy: &BTreeSet<i64>) -> Plan {
    let mut plan = Plan::default();
    let counted_to = to.min(up_to);
    let usable = SPANS_MS.iter().position(|span| width % span == 0);
    match usable.and_then(|first| SPANS_MS.get(first..)) {
        Some(spans) => plan.split(spans, from, counted_to, counted_to == up_to, busy),
        None => plan.row_by_row(from, counted_to),
    }
    plan.row_by_row(from.max(up_to), to);
    plan.rows.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (from, to) in plan.rows.drain(..) {
        match merged.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => merged.push((from, to)),
        }
    }
    plan.rows = merged;
    plan
}

impl Plan {
    fn row_by_row(&mut self, from: i64, to: i64) {
        if from < to {
            self.rows.push((from, to));
        }
    }

    /// `is_end`: `to` is how far was counted, so that a slice that reaches over it holds nothing from after it.
    fn split(&mut self, spans: &[i64], from: i64, to: i64, is_end: bool, busy: &BTreeSet<i64>) {
        let Some((span, narrower)) = spans.split_first().filter(|_| from < to) else {
            return self.row_by_row(from, to);
        };
        if *span == MINUTE_MS {
            return self.minutes(from, to, is_end, busy);
        }
        let (first, last) = (ceil(from, *span), if is_end { ceil(to, *span) } else { floor(to, *span) });
        if first < last {
            self.slices.push((*span, first, last));
            self.split(narrower, from, first, false, busy);
            self.split(narrower, last, to, is_end, busy);
        } else {
            self.split(narrower, from, to, is_end, busy);
        }
    }

    fn minutes(&mut self, from: i64, to: i64, is_end: bool, busy: &BTreeSet<i64>) {
        let mut at = from;
        while at < to {
            let hour = floor(at, HOUR_MS);
            let until = to.min(hour + HOUR_MS);
            let reaches_end = is_end && until == to;
            let (first, last) =
                (ceil(at, MINUTE_MS), if reaches_end { ceil(until, MINUTE_MS) } else { floor(until, MINUTE_MS) });
            if busy.contains(&hour) && first < last {
                match self.slices.last_mut() {
                    Some((MINUTE_MS, _, end)) if *end == first => *end = last,
                    _ => self.slices.push((MINUTE_MS, first, last)),
                }
                self.row_by_row(at, first.min(until));
                self.row_by_row(last, until);
            } else {
                self.row_by_row(at, until);
            }
            at = until;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::count::DAY_MS;

    /// Every millisecond of the timespan is in one part, unless it was not counted and no slice holds anything of it.
    fn check(from: i64, to: i64, width: i64, up_to: i64, busy: &BTreeSet<i64>) {
        let plan = plan(from, to, width, up_to, busy);
        let told = format!("{from} {to} {width} {up_to} {busy:?}: {plan:?}");
        let mut parts: Vec<(i64, i64)> = plan.rows.clone();
        for (span, first, last) in &plan.slices {
            assert!(first % span == 0 && last % span == 0 && first < last && width % span == 0, "{told}");
            assert!(*first < up_to, "{told}");
            assert!(
                *span != MINUTE_MS
                    || (floor(*first, HOUR_MS)..*last).step_by(3_600_000).all(|hour| busy.contains(&hour)),
                "{told}"
            );
            // Of a slice that reaches over how far was counted, only the first part is in it.
            parts.push((*first, (*last).min(up_to)));
            assert!((*last).min(up_to) <= to && *first >= from, "{told}");
        }
        parts.sort_unstable();
        assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].0), "{told}");
        if from < to {
            assert_eq!((parts.first().unwrap().0, parts.last().unwrap().1), (from, to), "{told}");
        } else {
            assert!(parts.is_empty(), "{told}");
        }
    }

    #[test]
    fn parts_are_the_timespan_and_overlap_nowhere() {
        let mut seed = 7_u64;
        let mut random = |below: i64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(seed >> 33).unwrap() % below
        };
        for _ in 0..20_000 {
            let from = random(3 * DAY_MS);
            let to =
                from + [random(90_000), random(5 * HOUR_MS), random(3 * DAY_MS)][usize::try_from(random(3)).unwrap()];
            let from = if random(3) == 0 { floor(from, HOUR_MS) } else { from };
            let up_to = floor(random(6 * DAY_MS), [MINUTE_MS, HOUR_MS][usize::try_from(random(2)).unwrap()]);
            let busy = (0..144).filter(|_| random(3) == 0).map(|hour| hour * HOUR_MS).collect();
            let width =
                [30_000, MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 12 * HOUR_MS, DAY_MS][usize::try_from(random(6)).unwrap()];
            check(from, to, width, up_to, &busy);
        }
    }

    #[test]
    fn long_spans_are_made_of_few_slices() {
        let (from, to) = (5 * HOUR_MS + 1, 400 * DAY_MS + 2 * HOUR_MS + 90_001);
        let plan = plan(from, to, 7 * DAY_MS, to + DAY_MS, &BTreeSet::new());
        assert_eq!(plan.slices.len(), 3, "{plan:?}");
        let by_row: i64 = plan.rows.iter().map(|(from, to)| to - from).sum();
        assert!(by_row < 2 * HOUR_MS, "{plan:?}");
    }
}
