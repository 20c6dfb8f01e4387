//! `rollcall export`: the whole database, whichever it is, as a file that the other one can read.
//!
//! All of it is read in one transaction that sees one moment. Rows go from the database to the file one at a time; the database
//! itself writes them as JSON, so nothing here knows a table.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::files::{Unfinished, failed};
use super::format::{ExportWriter, Head, TableHead};
use super::{Counts, Progress, TransferError};
use crate::config::{Target, without_password};
use crate::dialect::{self, whole};
use crate::pool::{Purpose, connect};
use crate::{DatabaseConfig, MigrationState, OpenError, Timestamp, migration};

/// So many rows are written before the progress is told.
const TELL_EVERY_ROWS: u64 = 1_000;

/// Writes the database to `file` while servers use it. `replace`: whether `file` may be there already; it is replaced only by
/// a whole one.
pub fn export(
    config: &DatabaseConfig,
    file: &Path,
    replace: bool,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Counts, TransferError> {
    let target = Target::parse(&config.url)?;
    let location = without_password(&config.url);
    if let Target::Sqlite(path) = &target
        && !path.exists()
    {
        return Err(TransferError::NoDatabase { path: path.clone() });
    }
    let mut connection = connect(&target, Purpose::Read, config.busy_timeout_ms)
        .map_err(|reason| OpenError::Connect { location: location.clone(), reason })?;
    whole::begin_snapshot(&mut connection)?;
    match migration::state(&mut connection)? {
        MigrationState::Empty => return Err(TransferError::NoTables { location }),
        MigrationState::Newer { unknown } => return Err(TransferError::NewerDatabase { location, unknown }),
        MigrationState::Older { .. } | MigrationState::Current => {}
    }
    let migrations = migration::applied(&mut connection)?.into_iter().collect();
    let head = Head::new(dialect::version(&mut connection)?, now.to_string(), migrations);

    let unfinished = Unfinished::new(file, replace)?;
    let write_failed = |error| failed("write", file)(error);
    let to = File::options().write(true).open(unfinished.path()).map_err(write_failed)?;
    let mut writer = ExportWriter::new(BufWriter::with_capacity(1 << 18, to), &head).map_err(write_failed)?;
    for table in whole::tables(&mut connection)? {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        writer.table(&TableHead { table: table.name.clone(), columns }).map_err(write_failed)?;
        let mut rows = 0;
        whole::each_row_as_json(&mut connection, &table, |row| {
            writer.row(row).map_err(write_failed)?;
            rows += 1;
            if rows % TELL_EVERY_ROWS == 0 {
                progress(Progress::Rows { table: table.name.clone(), rows });
            }
            Ok::<_, TransferError>(())
        })?;
        progress(Progress::Rows { table: table.name.clone(), rows });
    }
    let (mut to, counts) = writer.finish().map_err(write_failed)?;
    to.flush().map_err(write_failed)?;
    drop(to);
    unfinished.name(replace)?;
    Ok(counts)
}
