//! The portable file: gzip over lines of JSON.
//!
//! ```text
//! {"format":"rollcall-export","format_version":1,"program":"0.1.0","source":"SQLite 3.51.1","made_at":"…","migrations":["…"]}
//! {"table":"application","columns":["tenant_id","id",…]}
//! ["t3k…","a9f…",…]
//! …
//! {"end":{"rows":{"application":1,…},"sha256":"…"}}
//! ```
//!
//! Lines, because both ends then hold one row at a time, however many there are, and a person can look with `zcat | less`.
//! JSON, because every text, number and null has one form in it that both databases write and every language reads. gzip,
//! because documents and report rows repeat themselves (a tenth of the size), and because every machine has it. A table is a
//! head and its rows; the rows name no columns, which would be half of the file.
//!
//! The last line counts the rows of each table and has the SHA-256 of all lines before it: a file that was cut, or put
//! together from two, is refused. The head has the migrations of the tables: a file is read into tables of just that shape.
//!
//! Not here: which tables there are, and what a row is in a database (`dialect::whole`).

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::Counts;

/// The word by which a file is known.
const FORMAT: &str = "rollcall-export";
/// Raised when an older program could not read the file any more.
const FORMAT_VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    format: String,
    format_version: u32,
    program: String,
    /// Name and version of the database it comes from; for people.
    source: String,
    made_at: String,
    /// What was applied to the tables that it comes from.
    pub(crate) migrations: Vec<String>,
}

impl Head {
    pub(crate) fn new(source: String, made_at: String, migrations: Vec<String>) -> Head {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Head { format: FORMAT.to_owned(), format_version: FORMAT_VERSION, program, source, made_at, migrations }
    }
}

/// The line before the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableHead {
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct End {
    end: Totals,
}

#[derive(Debug, Serialize, Deserialize)]
struct Totals {
    rows: BTreeMap<String, u64>,
    sha256: String,
}

/// Writes a file from its head to its end.
pub(crate) struct ExportWriter<W: Write> {
    gzip: GzEncoder<W>,
    hash: Context,
    counts: Counts,
    current: String,
    current_rows: u64,
}

impl<W: Write> ExportWriter<W> {
    pub(crate) fn new(to: W, head: &Head) -> io::Result<ExportWriter<W>> {
        let gzip = GzEncoder::new(to, Compression::fast());
        let (counts, current) = (Counts::new(), String::new());
        let mut writer = ExportWriter { gzip, hash: Context::new(&SHA256), counts, current, current_rows: 0 };
        writer.line(&serde_json::to_string(head)?)?;
        Ok(writer)
    }

    /// Begins a table.
    pub(crate) fn table(&mut self, head: &TableHead) -> io::Result<()> {
        self.end_table();
        self.line(&serde_json::to_string(head)?)?;
        self.current.clone_from(&head.table);
        Ok(())
    }

    /// Writes one row, a JSON array without line breaks.
    pub(crate) fn row(&mut self, row: &str) -> io::Result<()> {
        self.current_rows += 1;
        self.line(row)
    }

    /// Writes the end, and gives back what was written to, and the counts.
    pub(crate) fn finish(mut self) -> io::Result<(W, Counts)> {
        self.end_table();
        let sha256 = hexadecimal(self.hash.finish().as_ref());
        let end = End { end: Totals { rows: self.counts.clone(), sha256 } };
        self.gzip.write_all(serde_json::to_string(&end)?.as_bytes())?;
        self.gzip.write_all(b"\n")?;
        Ok((self.gzip.finish()?, self.counts))
    }

    fn end_table(&mut self) {
        if !self.current.is_empty() {
            self.counts.insert(std::mem::take(&mut self.current), std::mem::take(&mut self.current_rows));
        }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        for part in [line.as_bytes(), b"\n"] {
            self.hash.update(part);
            self.gzip.write_all(part)?;
        }
        Ok(())
    }
}

