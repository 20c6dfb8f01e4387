//! The target of a request: what real clients write there, as a URI.
//!
//! Microsoft's SCIM validator sends quotation marks as they are, others spaces or letters beyond ASCII. What may not
//! stand raw in a URI (RFC 3986 §2) is percent-encoded, as the client should have done: it means the same. Control
//! characters are refused, since no client means one and a line ending among them would be a second request.

use super::defect::Defect;

/// The longest that the library behind actix holds as a URI.
pub const LONGEST_BYTES: usize = 65_534;

/// A target in the form that actix reads: a path and its query, or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Percent-encoded; begins with a slash unless it is `*`.
    pub text: String,
    /// What stood before the path: it counts instead of the `Host` header (RFC 9112 §3.2.2).
    pub authority: Option<String>,
    /// Whether anything had to be percent-encoded.
    pub was_encoded: bool,
}

impl Target {
    /// Reads the target of a request with this method.
    ///
    /// # Errors
    /// [`Defect::Target`] for what is no path, or has control characters.
    pub fn read(method: &str, raw: &[u8]) -> Result<Self, Defect> {
        if raw.iter().any(u8::is_ascii_control) {
            return Err(Defect::Target);
        }
        if raw == b"*" && method == "OPTIONS" {
            return Ok(Target { text: "*".to_owned(), authority: None, was_encoded: false });
        }
        let (authority, path) = split_authority(raw)?;
        let text = match path.first() {
            Some(b'/') => encoded(path),
            Some(b'?') | None if authority.is_some() => format!("/{}", encoded(path)),
            _ => return Err(Defect::Target),
        };
        let was_encoded = !path.iter().all(|byte| may_stand_raw(*byte));
        Ok(Target { text, authority, was_encoded })
    }
}

/// `http://rollcall.test/path` in its two parts; a path alone as it is.
fn split_authority(raw: &[u8]) -> Result<(Option<String>, &[u8]), Defect> {
    let begins =
        |scheme: &str| raw.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()));
    let Some(scheme) = ["http://", "https://"].into_iter().find(|scheme| begins(scheme)) else {
        return Ok((None, raw));
    };
    let rest = &raw[scheme.len()..];
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:[]%".contains(byte);
    if authority.is_empty() || !authority.iter().all(allowed) {
        return Err(Defect::Target);
    }
    Ok((Some(String::from_utf8_lossy(authority).into_owned()), path))
}

/// The text with everything percent-encoded that may not stand raw. A percent sign stays: what is encoded stays so.
pub fn encoded(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    for part in raw.chunk_by(|left, right| may_stand_raw(*left) == may_stand_raw(*right)) {
        match std::str::from_utf8(part) {
            Ok(clean) if part.first().is_some_and(|byte| may_stand_raw(*byte)) => text.push_str(clean),
            _ => part.iter().for_each(|byte| push_encoded(&mut text, *byte)),
        }
    }
    text
}

fn push_encoded(text: &mut String, byte: u8) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    text.extend(['%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

/// Unreserved and reserved characters, but `#`: a fragment is never sent, so a raw one is a part of the text.
fn may_stand_raw(byte: u8) -> bool {
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 128_u8 {
            table[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let others = b"-._~:/?[]@!$&'()*+,;=%";
        let mut index = 0;
        while index < others.len() {
            table[others[index] as usize] = true;
            index += 1;
        }
        table
    };
    TABLE[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_as_clients_write_them() {
        for (raw, text, authority) in [
            (&b"/"[..], "/", None),
            (b"/Users?filter=userName+eq+%22a%40b%22", "/Users?filter=userName+eq+%22a%40b%22", None),
            (b"/Users?filter=userName+eq+\"a@b\"", "/Users?filter=userName+eq+%22a@b%22", None),
            (b"/Users?filter=userName eq \"a\"", "/Users?filter=userName%20eq%20%22a%22", None),
            ("/Users?filter=\"zoë\"".as_bytes(), "/Users?filter=%22zo%C3%AB%22", None),
            (b"/Groups?filter=displayName eq \"C#\"", "/Groups?filter=displayName%20eq%20%22C%23%22", None),
            (b"/a\\b^c`d{e}|f<g>", "/a%5Cb%5Ec%60d%7Be%7D%7Cf%3Cg%3E", None),
            (b"/Users/\xff", "/Users/%FF", None),
            (b"/100%?a=%zz", "/100%?a=%zz", None),
            (b"//Users", "//Users", None),
            (b"http://rollcall.test", "/", Some("rollcall.test")),
            (b"HTTP://rollcall.test:8080/a?b", "/a?b", Some("rollcall.test:8080")),
            (b"https://[::1]?b", "/?b", Some("[::1]")),
        ] {
            let was_encoded = raw.iter().any(|byte| b" \"#\\^`{}|<>".contains(byte) || !byte.is_ascii());
            let expected = Target { text: text.to_owned(), authority: authority.map(str::to_owned), was_encoded };
            assert_eq!(Target::read("GET", raw), Ok(expected), "{raw:?}");
        }
        assert_eq!(Target::read("OPTIONS", b"*").map(|target| target.text), Ok("*".to_owned()));
    }

    #[test]
    fn what_is_no_target() {
        for raw in [
            &b""[..],
            b"*",
            b"Users",
            b" /Users",
            b"?a",
            b"rollcall.test:443",
            b"ftp://rollcall.test/",
            b"http://",
            b"http:///a",
            b"http://a b/",
            b"http://ada@rollcall.test/",
            b"/a\tb",
            b"/a\rb",
            b"/a\0",
            b"/a\x7f",
        ] {
            assert_eq!(Target::read("GET", raw), Err(Defect::Target), "{raw:?}");
        }
    }
}
