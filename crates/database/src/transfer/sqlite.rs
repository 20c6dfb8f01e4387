//! The file of a SQLite database as a file: looked at without changing it, and closed so that it is whole in itself.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, SqliteConnection};

use super::TransferError;
use crate::config::Target;
use crate::pool::{Purpose, connect};
use crate::{Connection, Error, MigrationState, migration};

/// What the first bytes of a SQLite file are.
pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// For a connection that another thread or process is about to close.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(10);

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct ModeRow {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Opens a database that a server may have open at the same time.
pub(crate) fn open(path: &Path, busy_timeout_ms: u64) -> Result<Connection, TransferError> {
    let opened = connect(&Target::Sqlite(path.to_owned()), Purpose::Write, busy_timeout_ms);
    opened.map_err(|reason| {
        let busy = reason.contains("locked");
        TransferError::Database(if busy { Error::Busy } else { Error::unavailable(reason) })
    })
}

/// Reads every page and every row of a file that nobody writes, and says how its tables stand to this program.
pub(crate) fn check(path: &Path) -> Result<MigrationState, TransferError> {
    let damaged = |problem: String| TransferError::Damaged { path: path.to_owned(), problem };
    let sqlite = SqliteConnection::establish(&read_only_url(path)).map_err(|error| damaged(error.to_string()))?;
    let mut connection = Connection::Sqlite(sqlite);
    let problems = diesel::sql_query("SELECT integrity_check AS value FROM pragma_integrity_check");
    let found: Vec<TextRow> = problems.load(&mut connection).map_err(|error| damaged(error.to_string()))?;
    if let Some(problem) = found.iter().find(|row| row.value != "ok") {
        return Err(damaged(problem.value.clone()));
    }
    let dangling = diesel::sql_query("SELECT COUNT(*) AS value FROM pragma_foreign_key_check");
    let dangling: CountRow = dangling.get_result(&mut connection)?;
    if dangling.value > 0 {
        return Err(damaged(format!("{} rows point to rows that do not exist", dangling.value)));
    }
    Ok(migration::state(&mut connection)?)
}

/// About how many bytes a copy without gaps has.
pub(crate) fn size_of_copy(connection: &mut Connection) -> Result<u64, TransferError> {
    let sql = "SELECT (page_count - freelist_count) * page_size AS value
               FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    let size: CountRow = diesel::sql_query(sql).get_result(connection)?;
    Ok(u64::try_from(size.value).unwrap_or(0))
}

/// Copies the database as it is now into an empty file. Servers go on reading and writing meanwhile; what they write from
/// now on stays in the `-wal` file until this is done.
pub(crate) fn copy_into(connection: &mut Connection, to: &Path) -> Result<(), TransferError> {
    let to = to.to_str().ok_or_else(|| not_utf8(to))?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(connection)?;
    Ok(())
}

/// Brings everything into the one file, so that nothing of it lies beside it. Waits for other connections to close, at most
/// for the busy timeout; `None` if one is open still.
pub(crate) fn close_into_one_file(path: &Path, busy_timeout_ms: u64) -> Result<Option<()>, TransferError> {
    let mut connection = open(path, busy_timeout_ms)?;
    let begun = Instant::now();
    loop {
        // SQLite's own busy timeout is not for this statement.
        let mode = diesel::sql_query("PRAGMA journal_mode = DELETE");
        match mode.get_result::<ModeRow>(&mut connection).map_err(Error::from) {
            Ok(mode) if mode.journal_mode == "delete" => return Ok(Some(())),
            Ok(_) | Err(Error::Busy) if begun.elapsed() < Duration::from_millis(busy_timeout_ms) => {
                std::thread::sleep(ASK_AGAIN_AFTER);
            }
            Ok(_) | Err(Error::Busy) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

fn not_utf8(path: &Path) -> TransferError {
    let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is not UTF-8");
    TransferError::File { act: "write", path: path.to_owned(), source }
}

/// SQLite's URL of a file that must be there and is not changed.
fn read_only_url(path: &Path) -> String {
    let mut url = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(*byte)),
            // Writing into a string cannot fail.
            other => drop(write!(url, "%{other:02X}")),
        }
    }
    url + "?mode=ro"
}
