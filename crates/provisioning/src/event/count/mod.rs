//! Counts of the report's rows by day, by hour and, where an hour has many, by minute: `event_count`.
//!
//! A chart over millions of rows reads thousands of counts, and a page of the rows of one application, operation or reason
//! is sought where the counts say that there are any. Everything from before a moment is counted (`event_counted.up_to`);
//! what came since is counted when it is asked for. So no answer depends on how far the counting got, only its speed.
//!
//! | file | for |
//! |---|---|
//! | `filter` | which rows, as a condition on rows and on counts |
//! | `plan` | which slices and which rows make up a timespan |
//! | `tally` | the counts of a timespan |
//! | `places` | the newest rows, and the first one, of a filter |
//! | `roll` | counting further, in the background |
//! | `change` | what belongs to counted time and comes or goes later: late rows, retention |
//!
//! Deliberately not in the transaction of an operation: all operations of a tenant would wait for the same row.

pub(crate) mod change;
pub(crate) mod filter;
pub(crate) mod places;
pub(crate) mod plan;
pub(crate) mod roll;
pub(crate) mod tally;

use database::schema::event_counted;
use database::{Connection, Id, Timestamp, kind};
use diesel::prelude::*;

use crate::error::Error;

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// The lengths of slices, each a whole number of the next. There are slices of a minute only in busy hours, and there for
/// every minute that has rows and was counted.
pub(crate) const SPANS_MS: [i64; 3] = [DAY_MS, HOUR_MS, MINUTE_MS];

/// An id is never from before its row's `occurred_at`, and at most so much from after it: ids go on rising while the clock is
/// set back by less than ten seconds, and both are taken by the same process.
pub(crate) const ID_AHEAD_MS: i64 = 15_000;

/// How far a tenant's rows were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// A whole minute. Nothing was counted yet: 0.
    pub up_to: i64,
    pub revision: i64,
}

/// How far the tenant's rows were counted.
pub(crate) fn counted(connection: &mut Connection, tenant_id: &str) -> Result<Option<Counted>, Error> {
    let found: Option<(i64, i64)> = event_counted::table
        .filter(event_counted::tenant_id.eq(tenant_id))
        .select((event_counted::up_to, event_counted::revision))
        .first(connection)
        .optional()?;
    Ok(found.map(|(up_to, revision)| Counted { up_to, revision }))
}

/// The beginning of the slice that a moment is in.
pub(crate) fn floor(ms: i64, span_ms: i64) -> i64 {
    ms.div_euclid(span_ms) * span_ms
}

/// The end of the slice that a moment is in; itself if a slice begins there.
pub(crate) fn ceil(ms: i64, span_ms: i64) -> i64 {
    floor(ms.saturating_add(span_ms - 1), span_ms)
}

/// The smallest id of a moment.
pub(crate) fn first_id_at(ms: i64) -> String {
    Id::<kind::Event>::first_at(Timestamp::from_milliseconds(ms)).into_string()
}

/// The moment in an id; `None` for a text that has none.
pub(crate) fn moment_of(id: &str) -> Option<i64> {
    let (high, rest) = id.split_once('-')?;
    let (low, _) = rest.split_once('-')?;
    if (high.len(), low.len()) != (8, 4) {
        return None;
    }
    Some(i64::from_str_radix(high, 16).ok()? << 16 | i64::from_str_radix(low, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_ids_lead_to_each_other() {
        for ms in [0, 1, 0x0190_1234_5678, 0xFFFF_FFFF_FFFF] {
            assert_eq!(moment_of(&first_id_at(ms)), Some(ms), "{ms}");
        }
        for other in ["", "x", "0190", "01901234-56", "zzzzzzzz-0000-7000-8000-000000000000", "1-2-3"] {
            assert_eq!(moment_of(other), None, "{other}");
        }
    }

    #[test]
    fn slices_begin_and_end_at_whole_spans() {
        assert_eq!(
            (floor(90_000, MINUTE_MS), ceil(90_000, MINUTE_MS), ceil(60_000, MINUTE_MS)),
            (60_000, 120_000, 60_000)
        );
    }
}
