//! Where the body of a request ends. The bytes themselves are not looked at, kept or changed.
//!
//! Chunks are read more strictly than actix reads them, and never otherwise: what passes here ends at the same byte
//! there. What does not pass breaks off the body.

/// What is still to come of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// So many bytes, more than none.
    Length(u64),
    /// Chunks (RFC 9112 §7.1).
    Chunked(Chunks),
}

/// How many of some bytes belong to the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// All, and it goes on.
    More,
    /// So many, and it ends there.
    End(usize),
    /// So many; what follows is no chunk.
    Broken(usize),
}

impl Body {
    /// Follows the body over the next bytes.
    pub fn pass(&mut self, bytes: &[u8]) -> Passed {
        match self {
            Body::Length(left) => match usize::try_from(*left) {
                Ok(left) if left <= bytes.len() => Passed::End(left),
                _ => {
                    *left -= bytes.len() as u64;
                    Passed::More
                }
            },
            Body::Chunked(chunks) => chunks.pass(bytes),
        }
    }
}

/// An extension of a chunk means nothing to us; a long one is no client's.
const LONGEST_EXTENSION_BYTES: usize = 1024;
/// Trailers mean nothing to us either.
const LONGEST_TRAILERS_BYTES: usize = 8 * 1024;

/// How far chunks have been read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunks {
    at: At,
    /// Of this chunk, what is left of it.
    size: u64,
    /// Digits of the size, or bytes of the extension or of all trailers.
    count: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Size,
    SpaceAfterSize,
    Extension,
    SizeLineFeed,
    Data,
    DataCarriageReturn,
    DataLineFeed,
    /// The beginning of a line behind the last chunk: a trailer, or the end.
    TrailerLine,
    Trailer,
    TrailerLineFeed,
    LastLineFeed,
}

impl Chunks {
    fn pass(&mut self, bytes: &[u8]) -> Passed {
        let mut position = 0;
        while let Some(byte) = bytes.get(position) {
            if self.at == At::Data {
                let present = (bytes.len() - position) as u64;
                let data = present.min(self.size);
                self.size -= data;
                position += usize::try_from(data).unwrap_or(usize::MAX);
                if self.size == 0 {
                    self.at = At::DataCarriageReturn;
                }
                continue;
            }
            match self.next(*byte) {
                Some(at) => self.at = at,
                None if self.at == At::LastLineFeed && *byte == b'\n' => return Passed::End(position + 1),
                None => return Passed::Broken(position),
            }
            position += 1;
        }
        Passed::More
    }

