//! Rows of a year, put into the database by SQL: one tenant has them all, with three applications of very different size. A
//! twentieth comes within the first two hours, as an import does; the rest is spread evenly. Requests and answers
//! (`provisioning_event_detail`) are left out: no search reads them.

use std::path::Path;

use anyhow::{Context, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{PgConnection, SqliteConnection};

pub const DAY_MS: i64 = 86_400_000;
const IMPORT_MS: i64 = DAY_MS / 12;
/// Rows about one person.
const ROWS_EACH: i64 = 50;
/// Rows of one statement.
const AT_ONCE: i64 = 250_000;

/// The database, past the server.
pub enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Tables {
    pub fn open(url: Option<&str>, sqlite_file: &Path) -> Result<Tables> {
        Ok(match url {
            Some(url) => Tables::Postgres(PgConnection::establish(url)?),
            None => Tables::Sqlite(SqliteConnection::establish(&sqlite_file.to_string_lossy())?),
        })
    }

    fn run(&mut self, sql: &str) -> Result<()> {
        match self {
            Tables::Sqlite(connection) => connection.batch_execute(sql),
            Tables::Postgres(connection) => connection.batch_execute(sql),
        }
        .with_context(|| sql.to_owned())
    }

    fn number(&mut self, sql: &str) -> Result<i64> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Number> = match self {
            Tables::Sqlite(connection) => query.load(connection)?,
            Tables::Postgres(connection) => query.load(connection)?,
        };
        Ok(rows.first().map_or(0, |row| row.value))
    }

    fn word(&mut self, sql: &str) -> Result<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Word> = match self {
            Tables::Sqlite(connection) => query.load(connection)?,
            Tables::Postgres(connection) => query.load(connection)?,
        };
        rows.into_iter().next().map(|row| row.value).with_context(|| format!("nothing is found by {sql}"))
    }

    /// How far the server counted the tenant's rows.
    pub fn counted_up_to(&mut self) -> Result<i64> {
        self.number(
            "SELECT c.up_to AS value FROM event_counted c JOIN tenant t ON t.id = c.tenant_id WHERE t.slug = 'bench'",
        )
    }
}

/// What was put in.
pub struct Rows {
    pub events: i64,
    pub from_ms: i64,
    pub to_ms: i64,
    people: i64,
}

impl Rows {
    /// Fills the tables, and lets an administrator in whose browser has the cookie of that hash.
    pub fn fill(tables: &mut Tables, events: i64, cookie_sha256: &str) -> Result<Rows> {
        let now_ms = tables.now_ms()?;
        let to_ms = now_ms - now_ms % 60_000;
        let rows = Rows { events, from_ms: to_ms - 365 * DAY_MS - 30 * 60_000, to_ms, people: events / ROWS_EACH };
        let tenant = tables.word("SELECT id AS value FROM tenant WHERE slug = 'bench'")?;
        let application = |tables: &mut Tables, name: &str| {
            tables.word(&format!("SELECT a.id AS value FROM application a JOIN tenant t ON t.id = a.tenant_id WHERE t.slug = 'bench' AND a.name = '{name}'"))
        };
        let applications =
            [application(tables, "Okta Europe")?, application(tables, "Entra")?, application(tables, "Migration")?];
        tables.run(&format!(
            "INSERT INTO administrator VALUES ('p1', 'bench@corp.test', 'bench@corp.test', 'x', {now_ms});
             INSERT INTO administrator_role VALUES ('{tenant}', 'p1', 'owner');
             INSERT INTO session VALUES ('{cookie_sha256}', 'p1', {now_ms}, {now_ms}, {now_ms} + 6 * {DAY_MS});"
        ))?;
        match tables {
            Tables::Sqlite(_) => tables.run("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = FILE;")?,
            Tables::Postgres(_) => tables.run("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")?,
        }
        tables.run("DROP INDEX provisioning_event_subject")?;
        let mut first = 0;
        while first < events {
            let last = events.min(first + AT_ONCE);
            let sql = rows.events_sql(tables, &tenant, &applications, first, last);
            tables.run(&sql)?;
            first = last;
        }
        tables.run("CREATE INDEX provisioning_event_subject ON provisioning_event (tenant_id, subject_id, id)")?;
        for (name, subject) in [
            ("'user' || n || '@corp' || (n % 50) || '.test'", false),
            ("'00u' || n", false),
            ("'given' || (n % 1000)", false),
            ("'family' || (n % 20000)", false),
            ("", true),
        ] {
            let subject_id = tables.subject("n");
            let name = if subject { subject_id.clone() } else { name.to_owned() };
            let numbers = tables.numbers(0, rows.people);
            tables
                .run(&format!("INSERT INTO event_identifier SELECT '{tenant}', {name}, {subject_id} FROM {numbers}"))?;
        }
        tables.run(&format!("INSERT INTO event_identifier VALUES ('{tenant}', 'everyone', 'everyone')"))?;
        match tables {
            // What the migrations told the planner stays.
            Tables::Sqlite(_) => tables.run(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT 'provisioning_event', 'provisioning_event_subject', '5000000 5000000 10 1'
                 WHERE NOT EXISTS (SELECT 1 FROM sqlite_stat1 WHERE idx = 'provisioning_event_subject'); PRAGMA wal_checkpoint(TRUNCATE)",
            )?,
            Tables::Postgres(_) => tables.run("VACUUM ANALYZE")?,
        }
        Ok(rows)
    }

