//! The header section of a request: judged by what it says about the body and the connection, and written anew for actix.
//!
//! Whatever says where the request ends is written in one form only, so that no two readers can understand it
//! differently (RFC 9112 §6.3, §11.2). Deliberately not here: every other header, which passes as it is.

use httparse::{EMPTY_HEADER, Header, Status};

use super::body::{Body, Chunks};
use super::defect::Defect;
use super::request_line::{RequestLine, Version};

/// Most headers: as many as actix takes.
pub const MOST: usize = 96;
/// Longest section, its last, empty line included. With the longest target it is still a head that actix takes.
pub const LONGEST_SECTION_BYTES: usize = 60 * 1024;

/// What follows the head.
#[derive(Debug, PartialEq, Eq)]
pub struct Framing {
    pub body: Option<Body>,
    /// No request follows this one.
    pub closes: bool,
}

/// Appends the head that actix reads: the line, and the headers of the section, which ends with an empty line.
///
/// # Errors
/// What is wrong with the section; nothing is appended then.
pub fn hand_on(line: &RequestLine, section: &[u8], out: &mut Vec<u8>) -> Result<Framing, Defect> {
    let mut headers = [EMPTY_HEADER; MOST];
    let headers = match httparse::parse_headers(section, &mut headers) {
        Ok(Status::Complete((length, headers))) if length == section.len() => headers,
        Ok(_) | Err(httparse::Error::NewLine) => return Err(Defect::LineEnding),
        Err(httparse::Error::TooManyHeaders) => return Err(Defect::TooManyHeaders),
        Err(httparse::Error::HeaderValue) => return Err(Defect::HeaderValue),
        Err(_) => return Err(Defect::HeaderName),
    };
    let framing = judge(line, headers)?;
    write(line, headers, &framing, out);
    Ok(framing)
}

/// Headers that are written anew, or left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    Host,
    ContentLength,
    TransferEncoding,
    Connection,
    /// There is no other protocol to go over to, and a server may take no notice (RFC 9110 §7.8).
    Upgrade,
}

impl Special {
    fn of(name: &str) -> Option<Self> {
        // Lengths first: they tell most names apart.
        let (special, known) = match name.len() {
            4 => (Special::Host, "host"),
            7 => (Special::Upgrade, "upgrade"),
            10 => (Special::Connection, "connection"),
            14 => (Special::ContentLength, "content-length"),
            17 => (Special::TransferEncoding, "transfer-encoding"),
            _ => return None,
        };
        name.eq_ignore_ascii_case(known).then_some(special)
    }
}

