//! How long the filter of a query is that is too long to keep: counted while it passes by.
//!
//! Understands a query as the endpoint does that would have read it: names in any case, encoded or not, and the last
//! filter counts. Deliberately not here: what the filter says.

const NAME: &[u8] = b"filter";

/// Counts over the bytes of a query, without the question mark.
#[derive(Debug, Default)]
pub struct FilterLength {
    place: Place,
    /// How much of [`NAME`] has been read; more than its length once it is another name.
    matched: usize,
    /// Decoded bytes of the value that is read now.
    length: u64,
    found: Option<u64>,
    /// The digits behind a percent sign, while they are read.
    escape: Option<Option<u8>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Name,
    Value,
}

impl FilterLength {
    /// Takes the next bytes of the query.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// The length of the decoded filter, in bytes, at the end of the query; `None` if there was none.
    pub fn finish(mut self) -> Option<u64> {
        self.end_parameter();
        self.found
    }

    fn byte(&mut self, byte: u8) {
        match (self.escape, hex(byte)) {
            (Some(None), Some(_)) => self.escape = Some(Some(byte)),
            (Some(Some(high)), Some(low)) => {
                self.escape = None;
                self.decoded((hex(high).unwrap_or(0) << 4) | low);
            }
            _ => {
                self.end_escape();
                match byte {
                    b'&' => self.end_parameter(),
                    b'=' if self.place == Place::Name => self.place = Place::Value,
                    b'%' => self.escape = Some(None),
                    _ => self.decoded(byte),
                }
            }
        }
    }

    /// A percent sign that begins no escape stands for itself, and so does what follows.
    fn end_escape(&mut self) {
        if let Some(digit) = self.escape.take() {
            self.decoded(b'%');
            if let Some(digit) = digit {
                self.decoded(digit);
            }
        }
    }

    fn decoded(&mut self, byte: u8) {
        match self.place {
            Place::Value => self.length += 1,
            // A stray question mark before the first name is passed over.
            Place::Name if byte == b'?' && self.matched == 0 && self.found.is_none() => {}
            Place::Name => {
                let matches = NAME.get(self.matched).is_some_and(|known| known.eq_ignore_ascii_case(&byte));
                self.matched = if matches { self.matched + 1 } else { NAME.len() + 1 };
            }
        }
    }

    fn end_parameter(&mut self) {
        self.end_escape();
        if self.place == Place::Value && self.matched == NAME.len() {
            self.found = Some(self.length);
        }
        (self.place, self.matched, self.length) = (Place::Name, 0, 0);
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoded_length_of_the_last_filter() {
        for (query, length) in [
            ("", None),
            ("count=1", None),
            ("filter", None),
            ("filters=abc", None),
            ("filte=abc", None),
            ("xfilter=abc", None),
            ("filter=", Some(0)),
            ("filter=abc", Some(3)),
            ("FILTER=abc&count=100", Some(3)),
            ("count=1&filter=abc", Some(3)),
            ("?filter=abc", Some(3)),
            ("%66il%74er=abc", Some(3)),
            ("filter=%22a+b%22", Some(5)),
            ("filter=zo%C3%AB", Some(4)),
            ("filter=a=b", Some(3)),
            ("filter=%", Some(1)),
            ("filter=%2", Some(2)),
            ("filter=%2x", Some(3)),
            ("filter=%%22", Some(2)),
            ("filter=%2&count=1", Some(2)),
            ("filter=abc&filter=a", Some(1)),
            ("a=filter=abc", None),
        ] {
            let mut whole = FilterLength::default();
            whole.push(query.as_bytes());
            assert_eq!(whole.finish(), length, "{query}");
            let mut bytewise = FilterLength::default();
            query.bytes().for_each(|byte| bytewise.push(&[byte]));
            assert_eq!(bytewise.finish(), length, "{query}");
        }
    }
}
