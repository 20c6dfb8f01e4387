//! A moment in time as the whole product keeps it: UTC milliseconds.
//!
//! Not here: reading the clock ([`crate::Clock`]), durations, time zones (the pages convert for the reader).

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;

/// UTC milliseconds since 1970-01-01. Displays as RFC 3339 with milliseconds: `2026-11-23T10:15:30.250Z`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    AsExpression,
    FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment that is `ms` UTC milliseconds after 1970-01-01.
    pub const fn from_milliseconds(ms: i64) -> Self {
        Timestamp(ms)
    }

    /// UTC milliseconds since 1970-01-01.
    pub const fn as_milliseconds(self) -> i64 {
        self.0
    }

    /// The moment `ms` milliseconds later (earlier when negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_milliseconds(self, ms: i64) -> Self {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn milliseconds_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339, with any offset. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|moment| Timestamp(moment.as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only a damaged row lies outside the years -9999 to 9999: it shows as the nearest moment that can be written.
        let nearest = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(nearest);
        write!(formatter, "{moment:.3}")
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_with_three_decimals_and_parses_back() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_428_930_250, "2026-11-23T10:15:30.250Z"),
            (1_795_428_930_000, "2026-11-23T10:15:30.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            let timestamp = Timestamp::from_milliseconds(ms);
            assert_eq!(timestamp.to_string(), text);
            assert_eq!(Timestamp::parse(text), Some(timestamp));
        }
        assert_eq!(Timestamp::parse("2026-11-23T12:15:30.25+02:00"), Timestamp::parse("2026-11-23T10:15:30.250Z"));
        for bad in ["", "yesterday", "2026-11-23", "2026-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn never_fails_to_display() {
        for ms in [i64::MIN, i64::MAX] {
            assert!(!Timestamp::from_milliseconds(ms).to_string().is_empty());
        }
    }
}
