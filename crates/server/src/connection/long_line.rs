//! A request line whose target is too long to keep: the beginning of its path stays, the rest is counted and forgotten.

use super::defect::Defect;
use super::filter_length::FilterLength;
use super::note::UriTooLong;
use super::request_line::{RequestLine, Version};
use super::target::Target;

/// Enough to know the application, and for the report.
const PATH_KEPT_BYTES: usize = 1024;

/// What stands behind the target: a space, the version and CR.
const TAIL_BYTES: usize = " HTTP/1.1\r".len();

/// The line so far.
pub struct LongLine {
    method: String,
    path: Vec<u8>,
    in_query: bool,
    filter: FilterLength,
    target_bytes: u64,
    has_control: bool,
    /// The last bytes, which may be those behind the target.
    tail: Vec<u8>,
}

impl LongLine {
    /// A line that begins with the method and a space.
    pub fn new(method: &str) -> Self {
        LongLine {
            method: method.to_owned(),
            path: Vec::new(),
            in_query: false,
            filter: FilterLength::default(),
            target_bytes: 0,
            has_control: false,
            tail: Vec::new(),
        }
    }

    /// What was kept of the target.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    pub fn method(&self) -> &str {
        &self.method
    }

    /// Takes the next bytes of the line.
    pub fn push(&mut self, bytes: &[u8]) {
        let certain = (self.tail.len() + bytes.len()).saturating_sub(TAIL_BYTES);
        let from_tail = certain.min(self.tail.len());
        let old: Vec<u8> = self.tail.drain(..from_tail).collect();
        self.target(&old);
        let (of_target, rest) = bytes.split_at(certain - from_tail);
        self.target(of_target);
        self.tail.extend_from_slice(rest);
    }

    fn target(&mut self, bytes: &[u8]) {
        self.target_bytes += bytes.len() as u64;
        self.has_control |= bytes.iter().any(u8::is_ascii_control);
        let query = match bytes.iter().position(|byte| *byte == b'?') {
            _ if self.in_query => bytes,
            position => {
                let path = &bytes[..position.unwrap_or(bytes.len())];
                let room = PATH_KEPT_BYTES - self.path.len();
                self.path.extend_from_slice(&path[..room.min(path.len())]);
                self.in_query = position.is_some();
                position.map_or(&[][..], |position| &bytes[position + 1..])
            }
        };
        self.filter.push(query);
    }

    /// The request line that is handed on, once all but the line feed has been pushed.
    ///
    /// # Errors
    /// What is wrong with the line, besides its length.
    pub fn finish(self) -> Result<RequestLine, Defect> {
        let end = self.tail.strip_suffix(b"\r").ok_or(Defect::LineEnding)?;
        let version = Version::read(end.strip_prefix(b" ").ok_or(Defect::RequestLine)?)?;
        if self.has_control {
            return Err(Defect::Target);
        }
        let target = Target::read(&self.method, &self.path)?;
        let too_long = UriTooLong { bytes: self.target_bytes, filter_bytes: self.filter.finish() };
        Ok(RequestLine { method: self.method, target, version, too_long: Some(too_long) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &[u8], step: usize) -> Result<(String, u64, Option<u64>), Defect> {
        let mut long = LongLine::new("GET");
        line.chunks(step).for_each(|bytes| long.push(bytes));
        let line = long.finish()?;
        let too_long = line.too_long.unwrap();
        Ok((line.target.text, too_long.bytes, too_long.filter_bytes))
    }

    #[test]
    fn what_is_kept_and_what_is_counted() {
        let long_path = format!("/{}?filter=abc HTTP/1.1\r", "a".repeat(2_000));
        let kept = format!("/{}", "a".repeat(PATH_KEPT_BYTES - 1));
        for (line, expected) in [
            (&b"/Users?filter=a%20b&count=1 HTTP/1.1\r"[..], Ok(("/Users", 27, Some(3)))),
            (b"/Users?count=1 HTTP/1.0\r", Ok(("/Users", 14, None))),
            (b"/Users HTTP/1.1\r", Ok(("/Users", 6, None))),
            (b"/a b?filter=\"c d\" HTTP/1.1\r", Ok(("/a%20b", 17, Some(5)))),
            (b"http://x/Users?a HTTP/1.1\r", Ok(("/Users", 16, None))),
            (long_path.as_bytes(), Ok((kept.as_str(), 2_012, Some(3)))),
            (b"/Users?a HTTP/2.0\r", Err(Defect::Version)),
            (b"/Users?a HTTP/1.1", Err(Defect::LineEnding)),
            (b"/Users?a HTTP/1.1 \r", Err(Defect::RequestLine)),
            (b"/Users?a\r", Err(Defect::RequestLine)),
            (b"\r", Err(Defect::RequestLine)),
            (b"Users?a HTTP/1.1\r", Err(Defect::Target)),
            (b"/Users?a\tb HTTP/1.1\r", Err(Defect::Target)),
        ] {
            let expected = expected.map(|(text, bytes, filter_bytes)| (text.to_owned(), bytes, filter_bytes));
            for step in [1, 3, 7, 1_000, 10_000] {
                assert_eq!(read(line, step), expected, "{step} {:?}", String::from_utf8_lossy(line));
            }
        }
    }
}