/// One line of a file, after its head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The rows of this table follow.
    Table(TableHead),
    /// A row of the table, as it stands in the file.
    Row,
    /// All was read, and is what was written.
    End,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Some other file.
    #[error("it is no file that rollcall export wrote")]
    Foreign,
    /// A form of the file that is not known yet.
    #[error(
        "it was written in version {0} of the format, by a newer version of Rollcall: use that version or a later one"
    )]
    NewerFormat(u64),
    /// The rest is missing; with the last line.
    #[error("it is cut off after line {0}: copy it again, or make another")]
    Cut(u64),
    /// Something else stands in it than was written; with the line.
    #[error("it is damaged near line {0}: copy it again, or make another")]
    Damaged(u64),
    /// What the system said.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
}

/// Reads a file and holds one line of it.
pub(crate) struct ExportReader<R: Read> {
    from: BufReader<GzDecoder<R>>,
    hash: Context,
    counts: Counts,
    current: String,
    current_rows: u64,
    line: Vec<u8>,
    number: u64,
}

impl<R: Read> ExportReader<R> {
    /// Reads the head.
    pub(crate) fn new(from: R) -> Result<(ExportReader<R>, Head), ReadError> {
        let mut reader = ExportReader {
            from: BufReader::with_capacity(1 << 16, GzDecoder::new(from)),
            hash: Context::new(&SHA256),
            counts: Counts::new(),
            current: String::new(),
            current_rows: 0,
            line: Vec::new(),
            number: 0,
        };
        reader.read_line().map_err(|error| match error {
            ReadError::Cut(_) | ReadError::Damaged(_) => ReadError::Foreign,
            other => other,
        })?;
        let head: serde_json::Value = serde_json::from_slice(&reader.line).map_err(|_| ReadError::Foreign)?;
        if head.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
            return Err(ReadError::Foreign);
        }
        match head.get("format_version").and_then(serde_json::Value::as_u64) {
            Some(version) if version > u64::from(FORMAT_VERSION) => return Err(ReadError::NewerFormat(version)),
            _ => {}
        }
        let head = serde_json::from_value(head).map_err(|_| ReadError::Damaged(1))?;
        reader.hash.update(&reader.line);
        Ok((reader, head))
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The line that was read last.
    pub(crate) fn text(&self) -> &[u8] {
        &self.line
    }

    /// What was read so far.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next line. After [`Line::End`] there is nothing.
    pub(crate) fn next(&mut self) -> Result<Line, ReadError> {
        self.read_line()?;
        if self.line.starts_with(b"[") {
            if self.current.is_empty() {
                return Err(ReadError::Damaged(self.number));
            }
            self.current_rows += 1;
            self.hash.update(&self.line);
            return Ok(Line::Row);
        }
        if let Ok(head) = serde_json::from_slice::<TableHead>(&self.line) {
            self.end_table();
            if self.counts.contains_key(&head.table) {
                return Err(ReadError::Damaged(self.number));
            }
            self.current.clone_from(&head.table);
            self.hash.update(&self.line);
            return Ok(Line::Table(head));
        }
        let end: End = serde_json::from_slice(&self.line).map_err(|_| ReadError::Damaged(self.number))?;
        self.end_table();
        let sha256 = hexadecimal(self.hash.clone().finish().as_ref());
        if end.end.sha256 != sha256 || end.end.rows != self.counts {
            return Err(ReadError::Damaged(self.number));
        }
        // Reads on to the end, where gzip has a checksum of its own.
        match io::copy(&mut self.from.by_ref().take(1), &mut io::sink()) {
            Ok(0) => Ok(Line::End),
            _ => Err(ReadError::Damaged(self.number)),
        }
    }

    fn end_table(&mut self) {
        if !self.current.is_empty() {
            self.counts.insert(std::mem::take(&mut self.current), std::mem::take(&mut self.current_rows));
        }
    }

    fn read_line(&mut self) -> Result<(), ReadError> {
        self.line.clear();
        let count = self.from.read_until(b'\n', &mut self.line).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ReadError::Cut(self.number),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => ReadError::Damaged(self.number),
            _ => ReadError::Io(error),
        })?;
        if count == 0 || self.line.last() != Some(&b'\n') {
            return Err(ReadError::Cut(self.number));
        }
        self.number += 1;
        Ok(())
    }
}

/// Digits, two for each byte.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of digits; `None` for anything else.
pub(crate) fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    digits
        .len()
        .is_multiple_of(2)
        .then(|| digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