    fn events_sql(&self, tables: &Tables, tenant: &str, applications: &[String; 3], first: i64, last: i64) -> String {
        let Rows { events, from_ms, to_ms, people } = self;
        let import = events / 20;
        let [okta, entra, migration] = applications;
        let rest_ms = to_ms - from_ms - IMPORT_MS - 30 * 60_000;
        let at = format!(
            "CASE WHEN n < {import} THEN {from_ms} + n * {IMPORT_MS} / {import}
             ELSE {from_ms} + {IMPORT_MS} + (n - {import}) * {rest_ms} / ({events} - {import}) END"
        );
        // Unrelated to each other.
        let mixed = |factor: i64, below: i64| format!("((n * {factor} + n / 977) % {below})");
        let (a, o, f, s) =
            (mixed(7_919, 100), mixed(104_729, 100), mixed(15_485_863, 1_000), mixed(2_654_435_761, *people));
        let failed = format!("({f} < 20)");
        let subject = tables.subject(&format!("CASE WHEN n < {import} THEN n % {people} ELSE {s} END"));
        let id = tables.id("ms", "n");
        let numbers = tables.numbers(first, last);
        format!(
            "INSERT INTO provisioning_event (tenant_id, id, occurred_at, application_id, application_name, operation, outcome,
                 subject_id, subject, resource_type, resource_id, directory_user_id, summary, changed, status, error_code, duration_us,
                 request_id, credential_id)
             SELECT '{tenant}', {id}, ms,
                 CASE WHEN a < 70 THEN '{okta}' WHEN a < 99 THEN '{entra}' ELSE '{migration}' END,
                 CASE WHEN a < 70 THEN 'Okta Europe' WHEN a < 99 THEN 'Entra' ELSE 'Migration' END,
                 operation, outcome, CASE WHEN o < 2 THEN 'everyone' ELSE subject_id END, 'user' || n || '@corp.test',
                 CASE WHEN o < 2 THEN 'Group' ELSE 'User' END, CASE WHEN o < 2 THEN 'everyone' ELSE subject_id END,
                 CASE WHEN o < 2 THEN NULL ELSE subject_id END,
                 'Updated user user' || n || '@corp.test', '[\"title\",\"department\"]', CASE WHEN outcome = 'failed' THEN 409 ELSE 200 END,
                 CASE WHEN outcome <> 'failed' THEN NULL WHEN n % 5000 = 0 THEN 'tooMany' WHEN n % 3 = 0 THEN 'uniqueness' ELSE 'invalidValue' END,
                 4000 + o, 'request-' || n, 'credential'
             FROM (SELECT n, {at} AS ms, {a} AS a, {o} AS o, {subject} AS subject_id,
                     CASE WHEN {o} < 2 THEN 'group.members' WHEN n < {import} THEN 'user.create' WHEN {o} < 30 THEN 'user.lookup'
                          WHEN {o} < 35 THEN 'user.create' WHEN {o} < 38 THEN 'user.deactivate' ELSE 'user.update' END AS operation,
                     CASE WHEN {failed} OR n % 5000 = 0 THEN 'failed' WHEN {f} < 120 THEN 'unchanged' ELSE 'succeeded' END AS outcome
                   FROM {numbers}) AS event"
        )
    }

    /// The part of a query that says when.
    pub fn timespan(&self, from_ms: i64, to_ms: i64) -> String {
        format!("span=custom&from={}&to={}", local(from_ms), local(to_ms))
    }

    /// As the page writes it.
    pub fn total(&self) -> String {
        format!("{} operations", super::table::grouped(usize::try_from(self.events).unwrap_or_default()))
    }

    pub fn user_name(&self, round: usize) -> String {
        let number = (i64::try_from(round).unwrap_or_default() * 7_919 + 13) % self.people;
        format!("user{number}%40corp{}.test", number % 50)
    }

    /// The id of a moment somewhere in the year.
    pub fn id_in_the_middle(&self, round: usize) -> String {
        let ms = self.from_ms + DAY_MS * (30 + i64::try_from(round).unwrap_or_default() * 7 % 300);
        format!("{:08x}-{:04x}-0000-0000-000000000000", ms >> 16, ms & 0xFFFF)
    }
}