fn judge(line: &RequestLine, headers: &[Header<'_>]) -> Result<Framing, Defect> {
    let (mut host, mut length, mut encoding) = (None, None, None);
    let (mut close, mut keep_alive) = (false, false);
    for header in headers {
        let (place, twice) = match Special::of(header.name) {
            Some(Special::Host) => (&mut host, Defect::HostTwice),
            Some(Special::ContentLength) => (&mut length, Defect::ContentLengthTwice),
            Some(Special::TransferEncoding) => (&mut encoding, Defect::TransferEncodingTwice),
            Some(Special::Connection) => {
                let has = |word: &str| options(header.value).any(|option| option.eq_ignore_ascii_case(word.as_bytes()));
                close |= has("close");
                keep_alive |= has("keep-alive");
                continue;
            }
            Some(Special::Upgrade) | None => continue,
        };
        if place.replace(header.value).is_some() {
            return Err(twice);
        }
    }
    if host.is_none() && line.version == Version::Http11 {
        return Err(Defect::HostMissing);
    }
    let body = match (length, encoding) {
        (Some(_), Some(_)) => return Err(Defect::LengthAndTransferEncoding),
        (None, Some(_)) if line.version == Version::Http10 => return Err(Defect::TransferEncodingInHttp10),
        (None, Some(encoding)) if encoding.eq_ignore_ascii_case(b"chunked") => Some(Body::Chunked(Chunks::default())),
        (None, Some(_)) => return Err(Defect::TransferEncodingUnknown),
        (Some(length), None) => Some(number(length)?).filter(|length| *length > 0).map(Body::Length),
        (None, None) if line.version == Version::Http10 && line.method == "POST" => {
            return Err(Defect::ContentLengthMissing);
        }
        (None, None) => None,
    };
    let closes = close || (line.version == Version::Http10 && !keep_alive);
    Ok(Framing { body, closes })
}

fn options(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Digits only: a sign, a list or a fraction is read differently by different programs.
fn number(value: &[u8]) -> Result<u64, Defect> {
    let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or(Defect::ContentLength)
}

fn write(line: &RequestLine, headers: &[Header<'_>], framing: &Framing, out: &mut Vec<u8>) {
    let mut put = |parts: &[&[u8]]| parts.iter().for_each(|part| out.extend_from_slice(part));
    put(&[line.method.as_bytes(), b" ", line.target.text.as_bytes(), b" ", line.version.as_str().as_bytes(), b"\r\n"]);
    for header in headers {
        let value = match (Special::of(header.name), &line.target.authority) {
            (None, _) | (Some(Special::Host), None) => header.value,
            (Some(Special::Host), Some(authority)) => authority.as_bytes(),
            _ => continue,
        };
        put(&[header.name.as_bytes(), b": ", value, b"\r\n"]);
    }
    match &framing.body {
        Some(Body::Length(length)) => put(&[b"content-length: ", length.to_string().as_bytes(), b"\r\n"]),
        Some(Body::Chunked(_)) => put(&[b"transfer-encoding: chunked\r\n"]),
        // HTTP/1.0 must name a length for a POST, and actix holds it to that.
        None if line.version == Version::Http10 && line.method == "POST" => put(&[b"content-length: 0\r\n"]),
        None => {}
    }
    match (framing.closes, line.version) {
        (true, _) => put(&[b"connection: close\r\n\r\n"]),
        (false, Version::Http10) => put(&[b"connection: keep-alive\r\n\r\n"]),
        (false, Version::Http11) => put(&[b"\r\n"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handed_on(line: &str, section: &str) -> Result<(Framing, String), Defect> {
        let mut out = Vec::new();
        let line = RequestLine::read(line.as_bytes()).unwrap();
        let framing = hand_on(&line, format!("{section}\r\n").as_bytes(), &mut out)?;
        Ok((framing, String::from_utf8(out).unwrap()))
    }

    #[test]
    fn what_says_where_a_request_ends_has_one_form() {
        let length = |length| Some(Body::Length(length));
        for (line, section, written, body, closes) in [
            ("GET / HTTP/1.1", "Host: a\r\nX-Y:  z \r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n", None, false),
            (
                "GET / HTTP/1.1",
                "host: a\r\nCONNECTION: Close\r\n",
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
                None,
                true,
            ),
            (
                "GET / HTTP/1.1",
                "Host: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                None,
                false,
            ),
            (
                "GET / HTTP/1.1",
                "Host: a\r\nConnection: x\r\nConnection: y , close\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nconnection: close\r\n\r\n",
                None,
                true,
            ),
            ("GET http://b/c HTTP/1.1", "Host: a\r\n", "GET /c HTTP/1.1\r\nHost: b\r\n\r\n", None, false),
            ("GET / HTTP/1.0", "", "GET / HTTP/1.0\r\nconnection: close\r\n\r\n", None, true),
            (
                "GET / HTTP/1.0",
                "Connection: Keep-Alive\r\n",
                "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
                None,
                false,
            ),
            (
                "PUT / HTTP/1.1",
                "Host: a\r\nContent-Length: 007\r\n",
                "PUT / HTTP/1.1\r\nHost: a\r\ncontent-length: 7\r\n\r\n",
                length(7),
                false,
            ),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 0\r\n", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", None, false),
            (
                "POST / HTTP/1.0",
                "Content-Length: 0\r\n",
                "POST / HTTP/1.0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                None,
                true,
            ),
            (
                "PUT / HTTP/1.1",
                "Host: a\r\nTransfer-Encoding: Chunked\r\nTrailer: x\r\n",
                "PUT / HTTP/1.1\r\nHost: a\r\nTrailer: x\r\ntransfer-encoding: chunked\r\n\r\n",
                Some(Body::Chunked(Chunks::default())),
                false,
            ),
        ] {
            assert_eq!(
                handed_on(line, section),
                Ok((Framing { body, closes }, written.to_owned())),
                "{line} {section:?}"
            );
        }
    }

    #[test]
    fn sections_that_can_be_understood_in_two_ways() {
        let many = "X: y\r\n".repeat(96);
        for (line, section, defect) in [
            ("GET / HTTP/1.1", "", Defect::HostMissing),
            ("GET / HTTP/1.1", "Host: a\r\nHost: a\r\n", Defect::HostTwice),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n", Defect::ContentLengthTwice),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 5\r\ncontent-length: 6\r\n", Defect::ContentLengthTwice),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 5, 5\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length:\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: +5\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: -5\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 0x5\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 5 5\r\n", Defect::ContentLength),
            ("PUT / HTTP/1.1", "Host: a\r\nContent-Length: 18446744073709551616\r\n", Defect::ContentLength),
            (
                "PUT / HTTP/1.1",
                "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                Defect::LengthAndTransferEncoding,
            ),
            (
                "PUT / HTTP/1.1",
                "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                Defect::TransferEncodingTwice,
            ),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", Defect::TransferEncodingUnknown),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding: identity\r\n", Defect::TransferEncodingUnknown),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding:\r\n", Defect::TransferEncodingUnknown),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding: xchunked\r\n", Defect::TransferEncodingUnknown),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding : chunked\r\n", Defect::HeaderName),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding\r\n", Defect::HeaderName),
            ("PUT / HTTP/1.1", "Host: a\r\nTransfer-Encoding:\x0bchunked\r\n", Defect::HeaderValue),
            ("PUT / HTTP/1.1", "Host: a\r\nX: a\rContent-Length: 5\r\n", Defect::HeaderValue),
            ("PUT / HTTP/1.1", "Host: a\r\nX: a\0\r\n", Defect::HeaderValue),
            ("PUT / HTTP/1.1", "Host: a\r\n: b\r\n", Defect::HeaderName),
            ("PUT / HTTP/1.1", "Host: a\r\nX\0: b\r\n", Defect::HeaderName),
            ("PUT / HTTP/1.0", "Transfer-Encoding: chunked\r\n", Defect::TransferEncodingInHttp10),
            ("POST / HTTP/1.0", "", Defect::ContentLengthMissing),
            ("GET / HTTP/1.1", &format!("Host: a\r\n{many}"), Defect::TooManyHeaders),
        ] {
            assert_eq!(handed_on(line, section), Err(defect), "{line} {section:?}");
        }
    }
}
