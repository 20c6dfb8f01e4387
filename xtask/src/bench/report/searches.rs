//! What is asked of the report.

use super::fill::{DAY_MS, Rows};

/// One kind of search.
pub struct Search {
    pub name: &'static str,
    /// The query of the page, for the round of that number.
    pub query: fn(&Rows, usize) -> String,
    /// What stands in the page.
    pub has: fn(&Rows) -> String,
}

fn table(_: &Rows) -> String {
    "Operations, newest first".to_owned()
}

fn all(rows: &Rows) -> String {
    rows.timespan(rows.from_ms, rows.to_ms)
}

/// A week somewhere in the year.
fn week(rows: &Rows, round: usize) -> String {
    let from = rows.from_ms + DAY_MS * (5 + i64::try_from(round).unwrap_or(0) * 8 % 340);
    rows.timespan(from, from + 7 * DAY_MS)
}

/// The last of these days.
fn last(rows: &Rows, days: i64) -> String {
    rows.timespan(rows.to_ms - days * DAY_MS, rows.to_ms)
}

pub const SEARCHES: [Search; 23] = [
    Search { name: "nothing narrows, last 24 hours", query: |rows, _| last(rows, 1), has: table },
    Search { name: "last hour", query: |rows, _| rows.timespan(rows.to_ms - DAY_MS / 24, rows.to_ms), has: table },
    Search { name: "last 30 days", query: |rows, _| last(rows, 30), has: table },
    Search { name: "the whole year", query: |rows, _| all(rows), has: |rows| rows.total() },
    Search { name: "a week somewhere", query: week, has: table },
    Search {
        name: "two hours with half a million rows",
        query: |rows, _| rows.timespan(rows.from_ms, rows.from_ms + DAY_MS / 12),
        has: table,
    },
    Search {
        name: "ten minutes of them",
        query: |rows, _| rows.timespan(rows.from_ms + 3_600_000, rows.from_ms + 4_200_000),
        has: table,
    },
    Search {
        name: "application, the whole year",
        query: |rows, _| format!("application=okta&{}", all(rows)),
        has: table,
    },
    Search {
        name: "application with 1 % of the rows, the whole year",
        query: |rows, _| format!("application=migration&{}", all(rows)),
        has: table,
    },
    Search {
        name: "application with 1 % of the rows, a week",
        query: |rows, round| format!("application=migration&{}", week(rows, round)),
        has: table,
    },
    Search {
        name: "outcome failed, the whole year",
        query: |rows, _| format!("outcome=failed&{}", all(rows)),
        has: table,
    },
    Search {
        name: "operation, the whole year",
        query: |rows, _| format!("operation=group.members&{}", all(rows)),
        has: table,
    },
    Search {
        name: "a rare reason, the whole year",
        query: |rows, _| format!("reason=tooMany&{}", all(rows)),
        has: table,
    },
    Search {
        name: "application, operation, outcome and reason, the whole year",
        query: |rows, _| {
            format!("application=entra&operation=user.update&outcome=failed&reason=uniqueness&{}", all(rows))
        },
        has: table,
    },
    Search {
        name: "application, a deep page",
        query: |rows, round| format!("application=entra&{}&after={}", all(rows), rows.id_in_the_middle(round)),
        has: table,
    },
    Search {
        name: "a rare reason, a deep page",
        query: |rows, round| format!("reason=tooMany&{}&after={}", all(rows), rows.id_in_the_middle(round)),
        has: table,
    },
    Search {
        name: "identifier exact (user name), the whole year",
        query: |rows, round| format!("identifier={}&{}", rows.user_name(round), all(rows)),
        has: table,
    },
    Search {
        name: "identifier exact, last 30 days",
        query: |rows, round| format!("identifier={}&{}", rows.user_name(round), last(rows, 30)),
        has: |_| "Provisioning Report".to_owned(),
    },
    Search {
        name: "identifier of some hundred people (given name), the whole year",
        query: |rows, round| format!("identifier=given{}&{}", 100 + round, all(rows)),
        has: table,
    },
    Search {
        name: "one letter, the whole year",
        query: |rows, _| format!("identifier=u&{}", all(rows)),
        has: |_| "Many people match".to_owned(),
    },
    Search {
        name: "identifier, application and a week",
        query: |rows, round| format!("identifier=given{}&application=okta&{}", 100 + round, week(rows, round)),
        has: table,
    },
    Search {
        name: "identifier, application, outcome, the whole year",
        query: |rows, round| format!("identifier=given{}&application=okta&outcome=failed&{}", 100 + round, all(rows)),
        has: table,
    },
    Search {
        name: "a group with 200,000 rows (2 %), the whole year",
        query: |rows, _| format!("identifier=everyone&{}", all(rows)),
        has: |_| "There are very many operations".to_owned(),
    },
];