impl Tables {
    fn now_ms(&mut self) -> Result<i64> {
        self.number(match self {
            Tables::Sqlite(_) => "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000 AS value",
            Tables::Postgres(_) => "SELECT (extract(epoch FROM now()) * 1000)::bigint AS value",
        })
    }

    /// A table with the column `n`.
    fn numbers(&self, first: i64, last: i64) -> String {
        match self {
            Tables::Sqlite(_) => format!(
                "(WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {last}) SELECT n FROM numbers) AS numbers"
            ),
            Tables::Postgres(_) => {
                format!("(SELECT n FROM generate_series({first}::bigint, {last}::bigint - 1) AS n) AS numbers")
            }
        }
    }

    fn id(&self, at: &str, n: &str) -> String {
        match self {
            Tables::Sqlite(_) => format!("printf('%08x-%04x-7000-8000-%012x', {at} >> 16, {at} & 65535, {n})"),
            Tables::Postgres(_) => format!(
                "lpad(to_hex({at} >> 16), 8, '0') || '-' || lpad(to_hex({at} & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex({n}), 12, '0')"
            ),
        }
    }

    fn subject(&self, n: &str) -> String {
        match self {
            Tables::Sqlite(_) => format!("printf('01900000-0000-7000-9000-%012x', {n})"),
            Tables::Postgres(_) => format!("'01900000-0000-7000-9000-' || lpad(to_hex(({n})::bigint), 12, '0')"),
        }
    }
}

/// `2026-11-23T15:42`, in UTC.
fn local(ms: i64) -> String {
    let (days, minutes) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS) / 60_000);
    // Days since 1970 as a date: Howard Hinnant, "chrono-compatible low-level date algorithms".
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_a_form_does() {
        for (ms, text) in [
            (0, "1970-01-01T00:00"),
            (951_782_400_000, "2000-02-29T00:00"),
            (1_795_649_012_345, "2026-11-25T23:23"),
            (4_107_542_399_000, "2100-02-28T23:59"),
            (4_107_542_400_000, "2100-03-01T00:00"),
        ] {
            assert_eq!(local(ms), text, "{ms}");
        }
    }
}
