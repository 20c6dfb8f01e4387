//! The head of one request, collected line by line until it is whole.
//!
//! Each line must end with CR and LF, and no more is kept than the limits allow. Deliberately not here: sockets, time, and
//! what lies between two heads.

use super::defect::Defect;
use super::headers::{self, Framing, LONGEST_SECTION_BYTES};
use super::long_line::LongLine;
use super::note::Note;
use super::request_line::{LONGEST_LINE_BYTES, RequestLine, split_method};
use super::target::{LONGEST_BYTES, Target};

/// A buffer of a connection that has grown larger for one request is given back after it.
pub const KEPT_CAPACITY_BYTES: usize = 8 * 1024;

/// The longest path of a request that stands for a refused one.
const LONGEST_KNOWN_PATH_BYTES: usize = 1024;

/// What has been read of a head. Holds credentials, so it does not print.
#[derive(Default)]
pub struct HeadReader {
    /// The request line, and once that is read, the header section: as they came.
    raw: Vec<u8>,
    /// Where in `raw` the line begins that is being read.
    line_start: usize,
    stage: Stage,
}

#[derive(Default)]
enum Stage {
    #[default]
    RequestLine,
    LongRequestLine(Box<LongLine>),
    Headers(RequestLine),
}

/// A head that was handed on.
#[derive(Debug)]
pub struct Head {
    pub framing: Framing,
    pub note: Option<Note>,
}

impl HeadReader {
    /// Whether anything of a head has come; empty lines before it do not count.
    pub fn has_begun(&self) -> bool {
        !matches!((&self.stage, self.raw.as_slice()), (Stage::RequestLine, [] | [b'\r']))
    }

    /// Takes bytes until the head is whole, which is then appended to `out` for actix, and gives how many were taken.
    ///
    /// # Errors
    /// Why the head is refused. [`HeadReader::substitute`] still knows what it was about.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(usize, Option<Head>), Defect> {
        let mut taken = 0;
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            taken += part.len();
            self.keep(part)?;
            if part.ends_with(b"\n")
                && let Some(head) = self.line(out)?
            {
                return Ok((taken, Some(head)));
            }
        }
        Ok((taken, None))
    }

    /// Keeps a part of the line that is being read.
    fn keep(&mut self, part: &[u8]) -> Result<(), Defect> {
        match &mut self.stage {
            // Something that is not HTTP at all, such as TLS: no line end may ever come.
            Stage::RequestLine if self.raw.is_empty() && !begins_a_line(part) => Err(Defect::RequestLine),
            Stage::RequestLine if self.raw.len() + part.len() > LONGEST_LINE_BYTES => {
                let (fits, rest) = part.split_at(LONGEST_LINE_BYTES - self.raw.len());
                self.raw.extend_from_slice(fits);
                let (method, beginning) = split_method(&self.raw)?;
                let mut line = LongLine::new(method);
                line.push(beginning);
                line.push(rest.strip_suffix(b"\n").unwrap_or(rest));
                self.stage = Stage::LongRequestLine(Box::new(line));
                self.raw = Vec::new();
                Ok(())
            }
            Stage::LongRequestLine(line) => {
                line.push(part.strip_suffix(b"\n").unwrap_or(part));
                Ok(())
            }
            Stage::Headers(_) if self.raw.len() + part.len() > LONGEST_SECTION_BYTES => Err(Defect::HeadersTooLarge),
            Stage::RequestLine | Stage::Headers(_) => {
                self.raw.extend_from_slice(part);
                Ok(())
            }
        }
    }

    /// Reads the line that has come to its end.
    fn line(&mut self, out: &mut Vec<u8>) -> Result<Option<Head>, Defect> {
        match std::mem::take(&mut self.stage) {
            Stage::RequestLine => {
                let line = self.raw.strip_suffix(b"\r\n").ok_or(Defect::LineEnding)?;
                // Some clients send an empty line behind a body (RFC 9112 §2.2).
                if !line.is_empty() {
                    self.stage = Stage::Headers(shortened(RequestLine::read(line)?, line)?);
                }
                self.raw.clear();
                Ok(None)
            }
            Stage::LongRequestLine(line) => {
                // Put back first: a defect leaves the path to be known.
                let (method, path) = (line.method().to_owned(), line.path().to_owned());
                let read = line.finish().inspect_err(|_| self.raw = [method.as_bytes(), b" ", &path].concat())?;
                self.stage = Stage::Headers(read);
                Ok(None)
            }
            Stage::Headers(request_line) => {
                let head = self.header_line(&request_line, out);
                match head {
                    Ok(Some(_)) => self.clear(),
                    _ => self.stage = Stage::Headers(request_line),
                }
                head
            }
        }
    }

    fn header_line(&mut self, request_line: &RequestLine, out: &mut Vec<u8>) -> Result<Option<Head>, Defect> {
        match &self.raw[self.line_start..] {
            b"\r\n" => {
                let framing = headers::hand_on(request_line, &self.raw, out)?;
                let encoded = request_line.target.was_encoded.then_some(Note::UriEncoded);
                Ok(Some(Head { framing, note: request_line.too_long.map(Note::UriTooLong).or(encoded) }))
            }
            line if !line.ends_with(b"\r\n") => Err(Defect::LineEnding),
            [b' ' | b'\t', ..] => Err(Defect::Folding),
            _ => {
                self.line_start = self.raw.len();
                Ok(None)
            }
        }
    }

    fn clear(&mut self) {
        self.line_start = 0;
        self.raw.clear();
        self.raw.shrink_to(KEPT_CAPACITY_BYTES);
    }

    /// Appends a request that stands for the one that was refused: the same method and path, as far as they are known.
    pub fn substitute(&self, out: &mut Vec<u8>) {
        let (method, target) = match &self.stage {
            Stage::Headers(line) => (line.method.as_str(), line.target.text.as_bytes()),
            Stage::LongRequestLine(line) => (line.method(), line.path()),
            Stage::RequestLine => {
                let end = self.raw.iter().position(|byte| *byte == b' ').unwrap_or(self.raw.len());
                let (method, rest) = self.raw.split_at(end);
                let target = rest.trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
                (std::str::from_utf8(method).unwrap_or_default(), target)
            }
        };
        // The body of an answer must not be sent to HEAD; for the others it makes no difference.
        let method = ["HEAD", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| *known == method);
        // As far as it makes sense: where it lies decides whether a SCIM client or a person is answered.
        let path = target.split(|byte| *byte == b'?' || byte.is_ascii_control()).next().unwrap_or_default();
        let path = &path[..path.len().min(LONGEST_KNOWN_PATH_BYTES)];
        let path = Target::read("GET", path).map_or_else(|_| "/".to_owned(), |target| target.text);
        let head = format!("{} {path} HTTP/1.1\r\nhost: unknown\r\nconnection: close\r\n\r\n", method.unwrap_or("GET"));
        out.extend_from_slice(head.as_bytes());
    }
}

/// What a line of a head can begin with, its end included.
fn begins_a_line(part: &[u8]) -> bool {
    part.first().is_none_or(|first| first.is_ascii_graphic() || b"\r\n ".contains(first))
}

/// A target that fitted as it came, but is too long now that it is encoded, loses its query like any other.
fn shortened(read: RequestLine, line: &[u8]) -> Result<RequestLine, Defect> {
    if read.target.text.len() <= LONGEST_BYTES {
        return Ok(read);
    }
    let mut long = LongLine::new(&read.method);
    long.push(&line[read.method.len() + 1..]);
    long.push(b"\r");
    long.finish()
}