    /// Where the byte leads to; `None` at the end, and for what may not stand here.
    fn next(&mut self, byte: u8) -> Option<At> {
        match (self.at, byte) {
            (At::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(byte),
            (At::Size | At::SpaceAfterSize, b' ' | b'\t') if self.count > 0 => self.counted(At::SpaceAfterSize),
            (At::Size | At::SpaceAfterSize, b';') if self.count > 0 => self.counted(At::Extension),
            (At::Size | At::SpaceAfterSize | At::Extension, b'\r') if self.count > 0 => Some(At::SizeLineFeed),
            (At::Extension, byte) if is_text(byte) => self.counted(At::Extension),
            (At::SizeLineFeed, b'\n') => {
                self.count = 0;
                Some(if self.size == 0 { At::TrailerLine } else { At::Data })
            }
            (At::DataCarriageReturn, b'\r') => Some(At::DataLineFeed),
            (At::DataLineFeed, b'\n') => Some(At::Size),
            (At::TrailerLine, b'\r') => Some(At::LastLineFeed),
            (At::Trailer, b'\r') => Some(At::TrailerLineFeed),
            (At::TrailerLine | At::Trailer, byte) if is_text(byte) && self.count < LONGEST_TRAILERS_BYTES => {
                self.count += 1;
                Some(At::Trailer)
            }
            (At::TrailerLineFeed, b'\n') => Some(At::TrailerLine),
            _ => None,
        }
    }

    fn digit(&mut self, byte: u8) -> Option<At> {
        let digit = char::from(byte).to_digit(16)?;
        self.count += 1;
        self.size = (self.size << 4) | u64::from(digit);
        // Sixteen digits fill 64 bits.
        (self.count <= 16).then_some(At::Size)
    }

    fn counted(&mut self, at: At) -> Option<At> {
        self.count += 1;
        (self.count <= LONGEST_EXTENSION_BYTES).then_some(at)
    }
}

/// What may stand in an extension or a trailer.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked() -> Body {
        Body::Chunked(Chunks::default())
    }

    #[test]
    fn ends_of_bodies() {
        let long_extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(2_000));
        let long_trailers = format!("0\r\n{}\r\n", "a: b\r\n".repeat(3_000));
        for (body, bytes, passed) in [
            (Body::Length(5), &b"hello"[..], Passed::End(5)),
            (Body::Length(5), b"hello, world", Passed::End(5)),
            (Body::Length(5), b"hell", Passed::More),
            (Body::Length(u64::MAX), b"hell", Passed::More),
            (chunked(), b"0\r\n\r\n", Passed::End(5)),
            (chunked(), b"0\r\n\r\nGET /", Passed::End(5)),
            (chunked(), b"5\r\nhello\r\n0\r\n\r\n", Passed::End(15)),
            (chunked(), b"005\r\nhello\r\n00\r\n\r\n", Passed::End(18)),
            (chunked(), b"5;name=\"value\"\r\nhello\r\n0\r\n\r\n", Passed::End(28)),
            (chunked(), b"5 \t\r\nhello\r\n0 ;x\r\n\r\n", Passed::End(20)),
            (chunked(), b"1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX: y\r\n\r\n", Passed::End(43)),
            (chunked(), b"1a\r\nabc", Passed::More),
            (chunked(), b"", Passed::More),
            (chunked(), b"ffffffffffffffff\r\nabc", Passed::More),
            (chunked(), b"\r\n", Passed::Broken(0)),
            (chunked(), b" 5\r\n", Passed::Broken(0)),
            (chunked(), b";x\r\n", Passed::Broken(0)),
            (chunked(), b"-1\r\n", Passed::Broken(0)),
            (chunked(), b"0x5\r\n", Passed::Broken(1)),
            (chunked(), b"5 5\r\n", Passed::Broken(2)),
            (chunked(), b"5\nhello\n0\n\n", Passed::Broken(1)),
            (chunked(), b"5\r\rhello", Passed::Broken(2)),
            (chunked(), b"5;a\nb\r\nhello", Passed::Broken(3)),
            (chunked(), b"5\r\nhelloo\r\n", Passed::Broken(8)),
            (chunked(), b"5\r\nhello\n0\r\n\r\n", Passed::Broken(8)),
            (chunked(), b"5\r\nhello\r0\r\n\r\n", Passed::Broken(9)),
            (chunked(), b"00000000000000005\r\n", Passed::Broken(16)),
            (chunked(), b"10000000000000000\r\n", Passed::Broken(16)),
            (chunked(), b"0\r\nX: y\n\r\n", Passed::Broken(7)),
            (chunked(), b"0\r\n\n", Passed::Broken(3)),
            (chunked(), b"0\r\n\rX", Passed::Broken(4)),
            (chunked(), long_extension.as_bytes(), Passed::Broken(1 + LONGEST_EXTENSION_BYTES - 1)),
            (chunked(), long_trailers.as_bytes(), Passed::Broken(3 + 2 * 2_048 + LONGEST_TRAILERS_BYTES)),
        ] {
            assert_eq!(body.clone().pass(bytes), passed, "{:?}", String::from_utf8_lossy(bytes));
            assert_eq!(bytewise(body, bytes), passed, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    fn bytewise(mut body: Body, bytes: &[u8]) -> Passed {
        for (index, byte) in bytes.iter().enumerate() {
            match body.pass(&[*byte]) {
                Passed::More => {}
                Passed::End(count) => return Passed::End(index + count),
                Passed::Broken(count) => return Passed::Broken(index + count),
            }
        }
        Passed::More
    }
}
