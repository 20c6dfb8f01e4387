//! The first line of a request: method, target, version (RFC 9112 §3).
//!
//! The method ends at the first space and the version begins behind the last one, so that a target may have spaces of its
//! own: clients forget to encode them.

use super::defect::Defect;
use super::note::UriTooLong;
use super::target::{LONGEST_BYTES, Target};

/// Longer words are no method of anybody's.
const LONGEST_METHOD_BYTES: usize = 64;

/// The longest line, its end included, that can have a target of [`LONGEST_BYTES`].
pub const LONGEST_LINE_BYTES: usize = LONGEST_METHOD_BYTES + LONGEST_BYTES + " ".len() + " HTTP/1.1\r\n".len();

/// A request line that can be handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    pub method: String,
    pub target: Target,
    pub version: Version,
    /// The target was too long and has lost its query.
    pub too_long: Option<UriTooLong>,
}

/// The versions that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Http10,
    Http11,
}

impl RequestLine {
    /// Reads a line, without its end, of a target that is not too long.
    ///
    /// # Errors
    /// What is wrong with the first part that is.
    pub fn read(line: &[u8]) -> Result<Self, Defect> {
        let (method, rest) = split_method(line)?;
        let space = rest.iter().rposition(|byte| *byte == b' ').ok_or(Defect::RequestLine)?;
        let version = Version::read(&rest[space + 1..])?;
        let target = Target::read(method, &rest[..space])?;
        Ok(RequestLine { method: method.to_owned(), target, version, too_long: None })
    }
}

impl Version {
    /// # Errors
    /// [`Defect::Version`] for another version, [`Defect::RequestLine`] for no version at all.
    pub fn read(word: &[u8]) -> Result<Self, Defect> {
        match word {
            b"HTTP/1.1" => Ok(Version::Http11),
            b"HTTP/1.0" => Ok(Version::Http10),
            [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
                Err(Defect::Version)
            }
            _ => Err(Defect::RequestLine),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Version::Http10 => "HTTP/1.0",
            Version::Http11 => "HTTP/1.1",
        }
    }
}

/// The method at the beginning of a line, and what follows the space behind it.
///
/// # Errors
/// [`Defect::Method`] for what is no token, [`Defect::UnknownMethod`] for what nobody here could mean, and
/// [`Defect::RequestLine`] without a space.
pub fn split_method(line: &[u8]) -> Result<(&str, &[u8]), Defect> {
    let end = line.iter().position(|byte| *byte == b' ');
    let method = &line[..end.unwrap_or(line.len())];
    let text = std::str::from_utf8(method).ok().filter(|text| !text.is_empty() && text.bytes().all(is_token));
    let text = text.ok_or(Defect::Method)?;
    // CONNECT would turn the connection into a tunnel (RFC 9110 §9.3.6). No registered method has other characters, and
    // actix takes not all of those that a token may have.
    let is_usual = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if text.len() > LONGEST_METHOD_BYTES || text == "CONNECT" || !is_usual {
        return Err(Defect::UnknownMethod);
    }
    let end = end.ok_or(Defect::RequestLine)?;
    Ok((text, &line[end + 1..]))
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_lines() {
        for (line, read) in [
            (&b"GET /Users HTTP/1.1"[..], Ok(("GET", "/Users", Version::Http11))),
            (b"POST /Users HTTP/1.0", Ok(("POST", "/Users", Version::Http10))),
            (b"BREW / HTTP/1.1", Ok(("BREW", "/", Version::Http11))),
            (b"GET /a b HTTP/1.1", Ok(("GET", "/a%20b", Version::Http11))),
            (b"GET /a HTTP/1.1 HTTP/1.1", Ok(("GET", "/a%20HTTP/1.1", Version::Http11))),
            (b"GET /a HTTP/2.0", Err(Defect::Version)),
            (b"GET /a HTTP/1.2", Err(Defect::Version)),
            (b"GET /a HTTP/0.9", Err(Defect::Version)),
            (b"PRI * HTTP/2.0", Err(Defect::Version)),
            (b"GET /a http/1.1", Err(Defect::RequestLine)),
            (b"GET /a HTTP/1.1 ", Err(Defect::RequestLine)),
            (b"GET /a HTTP/11", Err(Defect::RequestLine)),
            (b"GET /a\tHTTP/1.1", Err(Defect::RequestLine)),
            (b"GET /a", Err(Defect::RequestLine)),
            (b"GET HTTP/1.1", Err(Defect::RequestLine)),
            (b"GET", Err(Defect::RequestLine)),
            (b"GET  HTTP/1.1", Err(Defect::Target)),
            (b"GET  /a HTTP/1.1", Err(Defect::Target)),
            (b"GET a HTTP/1.1", Err(Defect::Target)),
            (b" GET /a HTTP/1.1", Err(Defect::Method)),
            (b"G@T /a HTTP/1.1", Err(Defect::Method)),
            (b"GET\t/a HTTP/1.1", Err(Defect::Method)),
            (b"CONNECT a:443 HTTP/1.1", Err(Defect::UnknownMethod)),
            (b"GET# / HTTP/1.1", Err(Defect::UnknownMethod)),
        ] {
            let found = RequestLine::read(line);
            let found = found.as_ref().map(|line| (line.method.as_str(), line.target.text.as_str(), line.version));
            assert_eq!(found, read.as_ref().copied(), "{:?}", String::from_utf8_lossy(line));
        }
        let method = |length: usize| RequestLine::read(format!("{} / HTTP/1.1", "A".repeat(length)).as_bytes()).err();
        assert_eq!((method(64), method(65)), (None, Some(Defect::UnknownMethod)));
    }
}
